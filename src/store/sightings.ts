import { MongoBulkWriteError } from 'mongodb';
import type { Collection, ObjectId } from 'mongodb';
import type { ListedMessage } from '../mailbox/mailbox.ts';
import { deterministicId } from './ids.ts';
import { isDuplicateKey } from './duplicate-key.ts';

/** One occurrence of a message in a folder: the ledger of what has been seen. */
export interface SightingDocument {
  readonly _id: ObjectId;
  readonly mailbox: string;
  readonly folder: string;
  readonly epoch: number;
  readonly uid: number;
  readonly internalDate: Date | null;
  readonly size: number;
  /** The mailbox's role when the message was seen. */
  readonly role: 'capture' | 'dropbox';
  /** Whether the folder is a Sent folder (RFC 6154 \\Sent). */
  readonly inOwnSent: boolean;
  /** The mailbox's `since`: an older message is back-fill. */
  readonly since: Date | null;
  /** It was in the folder at the first listing: that does not tell when it arrived. */
  readonly wasThere?: boolean;
  /** What the file name says, see `ListedMessage`. */
  readonly mark?: 'draft' | 'deleted';
  /** Null: listed but not fetched yet. */
  readonly rawKey: string | null;
  /** `draft`: someone is still writing it, or may be, so it is not fetched yet. */
  readonly state: 'pending' | 'done' | 'vanished' | 'failed' | 'draft';
  readonly messageRef: ObjectId | null;
  /** The first of those that were handed on together with it, whose job takes it along. Absent: it has a job of its own. */
  readonly group?: ObjectId;
  /** Fetches that brought nothing, or ingest attempts that failed. */
  readonly attempts: number;
  /** Not fetched before this time; by the database's clock. */
  readonly retryAt?: Date | null;
  /** How many times, minutes apart, the folder did not list it, or say whether it is a draft; and when last. */
  readonly looks?: number;
  readonly unlistedAt?: Date | null;
  /** It was served with far fewer bytes than declared: their hash, and since when they are the same. */
  readonly short?: { readonly sha256: string | null; readonly since: Date } | null;
  /** It was fetched once, and blob storage lost the bytes with this key. */
  readonly lostRaw?: string;
  /** … and the mailbox no longer has it either. */
  readonly isGone?: boolean;
  /** What a person should know although it was fetched. */
  readonly warning?: string | null;
  /** Who tried to ingest it and has not reported back: the poison guard (invariant 8). */
  readonly attemptsBy?: readonly string[];
  readonly error: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

export interface FolderEpoch {
  readonly mailbox: string;
  readonly folder: string;
  readonly epoch: number;
}

/** What the mailbox and the folder say about every message in it. */
export interface SightedAs {
  readonly role: 'capture' | 'dropbox';
  readonly inOwnSent: boolean;
  readonly since: Date | null;
  /** Whether the folder is listed for the first time, or again from scratch. */
  readonly isFirstListing?: boolean;
  /** Whether the folder has drafts among its messages: they wait there until they are sent. */
  readonly holdsDrafts: boolean;
}

export function sightingId({
  mailbox,
  folder,
  epoch,
  uid,
}: FolderEpoch & { readonly uid: number }): ObjectId {
  return deterministicId(mailbox, folder, String(epoch), String(uid));
}

/** Writes a row for each listed message that has none, and returns how many. Returns only when every one has a row. */
export async function recordSightings(
  sightings: Collection<SightingDocument>,
  folder: FolderEpoch & SightedAs,
  listed: readonly ListedMessage[],
): Promise<number> {
  const now = new Date();
  const rows = listed.map(({ uid, internalDate, size, isDraft, mark }): SightingDocument => ({
    _id: sightingId({ ...folder, uid }),
    mailbox: folder.mailbox,
    folder: folder.folder,
    epoch: folder.epoch,
    uid,
    internalDate: internalDate === null ? null : new Date(internalDate),
    size,
    role: folder.role,
    inOwnSent: folder.inOwnSent,
    since: folder.since,
    ...(folder.isFirstListing === true && { wasThere: true }),
    ...(mark !== undefined && { mark }),
    rawKey: null,
    state: isDraft !== false && folder.holdsDrafts ? 'draft' : 'pending',
    messageRef: null,
    attempts: 0,
    attemptsBy: [],
    error: null,
    createdAt: now,
    updatedAt: now,
  }));
  if (rows.length === 0) return 0;
  try {
    return (await sightings.insertMany(rows, { ordered: false })).insertedCount;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const present = await sightings.countDocuments({ _id: { $in: rows.map((row) => row._id) } });
    if (present < rows.length) throw error;
    return error instanceof MongoBulkWriteError ? error.insertedCount : 0;
  }
}

/** Rows of earlier epochs that were never fetched no longer can be: the folder is reread with the new epoch. */
export async function abandonEarlierEpochs(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
): Promise<void> {
  await sightings.updateMany(
    { mailbox, folder, epoch: { $lt: epoch }, state: { $in: ['pending', 'draft'] }, rawKey: null },
    {
      $set: { state: 'vanished', error: 'the folder was reset before it was fetched', updatedAt: new Date() },
    },
  );
}

/** The ledger's rows for some UIDs of a folder, in ascending order. */
export async function ledgerOf(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
  uids: readonly number[],
): Promise<Map<number, LedgerRow>> {
  const [first = 0, last = 0] = [uids[0], uids.at(-1)];
  // One index range if it is nearly all needed; otherwise rows of deleted messages could be a million.
  const isDense = last - first < uids.length * 2;
  const wanted = new Set(uids);
  const rows = await sightings
    .find({ mailbox, folder, epoch, uid: isDense ? { $gte: first, $lte: last } : { $in: [...uids] } })
    .project<LedgerRow & Pick<SightingDocument, 'uid'>>({ uid: 1, state: 1, rawKey: 1 })
    .toArray();
  return new Map(rows.flatMap((row) => (wanted.has(row.uid) ? [[row.uid, row]] : [])));
}

export type LedgerRow = Pick<SightingDocument, '_id' | 'state' | 'rawKey'>;

/** Rows of a folder, from an index. */
export async function countRows(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch }: FolderEpoch,
): Promise<number> {
  return await sightings.countDocuments({ mailbox, folder, epoch });
}

