import type { Collection, Filter, ObjectId } from 'mongodb';
import type { SightingDocument } from './sightings.ts';

/** Counts an attempt before anything is parsed. Null where there is nothing to do: unknown, done, vanished or not fetched. */
export async function startAttempt(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
): Promise<SightingDocument | null> {
  return await sightings.findOneAndUpdate(
    { _id: id, state: 'pending', rawKey: { $ne: null } },
    { $inc: { startedAttempts: 1 }, $set: { updatedAt: new Date() } },
    { returnDocument: 'after' },
  );
}

/** The attempt has not begun after all: it has to wait for its turn. */
export async function withdrawAttempt(sightings: Collection<SightingDocument>, id: ObjectId): Promise<void> {
  await sightings.updateOne({ _id: id, state: 'pending' }, { $inc: { startedAttempts: -1 } });
}

/** The attempt failed but the process lived to say so: this was no poison. */
export async function reportAttempt(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  error: string,
): Promise<void> {
  await sightings.updateOne(
    { _id: id, state: 'pending' },
    { $set: { startedAttempts: 0, error, updatedAt: new Date() }, $inc: { attempts: 1 } },
  );
}

export async function markDone(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  messageRef: ObjectId,
): Promise<void> {
  await sightings.updateOne(
    { _id: id },
    { $set: { state: 'done', messageRef, startedAttempts: 0, error: null, updatedAt: new Date() } },
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

/** Opens a sighting again, for a replay. */
export async function reopen(
  sightings: Collection<SightingDocument>,
  ids: readonly ObjectId[],
): Promise<void> {
  await sightings.updateMany(
    { _id: { $in: [...ids] }, rawKey: { $ne: null } },
    { $set: { state: 'pending', startedAttempts: 0, error: null, updatedAt: new Date() } },
  );
}
