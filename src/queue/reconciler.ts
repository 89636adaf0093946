import { findToRejudge } from '../store/rejudge.ts';
import type { Database } from '../store/mongo.ts';
import { stalePending } from '../store/sightings.ts';
import { ensureIngestJob } from './queues.ts';
import type { Queues } from './queues.ts';

/** Rows looked at in one step; the reconciler goes on until it has seen all. */
const PAGE = 500;

/**
 * Redis is disposable: finds what the database knows to be unfinished and sees to it that each has a job. Looks at sightings
 * that nothing happened to for `staleMs`, so that it does not race with a poll that has just stored a message.
 */
export async function reconcile(
  database: Database,
  queues: Queues,
  staleMs: number,
): Promise<{ revived: number }> {
  let revived = 0;
  const before = new Date(Date.now() - staleMs);
  for (let after: Date | null = null; ;) {
    const rows = await stalePending(database.sightings, { before, after, limit: PAGE });
    for (const { _id } of rows)
      if ((await ensureIngestJob(queues, { kind: 'sighting', id: _id.toHexString() })) === 'revived')
        revived++;
    const last = rows.at(-1)?.updatedAt ?? null;
    if (rows.length < PAGE || last === null || last.getTime() === after?.getTime()) break;
    after = last;
  }
  for (const id of await findToRejudge(database.messages, PAGE))
    if ((await ensureIngestJob(queues, { kind: 'message', id: id.toHexString() })) === 'revived') revived++;
  return { revived };
}
