// Real servers for tests, demo and bench: started once, used by every test file, stopped by their recorded processes.
import { randomBytes } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { composeDown, composeUp } from './compose.ts';
import { resetCyrusUidValidity } from './cyrus.ts';
import { dropUser, resetUidValidity } from './dovecot.ts';
import { buildForky } from './forky.ts';
import { checkEnv, recordGiven } from './given.ts';
import { takeLock } from './lock.ts';
import { gatherFacts } from './facts.ts';
import { installPackages } from './packages.ts';
import { planService, type Facts, type Plan } from './plan.ts';
import { freePorts } from './ports.ts';
import { isRunning, killProcess, signalAll, stopProcess } from './processes.ts';
import type { ServiceRecipe, Setup } from './recipe.ts';
import { recipes } from './recipes.ts';
import {
  defaultServices,
  serviceNames,
  openStateFile,
  type Secrets,
  type ServiceName,
  type ServiceRecord,
  type StateFile,
} from './state.ts';
import { eventually } from './wait.ts';

const startTimeoutMs = 90_000;

export const defaultFolder = (): string =>
  resolve(
    process.env['DOCKETMAIL_SERVICES_DIR'] || fileURLToPath(new URL('../.data/services', import.meta.url)),
  );

export class ServicesMissing extends Error {
  readonly missing: readonly {
    readonly name: ServiceName;
    readonly plan: Extract<Plan, { source: 'none' }>;
  }[];

  constructor(missing: ServicesMissing['missing']) {
    super(missing.map(({ name, plan }) => `${name}: ${plan.why}\n  ${plan.fix.join('\n  ')}`).join('\n\n'));
    this.missing = missing;
  }
}

export type UpOptions = {
  readonly only?: readonly ServiceName[];
  readonly folder?: string;
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
};

/** `server` is imap (Dovecot) unless told otherwise. */
type Mailbox = { readonly user: string; readonly folder: string; readonly server?: 'imap' | 'cyrus' };

export type Services = {
  readonly folder: string;
  readonly env: () => Readonly<Record<string, string>>;
  readonly stop: (name: ServiceName) => Promise<void>;
  readonly start: (name: ServiceName) => Promise<void>;
  readonly kill: (name: ServiceName) => Promise<void>;
  readonly freeze: (name: ServiceName) => void;
  readonly thaw: (name: ServiceName) => void;
  readonly resetUidValidity: (mailbox: Mailbox) => Promise<void>;
  readonly dropUser: (user: string) => Promise<void>;
  readonly down: () => Promise<void>;
};

/** Starts what does not run yet and returns when every server answers a question in its own protocol. */
export async function openServices({
  only = defaultServices,
  folder = defaultFolder(),
  signal,
  log = () => undefined,
}: UpOptions = {}): Promise<Services> {
  mkdirSync(folder, { recursive: true });
  const file = openStateFile(folder);
  const release = await takeLock(`${folder}.lock`, { log, ...(signal && { signal }) });
  const before = Object.keys(file.read()?.services ?? {});
  try {
    if (!file.read()) file.write({ secrets: newSecrets(), services: {} });
    const absent: ServiceName[] = [];
    for (const name of only) if (!(await isUp(file, name))) absent.push(name);
    if (absent.length > 0)
      await provide(file, plansFor(absent, await gatherFacts()), { log, ...(signal && { signal }) });
  } catch (error) {
    await undo(file, before);
    throw error;
  } finally {
    release();
  }
  return controlServices(folder);
}

/** Control of services that already run, for fault tests. */
export function controlServices(folder: string = defaultFolder()): Services {
  const file = openStateFile(folder);
  const one = (name: ServiceName): ServiceRecord => recordOf(file, name);
  return {
    folder,
    env: () => servicesEnv(file),
    stop: async (name) => {
      for (const process of one(name).processes.toReversed()) await stopProcess(process);
    },
    start: async (name) => {
      if (!(await isUp(file, name))) await startRecorded(file, name);
    },
    kill: async (name) => {
      await Promise.all(one(name).processes.map(killProcess));
    },
    freeze: (name) => one(name).processes.forEach((process) => signalAll(process, 'SIGSTOP')),
    thaw: (name) => one(name).processes.forEach((process) => signalAll(process, 'SIGCONT')),
    resetUidValidity: ({ server = 'imap', ...mailbox }) => {
      const reset = server === 'cyrus' ? resetCyrusUidValidity : resetUidValidity;
      return reset(setupOf(file, server, one(server)), mailbox);
    },
    dropUser: (user) => dropUser(setupOf(file, 'imap', one('imap')), user),
    down: () => closeServices({ folder }),
  };
}

/** Stops everything on record and removes the data folder; the cached forky root stays. */
export async function closeServices({
  folder = defaultFolder(),
  log = () => undefined,
}: Pick<UpOptions, 'folder' | 'log'> = {}): Promise<void> {
  const release = await takeLock(`${folder}.lock`, { log });
  try {
    const file = openStateFile(folder);
    await undo(file, []);
    file.remove();
  } finally {
    release();
  }
}

const newSecrets = (): Secrets => ({
  s3AccessKeyId: randomBytes(8).toString('hex'),
  s3SecretAccessKey: randomBytes(24).toString('hex'),
  imapPassword: randomBytes(12).toString('hex'),
});

type Planned = { readonly name: ServiceName; readonly plan: Exclude<Plan, { source: 'none' }> };

