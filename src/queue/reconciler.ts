import type { ObjectId } from 'mongodb';
import { describeError } from '../errors.ts';
import { findCountedOut, reopen } from '../store/attempts.ts';
import { askForMissingRaw } from '../store/lost-raw.ts';
import type { Occurrence } from '../store/lost-raw.ts';
import { findToRejudge } from '../store/rejudge.ts';
import type { Database } from '../store/mongo.ts';
import { noteSightingError, stalePending } from '../store/sightings.ts';
import { ensureIngestJob, isGroupUnderWay } from './queues.ts';
import type { Queues, SingleJob } from './queues.ts';

/** Rows checked per step; the reconciler continues until it has seen all. */
const PAGE = 500;
/** This many in a row are not the jobs' fault: Redis is down. */
const MAX_FAILURES_IN_A_ROW = 3;

export interface Reconciled {
  readonly revived: number;
  /** Messages whose raw bytes are gone and that the next poll refetches. */
  readonly refetched?: readonly Occurrence[];
  /** Jobs that could not be looked at, and why. The others were. */
  readonly failed?: readonly { readonly job: SingleJob; readonly error: string }[];
}

/**
 * Redis is disposable: finds what is unfinished in the database and makes sure that each has a job. Only checks sightings unchanged
 * for `staleMs`, so that it does not race with a poll that has just stored a message. @throws if the database or Redis are down.
 */
export async function reconcile(database: Database, queues: Queues, staleMs: number): Promise<Reconciled> {
  let revived = 0;
  let inARow = 0;
  const failed: { job: SingleJob; error: string }[] = [];
  const ensure = async (kind: SingleJob['kind'], id: ObjectId): Promise<void> => {
    const job: SingleJob = { kind, id: id.toHexString() };
    try {
      if ((await ensureIngestJob(queues, job)) === 'revived') revived++;
      inARow = 0;
    } catch (error) {
      inARow++;
      if (inARow >= MAX_FAILURES_IN_A_ROW) throw error;
      failed.push({ job, error: describeError(error) });
      if (kind === 'sighting') await noteSightingError(database.sightings, id, describeError(error));
    }
  };
  const groups = new Map<string, boolean>();
  const isUnderWay = async (first: ObjectId): Promise<boolean> => {
    const key = first.toHexString();
    const known = groups.get(key) ?? (await isGroupUnderWay(queues, first));
    groups.set(key, known);
    return known;
  };
  const refetched = await askForMissingRaw(database);
  for (const id of await findCountedOut(database.sightings, PAGE)) {
    await reopen(database.sightings, [id]);
    await ensure('sighting', id);
  }
  const before = new Date(Date.now() - staleMs);
  for (let after: Date | null = null; ;) {
    const rows = await stalePending(database.sightings, { before, after, limit: PAGE });
    for (const { _id, group } of rows)
      if (group === undefined || !(await isUnderWay(group))) await ensure('sighting', _id);
    const last = rows.at(-1)?.updatedAt ?? null;
    if (rows.length < PAGE || last === null || last.getTime() === after?.getTime()) break;
    after = last;
  }
  for (let after: ObjectId | null = null; ;) {
    const ids = await findToRejudge(database.messages, PAGE, after);
    for (const id of ids) await ensure('message', id);
    after = ids.at(-1) ?? null;
    if (ids.length < PAGE || after === null) break;
  }
  return {
    revived,
    ...(refetched.length > 0 && { refetched }),
    ...(failed.length > 0 && { failed }),
  };
}
