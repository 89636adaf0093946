/** What poll and ingest add to the queue, and what they need from it. */
import type { ObjectId } from 'mongodb';
import type { Config } from '../config/config.ts';
import type { PollDeps } from '../poll/poll-run.ts';
import { addGroupJob, addIngestJobs, pendingIngestJobs } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import type { Resources } from './open.ts';

/** Adds jobs that rejudge messages. Their marks in the database outlast a Redis that is down. */
export function rejudgeJobs(queues: Queues): (ids: readonly ObjectId[]) => Promise<void> {
  return async (ids) => await addIngestJobs(queues, 'message', ids).catch(() => {});
}

/** A poll that queues what it fetched. */
export function pollIntoQueue({ config, database, blobs, spoolDir }: Resources, queues: Queues): PollDeps {
  return {
    database,
    blobs,
    spoolDir,
    enqueue: async (ids, group) => await addGroupJob(queues, ids, group),
    remember: () => {},
    hasRoom: createBackpressure(queues, config.poll.backpressure),
    batch: config.poll.batch,
    budgetMs: config.poll.budgetSeconds * 1000,
  };
}

/** True between the low and the high mark once the high one was passed: polling pauses, then continues for a while. */
export function createBackpressure(
  queues: Pick<Queues, 'ingest'>,
  { high, low }: Config['poll']['backpressure'],
): () => Promise<boolean> {
  let full = false;
  return async () => {
    const pending = await pendingIngestJobs(queues);
    full = full ? pending > low : pending >= high;
    return !full;
  };
}
