// What `up` started, recorded as each part starts, so that `down` can stop it even after an interruption.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export const serviceNames = ['mongodb', 'redis', 's3', 'imap', 'cyrus'] as const;
export type ServiceName = (typeof serviceNames)[number];
export const defaultServices: readonly ServiceName[] = ['mongodb', 'redis', 's3', 'imap'];

export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGKILL';

/** A process id alone may be reused by another program; with its start time (in clock ticks since boot) it is unique. */
export type RecordedProcess = {
  readonly label: string;
  readonly pid: number;
  readonly startedAt: string;
  /** Default: SIGTERM. */
  readonly stopSignal?: StopSignal;
};

export type ServiceRecord = {
  readonly source: 'settings' | 'compose' | 'machine' | 'forky';
  readonly recipe: string;
  readonly ports: Readonly<Record<string, number>>;
  readonly env: Readonly<Record<string, string>>;
  readonly version: string;
  readonly processes: readonly RecordedProcess[];
};

export type Secrets = {
  readonly s3AccessKeyId: string;
  readonly s3SecretAccessKey: string;
  readonly imapPassword: string;
};

type State = {
  readonly secrets: Secrets;
  readonly services: Readonly<Partial<Record<ServiceName, ServiceRecord>>>;
};

export type StateFile = {
  readonly folder: string;
  readonly read: () => State | undefined;
  readonly write: (state: State) => void;
  readonly update: (name: ServiceName, record: ServiceRecord | undefined) => void;
  readonly remove: () => void;
};

export function openStateFile(folder: string): StateFile {
  const path = join(folder, 'services.json');

  function read(): State | undefined {
    if (!existsSync(path)) return undefined;
    const state: State = JSON.parse(readFileSync(path, 'utf8'));
    return state;
  }

  // Synchronous: no signal can come between the start of a process and its record.
  function write(state: State): void {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${path}.new`, `${JSON.stringify(state, undefined, 2)}\n`);
    chmodSync(`${path}.new`, 0o600);
    renameSync(`${path}.new`, path);
  }

  function update(name: ServiceName, record: ServiceRecord | undefined): void {
    const state = read();
    if (!state) throw new Error(`${path} is gone: run \`script/services up\` again`);
    const services = { ...state.services, [name]: record };
    if (!record) delete services[name];
    write({ ...state, services });
  }

  /** Only what `up` created, in case the folder has other content. */
  function remove(): void {
    for (const name of [
      'services.json',
      'services.json.new',
      'compose.env',
      'compose-ca.pem',
      ...serviceNames,
    ])
      rmSync(join(folder, name), { recursive: true, force: true });
    if (existsSync(folder) && readdirSync(folder).length === 0) rmdirSync(folder);
  }

  return { folder, read, write, update, remove };
}
