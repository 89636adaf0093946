import { UnrecoverableError, Worker } from 'bullmq';
import type { Job, Processor } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { describeError, PermanentError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { mailboxJob } from './queues.ts';
import { handleWorkerErrors } from './refusals.ts';
import type { Queues } from './queues.ts';

export interface WorkerSettings {
  readonly redis: { readonly url: string; readonly prefix: string };
  readonly queues: Queues;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Shorter ones, for tests that cannot wait. */
  readonly timing?: JobTiming;
}

export interface JobTiming {
  readonly pollLockMs: number;
  readonly ingestLockMs: number;
  readonly stalledIntervalMs: number;
}

/** Bounded in time: what has not finished after `graceMs` is left to a later process. */
export interface RunningWorkers {
  close(graceMs: number): Promise<void>;
}

/**
 * A killed process blocks its mailbox, and what it was ingesting, until its locks are found stale. Ingest locks are longer: a busy
 * machine should not run a job twice, though it does no harm.
 */
export const jobTiming: JobTiming = { pollLockMs: 30_000, ingestLockMs: 60_000, stalledIntervalMs: 5_000 };
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 10 * 60_000;
/** Exponential with full jitter, capped (invariant 9). */
export function retryDelayMs(attemptsMade: number, random: () => number = Math.random): number {
  const cap = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attemptsMade - 1, 20));
  return Math.round(cap / 2 + (random() * cap) / 2);
}

interface WorkerOptions {
  readonly concurrency: number;
  readonly lockMs: number;
}

type Handler<T> = (job: Job<T>, signal: AbortSignal) => Promise<unknown>;

/** @throws PermanentError for what no version of docketmail wrote: a retry reads the same. */
export function payloadOf<T>(job: Job, schema: z.ZodType<T>): T {
  const read = schema.safeParse(job.data);
  if (read.success) return read.data;
  throw new PermanentError('bad-payload', `not a job of this queue: ${z.prettifyError(read.error)}`);
}

/** The one place that logs failures and decides whether they are retried. */
export function startWorker<T>(
  settings: WorkerSettings,
  name: string,
  options: WorkerOptions,
  handle: Handler<T>,
): Worker<T> {
  const { redis, log, metrics, timing = jobTiming } = settings;
  const processor: Processor<T> = async (job, _token, signal) => {
    try {
      return await handle(job, signal ?? new AbortController().signal);
    } catch (error) {
      metrics.jobs.inc({ queue: name, outcome: error instanceof PermanentError ? 'failed' : 'error' });
      log.warn(
        {
          queue: name,
          job: job.id,
          ...mailboxJob.safeParse(job.data).data,
          attempt: job.attemptsMade + 1,
          error: describeError(error),
        },
        'job failed',
      );
      if (error instanceof PermanentError)
        throw new UnrecoverableError(`${error.code}: ${describeError(error)}`);
      throw error;
    }
  };
  const worker = new Worker<T>(name, processor, {
    connection: { url: redis.url, maxRetriesPerRequest: null },
    prefix: redis.prefix,
    concurrency: options.concurrency,
    lockDuration: options.lockMs,
    stalledInterval: timing.stalledIntervalMs,
    // A stalled job's process died: it runs again however often; the ledger guards against poison.
    maxStalledCount: 1_000_000,
    settings: { backoffStrategy: (attemptsMade) => retryDelayMs(attemptsMade) },
  });
  handleWorkerErrors(worker, { queue: name, log });
  return worker;
}

/** Two stages: wait for running jobs, then abort what is left. */
export function closing(workers: readonly Worker[]): RunningWorkers {
  return {
    close: async (graceMs) => {
      const graceful = Promise.allSettled(workers.map((worker) => worker.close()));
      if (await endsWithin(graceful, graceMs)) return;
      for (const worker of workers) worker.cancelAllJobs('docketmail is stopping');
      await endsWithin(graceful, 2_000);
      await endsWithin(Promise.allSettled(workers.map((worker) => worker.close(true))), 1_000);
    },
  };
}

/** Clears the timer: it would keep an otherwise finished process alive. */
async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const ended = new AbortController();
  const late = delay(ms, false, { signal: ended.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
