import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { OUT_OF_MEMORY } from './reading-task.ts';
import type { ProcessMessage, ReadingSettings, ReadingStart, ReadingTask, ResultOf } from './reading-task.ts';

/** The process that read a message was ended: too slow, or out of memory. Counts as a death of the attempt. */
export class ReadingDied extends Error {
  override readonly name = 'ReadingDied';
}

export interface ProcessSettings {
  /** The program: a module that calls `serveTasks`. */
  readonly entry: URL;
  /** Of V8's heap. */
  readonly maxHeapMb: number;
  /** Of the whole process, heap and buffers together. */
  readonly maxProcessMb: number;
  readonly settings: ReadingSettings;
}

/** One child that reads one message at a time. */
export interface ReaderProcess {
  /** @throws ReadingDied if it took too long or too much memory, or crashed on this message. Any other error is temporary. */
  run<T extends ReadingTask>(task: T, timeLimitMs: number): Promise<ResultOf<T>>;
  /** False once it has ended, or is so large that the next message should not pay for it. */
  isFit(): boolean;
  end(): Promise<void>;
}

/** Far more than a start takes on a busy machine. */
const START_LIMIT_MS = 60_000;
/**
 * A heap this small is collected on one thread with less CPU time than on several, which wait for each other; and what a message leaves
 * behind fits a young generation of this many MB, so that it is never copied to the old one. Together a third of a reader's CPU time.
 */
const COLLECTING = ['--single-threaded-gc', '--max-semi-space-size=32'];
/** The last output of a process that V8 aborts: the reason comes before a long stack. */
const MAX_LAST_WORDS = 16_384;
/** No secret from the settings reaches a process that reads strangers' mail. */
const PASSED_ON = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG', 'LC_ALL'] as const;

/** Starts a process and waits until it can take a task. */
export async function startReaderProcess(settings: ProcessSettings): Promise<ReaderProcess> {
  const child = forkReader(settings);
  const lastWords = keepLastWords(child);
  let pending: { resolve(message: ProcessMessage): void; reject(error: unknown): void } | null = null;
  let isOver = false;
  let rssBytes = 0;

  const closed = new Promise<void>((resolve) => {
    child.once('close', (status, signal) => {
      isOver = true;
      pending?.reject(new Ended(status, signal));
      resolve();
    });
  });
  // Also if it cannot be started at all; then there is no `close`.
  child.on('error', (error) => {
    isOver = child.pid === undefined || isOver;
    pending?.reject(error);
  });
  child.on('message', (message: ProcessMessage) => pending?.resolve(message));

  /** The child's next message; if none comes in time, kills the child and awaits its end. */
  const next = async (limitMs: number): Promise<ProcessMessage | 'late'> => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, limitMs);
    try {
      return await new Promise<ProcessMessage>((resolve, reject) => {
        pending = { resolve, reject };
        if (isOver) reject(new Ended(child.exitCode, child.signalCode));
      });
    } catch (error) {
      if (isLate) return 'late';
      throw error;
    } finally {
      clearTimeout(timer);
      pending = null;
    }
  };

  let isEnding = false;
  const end = async (): Promise<void> => {
    isEnding = true;
    if (isOver) return;
    child.kill('SIGKILL');
    await closed;
  };

  const started = await next(START_LIMIT_MS).catch((error: unknown) => error);
  if (started === 'late' || started instanceof Error)
    throw new Error(`the reading process did not start: ${lastWords()}`.trim(), { cause: started });

  return {
    run: async <T extends ReadingTask>(task: T, timeLimitMs: number) => {
      const answer = next(timeLimitMs);
      if (child.connected) child.send(task, () => {});
      const message = await answer.catch((error: unknown) => {
        if (isEnding) throw new Error('the reader was closed', { cause: error });
        if (!(error instanceof Ended)) throw error;
        throw lastWords().includes(OUT_OF_MEMORY)
          ? new ReadingDied(
              `reading needed more memory than ${settings.maxHeapMb} MB of heap or ${settings.maxProcessMb} MB in all`,
              { cause: error },
            )
          : new ReadingDied(error.message);
      });
      if (message === 'late') throw new ReadingDied(`reading took longer than ${timeLimitMs} ms`);
      if (message.kind === 'done') {
        ({ rssBytes } = message);
        // A process answers the task it was given.
        return message.result as ResultOf<T>;
      }
      if (message.kind === 'failed' && message.systemCode === null)
        throw new ReadingDied(`reading failed: ${message.error}`);
      throw new Error(
        message.kind === 'failed' ? message.error : 'the reading process gave an unexpected answer',
      );
    },
    isFit: () => !isOver && rssBytes < (settings.maxProcessMb / 2) * 1_048_576,
    end,
  };
}

/** How a process ended before it answered. */
class Ended extends Error {
  override readonly name = 'Ended';
  constructor(status: number | null, signal: NodeJS.Signals | null) {
    super(`the reading process ended (${signal ?? `status ${status}`})`);
  }
}

function forkReader({ entry, maxHeapMb, maxProcessMb, settings }: ProcessSettings): ChildProcess {
  const env = PASSED_ON.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const child = fork(fileURLToPath(entry), [], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${maxHeapMb}`, ...COLLECTING],
    env: Object.fromEntries(env),
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const start: ReadingStart = { parentPid: process.pid, maxBytes: maxProcessMb * 1_048_576, settings };
  child.send(start, () => {});
  return child;
}

/** V8's final report must not end up between log lines, and it contains the reason. */
function keepLastWords({ stderr }: ChildProcess): () => string {
  let words = '';
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (words.length < MAX_LAST_WORDS) words += text.slice(0, MAX_LAST_WORDS);
  });
  return () => words;
}
