/** The rows of the ledger while their raw messages are fetched. Times are from the database's clock. */
import type { Collection, Filter, ObjectId } from 'mongodb';
import type { FolderEpoch, SightingDocument } from './sightings.ts';

/** No row pauses longer; a later `retryAt` comes from a clock that is ahead, and does not count. */
export const LONGEST_PAUSE_MS = 60 * 60_000;

/**
 * Rows of a folder that need their raw message and are due: those never refused first, so that none blocks the others. `now` null:
 * due or not.
 */
export async function sightingsToFetch(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
  { now, limit }: { readonly now: Date | null; readonly limit: number },
): Promise<SightingDocument[]> {
  return await sightings
    .find({ mailbox, folder, epoch, state: 'pending', rawKey: null, ...(now === null ? {} : dueAt(now)) })
    .sort({ attempts: 1, uid: 1 })
    .limit(limit)
    .toArray();
}

function dueAt(now: Date): Filter<SightingDocument> {
  const tooLate = new Date(now.getTime() + LONGEST_PAUSE_MS);
  return { $or: [{ retryAt: null }, { retryAt: { $lte: now } }, { retryAt: { $gt: tooLate } }] };
}

/** The raw messages of a group are durable. Each row tells by `group` in which job it is, where it is not alone. */
export async function markFetched(
  sightings: Collection<SightingDocument>,
  fetched: readonly {
    readonly id: ObjectId;
    readonly key: string;
    readonly size: number;
    readonly warning?: string | null;
  }[],
): Promise<void> {
  const [first] = fetched;
  if (first === undefined) return;
  const group = fetched.length > 1 ? { group: first.id } : null;
  const updatedAt = new Date();
  await sightings.bulkWrite(
    fetched.map(({ id, key, size, warning = null }) => ({
      updateOne: {
        filter: { _id: id, state: 'pending' },
        update: {
          $set: {
            rawKey: key,
            size,
            attempts: 0,
            error: null,
            updatedAt,
            ...(warning !== null && { warning }),
            ...group,
          },
          $unset: {
            retryAt: true,
            looks: true,
            unlistedAt: true,
            short: true,
            ...(group === null && { group: true }),
          },
        },
      },
    })),
    { ordered: false },
  );
}

/** It was requested but not received, for whatever reason. It stays pending: that does not prove that it is gone. */
export async function markUnfetched(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  {
    error,
    retryAt,
    short,
  }: { readonly error: string; readonly retryAt: Date; readonly short?: SightingDocument['short'] },
): Promise<void> {
  await sightings.updateOne(
    { _id: id, state: 'pending', rawKey: null },
    {
      $inc: { attempts: 1 },
      $set: { error, retryAt, updatedAt: new Date(), ...(short !== undefined && { short }) },
      // It is listed, or the server mentions it.
      $unset: { looks: true, unlistedAt: true },
    },
  );
}

/**
 * The folder does not list it now. It has vanished once that was seen `looks` times with at least `apartMs` between them: a lagging
 * index, a folder being rebuilt or a restarting server is back sooner.
 */
export async function markUnlisted(
  sightings: Collection<SightingDocument>,
  row: Pick<SightingDocument, '_id' | 'looks' | 'unlistedAt'>,
  { now, looks, apartMs }: { readonly now: Date; readonly looks: number; readonly apartMs: number },
): Promise<'pending' | 'vanished'> {
  const before = row.unlistedAt ?? null;
  const counts = before === null || now.getTime() - before.getTime() >= apartMs;
  const seen = (row.looks ?? 0) + (counts ? 1 : 0);
  const vanished = seen >= looks;
  const result = await sightings.updateOne(
    // Two pollers looking at the same moment count as one look.
    { _id: row._id, state: 'pending', rawKey: null, unlistedAt: before },
    {
      $inc: { attempts: 1 },
      $set: {
        updatedAt: new Date(),
        retryAt: new Date((counts ? now : before).getTime() + apartMs),
        ...(counts && { looks: seen, unlistedAt: now }),
        ...(vanished && { state: 'vanished', error: null }),
      },
    },
  );
  return vanished && result.modifiedCount > 0 ? 'vanished' : 'pending';
}

export interface Undelivered {
  readonly mailbox: string;
  readonly folder: string;
  readonly uid: number;
  readonly attempts: number;
  readonly error: string | null;
  readonly since: Date;
}

const undelivered = { state: 'pending', rawKey: null, attempts: { $gt: 0 } } as const;

/** Messages requested but not received, the most often requested first. */
export async function findUndelivered(
  sightings: Collection<SightingDocument>,
  limit: number,
  of: Pick<FolderEpoch, 'mailbox'> | FolderEpoch | null = null,
): Promise<Undelivered[]> {
  const rows = await sightings
    .find({ ...undelivered, ...of })
    .sort({ attempts: -1 })
    .limit(limit)
    .toArray();
  return rows.map(({ mailbox, folder, uid, attempts, error, createdAt }) => ({
    mailbox,
    folder,
    uid,
    attempts,
    error,
    since: createdAt,
  }));
}

export async function undeliveredByMailbox(
  sightings: Collection<SightingDocument>,
): Promise<ReadonlyMap<string, number>> {
  const rows = await sightings
    .aggregate<{ _id: string; count: number }>([
      { $match: undelivered },
      { $group: { _id: '$mailbox', count: { $sum: 1 } } },
    ])
    .toArray();
  return new Map(rows.map(({ _id, count }) => [_id, count]));
}
