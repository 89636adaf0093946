import { rematchAfter, rematchOf, rematchReturned, startRematch } from './rematch.ts';
import type { Enqueue, Rematch } from './rematch.ts';
import type { Rules } from '../decide/rules.ts';
import { refreshClients, scanClients } from '../store/address-book.ts';
import type { BookChanges } from '../store/address-book.ts';
import { passScanOn, saveScan, takeScan } from '../store/book-scan.ts';
import type { ClientDocument } from '../store/clients.ts';
import type { Database } from '../store/mongo.ts';

export interface SyncOutcome {
  readonly scanned: number;
  readonly gained: number;
  readonly lost: number;
  /** Messages marked for rejudging. */
  readonly marked: number;
  /** Addresses that disappeared in such numbers that no link was touched. */
  readonly withheld: number;
}

/** Pages of a thousand clients per step: the scan's period grows with the collection, its load does not. */
const PAGES_A_STEP = 5;
/** The first scan of a collection runs this long at a time: before it, the book is of little use. */
const FIRST_SCAN_MS = 20_000;
/** Longer than a page takes; a process that died holds up the scan no longer than this. */
const LEASE_MS = 120_000;
/**
 * A CRM that is reimported, or that blanks a column by mistake, removes a whole page of addresses for a while. Links are only
 * retracted automatically if so few disappear that someone meant it; `address-book hint` does the rest on request.
 */
const MAX_LOST_A_PAGE = 50;

/** One step of the rolling scan, one per `everyMs` whatever the number of processes. Null if another one does it. */
export async function syncAddressBook(
  database: Database,
  {
    owner,
    enqueue,
    everyMs,
  }: { readonly owner: string; readonly enqueue: Enqueue; readonly everyMs: number },
): Promise<SyncOutcome | null> {
  const scan = await takeScan(database.leases, { owner, forMs: LEASE_MS });
  if (scan === null) return null;
  const started = Date.now();
  const deadline = started + FIRST_SCAN_MS;
  let total = NOTHING_DONE;
  let { after, completedAt } = scan;
  for (let page = 0; completedAt === null ? Date.now() < deadline : page < PAGES_A_STEP; page++) {
    const done = await scanPage(database, { after, enqueue });
    total = sum(total, done.outcome);
    after = done.after;
    if (after === null) completedAt = new Date();
    await saveScan(database.leases, { owner, after, completedAt });
    if (after === null) break;
  }
  total = { ...total, marked: total.marked + (await rematchReturned(database, enqueue)) };
  await passScanOn(database.leases, { owner, pauseMs: Math.max(0, everyMs / 2 - (Date.now() - started)) });
  return total;
}

/** Brings the whole book up to date now. Calls `progress` with the number of clients read so far. */
export async function rebuildBook(
  database: Database,
  { enqueue, progress }: { readonly enqueue: Enqueue; readonly progress: (scanned: number) => void },
): Promise<SyncOutcome> {
  let total = NOTHING_DONE;
  let after: ClientDocument['_id'] | null = null;
  do {
    const done = await scanPage(database, { after, enqueue });
    total = sum(total, done.outcome);
    after = done.after;
    progress(total.scanned);
  } while (after !== null);
  return { ...total, marked: total.marked + (await rematchReturned(database, enqueue)) };
}

/**
 * The CRM reports a changed client: refreshes the book now and rematches what its document lists, however much that is. Null if
 * there is no such client: then its rows are gone from the book, and its mail stays.
 */
export async function clientChanged(
  database: Database,
  {
    clientId,
    rules,
    enqueue,
  }: {
    readonly clientId: ClientDocument['_id'];
    readonly rules: Pick<Rules, 'domainMatching'>;
    readonly enqueue: Enqueue;
  },
): Promise<SyncOutcome | null> {
  const asked = await rematchOf(database, { clientId, rules });
  const onChanges = async (): Promise<unknown> =>
    asked && (await startRematch(database, asked, async () => {}));
  const { gained, lost } = await refreshClients(database, [clientId], onChanges);
  if (asked === null) return null;
  const marked = await startRematch(database, asked, enqueue);
  return { scanned: 1, gained: gained.length, lost: lost.length, marked, withheld: 0 };
}

const NOTHING_DONE: SyncOutcome = { scanned: 0, gained: 0, lost: 0, marked: 0, withheld: 0 };

function sum(a: SyncOutcome, b: SyncOutcome): SyncOutcome {
  return {
    scanned: a.scanned + b.scanned,
    gained: a.gained + b.gained,
    lost: a.lost + b.lost,
    marked: a.marked + b.marked,
    withheld: a.withheld + b.withheld,
  };
}

/** The marks are set before the book changes, and again with jobs afterwards: a crash in between loses no rematch. */
async function scanPage(
  database: Database,
  { after, enqueue }: { readonly after: ClientDocument['_id'] | null; readonly enqueue: Enqueue },
): Promise<{ after: ClientDocument['_id'] | null; outcome: SyncOutcome }> {
  const asked = (changes: BookChanges): Rematch => ({
    ...rematchAfter(changes),
    ...(changes.lost.length > MAX_LOST_A_PAGE ? { lost: [] } : {}),
  });
  const done = await scanClients(
    database,
    { after },
    async (changes) => await startRematch(database, asked(changes), async () => {}),
  );
  const marked = await startRematch(database, asked(done), enqueue);
  const withheld = done.lost.length > MAX_LOST_A_PAGE ? done.lost.length : 0;
  return {
    after: done.after,
    outcome: { scanned: done.scanned, gained: done.gained.length, lost: done.lost.length, marked, withheld },
  };
}
