import { randomUUID } from 'node:crypto';
import type { ObjectId } from 'mongodb';
import { describeError } from './errors.ts';
import { MailboxError } from './mailbox/mailbox.ts';
import type {
  Fetched,
  FolderState,
  MailboxSession,
  MailboxSource,
  WantedMessage,
} from './mailbox/mailbox.ts';
import { planSync, resetAlarm } from './mailbox/sync-plan.ts';
import type { BlobStore } from './store/blobs.ts';
import { rawKey } from './store/blobs.ts';
import {
  advanceCursor,
  createCursor,
  findCursor,
  finishListing,
  noteFolderError,
  raiseEpoch,
} from './store/cursors.ts';
import type { CursorDocument } from './store/cursors.ts';
import { releaseLease, takeLease } from './store/leases.ts';
import type { MailboxRole } from './store/messages.ts';
import type { Database } from './store/mongo.ts';
import {
  abandonEarlierEpochs,
  markFetched,
  markMissing,
  markRefused,
  recordSightings,
  sightingsToFetch,
} from './store/sightings.ts';
import type { FolderEpoch, SightingDocument } from './store/sightings.ts';
import { spool } from './store/spool.ts';
import type { Spooled } from './store/spool.ts';

export interface PolledMailbox {
  readonly name: string;
  readonly role: MailboxRole;
  readonly folders: readonly string[];
  readonly since: Date | null;
  readonly source: MailboxSource;
}

export interface PollDeps {
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly spoolDir: string;
  /** Hands fetched sightings on. What is lost of it the reconciler hands on once more. */
  readonly enqueue: (sightings: readonly ObjectId[]) => Promise<void>;
  /** Keeps raw bytes for an ingest job of this process. */
  readonly remember: (key: string, raw: Buffer) => void;
  /** False while too many messages wait to be ingested. */
  readonly hasRoom: () => Promise<boolean>;
  readonly batch: number;
  readonly budgetMs: number;
  /** For tests that cannot wait; LEASE_MS otherwise. */
  readonly leaseMs?: number;
  /** Called between steps, with the step's name: for tests that kill the process there. */
  readonly step?: (name: PollStep) => void;
}

export type PollStep =
  | 'leased'
  | 'opened'
  | 'epoch-raised'
  | 'rows-written'
  | 'cursor-moved'
  | 'raw-stored'
  | 'row-fetched'
  | 'enqueued'
  | 'listing-finished';

export interface PollOutcome {
  /** `more`: there is work left, poll again soon. `waiting`: ingest is behind. `leased`: another process polls it now. */
  readonly outcome: 'done' | 'more' | 'waiting' | 'leased';
  readonly listed: number;
  readonly fetched: number;
  readonly vanished: number;
  /** One for each folder that failed; the others were polled. */
  readonly problems: readonly { readonly folder: string; readonly error: unknown }[];
  /** Folders that were reset now. */
  readonly resets: readonly string[];
}

/**
 * Renewed all the while, so that it may be short: the mailbox of a killed poller is free again before the queue finds the dead
 * job (worker.ts: POLL_LOCK_MS), and the poll that the queue repeats then is not turned away.
 */
const LEASE_MS = 12_000;
const RENEWALS_PER_LEASE = 3;
/** A UID that was listed and is not served this many times has gone. */
const MAX_MISSES = 3;
/** Rows asked for at once: enough for full FETCH chunks, few enough to yield in time. */
const FETCH_WINDOW = 200;

/**
 * Polls a mailbox: rows for what is listed, then the cursor, then raw bytes, then ingest jobs, in this order, so that a crash at
 * any point loses nothing. A folder that fails does not stop the others.
 * @throws MailboxError where no connection can be had; whatever the database or the blob store throw.
 */
