import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { describeError } from '../errors.ts';
import type { SecondReading } from '../mail/second-reading.ts';
import type {
  ProcessMessage,
  ReadingResult,
  ReadingSettings,
  ReadingStart,
  ReadingTask,
} from './reading-task.ts';
import { startWatchdog } from './watchdog.ts';

type Handle = (task: ReadingTask, settings: ReadingSettings) => Promise<ReadingResult | SecondReading>;

/** The child's side of a reading process: handles one task after another until its parent is gone. */
export async function serveTasks(handle: Handle): Promise<void> {
  // Stopping the worker signals its whole process group. A reader that died of that would count against its message.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit());
  if (!process.connected) process.exit();
  // If the machine runs out of memory, Linux should end this process and not the worker.
  writeFile('/proc/self/oom_score_adj', '1000').catch(() => {});

  const [start] = (await once(process, 'message')) as [ReadingStart];
  const watchdog = await startWatchdog(start);
  const asDone = createDone();
  const answer = async (task: ReadingTask): Promise<void> => {
    watchdog.setBusy(true);
    const message = await handle(task, start.settings).then((result) => asDone(task, result), asFailed);
    watchdog.setBusy(false);
    send(message);
  };
  process.on('message', (task: ReadingTask) => void answer(task));
  send({ kind: 'ready' });
}

function send(message: ProcessMessage): void {
  // The parent may be gone; `disconnect` then ends this process.
  process.send?.(message, undefined, undefined, () => {});
}

/** A look at the memory costs as much as a small message, which takes none that lasts. */
const LOOK_EVERY = 16;
const SMALL_BYTES = 256 * 1024;

function createDone(): (task: ReadingTask, result: ReadingResult | SecondReading) => ProcessMessage {
  let rssBytes = 0;
  let unseen = LOOK_EVERY;
  return (task, result) => {
    const isSmall = 'raw' in task && task.raw instanceof Uint8Array && task.raw.length <= SMALL_BYTES;
    unseen += 1;
    if (!isSmall || unseen >= LOOK_EVERY) {
      rssBytes = process.memoryUsage.rss();
      unseen = 0;
    }
    return { kind: 'done', result, rssBytes };
  };
}

/** A system error (a full disk, a missing file) says nothing about the message; anything else is the reader's own failure. */
function asFailed(error: unknown): ProcessMessage {
  const isSystem = error instanceof Error && 'syscall' in error && 'code' in error;
  return {
    kind: 'failed',
    error: describeError(error),
    systemCode: isSystem ? String(error.code) : null,
  };
}
