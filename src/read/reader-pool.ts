import pLimit from 'p-limit';
import { startReaderProcess } from './reader-process.ts';
import type { ProcessSettings, ReaderProcess } from './reader-process.ts';
import type { ReadingTask, ResultOf } from './reading-task.ts';

/** Reading processes, kept for the next message. Started when first needed. */
export interface ReaderPool {
  /**
   * Waits for a free process; the time limit starts when one has the task. @throws as `ReaderProcess.run`, and the reason of `stop`
   * once it is aborted: a shutdown is not the message's fault.
   */
  run<T extends ReadingTask>(task: T, timeLimitMs: number, stop?: AbortSignal): Promise<ResultOf<T>>;
  /** The same in a process used for this task only. */
  runAlone<T extends ReadingTask>(task: T, timeLimitMs: number): Promise<ResultOf<T>>;
  readonly close: () => Promise<void>;
}

export interface PoolSettings extends ProcessSettings {
  readonly processes: number;
  /** How long a process may be idle before it ends, unless it is the last one. */
  readonly idleMs?: number;
}

/** Everyday mail comes one by one, and a start costs more than most messages. */
const KEPT_WARM = 1;
const IDLE_MS = 30_000;

export function openReaderPool({ processes, ...settings }: PoolSettings): ReaderPool {
  const free = pLimit(processes);
  const { take, start, giveBack, end, close } = openProcesses(settings);
  let isClosed = false;

  const withProcess = async <T>(
    from: () => Promise<ReaderProcess>,
    work: (one: ReaderProcess) => Promise<T>,
  ): Promise<T> =>
    await free(async () => {
      if (isClosed) throw new Error('the reader was closed');
      return await work(await from());
    });

  return {
    run: async (task, timeLimitMs, stop) => {
      stop?.throwIfAborted();
      return await withProcess(take, async (one) => {
        const breakOff = (): void => {
          void end(one);
        };
        stop?.addEventListener('abort', breakOff, { once: true });
        try {
          // It may have been aborted during the wait.
          stop?.throwIfAborted();
          return await one.run(task, timeLimitMs);
        } catch (error) {
          stop?.throwIfAborted();
          throw error;
        } finally {
          stop?.removeEventListener('abort', breakOff);
          await giveBack(one);
        }
      });
    },
    runAlone: async (task, timeLimitMs) =>
      await withProcess(start, async (one) => {
        try {
          return await one.run(task, timeLimitMs);
        } finally {
          await end(one);
        }
      }),
    close: async () => {
      isClosed = true;
      await close();
    },
  };
}

/** Processes as they start, wait and end. */
function openProcesses({ idleMs = IDLE_MS, ...settings }: Omit<PoolSettings, 'processes'>) {
  const starting = new Set<Promise<ReaderProcess>>();
  const all = new Set<ReaderProcess>();
  /** Last in, first out, so that the first one has waited longest. */
  const idle: { readonly one: ReaderProcess; readonly since: number }[] = [];
  let isClosed = false;

  const end = async (one: ReaderProcess): Promise<void> => {
    all.delete(one);
    await one.end();
  };

  const start = async (): Promise<ReaderProcess> => {
    const started = startReaderProcess(settings);
    starting.add(started);
    try {
      const one = await started;
      all.add(one);
      return one;
    } finally {
      starting.delete(started);
    }
  };

  const sweep = setInterval(() => {
    const now = Date.now();
    while (idle.length > KEPT_WARM && now - (idle[0]?.since ?? now) >= idleMs) {
      const longest = idle.shift();
      if (longest !== undefined) void end(longest.one);
    }
  }, idleMs).unref();

  return {
    start,
    end,
    take: async (): Promise<ReaderProcess> => {
      for (let waiting = idle.pop(); waiting !== undefined; waiting = idle.pop()) {
        if (waiting.one.isFit()) return waiting.one;
        await end(waiting.one);
      }
      return await start();
    },
    giveBack: async (one: ReaderProcess): Promise<void> => {
      if (one.isFit() && !isClosed) idle.push({ one, since: Date.now() });
      else await end(one);
    },
    close: async (): Promise<void> => {
      isClosed = true;
      clearInterval(sweep);
      await Promise.allSettled(starting);
      await Promise.all([...all].map(end));
    },
  };
}
