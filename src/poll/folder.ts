import { describeError } from '../errors.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { FolderState, MailboxSession } from '../mailbox/mailbox.ts';
import { planSync, resetAlarm } from '../mailbox/sync-plan.ts';
import {
  advanceCursor,
  createCursor,
  findCursor,
  finishListing,
  forgetUnopened,
  noteFolderError,
  raiseEpoch,
} from '../store/cursors.ts';
import type { CursorDocument } from '../store/cursors.ts';
import { abandonEarlierEpochs, draftUids, endDrafts, recordSightings } from '../store/sightings.ts';
import type { FolderEpoch } from '../store/sightings.ts';
import { fetchPending } from './fetching.ts';
import { isNowParked, isSameAnswer, pauseAfterRefusals, wasParked } from './parking.ts';
import { useOf } from './folder-use.ts';
import type { FolderUse } from './folder-use.ts';
import type { PollDeps, PolledMailbox, PollOutcome } from './poll.ts';

/** Of a person's drafts, those looked at in one poll. */
const DRAFTS_ASKED = 1_000;

export interface PollRun extends PollDeps {
  readonly mailbox: PolledMailbox;
  /** By folder, as they were when the poll began. */
  readonly cursors: ReadonlyMap<string, CursorDocument>;
  readonly total: {
    listed: number;
    fetched: number;
    vanished: number;
    problems: PollOutcome['problems'][number][];
    resets: string[];
    recovered: string[];
  };
  /** Whether there is time left, and the lease still ours. */
  readonly shouldContinue: () => Promise<boolean>;
}

/** True where work is left. A lost connection ends the poll; any other failure only this folder. */
export async function pollFolder(round: PollRun, session: MailboxSession, wanted: string): Promise<boolean> {
  const { database, mailbox, total } = round;
  let folder = wanted;
  let known = round.cursors.get(wanted) ?? null;
  let isOpen = false;
  try {
    if (isParked(round, known)) return false;
    const path = await session.resolveFolder(wanted);
    if (path === null)
      throw new MailboxError(
        'folder-missing',
        `mailbox ${mailbox.name} has no folder ${wanted}; correct its folders setting`,
      );
    if (path !== wanted) {
      if (known !== null) await forgetUnopened(database.cursors, known);
      folder = path;
      known = round.cursors.get(path) ?? null;
      if (isParked(round, known)) return false;
    }
    if (isHeldBack(known)) return false;
    const state = await session.open(path);
    isOpen = true;
    round.step?.('opened');
    if (wasParked(known?.refusals ?? 0)) total.recovered.push(path);
    const cursor = await openCursor(round, {
      folder: path,
      state,
      cursor: known?.epoch === 0 ? null : known,
    });
    const key = { mailbox: mailbox.name, folder: path, epoch: cursor.epoch };
    const use = await useOf(session, { wanted, path });
    const listedAll = await listNew(round, session, { key, state, cursor, use });
    if (use.holdsDrafts) await askForDrafts(round, session, key);
    const fetchedAll = await fetchPending(round, session, key);
    return !listedAll || !fetchedAll;
  } catch (error) {
    if (!(error instanceof MailboxError) || !concernsOneFolder(error)) throw error;
    await noteProblem(round, { folder, error, known, refusals: isOpen ? 0 : (known?.refusals ?? 0) + 1 });
    return false;
  }
}

const concernsOneFolder = ({ code }: MailboxError): boolean =>
  code === 'folder-missing' || code === 'protocol';

async function noteProblem(
  { database, mailbox, total }: PollRun,
  input: {
    readonly folder: string;
    readonly error: MailboxError;
    readonly known: CursorDocument | null;
    readonly refusals: number;
  },
): Promise<void> {
  const { folder, error, known, refusals } = input;
  const message = describeError(error);
  const pauseMs = pauseAfterRefusals(refusals);
  const parkedUntil = pauseMs === 0 ? null : new Date(Date.now() + pauseMs);
  await noteFolderError(database.cursors, {
    mailbox: mailbox.name,
    folder,
    message,
    refusals,
    parkedUntil,
  });
  const isNews = !isSameAnswer(known?.lastError ?? null, message) || isNowParked(refusals);
  total.problems.push({ folder, error, isNews, parkedUntil });
}

