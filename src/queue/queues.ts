import { createHash } from 'node:crypto';
import { Queue } from 'bullmq';
import type { JobsOptions } from 'bullmq';
import type { ObjectId } from 'mongodb';
import { z } from 'zod';

/** Queue names; the prefix of the settings stands before them in Redis. */
export const queueNames = { tick: 'tick', poll: 'poll', ingest: 'ingest' } as const;

/** Jobs carry references only: their data are stored in clear text. */
export const mailboxJob = z.object({ mailbox: z.string().min(1) });
export const ingestJob = z.object({
  /** `sighting`: bring this occurrence to its end. `message`: judge this message again. */
  kind: z.enum(['sighting', 'message']),
  id: z.string().regex(/^[0-9a-f]{24}$/u),
});
export type MailboxJob = z.infer<typeof mailboxJob>;
export type IngestJob = z.infer<typeof ingestJob>;

export interface Queues {
  readonly tick: Queue<MailboxJob>;
  readonly poll: Queue<MailboxJob>;
  readonly ingest: Queue<IngestJob>;
  close(): Promise<void>;
}

/** A day of completed jobs is what a person looks back over; failed ones are the only record of a failure. */
const KEEP_COMPLETED = { age: 24 * 60 * 60, count: 5_000 };
const KEEP_FAILED = { age: 30 * 24 * 60 * 60 };
/** Without end, in practice: an unknown error is temporary (invariant 9). */
const ATTEMPTS = 1_000_000;

const ingestOptions: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'custom' },
  removeOnComplete: KEEP_COMPLETED,
  removeOnFail: KEEP_FAILED,
};

/** A poll that fails is not retried: the next tick is the retry. */
const pollOptions: JobsOptions = {
  attempts: 1,
  removeOnComplete: { count: 500 },
  removeOnFail: { count: 500 },
};

export function openQueues({ url, prefix }: { readonly url: string; readonly prefix: string }): Queues {
  const connection = { url, enableOfflineQueue: false, maxRetriesPerRequest: 1 };
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
    close: async () => {
      await Promise.allSettled([tick.close(), poll.close(), ingest.close()]);
    },
  };
}

/** A BullMQ id must hold no colon and must not be all digits. */
export function mailboxKey(mailbox: string): string {
  return `mailbox-${createHash('sha256').update(mailbox).digest('hex').slice(0, 16)}`;
}

export function ingestJobId({ kind, id }: IngestJob): string {
  return `${kind}-${id}`;
}

/** One poll of a mailbox at a time; what is asked for during a poll happens once more after it. */
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

/** Re-creates the scheduler of each mailbox where it is missing: a flushed Redis has lost them too. */
export async function ensureSchedulers(
  { tick }: Pick<Queues, 'tick'>,
  mailboxes: readonly { readonly name: string; readonly pollIntervalSeconds: number }[],
): Promise<void> {
  const wanted = new Map(mailboxes.map((mailbox) => [mailboxKey(mailbox.name), mailbox]));
  const present = new Map(
    (await tick.getJobSchedulers(0, -1)).map((scheduler) => [scheduler.key, scheduler]),
  );
  for (const [key, { name, pollIntervalSeconds }] of wanted) {
    const every = pollIntervalSeconds * 1000;
    if (Number(present.get(key)?.every) === every) continue;
    const opts = { removeOnComplete: true, removeOnFail: true, attempts: 1 };
    await tick.upsertJobScheduler(key, { every }, { name: 'tick', data: { mailbox: name }, opts });
  }
}

/**
 * Sees to it that work which the database knows of has a job. Adding over a kept id would be a silent no-op, so the job is
 * looked up first: failed → retried, completed or missing → added anew, else left alone.
 */
export async function ensureIngestJob(
  { ingest }: Pick<Queues, 'ingest'>,
  job: IngestJob,
): Promise<'left' | 'revived'> {
  const found = await ingest.getJob(ingestJobId(job));
  if (found !== undefined) {
    const state = await found.getState();
    if (state !== 'completed' && state !== 'failed' && state !== 'unknown') return 'left';
    await found.remove();
  }
  const again = job.kind === 'message' ? { removeOnComplete: true } : {};
  await ingest.add(job.kind, job, { ...ingestOptions, ...again, jobId: ingestJobId(job) });
  return 'revived';
}

/** Ingest jobs that are not at their end yet. */
export async function pendingIngestJobs({ ingest }: Pick<Queues, 'ingest'>): Promise<number> {
  const counts = await ingest.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}
