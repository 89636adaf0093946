import { UnrecoverableError, Worker } from 'bullmq';
import type { Job, Processor } from 'bullmq';
import { ObjectId } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { describeError, PermanentError } from './errors.ts';
import { ingestAgain, ingestSighting } from './ingest.ts';
import type { IngestDeps, IngestOutcome } from './ingest.ts';
import type { Log } from './log.ts';
import { MailboxError } from './mailbox/mailbox.ts';
import type { Metrics } from './metrics.ts';
import { pollMailbox } from './poll.ts';
import type { PollDeps, PollOutcome, PolledMailbox } from './poll.ts';
import { addPoll, ingestJob, mailboxJob, queueNames } from './queues.ts';
import type { IngestJob, MailboxJob, Queues } from './queues.ts';

interface WorkerSettings {
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

/** Bounded in time: what has not ended after `graceMs` is left to a later process. */
export interface RunningWorkers {
  close(graceMs: number): Promise<void>;
}

/**
 * A killed process silences its mailbox, and holds up what it was ingesting, until its locks are found stale. Ingest locks are
 * longer: a busy machine should not make a job run twice, though it does no harm.
 */
const jobTiming: JobTiming = { pollLockMs: 30_000, ingestLockMs: 60_000, stalledIntervalMs: 5_000 };
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 10 * 60_000;
/** How long a poll that found ingest behind waits before it asks again. */
const WAIT_FOR_ROOM_MS = 1_000;
/** How long a poll waits that found the mailbox held by another process, which may be dead. */
const WAIT_FOR_LEASE_MS = 5_000;

/** Exponential with full jitter, capped (invariant 9). */
export function retryDelayMs(attemptsMade: number, random: () => number = Math.random): number {
  const cap = Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attemptsMade - 1, 20));
  return Math.round(cap / 2 + (random() * cap) / 2);
}

export function startPollWorkers(
  settings: WorkerSettings & {
    readonly poll: PollDeps;
    readonly mailboxes: readonly PolledMailbox[];
    readonly concurrency: number;
  },
): RunningWorkers {
  const { queues, log, metrics, poll, concurrency, timing = jobTiming } = settings;
  const byName = new Map(settings.mailboxes.map((mailbox) => [mailbox.name, mailbox]));
  /** Why a mailbox could not be reached, as it was logged last. */
  const said = new Map<string, string>();

  const tick = startWorker<MailboxJob>(
    settings,
    queueNames.tick,
    { concurrency: 4, lockMs: timing.pollLockMs },
    async (job) => {
      await addPoll(queues, payloadOf(job, mailboxJob).mailbox);
    },
  );

  const polls = startWorker<MailboxJob>(
    settings,
    queueNames.poll,
    { concurrency, lockMs: timing.pollLockMs },
    async (job, signal) => {
      const { mailbox: name } = payloadOf(job, mailboxJob);
      const mailbox = byName.get(name);
      if (mailbox === undefined)
        throw new PermanentError(
          'unknown-mailbox',
          `no mailbox ${name} in this process's settings; give all pollers the same`,
        );
      const stop = metrics.pollSeconds.startTimer({ mailbox: name });
      try {
        const outcome = await pollMailbox(poll, mailbox, signal);
        said.delete(name);
        report(name, outcome);
        if (outcome.outcome === 'waiting')
          await delay(WAIT_FOR_ROOM_MS, undefined, { signal }).catch(() => {});
        if (outcome.outcome === 'leased')
          await delay(Math.min(WAIT_FOR_LEASE_MS, timing.pollLockMs), undefined, { signal }).catch(() => {});
        if (outcome.outcome !== 'done') await addPoll(queues, name);
        return {
          ...outcome,
          problems: outcome.problems.map(({ folder, error }) => `${folder}: ${describeError(error)}`),
        };
      } catch (error) {
        metrics.folderProblems.inc({ mailbox: name });
        if (!(error instanceof MailboxError)) throw error;
        const isNews = said.get(name) !== error.code;
        said.set(name, error.code);
        if (!error.isRepeated) throw error;
        // The watch may have met it first, which says nothing; the pause itself is no news.
        if (isNews)
          log.warn(
            {
              mailbox: name,
              code: error.code,
              error: describeError(error),
              retryAfterMs: error.retryAfterMs,
            },
            'mailbox cannot be reached, it is left alone for a while',
          );
        return { outcome: error.code, retryAfterMs: error.retryAfterMs };
      } finally {
        stop();
      }
    },
  );

  function report(
    mailbox: string,
    { problems, resets, recovered, outcome, listed, fetched, vanished }: PollOutcome,
  ): void {
    for (const { folder, error, isNews, parkedUntil } of problems) {
      metrics.folderProblems.inc({ mailbox });
      if (!isNews) continue;
      const fields = { mailbox, folder, error: describeError(error) };
      if (parkedUntil === null) log.warn(fields, 'folder could not be polled');
      else log.warn({ ...fields, parkedUntil }, 'folder is parked: it is asked for rarely until it opens');
    }
    for (const folder of recovered) log.info({ mailbox, folder }, 'parked folder can be opened again');
    for (const reset of resets) {
      metrics.folderResets.inc({ mailbox });
      log.warn({ mailbox, reset }, 'folder was reset, it is read again');
    }
    if (listed + fetched + vanished > 0) log.info({ mailbox, outcome, listed, fetched, vanished }, 'polled');
  }

  return closing([tick, polls]);
}