function plansFor(names: readonly ServiceName[], facts: Facts): readonly Planned[] {
  const plans = names.map((name) => ({ name, plan: planService(name, facts) }));
  const missing = plans.flatMap(({ name, plan }) => (plan.source === 'none' ? [{ name, plan }] : []));
  if (missing.length > 0) throw new ServicesMissing(missing);
  return plans.flatMap(({ name, plan }) => (plan.source === 'none' ? [] : [{ name, plan }]));
}

async function provide(
  file: StateFile,
  plans: readonly Planned[],
  options: { readonly signal?: AbortSignal; readonly log: (line: string) => void },
): Promise<void> {
  const { signal, log } = options;
  for (const { name, plan } of plans)
    if (plan.source === 'settings') file.update(name, await recordGiven(name, process.env));
  const composed = plans.filter(({ plan }) => plan.source === 'compose').map(({ name }) => name);
  if (composed.length > 0) await composeUp({ names: composed, file, log, ...(signal && { signal }) });

  await installPackages(
    [...new Set(plans.flatMap(({ plan }) => ('install' in plan ? plan.install : [])))],
    log,
  );
  if (plans.some(({ plan }) => plan.source === 'forky' && plan.build))
    await buildForky({ log, signal: signal ?? new AbortController().signal });
  const own = plans.flatMap(({ name, plan }) => ('recipe' in plan ? [{ name, plan }] : []));
  const results = await Promise.allSettled(
    own.map(async ({ name, plan }) => {
      const recipe = recipeOf(plan.recipe);
      const ports = await freePorts(recipe.portNames);
      const record: ServiceRecord = {
        source: plan.source,
        recipe: plan.recipe,
        ports,
        env: {},
        version: '',
        processes: [],
      };
      if (!file.read()?.services[name]) file.update(name, record);
      await startRecorded(file, name, signal);
      log(`${name}: ${recordOf(file, name).version}`);
    }),
  );
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}

/** Starts a service with the ports and the data that it has on record. */
async function startRecorded(file: StateFile, name: ServiceName, signal?: AbortSignal): Promise<void> {
  const record = recordOf(file, name);
  const recipe = recipeOf(record.recipe);
  for (const process of record.processes) await stopProcess(process);
  const setup = { ...setupOf(file, name, record), ...(signal && { signal }) };
  if (!record.version) {
    rmSync(setup.folder, { recursive: true, force: true });
    await recipe.prepare(setup);
  }
  signal?.throwIfAborted();
  let processes: ServiceRecord['processes'] = [];
  await recipe.start(setup, (process) => {
    processes = [...processes, process];
    file.update(name, { ...record, processes });
  });
  await eventually(() => recipe.check(setup), {
    what: `${name} (its logs are in ${setup.folder})`,
    timeoutMs: startTimeoutMs,
    hopeless: () =>
      processes.filter((process) => !isRunning(process)).map(({ label }) => `${label} has ended`)[0],
    ...(signal && { signal }),
  });
  file.update(name, { ...record, processes, env: recipe.env(setup), version: await recipe.version(setup) });
}

async function isUp(file: StateFile, name: ServiceName): Promise<boolean> {
  const record = file.read()?.services[name];
  if (!record?.version) return false;
  if (record.source === 'settings' || record.source === 'compose')
    return checkEnv(name, record.env).then(
      () => true,
      () => false,
    );
  if (!record.processes.every(isRunning)) return false;
  const check = recipeOf(record.recipe).check(setupOf(file, name, record));
  return check.then(
    () => true,
    () => false,
  );
}

const recorded = (file: StateFile): readonly (ServiceRecord & { readonly name: ServiceName })[] =>
  serviceNames.flatMap((name) => {
    const record = file.read()?.services[name];
    return record ? [{ name, ...record }] : [];
  });

/** Back to what was there before: everything else is stopped. */
async function undo(file: StateFile, keep: readonly string[]): Promise<void> {
  const services = recorded(file);
  const ending = services.filter(({ name }) => !keep.includes(name));
  if (ending.some(({ source }) => source === 'compose')) await composeDown(file);
  await Promise.all(
    ending.map(async ({ name, processes }) => {
      for (const process of processes.toReversed()) await stopProcess(process);
      rmSync(join(file.folder, name), { recursive: true, force: true });
      file.update(name, undefined);
    }),
  );
  if (keep.length === 0) file.remove();
}

function recipeOf(name: string): ServiceRecipe {
  const recipe = (recipes as Readonly<Record<string, ServiceRecipe>>)[name];
  if (!recipe)
    throw new Error(`${name} is not run by this machine, so it cannot be started or stopped from here`);
  return recipe;
}

function recordOf(file: StateFile, name: ServiceName): ServiceRecord {
  const record = file.read()?.services[name];
  if (!record) throw new Error(`${name} was not started: run \`script/services up --only ${name}\``);
  return record;
}

function setupOf(file: StateFile, name: ServiceName, { ports, processes }: ServiceRecord): Setup {
  const state = file.read();
  if (!state) throw new Error(`nothing runs in ${file.folder}: run \`script/services up\``);
  return { folder: join(file.folder, name), ports, processes, secrets: state.secrets };
}

function servicesEnv(file: StateFile): Readonly<Record<string, string>> {
  const state = file.read();
  if (!state) throw new Error(`nothing runs in ${file.folder}: run \`script/services up\``);
  const running = Object.entries(state.services).filter(([, { version }]) => version);
  const versions = Object.fromEntries(running.map(([name, { version }]) => [name, version]));
  return {
    ...Object.assign({}, ...running.map(([, { env }]) => env)),
    SERVICES_VERSIONS: JSON.stringify(versions),
  };
}
