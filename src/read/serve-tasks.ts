import { writeFile } from 'node:fs/promises';
import { describeError } from '../errors.ts';
import type { ProcessMessage, ReadingResult, ReadingTask } from './reading-task.ts';
import { startWatchdog } from './watchdog.ts';

/**
 * The child's side of a reading process: answers one task after another until its parent is gone. Its arguments are the parent's
 * process id and the memory in bytes beyond which it ends itself.
 */
export async function serveTasks(handle: (task: ReadingTask) => Promise<ReadingResult>): Promise<void> {
  // Whoever stops the worker signals its whole group. A reader that died of that would count against its message.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit());
  if (!process.connected) process.exit();
  // When the machine runs out of memory, Linux is to end this process and not the worker.
  writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});

  const [parentPid = 0, maxBytes = 0] = process.argv.slice(2).map(Number);
  const watchdog = await startWatchdog({ parentPid, maxBytes });
  const answer = async (task: ReadingTask): Promise<void> => {
    watchdog.setBusy(true);
    const message = await handle(task).then(asDone, asFailed);
    watchdog.setBusy(false);
    send(message);
  };
  process.on('message', (task: ReadingTask) => void answer(task));
  send({ kind: 'ready' });
}

function send(message: ProcessMessage): void {
  // The parent may have gone; `disconnect` then ends this process.
  process.send?.(message, undefined, undefined, () => {});
}

const asDone = (result: ReadingResult): ProcessMessage => ({
  kind: 'done',
  result,
  rssBytes: process.memoryUsage.rss(),
});

/** A system error (a full disk, a missing file) says nothing about the message; anything else is the reader's own failure. */
function asFailed(error: unknown): ProcessMessage {
  const isSystem = error instanceof Error && 'syscall' in error && 'code' in error;
  return {
    kind: 'failed',
    error: describeError(error),
    systemCode: isSystem ? String(error.code) : null,
  };
}
