/**
 * A Redis that is full (OOM), a replica (READONLY) or cannot save (MISCONF) refuses every command at once. BullMQ then retries
 * without a pause, and reports each refusal: thousands of lines per second.
 */
import type { Worker } from 'bullmq';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** After this long without a refusal, the next one is a new problem. */
const OVER_AFTER_MS = 60_000;
const SAY_EVERY_MS = 60_000;

/** An answer from the server; a lost connection is not one, and ioredis pauses by itself. */
const isRefusal = (error: unknown): boolean =>
  error instanceof Error &&
  (error.name === 'ReplyError' ||
    /\b(?:OOM|READONLY|MISCONF|NOPERM|NOREPLICAS|LOADING|MASTERDOWN|CLUSTERDOWN)\b/u.test(error.message));

/** Logs the worker's errors, the same one once per minute, and pauses the worker while Redis refuses. */
export function handleWorkerErrors(
  worker: Worker,
  { queue, log }: { readonly queue: string; readonly log: Log },
): void {
  const say = createSayer();
  let pauseMs = FIRST_PAUSE_MS;
  let refusedAt = -OVER_AFTER_MS;
  let resting: NodeJS.Timeout | null = null;

  const rest = (): void => {
    const now = performance.now();
    if (resting !== null) return;
    pauseMs = now - refusedAt > OVER_AFTER_MS ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
    refusedAt = now;
    // Running jobs continue: waiting for them is impossible, because finishing is a command too.
    worker.pause(true).catch(() => {});
    resting = setTimeout(() => {
      resting = null;
      if (worker.closing === undefined) worker.resume().catch(() => {});
    }, pauseMs);
  };
  worker.on('closing', () => clearTimeout(resting ?? undefined));
  worker.on('error', (error) => {
    if (!isRefusal(error)) {
      say(describeError(error), (repeated) =>
        log.warn({ queue, error: describeError(error), ...repeated }, 'queue connection failed'),
      );
      return;
    }
    rest();
    say(describeError(error), (repeated) =>
      log.error(
        { queue, error: describeError(error), ...repeated },
        'Redis refuses commands; pausing this queue and retrying at least every 30 s. Fix: free memory, or make it writable',
      ),
    );
  });
}

/** Logs the same at most once per minute, with the number of repetitions. */
function createSayer() {
  const said = new Map<string, { at: number; unsaid: number }>();
  return (text: string, write: (repeated: { readonly repeated?: number }) => void): void => {
    // Equal answers differ in numbers: script addresses, ports, times.
    const key = text.replaceAll(/\d+/gu, '#');
    const now = performance.now();
    const before = said.get(key);
    if (before !== undefined && now - before.at < SAY_EVERY_MS) {
      before.unsaid++;
      return;
    }
    write(before !== undefined && before.unsaid > 0 ? { repeated: before.unsaid } : {});
    if (said.size > MAX_REMEMBERED) said.clear();
    said.set(key, { at: now, unsaid: 0 });
  };
}

const MAX_REMEMBERED = 100;
