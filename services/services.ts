// Real servers for tests, demo and bench: started once, used by every test file, stopped by their recorded processes.
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { resetCyrusUidValidity } from './cyrus.ts';
import { dropUser, resetUidValidity } from './dovecot.ts';
import { isUp, recordOf, setupOf, startRecorded, undo } from './lifecycle.ts';
import { takeLock } from './lock.ts';
import { killProcess, signalAll, stopProcess } from './processes.ts';
import type { Facts } from './plan.ts';
import { provide } from './provision.ts';
import {
  defaultServices,
  openStateFile,
  type Secrets,
  type ServiceName,
  type ServiceRecord,
  type StateFile,
} from './state.ts';

export const defaultFolder = (): string =>
  resolve(
    process.env['DOCKETMAIL_SERVICES_DIR'] || fileURLToPath(new URL('../.data/services', import.meta.url)),
  );

export type UpOptions = {
  readonly only?: readonly ServiceName[];
  readonly folder?: string;
  /** May name servers to use; `{}` if they will be broken, so they must be the caller's own. */
  readonly settings?: Facts['settings'];
  readonly signal?: AbortSignal;
  readonly log?: (line: string) => void;
};

/** `server` is imap (Dovecot) by default. */
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

/** Starts what is not running and returns when every server answers a question in its own protocol. */
export async function openServices({
  only = defaultServices,
  folder = defaultFolder(),
  settings = process.env,
  signal,
  log = () => undefined,
}: UpOptions = {}): Promise<Services> {
  const file = openStateFile(folder);
  const release = await takeLock(`${folder}.lock`, { log, ...(signal && { signal }) });
  const before = Object.keys(file.read()?.services ?? {});
  try {
    if (!file.read()) file.write({ secrets: newSecrets(), services: {} });
    const absent: ServiceName[] = [];
    for (const name of only) if (!(await isUp(file, name))) absent.push(name);
    if (absent.length > 0) await provide({ names: absent, file, settings, log, ...(signal && { signal }) });
  } catch (error) {
    await undo(file, before);
    throw error;
  } finally {
    release();
  }
  return controlServices(folder);
}

/** Controls services that already run, for fault tests. */
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

/** Stops everything recorded and removes the data folder; the cached forky root stays. */
export async function closeServices({
  folder = defaultFolder(),
  log = () => undefined,
}: Pick<UpOptions, 'folder' | 'log'> = {}): Promise<void> {
  const release = await takeLock(`${folder}.lock`, { log });
  try {
    const file = openStateFile(folder);
    await undo(file, []);
  } finally {
    release();
  }
}

const newSecrets = (): Secrets => ({
  s3AccessKeyId: randomBytes(8).toString('hex'),
  s3SecretAccessKey: randomBytes(24).toString('hex'),
  imapPassword: randomBytes(12).toString('hex'),
});

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
