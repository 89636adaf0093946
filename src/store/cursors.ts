import type { Collection, ObjectId } from 'mongodb';
import type { FolderState } from '../mailbox/mailbox.ts';
import { UNKNOWN_UIDVALIDITY } from '../mailbox/sync-plan.ts';
import type { Cursor } from '../mailbox/sync-plan.ts';
import { deterministicId } from './ids.ts';
import { retryDuplicate } from './duplicate-key.ts';

/** Epoch 0: the folder could not be opened yet, and nothing else is known about it. */
export interface CursorDocument extends Cursor {
  readonly _id: ObjectId;
  readonly mailbox: string;
  readonly folder: string;
  readonly uidNext: number | null;
  readonly mailboxId: string | null;
  readonly lastPolledAt: Date | null;
  /** ISO times of the resets of the last 24 hours. */
  readonly resets: readonly string[];
  readonly lastError: string | null;
  /** How many times in a row the folder could not be opened. */
  readonly refusals?: number;
  /** A parked folder is not polled before this time. */
  readonly parkedUntil?: Date | null;
  /** How the ledger compares with the folder's count. Null until a listing was complete. */
  readonly ledger?: LedgerState | null;
}

/** Times are from the database's clock. */
export interface LedgerState {
  /** Rows of the epoch: as counted at `countedAt`, plus those added since. */
  readonly rows: number;
  readonly countedAt: Date;
  /** Rows of messages that the folder no longer listed at the last comparison. */
  readonly gone: number;
  /** Messages that the folder counts but does not list; 0 if all is well. */
  readonly unfound: number;
  /** Consecutive comparisons that left some unfound. */
  readonly misses: number;
  /** When the latest UIDs were last relisted. */
  readonly recentAt: Date;
  /** When the whole folder was compared, and its state then. */
  readonly comparedAt: Date | null;
  readonly compared: Pick<FolderState, 'exists' | 'uidNext' | 'highestModseq'> | null;
  /** A comparison that had to yield: up to which UID it got, and how many it saw listed and known. */
  readonly progress: { readonly uid: number; readonly listed: number; readonly known: number } | null;
}

interface FolderKey {
  readonly mailbox: string;
  readonly folder: string;
}

const idOf = ({ mailbox, folder }: FolderKey): ObjectId => deterministicId(mailbox, folder);

export async function findCursor(
  cursors: Collection<CursorDocument>,
  key: FolderKey,
): Promise<CursorDocument | null> {
  return await cursors.findOne({ _id: idOf(key) });
}

/** All cursors of a mailbox, by folder. */
export async function cursorsOf(
  cursors: Collection<CursorDocument>,
  mailbox: string,
): Promise<ReadonlyMap<string, CursorDocument>> {
  const found = await cursors.find({ mailbox }).toArray();
  return new Map(found.map((cursor) => [cursor.folder, cursor]));
}

const unread = {
  seenUid: 0,
  uidNext: null,
  lastPolledAt: null,
  resets: [],
  lastError: null,
  refusals: 0,
  parkedUntil: null,
} as const;

export async function createCursor(
  cursors: Collection<CursorDocument>,
  key: FolderKey,
  state: FolderState,
): Promise<void> {
  const { uidValidity, highestModseq, mailboxId } = state;
  const first = { ...unread, ...key, epoch: 1, uidValidity, highestModseq, mailboxId };
  const opened = await cursors.updateOne({ _id: idOf(key), epoch: 0 }, { $set: first });
  if (opened.matchedCount > 0) return;
  await retryDuplicate(() =>
    cursors.updateOne({ _id: idOf(key) }, { $setOnInsert: first }, { upsert: true }),
  );
}

/** Increases the epoch by one, once: of two pollers that saw the same reset only the first changes anything. */
export async function raiseEpoch(
  cursors: Collection<CursorDocument>,
  input: FolderKey & {
    readonly from: number;
    readonly state: FolderState;
    readonly resets: readonly string[];
  },
): Promise<void> {
  const { from, state, resets } = input;
  const { uidValidity, highestModseq, mailboxId } = state;
  await cursors.updateOne(
    { _id: idOf(input), epoch: from },
    {
      $set: {
        epoch: from + 1,
        uidValidity,
        highestModseq,
        mailboxId,
        seenUid: 0,
        uidNext: null,
        resets,
        ledger: null,
      },
    },
  );
}

/** Forward only, and only within the epoch: a late or frozen worker does no harm (invariant 2). */
export async function advanceCursor(
  cursors: Collection<CursorDocument>,
  input: FolderKey & { readonly epoch: number; readonly seenUid: number },
): Promise<void> {
  await cursors.updateOne({ _id: idOf(input), epoch: input.epoch }, { $max: { seenUid: input.seenUid } });
}

/**
 * After a complete listing. `state` is the folder's state from before it. If the folder counts more than it listed (`isComplete`
 * false), its UIDNEXT is not used yet: the next poll lists from the same UID again.
 */
export async function finishListing(
  cursors: Collection<CursorDocument>,
  input: FolderKey & {
    readonly epoch: number;
    readonly state: FolderState;
    readonly isComplete: boolean;
    readonly ledger: LedgerState | null;
  },
): Promise<void> {
  const { state, isComplete, ledger } = input;
  await cursors.updateOne(
    { _id: idOf(input), epoch: input.epoch },
    {
      $set: {
        highestModseq: state.highestModseq,
        mailboxId: state.mailboxId,
        lastPolledAt: new Date(),
        lastError: null,
        refusals: 0,
        parkedUntil: null,
        ledger,
        ...(state.uidNext === null || !isComplete ? {} : { uidNext: state.uidNext }),
        // A server that did not report it at first, or this time (RFC 3501 §2.3.1.1 requires it).
        ...(state.uidValidity === UNKNOWN_UIDVALIDITY ? {} : { uidValidity: state.uidValidity }),
      },
    },
  );
}

/** Also for a folder that was never opened, so that a person sees it. */
export async function noteFolderError(
  cursors: Collection<CursorDocument>,
  input: FolderKey & {
    readonly message: string;
    readonly refusals: number;
    readonly parkedUntil: Date | null;
  },
): Promise<void> {
  const { mailbox, folder, message, refusals, parkedUntil } = input;
  const { seenUid, uidNext, lastPolledAt, resets } = unread;
  const never = { mailbox, folder, epoch: 0, uidValidity: '', highestModseq: null, mailboxId: null };
  await retryDuplicate(() =>
    cursors.updateOne(
      { _id: idOf(input) },
      {
        $set: { lastError: message, refusals, parkedUntil },
        $setOnInsert: { ...never, seenUid, uidNext, lastPolledAt, resets },
      },
      { upsert: true },
    ),
  );
}

/** A folder that was never opened under this name, and now has another. */
export async function forgetUnopened(cursors: Collection<CursorDocument>, key: FolderKey): Promise<void> {
  await cursors.deleteOne({ _id: idOf(key), epoch: 0 });
}
