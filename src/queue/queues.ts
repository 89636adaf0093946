import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { JobsOptions } from 'bullmq';
import type { ObjectId } from 'mongodb';
import { z } from 'zod';
import { readJob, removeJobKeys } from './job-keys.ts';

/** Queue names; in Redis they have the prefix from the settings. */
export const queueNames = { tick: 'tick', poll: 'poll', ingest: 'ingest', deliver: 'deliver' } as const;

/** Jobs only carry references: their data is stored in clear text. */
export const mailboxJob = z.object({ mailbox: z.string().min(1) });
const reference = z.string().regex(/^[0-9a-f]{24}$/u);
export const ingestJob = z.discriminatedUnion('kind', [
  z.object({
    /** `sighting`: bring this occurrence to its end. `message`: judge this message again. */
    kind: z.enum(['sighting', 'message']),
    id: reference,
  }),
  z.object({
    /** Bring these occurrences to their end, together. */
    kind: z.literal('group'),
    ids: z.array(reference).min(1).max(1_000),
  }),
]);
export const deliverJob = z.object({
  id: reference,
  endpoint: reference,
  attempts: z.number().int().min(0),
});
export type DeliverJob = z.infer<typeof deliverJob>;
export type MailboxJob = z.infer<typeof mailboxJob>;
export type IngestJob = z.infer<typeof ingestJob>;
/** A job for one message alone. */
export type SingleJob = Extract<IngestJob, { readonly id: string }>;

export interface Queues {
  readonly tick: Queue<MailboxJob>;
  readonly poll: Queue<MailboxJob>;
  readonly ingest: Queue<IngestJob>;
  readonly deliver: Queue<DeliverJob>;
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
  const [tick, poll, ingest, deliver] = [
    open<MailboxJob>(queueNames.tick),
    open<MailboxJob>(queueNames.poll),
    open<IngestJob>(queueNames.ingest),
    open<DeliverJob>(queueNames.deliver),
  ];
  return {
    tick,
    poll,
    ingest,
    deliver,
    redis,
    close: async () => {
      await Promise.allSettled([tick.close(), poll.close(), ingest.close(), deliver.close()]);
      redis.disconnect();
    },
  };
}

/** A BullMQ id must not contain a colon or be all digits. */
export function mailboxKey(mailbox: string): string {
  return `mailbox-${createHash('sha256').update(mailbox).digest('hex').slice(0, 16)}`;
}

export function ingestJobId({ kind, id }: SingleJob): string {
  return `${kind}-${id}`;
}

/** By the first of a group, which the rows of all of them name. */
const groupJobId = (first: string): string => `group-${first}`;

/** One poll of a mailbox at a time; what is asked for during a poll happens once more after it. */
export async function addPoll({ poll }: Pick<Queues, 'poll'>, mailbox: string): Promise<void> {
  const deduplication = { id: mailboxKey(mailbox), keepLastIfActive: true };
  await poll.add('poll', { mailbox }, { ...pollOptions, deduplication });
}

export async function addIngestJobs(
  { ingest }: Pick<Queues, 'ingest'>,
  kind: SingleJob['kind'],
  ids: readonly ObjectId[],
): Promise<void> {
  if (ids.length === 0) return;
  await ingest.addBulk(
    ids.map((objectId) => {
      const data: SingleJob = { kind, id: objectId.toHexString() };
      const again = kind === 'message' ? { removeOnComplete: true } : {};
      return { name: kind, data, opts: { ...ingestOptions, ...again, jobId: ingestJobId(data) } };
    }),
  );
}

/** BullMQ takes jobs without a priority first: an import waits for what comes today. */
const BACKLOG_PRIORITY = 1;
/** For what is counted of groups that wait: as many messages as most of them have. */
const MESSAGES_PER_GROUP = 50;

/** One job for all of them; for a single one the job that it would get alone. */
export async function addGroupJob(
  queues: Pick<Queues, 'ingest'>,
  ids: readonly ObjectId[],
  { isBacklog }: { readonly isBacklog: boolean },
): Promise<void> {
  const [first, second] = ids;
  if (first === undefined) return;
  if (second === undefined) return await addIngestJobs(queues, 'sighting', ids);
  const data: IngestJob = { kind: 'group', ids: ids.map((id) => id.toHexString()) };
  await queues.ingest.add('group', data, {
    ...ingestOptions,
    ...(isBacklog && { priority: BACKLOG_PRIORITY }),
    jobId: groupJobId(first.toHexString()),
  });
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

/** Of a mailbox that is polled no more. */
export async function removeScheduler({ tick }: Pick<Queues, 'tick'>, mailbox: string): Promise<void> {
  await tick.removeJobScheduler(mailboxKey(mailbox));
}

/** Milliseconds since the epoch by the clock of Redis, which is one for all. */
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
  job: SingleJob,
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

/** Whether the job of a group is yet to run, or runs. */
export async function isGroupUnderWay(
  { ingest, redis }: Pick<Queues, 'ingest' | 'redis'>,
  first: ObjectId,
): Promise<boolean> {
  const id = groupJobId(first.toHexString());
  const found = await readJob(ingest, id);
  if (found === 'unreadable') await removeJobKeys({ redis, queue: ingest }, id);
  if (found === undefined || found === 'unreadable') return false;
  const state = await found.getState();
  return state !== 'completed' && state !== 'failed' && state !== 'unknown';
}

/** Messages whose ingest jobs are not at their end yet. Groups of an import are counted as full. */
export async function pendingIngestJobs({ ingest }: Pick<Queues, 'ingest'>): Promise<number> {
  const { prioritized = 0, ...others } = await ingest.getJobCounts(
    'waiting',
    'active',
    'delayed',
    'prioritized',
  );
  return Object.values(others).reduce((sum, count) => sum + count, prioritized * MESSAGES_PER_GROUP);
}
