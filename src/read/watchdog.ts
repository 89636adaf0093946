import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { OUT_OF_MEMORY } from './reading-task.ts';

/** More than an Int32Array holds would be another number. */
const MAX_TASK = 2 ** 30;

interface Watched {
  /** The number of the task that runs, 0 between tasks. Without one nothing is looked at, and the thread sleeps. */
  readonly busy: Int32Array;
  readonly parentPid: number;
  readonly maxBytes: number;
  readonly lastWords: string;
}

/**
 * Starts a thread in a reading process that keeps running while a message blocks the main thread: it ends the process if its parent
 * is gone, or if it uses too much memory outside V8's heap, which V8 does not limit.
 */
export async function startWatchdog({
  parentPid,
  maxBytes,
}: Pick<Watched, 'parentPid' | 'maxBytes'>): Promise<{ readonly setBusy: (isBusy: boolean) => void }> {
  const busy = new Int32Array(new SharedArrayBuffer(4));
  const watched: Watched = { parentPid, maxBytes, busy, lastWords: `${OUT_OF_MEMORY}\n` };
  // Built from the function's text: a thread with its own file cannot be compiled on the fly when run from source.
  const program = `(${watch.toString()})(require('node:worker_threads').workerData, require('node:fs').writeSync)`;
  const thread = new Worker(program, {
    eval: true,
    execArgv: [],
    workerData: watched,
    resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 8 },
  });
  await once(thread, 'online');
  thread.unref();
  let task = 0;
  return {
    setBusy: (isBusy) => {
      if (isBusy) task = (task % MAX_TASK) + 1;
      Atomics.store(busy, 0, isBusy ? task : 0);
      if (isBusy) Atomics.notify(busy, 0);
    },
  };
}

/** Can only use its arguments and globals. */
function watch(
  { busy, parentPid, maxBytes, lastWords }: Watched,
  write: (fd: number, text: string) => unknown,
): never {
  for (;;) {
    Atomics.wait(busy, 0, 0);
    const task = Atomics.load(busy, 0);
    // Nobody calls when a task ends: most are over long before, and cost no look at the memory.
    Atomics.wait(busy, 0, task, 100);
    if (task === 0 || Atomics.load(busy, 0) !== task) continue;
    const isOver = process.memoryUsage.rss() > maxBytes;
    if (isOver) write(2, lastWords);
    if (isOver || process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL');
  }
}