/** Rows thought to be gone, of messages that are listed after all: they are refetched. */
export async function askAgain(
  sightings: Collection<SightingDocument>,
  { mailbox, folder, epoch, uids }: FolderEpoch & { readonly uids: readonly number[] },
  state: 'pending' | 'draft',
): Promise<void> {
  if (uids.length === 0) return;
  await sightings.updateMany(
    { mailbox, folder, epoch, uid: { $in: [...uids] }, state: 'vanished' },
    {
      $set: { state, attempts: 0, error: null, updatedAt: new Date() },
      $unset: { looks: true, unlistedAt: true, retryAt: true },
    },
  );
}

/** Fetched rows unchanged since `before`, oldest first, from `after` on: the reconciler's work. */
export async function stalePending(
  sightings: Collection<SightingDocument>,
  { before, after, limit }: { readonly before: Date; readonly after: Date | null; readonly limit: number },
): Promise<Pick<SightingDocument, '_id' | 'updatedAt' | 'group'>[]> {
  return await sightings
    .find({
      state: 'pending',
      rawKey: { $ne: null },
      updatedAt: { $lt: before, ...(after === null ? {} : { $gte: after }) },
    })
    .project<Pick<SightingDocument, '_id' | 'updatedAt' | 'group'>>({ _id: 1, updatedAt: 1, group: 1 })
    .sort({ updatedAt: 1 })
    .limit(limit)
    .toArray();
}

/** Records an error that is not an attempt to ingest it. */
export async function noteSightingError(
  sightings: Collection<SightingDocument>,
  id: ObjectId,
  error: string,
): Promise<void> {
  await sightings.updateOne({ _id: id, state: 'pending' }, { $set: { error } });
}

export interface PendingMailbox {
  readonly mailbox: string;
  readonly count: number;
  /** When the oldest pending row was written. */
  readonly oldest: Date;
}

export async function pendingByMailbox(sightings: Collection<SightingDocument>): Promise<PendingMailbox[]> {
  const rows = await sightings
    .aggregate<{ _id: string; count: number; oldest: Date }>([
      { $match: { state: 'pending' } },
      { $group: { _id: '$mailbox', count: { $sum: 1 }, oldest: { $min: '$createdAt' } } },
    ])
    .toArray();
  return rows.map(({ _id, count, oldest }) => ({ mailbox: _id, count, oldest }));
}
