/**
 * Single Redis keys get lost (eviction, an operator, a restart from a half-written file), and BullMQ trusts what is left: a
 * deduplication key of a job that will never run swallows every later poll.
 */
import { findOverdue } from '../store/polls.ts';
import type { Database } from '../store/mongo.ts';
import { readJob, removeJobKeys } from './job-keys.ts';
import { addPoll, mailboxKey, upsertScheduler } from './queues.ts';
import type { Queues, Scheduled } from './queues.ts';

/** Ticks, maintenance and a busy machine may be this much later than the interval. */
const SLACK_MS = 60_000;
/** States in which a job will run. */
const GOING: ReadonlySet<string> = new Set([
  'waiting',
  'active',
  'delayed',
  'prioritized',
  'waiting-children',
]);

/** Restores the keys of mailboxes that were not polled for longer than their interval allows. Returns which. */
export async function reviveOverduePolls(
  database: Pick<Database, 'polls' | 'leases'>,
  queues: Pick<Queues, 'poll' | 'tick' | 'redis'>,
  mailboxes: readonly Scheduled[],
  slackMs: number = SLACK_MS,
): Promise<string[]> {
  const limits = new Map(
    mailboxes.map(({ name, pollIntervalSeconds }) => [name, 2 * pollIntervalSeconds * 1000 + slackMs]),
  );
  const overdue = new Set(await findOverdue(database, limits));
  for (const mailbox of mailboxes.filter(({ name }) => overdue.has(name))) {
    await forgetDeadPoll(queues, mailbox.name);
    await queues.tick.removeJobScheduler(mailboxKey(mailbox.name)).catch(() => {});
    await upsertScheduler(queues, mailbox);
    await addPoll(queues, mailbox.name);
  }
  return [...overdue];
}

/** Removes a poll job that is in no list, and the key by which it swallows others. One that will run is left alone. */
async function forgetDeadPoll(
  { poll, redis }: Pick<Queues, 'poll' | 'redis'>,
  mailbox: string,
): Promise<void> {
  const key = mailboxKey(mailbox);
  const id = await redis.get(poll.toKey(`de:${key}`)).catch(() => null);
  if (id !== null) {
    const job = await readJob(poll, id);
    if (job !== undefined && job !== 'unreadable' && GOING.has(await job.getState())) return;
    await removeJobKeys({ redis, queue: poll }, id);
  }
  await redis.del(poll.toKey(`de:${key}`), poll.toKey(`dn:${key}`));
}
