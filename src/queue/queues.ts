import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { JobsOptions } from 'bullmq';
import type { ObjectId } from 'mongodb';
import { z } from 'zod';
import { readJob, removeJobKeys } from './job-keys.ts';

/** Queue names; in Redis they have the prefix from the settings. */
export const queueNames = { tick: 'tick', poll: 'poll', ingest: 'ingest' } as const;

/** Jobs only carry references: their data is stored in clear text. */
export const mailboxJob = z.object({ mailbox: z.string().min(1) });
export const ingestJob = z.object({
  /** `sighting`: take this occurrence to its end. `message`: rejudge this message. */
  kind: z.enum(['sighting', 'message']),
  id: z.string().regex(/^[0-9a-f]{24}$/u),
});
export type MailboxJob = z.infer<typeof mailboxJob>;
export type IngestJob = z.infer<typeof ingestJob>;

export interface Queues {
  readonly tick: Queue<MailboxJob>;
  readonly poll: Queue<MailboxJob>;
  readonly ingest: Queue<IngestJob>;
  /** For what BullMQ cannot express: keys that it takes for jobs but are not. Connects on first use. */
  readonly redis: Redis;
  close(): Promise<void>;
}

/** People look back over a day of completed jobs; failed ones are the only record of a failure. */
const KEEP_COMPLETED = { age: 24 * 60 * 60, count: 5_000 };
const KEEP_FAILED = { age: 30 * 24 * 60 * 60 };
/** Practically endless: an unknown error is temporary (invariant 9). */
const ATTEMPTS = 1_000_000;

const ingestOptions: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'custom' },
  removeOnComplete: KEEP_COMPLETED,
  removeOnFail: KEEP_FAILED,
};

/** A failed poll is not retried: the next tick is the retry. */
const pollOptions: JobsOptions = {
  attempts: 1,
  removeOnComplete: { count: 500 },
  removeOnFail: { count: 500 },
};

export function openQueues({ url, prefix }: { readonly url: string; readonly prefix: string }): Queues {
  const connection = { url, enableOfflineQueue: false, maxRetriesPerRequest: 1 };
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 });
  redis.on('error', () => {});
  const open = <T>(name: string): Queue<T> => {
    const queue = new Queue<T>(name, { connection, prefix });
    // Without a listener a lost connection would end the process; the caller of each command sees its own failure.
    queue.on('error', () => {});
    return queue;
  };
  const [tick, poll, ingest] = [
    open<MailboxJob>(queueNames.tick),
    open<MailboxJob>(queueNames.poll),
    open<IngestJob>(queueNames.ingest),
  ];
  return {
    tick,
    poll,
    ingest,
    redis,
    close: async () => {
      await Promise.allSettled([tick.close(), poll.close(), ingest.close()]);
      redis.disconnect();
    },
  };
}

/** A BullMQ id must not contain a colon or be all digits. */
export function mailboxKey(mailbox: string): string {
  return `mailbox-${createHash('sha256').update(mailbox).digest('hex').slice(0, 16)}`;
}

export function ingestJobId({ kind, id }: IngestJob): string {
  return `${kind}-${id}`;
}

/** One poll per mailbox at a time; a request during a poll runs once more after it. */
export async function addPoll({ poll }: Pick<Queues, 'poll'>, mailbox: string): Promise<void> {
  const deduplication = { id: mailboxKey(mailbox), keepLastIfActive: true };
  await poll.add('poll', { mailbox }, { ...pollOptions, deduplication });
}

export async function addIngestJobs(
  { ingest }: Pick<Queues, 'ingest'>,
  kind: IngestJob['kind'],
  ids: readonly ObjectId[],
): Promise<void> {
  if (ids.length === 0) return;
  await ingest.addBulk(
    ids.map((objectId) => {
      const data: IngestJob = { kind, id: objectId.toHexString() };
      const again = kind === 'message' ? { removeOnComplete: true } : {};
      return { name: kind, data, opts: { ...ingestOptions, ...again, jobId: ingestJobId(data) } };
    }),
  );
}

export interface Scheduled {
  readonly name: string;
  readonly pollIntervalSeconds: number;
}

/** How much later than its interval a tick may be before it counts as set by a clock that is ahead. */
const TICK_SLACK_MS = 5_000;

/**
 * Recreates missing schedulers of mailboxes: a flushed Redis has lost them too. The next tick is an absolute time by the clock of
 * whoever set it: one further away than the interval would block the mailbox, and is reset.
 */
export async function ensureSchedulers(
  queues: Pick<Queues, 'tick' | 'redis'>,
  mailboxes: readonly Scheduled[],
): Promise<void> {
  const present = new Map(
    (await queues.tick.getJobSchedulers(0, -1)).map((scheduler) => [scheduler.key, scheduler]),
  );
  const now = await serverTime(queues);
  for (const mailbox of mailboxes) {
    const key = mailboxKey(mailbox.name);
    const every = mailbox.pollIntervalSeconds * 1000;
    const scheduler = present.get(key);
    const isAhead = (scheduler?.next ?? 0) > now + every + TICK_SLACK_MS;
    if (Number(scheduler?.every) === every && !isAhead) continue;
    if (isAhead) await queues.tick.removeJobScheduler(key);
    await upsertScheduler(queues, mailbox);
  }
}

export async function upsertScheduler(
  { tick }: Pick<Queues, 'tick'>,
  { name, pollIntervalSeconds }: Scheduled,
): Promise<void> {
  const opts = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
  const every = pollIntervalSeconds * 1000;
  await tick.upsertJobScheduler(mailboxKey(name), { every }, { name: 'tick', data: { mailbox: name }, opts });
}

/** Milliseconds since the epoch by Redis's clock, shared by all. */
async function serverTime({ redis }: Pick<Queues, 'redis'>): Promise<number> {
  const [seconds] = await redis.time();
  return Number(seconds) * 1000;
}

/**
 * Makes sure that work known to the database has a job. Adding over a kept id would be a silent no-op, so the job is looked up
 * first: failed → retried, completed or missing → added again, else left alone.
 */
export async function ensureIngestJob(
  { ingest, redis }: Pick<Queues, 'ingest' | 'redis'>,
  job: IngestJob,
): Promise<'left' | 'revived'> {
  const found = await readJob(ingest, ingestJobId(job));
  if (found === 'unreadable') await removeJobKeys({ redis, queue: ingest }, ingestJobId(job));
  else if (found !== undefined) {
    const state = await found.getState();
    if (state !== 'completed' && state !== 'failed' && state !== 'unknown') return 'left';
    await found.remove();
  }
  const again = job.kind === 'message' ? { removeOnComplete: true } : {};
  await ingest.add(job.kind, job, { ...ingestOptions, ...again, jobId: ingestJobId(job) });
  return 'revived';
}

/** Unfinished ingest jobs. */
export async function pendingIngestJobs({ ingest }: Pick<Queues, 'ingest'>): Promise<number> {
  const counts = await ingest.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
