/**
 * Checks that the ledger has every message that the folder counts. UIDs appear late (replication, labels, a lagging index), even
 * below those already listed, and then no listing from the cursor on finds them. Each poll compares the folder's count with the
 * ledger, which costs nothing while they agree.
 */
import { MailboxError } from '../mailbox/mailbox.ts';
import type { FolderState, MailboxSession } from '../mailbox/mailbox.ts';
import { finishListing } from '../store/cursors.ts';
import type { LedgerState } from '../store/cursors.ts';
import { countRows } from '../store/sightings.ts';
import { compareFolder } from './comparison.ts';
import type { PollRun } from './poll-run.ts';
import { recordAbsent } from './listing.ts';
import type { Listed, OpenedFolder } from './listing.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The rows are recounted this often, from an index: additions are tracked meanwhile. */
const COUNT_EVERY_MS = HOUR_MS;
/** Messages in this range of UIDs are relisted now and then: most late ones are minutes late. */
const RECENT_UIDS = 1_000;
const RECENT_EVERY_MS = 15 * MINUTE_MS;
/** A folder that lists fewer than it counts is compared again after this, then with growing pauses, at most an hour. */
const FIRST_MISS_MS = MINUTE_MS;
/** Fewer than the ledger has: usually someone deleted some. The larger the folder, the more its listing costs. */
const MESSAGES_PER_HOUR = 100_000;
/** A changed folder is compared this often even if the counts agree: one message may be gone and another late. */
const COMPARE_EVERY_MS = 24 * HOUR_MS;

type Counting = OpenedFolder & Listed;

/** Ends a listing, and checks that it was complete. True if work is left. */
export async function checkLedger(run: PollRun, session: MailboxSession, input: Counting): Promise<boolean> {
  const { database } = run;
  const { key, state } = input;
  if (!state.uidsAscend) {
    await finishListing(database.cursors, { ...key, state, isComplete: true, ledger: null });
    run.step?.('listing-finished');
    return false;
  }
  const before = input.cursor.ledger ?? null;
  let { ledger, added } = await lookAtRecent(run, session, input);
  let isMore = added > 0;
  if (isComparisonDue(run, state, ledger)) {
    const compared = await compareAll(run, session, { ...input, ledger });
    ledger = compared.ledger;
    isMore ||= compared.isMore;
  } else ledger = { ...ledger, unfound: Math.max(0, surplusOf(state, ledger)) };
  const { unfound } = ledger;
  if (unfound > 0 && ledger.misses > 0)
    report(run, key.folder, { unfound, isNews: (before?.misses ?? 0) === 0 });
  await finishListing(database.cursors, { ...key, state, isComplete: unfound === 0, ledger });
  run.step?.('listing-finished');
  return isMore;
}

/** How many more messages the folder counts than the ledger has; negative if the ledger has more. */
const surplusOf = ({ exists }: FolderState, { rows, gone }: LedgerState): number => exists - (rows - gone);

/** Counts, and relists the latest UIDs if due or if the counts differ. */
async function lookAtRecent(
  run: PollRun,
  session: MailboxSession,
  input: Counting,
): Promise<{ ledger: LedgerState; added: number }> {
  const { database, clock } = run;
  const { key, state, cursor, seenUid } = input;
  const now = clock();
  let ledger: LedgerState = cursor.ledger
    ? { ...cursor.ledger, rows: cursor.ledger.rows + input.added }
    : { ...uncounted, countedAt: now, recentAt: now, rows: await countRows(database.sightings, key) };
  if (isDue(ledger.countedAt, COUNT_EVERY_MS, now) || (cursor.ledger && surplusOf(state, ledger) > 0))
    ledger = { ...ledger, rows: await countRows(database.sightings, key), countedAt: now };
  // A first listing has just seen everything. What an earlier version of docketmail listed is compared once.
  if (!cursor.ledger && cursor.uidNext === null && surplusOf(state, ledger) === 0)
    return { ledger: { ...ledger, comparedAt: now, compared: comparedTo(state) }, added: 0 };
  if (surplusOf(state, ledger) <= 0 && !isDue(ledger.recentAt, RECENT_EVERY_MS, now))
    return { ledger, added: 0 };
  const fromUid = Math.max(1, seenUid - RECENT_UIDS + 1);
  let added = 0;
  for await (const { absent } of compareFolder({ database, session }, key, fromUid))
    added += await recordAbsent({ ...run, session }, input, absent);
  run.total.listed += added;
  return { ledger: { ...ledger, rows: ledger.rows + added, recentAt: now }, added };
}

