import type { Collection, Filter, ObjectId } from 'mongodb';
import type { SightingDocument } from './sightings.ts';

/** An attempt that ended because the thread reading the message died: no process needs to be checked. */
const DIED = 'died:';

/**
 * Records who tries, before anything is parsed. The mark is removed when the attempt ends in any way; one that stays belongs to a
 * process that died, or could not write. Null if there is nothing to do: unknown, done, vanished or not fetched.
 */
export async function startAttempt(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  owner: string,
): Promise<SightingDocument | null> {
  return await sightings.findOneAndUpdate(
    { _id: id, state: 'pending', rawKey: { $ne: null } },
    { $addToSet: { attemptsBy: owner }, $set: { updatedAt: new Date() } },
    { returnDocument: 'after' },
  );
}

/** The same for a group, in their order. Those where there is nothing to do are left out. */
export async function startAttempts(
  sightings: Collection<SightingDocument>,
  ids: readonly ObjectId[],
  owner: string,
): Promise<SightingDocument[]> {
  const [id] = ids;
  if (id === undefined) return [];
  if (ids.length === 1) {
    const row = await startAttempt(sightings, id, owner);
    return row === null ? [] : [row];
  }
  const open = { _id: { $in: [...ids] }, state: 'pending', rawKey: { $ne: null } } as const;
  await sightings.updateMany(open, { $addToSet: { attemptsBy: owner }, $set: { updatedAt: new Date() } });
  const rows = new Map((await sightings.find(open).toArray()).map((row) => [row._id.toHexString(), row]));
  return ids.flatMap((one) => rows.get(one.toHexString()) ?? []);
}

/** The attempts were not made after all, or were broken off in good order. */
export async function withdrawAttempts(
  sightings: Collection<SightingDocument>,
  ids: readonly ObjectId[],
  owner: string,
): Promise<void> {
  if (ids.length === 0) return;
  await sightings.updateMany({ _id: { $in: [...ids] } }, { $pull: { attemptsBy: owner } });
}

/** The attempt failed but the process survived to report it: not a poison message. */
export async function reportAttempt(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  error: string,
): Promise<void> {
  await sightings.updateOne(
    { _id: id, state: 'pending' },
    { $set: { attemptsBy: [], error, updatedAt: new Date() }, $inc: { attempts: 1 } },
  );
}

/** The thread that read it was ended: a death caused by it, which this process survived. */
export async function reportDeath(
  sightings: Collection<SightingDocument>,
  { _id, attemptsBy = [] }: Pick<SightingDocument, '_id' | 'attemptsBy'>,
  { owner, error }: { readonly owner: string; readonly error: string },
): Promise<void> {
  const marks = attemptsBy.filter((mark) => mark !== owner);
  await sightings.updateOne(
    { _id, state: 'pending' },
    {
      $set: { attemptsBy: [...marks, `${DIED}${marks.length}`], error, updatedAt: new Date() },
      $inc: { attempts: 1 },
    },
  );
}

/** Attempts by others than `owner` that are not known to have ended well. */
export const openAttempts = (
  { attemptsBy = [] }: Pick<SightingDocument, 'attemptsBy'>,
  owner: string,
): readonly string[] => attemptsBy.filter((mark) => mark !== owner);

/** The deaths among the open attempts. `dead`: the processes that died. */
export const deathsAmong = (marks: readonly string[], dead: ReadonlySet<string>): number =>
  marks.filter((mark) => mark.startsWith(DIED) || dead.has(mark)).length;

export async function markDone(
  sightings: Collection<SightingDocument>,
  done: readonly { readonly id: ObjectId; readonly messageRef: ObjectId }[],
): Promise<void> {
  if (done.length === 0) return;
  const updatedAt = new Date();
  await sightings.bulkWrite(
    done.map(({ id, messageRef }) => ({
      updateOne: {
        filter: { _id: id },
        update: { $set: { state: 'done', messageRef, attemptsBy: [], error: null, updatedAt } },
      },
    })),
    { ordered: false },
  );
}

export async function markFailed(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  input: { readonly error: string; readonly messageRef: ObjectId | null },
): Promise<void> {
  const filter: Filter<SightingDocument> = { _id: id, state: 'pending' };
  await sightings.updateOne(filter, { $set: { state: 'failed', ...input, updatedAt: new Date() } });
}

/** Reopens a sighting for a replay. */
export async function reopen(
  sightings: Collection<SightingDocument>,
  ids: readonly ObjectId[],
): Promise<void> {
  await sightings.updateMany(
    { _id: { $in: [...ids] }, rawKey: { $ne: null } },
    { $set: { state: 'pending', attemptsBy: [], error: null, updatedAt: new Date() } },
  );
}

/** Written by versions that counted each attempt without an answer as a death: a failed write, a shutdown, a lost reply. */
export const COUNTED_OUT = /^the process died 3 times over it$/u;

/** Rows quarantined by such a version. Today's rows have `attemptsBy`, and their deaths were checked. */
export async function findCountedOut(
  sightings: Collection<SightingDocument>,
  limit: number,
): Promise<ObjectId[]> {
  const rows = await sightings
    .find({ state: 'failed', error: COUNTED_OUT, attemptsBy: { $exists: false } })
    .project<Pick<SightingDocument, '_id'>>({ _id: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ _id }) => _id);
}