function isParked({ checkParked }: PollRun, cursor: CursorDocument | null): boolean {
  const until = cursor?.parkedUntil ?? null;
  return checkParked !== true && until !== null && until > new Date();
}

/** A folder that was reset five times in a day is read again later, not never: each reset costs a whole re-read. */
function isHeldBack(cursor: CursorDocument | null): boolean {
  const latest = cursor?.resets.at(-1);
  if (cursor === null || latest === undefined) return false;
  const { backoffMs } = resetAlarm({ resets: cursor.resets, now: new Date().toISOString() });
  return Date.now() < Date.parse(latest) + backoffMs;
}

/** The folder's cursor, with the epoch raised where the folder is not the one it was (invariant 4). */
async function openCursor(
  round: PollRun,
  {
    folder,
    state,
    cursor,
  }: { readonly folder: string; readonly state: FolderState; readonly cursor: CursorDocument | null },
): Promise<CursorDocument> {
  const { database, mailbox, total } = round;
  const key = { mailbox: mailbox.name, folder };
  const plan = planSync({ state, cursor });
  if (plan.kind === 'first') await createCursor(database.cursors, key, state);
  if (plan.kind === 'reset' && cursor !== null) {
    const now = new Date().toISOString();
    const { recent } = resetAlarm({ resets: [...cursor.resets, now], now });
    // In this order: a process that dies between the two sees the reset again, not rows that nobody asks for any more.
    await abandonEarlierEpochs(database.sightings, { ...key, epoch: plan.epoch });
    await raiseEpoch(database.cursors, { ...key, from: cursor.epoch, state, resets: recent });
    total.resets.push(`${folder}: ${plan.reason}`);
    round.step?.('epoch-raised');
  }
  const current =
    plan.kind === 'first' || plan.kind === 'reset' ? await findCursor(database.cursors, key) : cursor;
  if (current === null)
    throw new Error(`the cursor of ${mailbox.name} ${folder} was removed while it was polled`);
  return current;
}

/** Those that are drafts no more, or not listed any more, are asked for like any message: the fetch tells which have gone. */
async function askForDrafts({ database }: PollRun, session: MailboxSession, key: FolderEpoch): Promise<void> {
  const uids = await draftUids(database.sightings, key, DRAFTS_ASKED);
  if (uids.length === 0) return;
  const listed = await session.listAgain(uids);
  const drafts = new Set(listed.flatMap(({ uid, isDraft }) => (isDraft ? [uid] : [])));
  await endDrafts(
    database.sightings,
    key,
    uids.filter((uid) => !drafts.has(uid)),
  );
}

/** Writes rows for what is new, window by window, the cursor behind them. True when the listing is complete. */
async function listNew(
  round: PollRun,
  session: MailboxSession,
  input: { key: FolderEpoch; state: FolderState; cursor: CursorDocument; use: FolderUse },
): Promise<boolean> {
  const { database, mailbox, total } = round;
  const { key, state, cursor, use } = input;
  const plan = planSync({ state, cursor });
  if (plan.kind === 'list' || plan.kind === 'first' || cursor.uidNext === null) {
    const fromUid = state.uidsAscend ? cursor.seenUid + 1 : 1;
    for await (const window of session.list({ fromUid })) {
      await recordSightings(
        database.sightings,
        { ...key, ...use, role: mailbox.role, since: mailbox.since },
        window,
      );
      round.step?.('rows-written');
      // Every UID up to the last of the window has a row now: windows come in order, and recordSightings wrote all of this one.
      const seenUid = state.uidsAscend ? (window.at(-1)?.uid ?? 0) : 0;
      await advanceCursor(database.cursors, { ...key, seenUid });
      round.step?.('cursor-moved');
      total.listed += window.length;
      if (!(await round.shouldContinue())) return false;
    }
  }
  await finishListing(database.cursors, { ...key, state });
  round.step?.('listing-finished');
  return true;
}
