/** The built program as a process that can be killed, frozen and measured. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface KillAt {
  readonly step: string;
  /** Ends when the step is reached this many times. */
  readonly times: number;
}

export interface ProgramOptions {
  readonly roles?: readonly string[];
  readonly killAt?: KillAt | null;
  /** SIGSTOP instead. */
  readonly freezeAt?: KillAt | null;
  /** `short`: locks and leases of seconds, so that a dead process is noticed at once. `real`: the defaults. */
  readonly timing?: 'short' | 'real';
  /** Finds itself stuck within seconds. */
  readonly isImpatient?: boolean;
}

export interface Figures {
  readonly peakRssMb: number;
  readonly longestDelayMs: number;
  /** User and system time of all its threads. */
  readonly cpuSeconds: number;
  /** The same of the processes that read messages. */
  readonly readerCpuSeconds: number;
  /** Database commands by name, where the driver was asked to tell of them. */
  readonly commands: Readonly<Record<string, number>>;
}

export interface Program {
  readonly pid: number;
  /** Resolves with the signal that ended the process, or null. */
  readonly ended: Promise<string | null>;
  /** Its standard error so far. */
  readonly log: () => string;
  signal(name: NodeJS.Signals): void;
  measure(): Promise<Figures>;
  /** SIGTERM, then SIGKILL if needed. */
  stop(): Promise<void>;
}

const worker = fileURLToPath(new URL('worker.js', import.meta.url));
const shortTiming = {
  pollLockMs: 2_000,
  ingestLockMs: 3_000,
  stalledIntervalMs: 500,
  leaseMs: 1_500,
  patience: { looksApartMs: 1_000, firstPauseMs: 500 },
};
const impatientHeartbeat = { everyMs: 1_000, beatLimitMs: 12_000, stuckAfterMs: 10_000 };
const STOP_LIMIT_MS = 8_000;
const START_LIMIT_MS = 40_000;
/** The maximum of its log that is shown. */
const MAX_LOG_CHARS = 200_000;

export async function startProgram(env: NodeJS.ProcessEnv, options: ProgramOptions = {}): Promise<Program> {
  const { roles, killAt = null, freezeAt = null, timing = 'short', isImpatient = false } = options;
  const input = JSON.stringify({
    roles,
    killAt,
    freezeAt,
    ...(timing === 'short' && { timing: shortTiming }),
    ...(isImpatient && { heartbeat: impatientHeartbeat }),
  });
  const uri = new URL(env['MONGODB_URI'] ?? '');
  if (killAt?.step.includes(':') === true) uri.searchParams.set('monitorCommands', 'true');
  const child = fork(worker, [input], {
    env: { ...env, MONGODB_URI: uri.href },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let log = '';
  child.stderr?.on('data', (bytes: Buffer) => {
    log = (log + bytes.toString()).slice(-MAX_LOG_CHARS);
  });
  child.on('error', () => {});
  const ended = once(child, 'exit').then(([, signal]: (string | null)[]) => signal ?? null);
  const ready = once(child, 'message').then(() => null);
  const late = new Promise<'late'>((resolve) => setTimeout(resolve, START_LIMIT_MS, 'late').unref());
  // A kill at an early step comes before the program is ready: a valid end.
  const first = await Promise.race([ready, ended.then((signal) => ({ signal })), late]);
  if (first === 'late' || (first !== null && first.signal !== 'SIGKILL')) {
    child.kill('SIGKILL');
    throw new Error(`docketmail did not start:\n${log}`);
  }
  return {
    pid: child.pid ?? 0,
    ended,
    log: () => log,
    signal: (name) => void child.kill(name),
    measure: async () => {
      child.send('measure');
      // What the worker sends back has this shape.
      const [figures] = (await once(child, 'message')) as [Figures];
      return figures;
    },
    stop: async () => {
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}
