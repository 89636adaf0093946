import type { FolderState, ListedMessage, MailboxSession } from '../mailbox/mailbox.ts';
import { planSync } from '../mailbox/sync-plan.ts';
import { advanceCursor } from '../store/cursors.ts';
import type { CursorDocument } from '../store/cursors.ts';
import { draftUids, endDrafts, keepDrafts, noteUnknownDrafts, noteUnlistedDrafts } from '../store/drafts.ts';
import { askAgain, recordSightings } from '../store/sightings.ts';
import type { FolderEpoch } from '../store/sightings.ts';
import type { Database } from '../store/mongo.ts';
import type { PollRun } from './poll-run.ts';
import type { FolderUse } from './folder-use.ts';
import type { PolledMailbox } from './poll-run.ts';
import { DRAFT_LOOKS, LOOKS, patience } from './retry.ts';

/** The most drafts checked per poll. */
const DRAFTS_ASKED = 1_000;

/** A folder that a poll has opened. */
export interface OpenedFolder {
  readonly key: FolderEpoch;
  readonly state: FolderState;
  readonly cursor: CursorDocument;
  readonly use: FolderUse;
}

export interface Listed {
  /** False if the poll has to yield before the listing is complete. */
  readonly complete: boolean;
  /** Rows that were written. */
  readonly added: number;
  readonly seenUid: number;
}

/** Writes rows for what is new, window by window, followed by the cursor. */
export async function listNew(
  run: PollRun,
  session: MailboxSession,
  { key, state, cursor, use }: OpenedFolder,
): Promise<Listed> {
  const { database, mailbox, total } = run;
  const plan = planSync({ state, cursor });
  let { seenUid } = cursor;
  let added = 0;
  const isFirstListing = isListedFirst(cursor);
  if (plan.kind === 'list' || plan.kind === 'first' || cursor.uidNext === null) {
    const fromUid = state.uidsAscend ? cursor.seenUid + 1 : 1;
    for await (const window of session.list({ fromUid })) {
      added += await recordSightings(
        database.sightings,
        { ...key, ...use, role: mailbox.role, since: mailbox.since, isFirstListing },
        window,
      );
      run.step?.('rows-written');
      // Every UID up to the last of the window has a row now: windows come in order, and recordSightings wrote all of this one.
      if (state.uidsAscend) seenUid = Math.max(seenUid, window.at(-1)?.uid ?? 0);
      await advanceCursor(database.cursors, { ...key, seenUid });
      run.step?.('cursor-moved');
      total.listed += window.length;
      if (!(await run.shouldContinue())) return { complete: false, added, seenUid };
    }
  }
  return { complete: true, added, seenUid };
}

/** No listing of the folder is complete yet, or none since it was reset. */
const isListedFirst = ({ lastPolledAt, epoch, uidNext, ledger = null }: CursorDocument): boolean =>
  lastPolledAt === null || (epoch > 1 && uidNext === null && ledger === null);

/** Writes rows for listed messages without one, and refetches those thought to be gone. Returns how many were new. */
export async function recordAbsent(
  {
    database,
    mailbox,
    session,
  }: {
    readonly database: Database;
    readonly mailbox: PolledMailbox;
    readonly session: MailboxSession;
  },
  { key, use }: Pick<OpenedFolder, 'key' | 'use'>,
  absent: readonly number[],
): Promise<number> {
  if (absent.length === 0) return 0;
  const told = new Map((await session.listAgain(absent)).map((message) => [message.uid, message]));
  const listed = absent.map(
    (uid): ListedMessage => told.get(uid) ?? { uid, internalDate: null, size: 0, isDraft: null },
  );
  const { role, since } = mailbox;
  const added = await recordSightings(database.sightings, { ...key, ...use, role, since }, listed);
  const mayBeDrafts = listed.flatMap(({ uid, isDraft }) =>
    use.holdsDrafts && isDraft !== false ? [uid] : [],
  );
  const others = absent.filter((uid) => !mayBeDrafts.includes(uid));
  await askAgain(database.sightings, { ...key, uids: mayBeDrafts }, 'draft');
  await askAgain(database.sightings, { ...key, uids: others }, 'pending');
  return added;
}

/**
 * Those that are no drafts any more are fetched like any message. An answer may lack a message or its flags: only if that stays so
 * is it fetched as mail, because a lost message is worse than a draft on record.
 */
export async function askForDrafts(run: PollRun, session: MailboxSession, key: FolderEpoch): Promise<void> {
  const { sightings } = run.database;
  const uids = await draftUids(sightings, key, DRAFTS_ASKED);
  if (uids.length === 0) return;
  const told = new Map((await session.listAgain(uids)).map(({ uid, isDraft }) => [uid, isDraft]));
  const those = (isDraft: boolean): number[] => uids.filter((uid) => told.get(uid) === isDraft);
  const unknown = uids.filter((uid) => (told.get(uid) ?? null) === null);
  const listed = unknown.length === 0 ? new Set(unknown) : await session.stillListed(unknown);
  const now = run.clock();
  const { looksApartMs: apartMs } = run.patience ?? patience;
  await endDrafts(sightings, key, those(false));
  await keepDrafts(sightings, { ...key, uids: those(true) }, now);
  const stillUnknown = unknown.filter((uid) => listed.has(uid));
  await noteUnknownDrafts(sightings, { ...key, uids: stillUnknown }, { now, apartMs, looks: DRAFT_LOOKS });
  const unlisted = unknown.filter((uid) => !listed.has(uid));
  run.total.vanished += await noteUnlistedDrafts(
    sightings,
    { ...key, uids: unlisted },
    { now, apartMs, looks: LOOKS },
  );
}