const uncounted = {
  gone: 0,
  unfound: 0,
  misses: 0,
  comparedAt: null,
  compared: null,
  progress: null,
} as const;

function isComparisonDue({ clock }: PollRun, state: FolderState, ledger: LedgerState): boolean {
  const now = clock();
  const { comparedAt, compared, misses, progress } = ledger;
  if (progress !== null) return true;
  const surplus = surplusOf(state, ledger);
  const costs = Math.max(1, state.exists / MESSAGES_PER_HOUR);
  if (surplus > 0) return isDue(comparedAt, Math.min(pauseAfterMisses(misses) * costs, HOUR_MS), now);
  if (surplus < 0) return isDue(comparedAt, HOUR_MS * costs, now);
  if (compared === null) return isDue(comparedAt, HOUR_MS, now);
  // Without mod-sequences, equal counts may hide that one message left as another arrived.
  const isUnchanged =
    state.highestModseq !== null &&
    compared.exists === state.exists &&
    compared.uidNext === state.uidNext &&
    compared.highestModseq === state.highestModseq;
  return !isUnchanged && isDue(comparedAt, COMPARE_EVERY_MS, now);
}

const comparedTo = ({ exists, uidNext, highestModseq }: FolderState): LedgerState['compared'] => ({
  exists,
  uidNext,
  highestModseq,
});

/** A small folder that counts more than before is compared at once. */
const pauseAfterMisses = (misses: number): number => FIRST_MISS_MS * (2 ** Math.min(misses, 10) - 1);

/** A time in the future comes from another server's clock, and is ignored. */
const isDue = (at: Date | null, everyMs: number, now: Date): boolean =>
  at === null || now.getTime() - at.getTime() >= everyMs || at > now;

/** Compares the whole folder with the ledger. Yields when the poll's time is over, and continues in the next one. */
async function compareAll(
  run: PollRun,
  session: MailboxSession,
  input: Counting & { readonly ledger: LedgerState },
): Promise<{ ledger: LedgerState; isMore: boolean }> {
  const { database, clock } = run;
  const { key, state, ledger } = input;
  let { uid, listed, known } = ledger.progress ?? { uid: 0, listed: 0, known: 0 };
  let rows = ledger.rows;
  let added = 0;
  for await (const window of compareFolder({ database, session }, key, uid + 1)) {
    const fresh = await recordAbsent({ ...run, session }, input, window.absent);
    added += fresh;
    rows += fresh;
    listed += window.listed.length;
    known += window.rows.size + fresh;
    uid = window.listed.at(-1) ?? uid;
    if (window.absent.length > 0) run.total.listed += window.absent.length;
    if (!(await run.shouldContinue()))
      return { ledger: { ...ledger, rows, progress: { uid, listed, known } }, isMore: true };
  }
  const now = clock();
  rows = await countRows(database.sightings, key);
  const unfound = Math.max(0, state.exists - listed);
  const compared: LedgerState = {
    ...ledger,
    rows,
    countedAt: now,
    gone: Math.max(0, rows - known),
    unfound,
    misses: unfound > 0 ? ledger.misses + 1 : 0,
    comparedAt: now,
    compared: unfound > 0 ? null : comparedTo(state),
    progress: null,
  };
  return { ledger: compared, isMore: added > 0 };
}

function report(
  { total }: PollRun,
  folder: string,
  { unfound, isNews }: { readonly unfound: number; readonly isNews: boolean },
): void {
  const text = `${folder}: the server counts ${unfound} messages that it does not list`;
  total.problems.push({ folder, error: new MailboxError('protocol', text), isNews, parkedUntil: null });
}