export async function pollMailbox(
  deps: PollDeps,
  mailbox: PolledMailbox,
  signal: AbortSignal,
): Promise<PollOutcome> {
  const lease = { mailbox: mailbox.name, kind: 'poll', owner: randomUUID() } as const;
  const { leases } = deps.database;
  const forMs = deps.leaseMs ?? LEASE_MS;
  const total = {
    listed: 0,
    fetched: 0,
    vanished: 0,
    problems: [] as PollOutcome['problems'][number][],
    resets: [] as string[],
  };
  const take = async (): Promise<boolean> => await takeLease(leases, { ...lease, forMs });
  if (!(await take())) return { outcome: 'leased', ...total };
  const stopRenewing = keepRenewing(take, forMs / RENEWALS_PER_LEASE);
  deps.step?.('leased');
  const deadline = Date.now() + deps.budgetMs;
  const round: Round = {
    ...deps,
    mailbox,
    total,
    goOn: async () => {
      if (signal.aborted || Date.now() > deadline || total.fetched >= deps.batch) return false;
      return await take();
    },
  };
  try {
    if (!(await deps.hasRoom())) return { outcome: 'waiting', ...total };
    const session = await mailbox.source.openSession(signal);
    try {
      let more = false;
      for (const wanted of mailbox.folders) more = (await pollFolder(round, session, wanted)) || more;
      return { outcome: more ? 'more' : 'done', ...total };
    } finally {
      await session.close();
    }
  } finally {
    await stopRenewing();
    await releaseLease(leases, lease);
  }
}

/** A renewal that is under way when the poll ends must not take the lease again after it was given back. */
function keepRenewing(renew: () => Promise<unknown>, everyMs: number): () => Promise<void> {
  let renewal: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch(() => {});
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await renewal;
  };
}

interface Round extends PollDeps {
  readonly mailbox: PolledMailbox;
  readonly total: {
    listed: number;
    fetched: number;
    vanished: number;
    problems: PollOutcome['problems'][number][];
    resets: string[];
  };
  /** Whether there is time left, and the lease still ours. */
  readonly goOn: () => Promise<boolean>;
}

/** True where work is left. A lost connection ends the poll; any other failure only this folder. */
async function pollFolder(round: Round, session: MailboxSession, wanted: string): Promise<boolean> {
  const { database, mailbox, total } = round;
  let folder = wanted;
  try {
    const path = await session.resolveFolder(wanted);
    if (path === null)
      throw new MailboxError(
        'folder-missing',
        `mailbox ${mailbox.name} has no folder ${wanted}; correct its folders setting`,
      );
    folder = path;
    const known = await findCursor(database.cursors, { mailbox: mailbox.name, folder: path });
    if (isHeldBack(known)) return false;
    const state = await session.open(path);
    round.step?.('opened');
    const cursor = await openCursor(round, { folder: path, state, cursor: known });
    const key = { mailbox: mailbox.name, folder: path, epoch: cursor.epoch };
    const inOwnSent = wanted === '\\Sent' || (await isSent(session, path));
    const listedAll = await listNew(round, session, { key, state, cursor, inOwnSent });
    const fetchedAll = await fetchPending(round, session, key);
    return !listedAll || !fetchedAll;
  } catch (error) {
    if (error instanceof MailboxError && (error.code === 'folder-missing' || error.code === 'protocol')) {
      await noteFolderError(database.cursors, {
        mailbox: mailbox.name,
        folder,
        message: describeError(error),
      });
      total.problems.push({ folder, error });
      return false;
    }
    throw error;
  }
}

async function isSent(session: MailboxSession, path: string): Promise<boolean> {
  const folders = await session.folders();
  return folders.some((folder) => folder.path === path && folder.specialUse === '\\Sent');
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
  round: Round,
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
    await raiseEpoch(database.cursors, { ...key, from: cursor.epoch, state, resets: recent });
    await abandonEarlierEpochs(database.sightings, { ...key, epoch: plan.epoch });
    total.resets.push(`${folder}: ${plan.reason}`);
    round.step?.('epoch-raised');
  }
  const current =
    plan.kind === 'first' || plan.kind === 'reset' ? await findCursor(database.cursors, key) : cursor;
  if (current === null)
    throw new Error(`the cursor of ${mailbox.name} ${folder} was removed while it was polled`);
  return current;
}

