// Long-lived server processes: started in their own group with a log file, stopped by recorded id, never by name.
import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RecordedProcess, StopSignal } from './state.ts';

const stopTimeoutMs = 10_000;
const pollMs = 20;

export type Start = {
  readonly label: string;
  readonly command: readonly string[];
  readonly log: string;
  readonly cwd?: string;
  /** If SIGTERM does not mean "end now, and cleanly". */
  readonly stopSignal?: RecordedProcess['stopSignal'];
  readonly env?: Readonly<Record<string, string>>;
};

export function startProcess({ label, command, log, cwd, env, stopSignal }: Start): RecordedProcess {
  const output = openSync(log, 'a');
  const [file = '', ...args] = command;
  const child = spawn(file, args, {
    detached: true,
    stdio: ['ignore', output, output],
    cwd,
    env: { ...process.env, ...env },
  });
  closeSync(output);
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new Error(`${label} could not be started: ${command.join(' ')}`);
  return { ...identify(label, child.pid), ...(stopSignal && { stopSignal }) };
}

// Fields 3 and 22 of /proc/PID/stat, counted after the command name, which may contain blanks and parentheses.
const stateField = 0;
const startTimeField = 19;

export const identify = (label: string, pid: number): RecordedProcess => ({
  label,
  pid,
  startedAt: statFields(pid)?.[startTimeField] ?? '',
});

function statFields(pid: number): readonly string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

export function isRunning({ pid, startedAt }: RecordedProcess): boolean {
  const stat = statFields(pid);
  return stat !== undefined && stat[stateField] !== 'Z' && stat[startTimeField] === startedAt;
}

/** SIGTERM, then SIGKILL for what is left after ten seconds. Returns when the process is gone. */
export async function stopProcess(recorded: RecordedProcess): Promise<void> {
  if (!isRunning(recorded)) return;
  // A frozen process would keep the signal pending.
  signalAll(recorded, 'SIGCONT');
  signal(recorded, recorded.stopSignal ?? 'SIGTERM');
  if (await gone(recorded, stopTimeoutMs)) return;
  await killProcess(recorded);
}

export async function killProcess(recorded: RecordedProcess): Promise<void> {
  if (!isRunning(recorded)) return;
  signal(recorded, 'SIGKILL');
  if (!(await gone(recorded, stopTimeoutMs)))
    throw new Error(`${recorded.label} (process ${recorded.pid}) cannot be ended`);
}

/** SIGSTOP and SIGCONT reach every process of the service: a frozen server accepts connections but never answers. */
export function signalAll(recorded: RecordedProcess, name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of [recorded.pid, ...descendants(recorded.pid)]) sendSignal(pid, name);
}

/** The first process inside the namespaces, if `unshare` created any. */
export const innermost = ({ pid }: RecordedProcess): number =>
  isUnshare(pid) ? (children(pid)[0] ?? pid) : pid;

/**
 * `unshare --fork` ignores SIGTERM itself and dies with its child, so the signal goes to the server inside; a group gets it as a
 * whole.
 */
function signal(recorded: RecordedProcess, name: StopSignal): void {
  const inside = isUnshare(recorded.pid) ? children(recorded.pid) : [];
  for (const pid of inside) sendSignal(pid, name);
  if (inside.length === 0 || name === 'SIGKILL') sendSignal(-recorded.pid, name);
}

function sendSignal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}

export const errorCode = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

const isUnshare = (pid: number): boolean => {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'unshare';
  } catch {
    return false;
  }
};

function children(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

const descendants = (pid: number): readonly number[] =>
  children(pid).flatMap((child) => [child, ...descendants(child)]);

async function gone(recorded: RecordedProcess, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(recorded)) {
    if (Date.now() > deadline) return false;
    await sleep(pollMs);
  }
  return true;
}
