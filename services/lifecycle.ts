// One recorded service: start, check, stop.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { composeDown } from './compose.ts';
import { checkEnv } from './given.ts';
import { isRunning, stopProcess } from './processes.ts';
import type { ServiceRecipe, Setup } from './recipe.ts';
import { recipes } from './recipes.ts';
import { serviceNames, type ServiceName, type ServiceRecord, type StateFile } from './state.ts';
import { eventually } from './wait.ts';

const startTimeoutMs = 90_000;

/** Starts a service with its recorded ports and data. */
export async function startRecorded(file: StateFile, name: ServiceName, signal?: AbortSignal): Promise<void> {
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

export async function isUp(file: StateFile, name: ServiceName): Promise<boolean> {
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

/** Back to the previous state: everything else is stopped. */
export async function undo(file: StateFile, keep: readonly string[]): Promise<void> {
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

export function recipeOf(name: string): ServiceRecipe {
  const recipe = (recipes as Readonly<Record<string, ServiceRecipe>>)[name];
  if (!recipe)
    throw new Error(`${name} is not run by this machine, so it cannot be started or stopped from here`);
  return recipe;
}

export function recordOf(file: StateFile, name: ServiceName): ServiceRecord {
  const record = file.read()?.services[name];
  if (!record) throw new Error(`${name} was not started: run \`script/services up --only ${name}\``);
  return record;
}

export function setupOf(file: StateFile, name: ServiceName, { ports, processes }: ServiceRecord): Setup {
  const state = file.read();
  if (!state) throw new Error(`nothing runs in ${file.folder}: run \`script/services up\``);
  return { folder: join(file.folder, name), ports, processes, secrets: state.secrets };
}
