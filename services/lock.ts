// One run at a time: two would build the same root, or fill the same data folder.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, identify, isRunning } from './processes.ts';
import type { RecordedProcess } from './state.ts';

const pollMs = 200;

export type LockOptions = { readonly signal?: AbortSignal; readonly log: (line: string) => void };

/** The lock is a folder, because creating one is atomic. It names its owner; a lock whose owner is gone is broken. */
export async function takeLock(path: string, { signal, log }: LockOptions): Promise<() => void> {
  mkdirSync(dirname(path), { recursive: true });
  for (let told = false; ;) {
    try {
      mkdirSync(path);
      writeFileSync(join(path, 'owner.json'), JSON.stringify(identify('lock', process.pid)));
      return () => rmSync(path, { recursive: true, force: true });
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error;
    }
    const owner = readOwner(path);
    if (owner && !isRunning(owner)) rmSync(path, { recursive: true, force: true });
    else if (!told) log(`waiting for ${path}${owner ? ` (held by process ${owner.pid})` : ''}`);
    told = true;
    await sleep(pollMs, undefined, { signal });
  }
}

function readOwner(path: string): RecordedProcess | undefined {
  try {
    const owner: RecordedProcess = JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8'));
    return owner;
  } catch {
    // Just taken and not signed yet, or just released.
    return undefined;
  }
}
