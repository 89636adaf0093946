/** A folder per process for messages and attachments that are too large for memory: private mail, readable by its owner only. */
import { lstat, mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

export interface SpoolFolder {
  readonly dir: string;
  /** Removes it and its contents. */
  readonly close: () => Promise<void>;
}

/** Folders from another machine, or from before they were named by owner, count as abandoned after a day without a change. */
const ABANDONED_MS = 24 * 60 * 60_000;
const SPOOL = /^docketmail-spool-(?<host>.+)-(?<pid>\d+)-(?<start>\d+)-[^-]{6}$/u;
const UNNAMED = /^docketmail-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;

/** Creates this process's folder in `root`, and removes those of processes that were killed. @throws if `root` is not writable. */
export async function openSpoolFolder(root: string): Promise<SpoolFolder> {
  await makeFolder(root, { mode: 0o700 });
  for (const name of await readdir(root)) {
    const path = join(root, name);
    if (await isAbandoned(name, path)) await rm(path, { recursive: true, force: true }).catch(() => {});
  }
  const owner = `${hostname()}-${process.pid}-${await startOf(process.pid)}`;
  // mkdtemp gives 0700 and a name that nobody can have taken before.
  const dir = await mkdtemp(join(root, `docketmail-spool-${owner}-`));
  return { dir, close: async () => await rm(dir, { recursive: true, force: true }) };
}

async function isAbandoned(name: string, path: string): Promise<boolean> {
  const owner = SPOOL.exec(name)?.groups;
  if (owner === undefined && !UNNAMED.test(name)) return false;
  const found = await lstat(path).catch(() => null);
  // In the system's temporary folder anyone can create names like ours.
  if (found === null || found.uid !== process.getuid?.()) return false;
  if (owner?.['host'] !== hostname()) return Date.now() - found.mtimeMs > ABANDONED_MS;
  const pid = Number(owner['pid']);
  if (!isAlive(pid)) return true;
  const start = await startOf(pid);
  return start !== '0' && owner['start'] !== '0' && start !== owner['start'];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it exists, and is not ours.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When a process started, in ticks since boot: process ids are reused. "0" if the system does not tell. */
async function startOf(pid: number): Promise<string> {
  const line = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // The program name is in brackets and may contain anything.
  return /^\d+$/u.exec(line.slice(line.lastIndexOf(')') + 2).split(' ')[19] ?? '')?.[0] ?? '0';
}