/** Writes rows for what is new, window by window, the cursor behind them. True when the listing is complete. */
async function listNew(
  round: Round,
  session: MailboxSession,
  input: { key: FolderEpoch; state: FolderState; cursor: CursorDocument; inOwnSent: boolean },
): Promise<boolean> {
  const { database, mailbox, total } = round;
  const { key, state, cursor, inOwnSent } = input;
  const plan = planSync({ state, cursor });
  if (plan.kind === 'list' || plan.kind === 'first' || cursor.uidNext === null) {
    const fromUid = state.uidsAscend ? cursor.seenUid + 1 : 1;
    for await (const window of session.list({ fromUid })) {
      await recordSightings(
        database.sightings,
        { ...key, role: mailbox.role, inOwnSent, since: mailbox.since },
        window,
      );
      round.step?.('rows-written');
      // Every UID up to the last of the window has a row now: windows come in order, and recordSightings wrote all of this one.
      const seenUid = state.uidsAscend ? (window.at(-1)?.uid ?? 0) : 0;
      await advanceCursor(database.cursors, { ...key, seenUid });
      round.step?.('cursor-moved');
      total.listed += window.length;
      if (!(await round.goOn())) return false;
    }
  }
  await finishListing(database.cursors, { ...key, state });
  round.step?.('listing-finished');
  return true;
}

/** Fetches raw bytes for rows without them. True when none is left. */
async function fetchPending(round: Round, session: MailboxSession, key: FolderEpoch): Promise<boolean> {
  const { database, total } = round;
  const asked = new Set<number>();
  for (;;) {
    const rows = await sightingsToFetch(database.sightings, key, FETCH_WINDOW);
    const wanted = rows.filter((row) => !asked.has(row.uid));
    if (wanted.length === 0) return true;
    for (const { uid } of wanted) asked.add(uid);
    const byUid = new Map(wanted.map((row) => [row.uid, row]));
    const stored: ObjectId[] = [];
    try {
      for await (const fetched of session.fetch(wanted.map(asWanted))) {
        const row = byUid.get(fetched.uid);
        if (row !== undefined && (await keep(round, row, fetched))) stored.push(row._id);
      }
    } finally {
      await round.enqueue(stored);
      total.fetched += stored.length;
      round.step?.('enqueued');
    }
    if (!(await round.goOn()) || !(await round.hasRoom())) return false;
  }
}

/** A message that was refused before is asked for alone, so that it takes no other down with it. */
const asWanted = ({ uid, size, attempts }: SightingDocument): WantedMessage => ({
  uid,
  size,
  alone: attempts > 0,
});

/** Makes one fetched message durable, then says so in its row. */
async function keep(round: Round, row: SightingDocument, fetched: Fetched): Promise<boolean> {
  const { database, blobs, total } = round;
  if (fetched.kind === 'missing') {
    if ((await markMissing(database.sightings, row._id, MAX_MISSES)) === 'vanished') total.vanished++;
    return false;
  }
  if (fetched.kind === 'failed') {
    if (concernsOneMessage(fetched.error)) await refuse(round, row, fetched.error);
    return false;
  }
  let raw: Spooled;
  try {
    raw = await spool(fetched.kind === 'whole' ? fetched.raw : fetched.stream, { dir: round.spoolDir });
  } catch (error) {
    if (!(error instanceof MailboxError) || !concernsOneMessage(error)) throw error;
    await refuse(round, row, error);
    return false;
  }
  try {
    const key = rawKey(raw.sha256);
    await blobs.put({
      key,
      content: raw.content,
      size: raw.size,
      sha256: raw.sha256,
      contentType: 'message/rfc822',
    });
    round.step?.('raw-stored');
    await markFetched(database.sightings, row._id, { key, size: raw.size });
    round.step?.('row-fetched');
    if (Buffer.isBuffer(raw.content)) round.remember(key, raw.content);
    return true;
  } finally {
    await raw.dispose();
  }
}

/** Others of the same chunk are only suspects: the whole fetch is about to throw. */
function concernsOneMessage({ code }: MailboxError): boolean {
  return code === 'message-refused' || code === 'truncated' || code === 'message-missing';
}

async function refuse({ database, total }: Round, row: SightingDocument, error: MailboxError): Promise<void> {
  await markRefused(database.sightings, row._id, describeError(error));
  total.problems.push({ folder: `${row.folder} UID ${row.uid}`, error });
}
