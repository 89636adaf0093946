/** Rows of messages that someone is still writing, or may be: they wait in their folder until they are sent. */
import type { Collection, Filter } from 'mongodb';
import type { FolderEpoch, SightingDocument } from './sightings.ts';

/** UIDs of the draft rows, those asked about longest ago first. */
export async function draftUids(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
  limit: number,
): Promise<number[]> {
  const rows = await sightings
    .find({ mailbox, folder, epoch, state: 'draft' })
    .project<Pick<SightingDocument, 'uid'>>({ uid: 1 })
    .sort({ updatedAt: 1, uid: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ uid }) => uid).toSorted((a, b) => a - b);
}

/** They can now be fetched. */
export async function endDrafts(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
  uids: readonly number[],
): Promise<void> {
  if (uids.length === 0) return;
  await sightings.updateMany(
    { mailbox, folder, epoch, uid: { $in: [...uids] }, state: 'draft' },
    {
      $set: { state: 'pending', attempts: 0, updatedAt: new Date() },
      $unset: { looks: true, unlistedAt: true },
    },
  );
}

/** They are still drafts. */
export async function keepDrafts(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch, uids }: FolderEpoch & { readonly uids: readonly number[] },
  now: Date,
): Promise<void> {
  if (uids.length === 0) return;
  await sightings.updateMany(
    { mailbox, folder, epoch, uid: { $in: [...uids] }, state: 'draft' },
    { $set: { attempts: 0, updatedAt: now }, $unset: { looks: true, unlistedAt: true } },
  );
}

interface Asked {
  readonly now: Date;
  /** How many such answers, with at least `apartMs` between them, end the waiting. */
  readonly looks: number;
  readonly apartMs: number;
}

/** The server lists them and does not say what they are: in the end they are fetched as mail. */
export async function noteUnknownDrafts(
  sightings: Collection<SightingDocument>,
  key: FolderEpoch & { readonly uids: readonly number[] },
  { now, looks, apartMs }: Asked,
): Promise<void> {
  if (key.uids.length === 0) return;
  const due = dueDrafts(key, { now, apartMs });
  await sightings.updateMany(
    { ...due, attempts: { $gte: looks - 1 } },
    {
      $set: {
        state: 'pending',
        attempts: 0,
        warning: 'the server does not say whether it is a draft, so it was taken as mail',
        updatedAt: now,
      },
      $unset: { looks: true, unlistedAt: true },
    },
  );
  await sightings.updateMany(due, { $inc: { attempts: 1 }, $set: { unlistedAt: now, updatedAt: now } });
}

/** The folder does not list them. Returns how many have vanished now. */
export async function noteUnlistedDrafts(
  sightings: Collection<SightingDocument>,
  key: FolderEpoch & { readonly uids: readonly number[] },
  { now, looks, apartMs }: Asked,
): Promise<number> {
  if (key.uids.length === 0) return 0;
  const due = dueDrafts(key, { now, apartMs });
  const { modifiedCount } = await sightings.updateMany(
    { ...due, looks: { $gte: looks - 1 } },
    { $inc: { looks: 1 }, $set: { state: 'vanished', attempts: 0, unlistedAt: now, updatedAt: now } },
  );
  await sightings.updateMany(due, { $inc: { looks: 1 }, $set: { unlistedAt: now, updatedAt: now } });
  return modifiedCount;
}

const dueDrafts = (
  { mailbox, folder, epoch, uids }: FolderEpoch & { readonly uids: readonly number[] },
  { now, apartMs }: Pick<Asked, 'now' | 'apartMs'>,
): Filter<SightingDocument> => ({
  mailbox,
  folder,
  epoch,
  uid: { $in: [...uids] },
  state: 'draft',
  $or: [{ unlistedAt: null }, { unlistedAt: { $lte: new Date(now.getTime() - apartMs) } }],
});