export function startIngestWorkers(
  settings: WorkerSettings & { readonly ingest: IngestDeps; readonly concurrency: number },
): RunningWorkers {
  const { log, metrics, ingest, concurrency, timing = jobTiming } = settings;
  const worker = startWorker<IngestJob>(
    settings,
    queueNames.ingest,
    { concurrency, lockMs: timing.ingestLockMs },
    async (job) => {
      const { kind, id } = payloadOf(job, ingestJob);
      const stop = metrics.ingestSeconds.startTimer();
      const objectId = ObjectId.createFromHexString(id);
      const outcome =
        kind === 'sighting' ? await ingestSighting(ingest, objectId) : await ingestAgain(ingest, objectId);
      report({ job: job.id, outcome, seconds: stop() });
      return outcome;
    },
  );

  function report({
    job,
    outcome,
    seconds,
  }: {
    job: string | undefined;
    outcome: IngestOutcome;
    seconds: number;
  }): void {
    metrics.jobs.inc({ queue: queueNames.ingest, outcome: outcome.outcome });
    if (outcome.verdict !== null) metrics.verdicts.inc({ kind: outcome.verdict });
    if (outcome.outcome === 'nothing-to-do') return;
    if (outcome.lag !== null)
      metrics.lagSeconds.observe({ mailbox: outcome.lag.mailbox }, outcome.lag.seconds);
    const { warnings, lag: _, ...fields } = outcome;
    const level = outcome.outcome === 'quarantined' ? 'error' : 'info';
    const codes = warnings.map((warning) => warning.split(':', 1)[0]);
    log[level](
      { job, ...fields, warnings: codes, durationMs: Math.round(seconds * 1000) },
      'message ingested',
    );
  }

  return closing([worker]);
}

interface WorkerOptions {
  readonly concurrency: number;
  readonly lockMs: number;
}

type Handler<T> = (job: Job<T>, signal: AbortSignal) => Promise<unknown>;

/** @throws PermanentError for what no version of docketmail wrote: another try reads the same. */
function payloadOf<T>(job: Job, schema: z.ZodType<T>): T {
  const read = schema.safeParse(job.data);
  if (read.success) return read.data;
  throw new PermanentError('bad-payload', `not a job of this queue: ${z.prettifyError(read.error)}`);
}

/** The one place where failures are logged, and where it is decided whether they are retried. */
function startWorker<T>(
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
    // A stalled job is one whose process died: it runs again however often; poison is guarded by the ledger.
    maxStalledCount: 1_000_000,
    settings: { backoffStrategy: (attemptsMade) => retryDelayMs(attemptsMade) },
  });
  worker.on('error', (error) =>
    log.warn({ queue: name, error: describeError(error) }, 'queue connection failed'),
  );
  return worker;
}

/** Two stages: let running jobs end, then abort what is left. */
function closing(workers: readonly Worker[]): RunningWorkers {
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

/** The timer is taken back: left running, it would keep a process alive that has nothing more to do. */
async function endsWithin(work: Promise<unknown>, ms: number): Promise<boolean> {
  const ended = new AbortController();
  const late = delay(ms, false, { signal: ended.signal }).catch(() => false);
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    ended.abort();
  }
}
