import { describeError } from '../errors.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { FolderState, MailboxSession } from '../mailbox/mailbox.ts';
import { planSync, resetAlarm } from '../mailbox/sync-plan.ts';
import {
  createCursor,
  findCursor,
  finishListing,
  forgetUnopened,
  noteFolderError,
  raiseEpoch,
} from '../store/cursors.ts';
import type { CursorDocument } from '../store/cursors.ts';
import { abandonEarlierEpochs } from '../store/sightings.ts';
import { fetchPending } from './fetching.ts';
import { checkLedger } from './ledger.ts';
import { askForDrafts, listNew } from './listing.ts';
import { isNowParked, isSameAnswer, pauseAfterRefusals, wasParked } from './parking.ts';
import { useOf } from './folder-use.ts';
import type { PollRun } from './poll-run.ts';

/** True if work is left. A lost connection ends the poll; any other failure only this folder. */
export async function pollFolder(run: PollRun, session: MailboxSession, wanted: string): Promise<boolean> {
  const { database, mailbox, total } = run;
  let folder = wanted;
  let known = run.cursors.get(wanted) ?? null;
  let isOpen = false;
  try {
    if (isParked(run, known)) return false;
    const path = await session.resolveFolder(wanted);
    if (path === null)
      throw new MailboxError(
        'folder-missing',
        `mailbox ${mailbox.name} has no folder ${wanted}; correct its folders setting`,
      );
    if (path !== wanted) {
      if (known !== null) await forgetUnopened(database.cursors, known);
      folder = path;
      known = run.cursors.get(path) ?? null;
      if (isParked(run, known)) return false;
    }
    if (isHeldBack(known)) return false;
    const state = await session.open(path);
    isOpen = true;
    run.step?.('opened');
    if (wasParked(known?.refusals ?? 0)) total.recovered.push(path);
    const cursor = await openCursor(run, {
      folder: path,
      state,
      cursor: known?.epoch === 0 ? null : known,
    });
    const key = { mailbox: mailbox.name, folder: path, epoch: cursor.epoch };
    const use = await useOf(session, { wanted, path });
    const opened = { key, state, cursor, use };
    const listed = await listNew(run, session, opened);
    if (use.holdsDrafts) await askForDrafts(run, session, key);
    const fetchedAll = await fetchPending(run, session, key);
    if (!listed.complete) return true;
    if (!fetchedAll) {
      const { ledger = null } = cursor;
      await finishListing(database.cursors, { ...key, state, isComplete: false, ledger });
      return true;
    }
    return await checkLedger(run, session, { ...opened, ...listed });
  } catch (error) {
    if (!(error instanceof MailboxError) || !concernsOneFolder(error)) throw error;
    await noteProblem(run, { folder, error, known, refusals: isOpen ? 0 : (known?.refusals ?? 0) + 1 });
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

/** A folder that was reset five times in a day is reread later, not never: each reset costs a full re-read. */
function isHeldBack(cursor: CursorDocument | null): boolean {
  const latest = cursor?.resets.at(-1);
  if (cursor === null || latest === undefined) return false;
  const { backoffMs } = resetAlarm({ resets: cursor.resets, now: new Date().toISOString() });
  return Date.now() < Date.parse(latest) + backoffMs;
}

/** The folder's cursor, with the epoch increased if this is not the same folder (invariant 4). */
async function openCursor(
  run: PollRun,
  {
    folder,
    state,
    cursor,
  }: { readonly folder: string; readonly state: FolderState; readonly cursor: CursorDocument | null },
): Promise<CursorDocument> {
  const { database, mailbox, total } = run;
  const key = { mailbox: mailbox.name, folder };
  const plan = planSync({ state, cursor });
  if (plan.kind === 'first') await createCursor(database.cursors, key, state);
  if (plan.kind === 'reset' && cursor !== null) {
    const now = new Date().toISOString();
    const { recent } = resetAlarm({ resets: [...cursor.resets, now], now });
    // In this order: a process that dies between the two sees the reset again, not rows that nobody fetches any more.
    await abandonEarlierEpochs(database.sightings, { ...key, epoch: plan.epoch });
    await raiseEpoch(database.cursors, { ...key, from: cursor.epoch, state, resets: recent });
    total.resets.push(`${folder}: ${plan.reason}`);
    run.step?.('epoch-raised');
  }
  const current =
    plan.kind === 'first' || plan.kind === 'reset' ? await findCursor(database.cursors, key) : cursor;
  if (current === null)
    throw new Error(`the cursor of ${mailbox.name} ${folder} was removed while it was polled`);
  return current;
}
