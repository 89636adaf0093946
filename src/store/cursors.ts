import type { Collection, ObjectId } from 'mongodb';
import type { FolderState } from '../mailbox/mailbox.ts';
import type { Cursor } from '../mailbox/sync-plan.ts';
import { deterministicId } from './ids.ts';
import { retryDuplicate } from './mongo.ts';

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

export async function createCursor(
  cursors: Collection<CursorDocument>,
  key: FolderKey,
  state: FolderState,
): Promise<void> {
  const { uidValidity, highestModseq, mailboxId } = state;
  await retryDuplicate(() =>
    cursors.updateOne(
      { _id: idOf(key) },
      {
        $setOnInsert: {
          ...key,
          epoch: 1,
          uidValidity,
          highestModseq,
          mailboxId,
          seenUid: 0,
          uidNext: null,
          lastPolledAt: null,
          resets: [],
          lastError: null,
        },
      },
      { upsert: true },
    ),
  );
}

/** Raises the epoch by one, once: of two pollers that saw the same reset only the first changes anything. */
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
    { $set: { epoch: from + 1, uidValidity, highestModseq, mailboxId, seenUid: 0, uidNext: null, resets } },
  );
}

/** Forward only, and only within the epoch: a late or frozen worker can do no harm (invariant 2). */
export async function advanceCursor(
  cursors: Collection<CursorDocument>,
  input: FolderKey & { readonly epoch: number; readonly seenUid: number },
): Promise<void> {
  await cursors.updateOne({ _id: idOf(input), epoch: input.epoch }, { $max: { seenUid: input.seenUid } });
}

/** After a listing that was complete. `state` is the folder's state from before it. */
export async function finishListing(
  cursors: Collection<CursorDocument>,
  input: FolderKey & { readonly epoch: number; readonly state: FolderState },
): Promise<void> {
  const { state } = input;
  await cursors.updateOne(
    { _id: idOf(input), epoch: input.epoch },
    {
      $set: {
        highestModseq: state.highestModseq,
        mailboxId: state.mailboxId,
        lastPolledAt: new Date(),
        lastError: null,
        ...(state.uidNext === null ? {} : { uidNext: state.uidNext }),
      },
    },
  );
}

export async function noteFolderError(
  cursors: Collection<CursorDocument>,
  input: FolderKey & { readonly message: string },
): Promise<void> {
  await cursors.updateOne({ _id: idOf(input) }, { $set: { lastError: input.message } });
}
