import type { ObjectId } from 'mongodb';
import { describeError } from '../errors.ts';
import { isCutOff } from '../mailbox/declared-size.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { Fetched, MailboxSession, WantedMessage } from '../mailbox/mailbox.ts';
import { isStub } from '../mailbox/stub.ts';
import { isSameAnswer } from './parking.ts';
import { LOOKS, patience, pauseAfterAttempts } from './retry.ts';
import { rawKey } from '../store/blobs/blobs.ts';
import { markFetched, markUnfetched, markUnlisted, sightingsToFetch } from '../store/fetches.ts';
import { giveUpRaw } from '../store/lost-raw.ts';
import type { FolderEpoch, SightingDocument } from '../store/sightings.ts';
import { spool } from '../store/blobs/spool.ts';
import type { Spooled } from '../store/blobs/spool.ts';
import type { PollRun } from './poll-run.ts';

/** Rows requested at once: enough for full FETCH chunks, few enough to yield in time. */
const FETCH_WINDOW = 200;
/** One message that cannot be stored is its own fault (a limit of the store); this many in a row are the store's. */
const MAX_UNSTORED_IN_A_ROW = 3;

/** Fetches raw bytes for due rows without them. True when none is left. */
export async function fetchPending(
  run: PollRun,
  session: MailboxSession,
  key: FolderEpoch,
): Promise<boolean> {
  const { database, total } = run;
  const asked = new Set<number>();
  const unstored: number[] = [];
  for (;;) {
    const now = run.checkParked === true ? null : run.clock();
    const rows = await sightingsToFetch(database.sightings, key, { now, limit: FETCH_WINDOW });
    const wanted = rows.filter((row) => !asked.has(row.uid));
    if (wanted.length === 0) return true;
    for (const { uid } of wanted) asked.add(uid);
    const byUid = new Map(wanted.map((row) => [row.uid, row]));
    const stored: ObjectId[] = [];
    const missing: SightingDocument[] = [];
    try {
      for await (const fetched of session.fetch(wanted.map(asWanted))) {
        const row = byUid.get(fetched.uid);
        if (row === undefined) continue;
        if (fetched.kind === 'missing') missing.push(row);
        else if (fetched.kind === 'failed') await noteFailure(run, row, fetched.error);
        else if (await keep(run, { row, fetched, unstored })) stored.push(row._id);
      }
    } finally {
      await run.enqueue(stored);
      total.fetched += stored.length;
      run.step?.('enqueued');
    }
    await lookFor(run, session, missing);
    if (!(await run.shouldContinue()) || !(await run.hasRoom())) return false;
  }
}

/** A message that was refused before is fetched alone, so that it takes no other down with it. */
const asWanted = ({ uid, size, attempts, short }: SightingDocument): WantedMessage => ({
  uid,
  size,
  alone: attempts > 0,
  acceptShort: (short ?? null) !== null,
});

/** If the whole fetch is about to throw, those of the same chunk are only suspects: the next poll fetches each alone. */
async function noteFailure(run: PollRun, row: SightingDocument, error: MailboxError): Promise<void> {
  if (!concernsOneMessage(error)) {
    if (error.code !== 'connection' && error.code !== 'protocol') return;
    if (row.attempts > 0) await putOff(run, row, { error });
    else
      await markUnfetched(run.database.sightings, row._id, {
        error: describeError(error),
        retryAt: run.clock(),
      });
    return;
  }
  // Next time it is compared with what came before.
  const isShort = error.code === 'truncated';
  await putOff(run, row, { error, ...(isShort && { short: { sha256: null, since: run.clock() } }) });
}

function concernsOneMessage({ code }: MailboxError): boolean {
  return code === 'message-refused' || code === 'truncated' || code === 'message-missing';
}

interface Kept {
  readonly row: SightingDocument;
  readonly fetched: Extract<Fetched, { readonly kind: 'whole' | 'stream' }>;
  /** Consecutive UIDs that could not be stored. */
  readonly unstored: number[];
}

/** Makes one fetched message durable, then updates its row. False if it is not kept: its row says why. */
async function keep(run: PollRun, { row, fetched, unstored }: Kept): Promise<boolean> {
  let raw: Spooled | null = null;
  try {
    let warning: string | null;
    try {
      raw = await spool(fetched.kind === 'whole' ? fetched.raw : fetched.stream, { dir: run.spoolDir });
      const judged = await warningOrDoubt(run, { row, fetched, raw });
      if (judged === 'doubt') return false;
      warning = judged;
      const { content, size, sha256 } = raw;
      await run.blobs.put({ key: rawKey(sha256), content, size, sha256 });
      unstored.length = 0;
    } catch (error) {
      await noteUnkept(run, row, { error, unstored });
      return false;
    }
    run.step?.('raw-stored');
    const key = rawKey(raw.sha256);
    await markFetched(run.database.sightings, row._id, { key, size: raw.size, warning });
    run.step?.('row-fetched');
    if (Buffer.isBuffer(raw.content)) run.remember(key, raw.content);
    return true;
  } finally {
    await raw?.dispose();
  }
}

/** @throws if it is not about this message alone. */
async function noteUnkept(
  run: PollRun,
  row: SightingDocument,
  { error, unstored }: { readonly error: unknown; readonly unstored: number[] },
): Promise<void> {
  if (error instanceof MailboxError) {
    // Even if the connection broke: a message at whose second piece the server hangs up must not be the first of every poll.
    await noteFailure(run, row, error);
    if (!concernsOneMessage(error)) throw error;
    return;
  }
  unstored.push(row.uid);
  await putOff(run, row, { error });
  if (unstored.length < MAX_UNSTORED_IN_A_ROW) return;
  const text = `${row.folder} UID ${unstored.join(', ')}: ${unstored.length} messages in a row could not be stored`;
  throw new Error(text, { cause: error });
}

/**
 * A notice instead of the message does not count, and far fewer bytes than declared only count if the same arrived at different
 * times: `doubt` means that its row says so. Otherwise the warning for the row of a kept message.
 */
async function warningOrDoubt(
  run: PollRun,
  { row, fetched, raw }: Omit<Kept, 'unstored'> & { readonly raw: Spooled },
): Promise<string | null> {
  const declared = fetched.kind === 'whole' ? (fetched.shortOf ?? 0) : fetched.expectedSize;
  const isShort = raw.size < declared;
  if (Buffer.isBuffer(raw.content) && isStub(raw.content, { isShort })) {
    const text = `UID ${row.uid}: the server serves a notice that it cannot give the message`;
    await putOff(run, row, { error: new MailboxError('message-refused', text) });
    return 'doubt';
  }
  if (!isShort) return null;
  const warning = `${declared} bytes were declared, ${raw.size} arrived each time`;
  if (!isCutOff(raw.size, declared)) return warning;
  const now = run.clock();
  const isSame = row.short?.sha256 === raw.sha256;
  const since = isSame ? (row.short?.since ?? now) : now;
  if (isSame && now.getTime() - since.getTime() >= (run.patience ?? patience).looksApartMs) return warning;
  const text = `UID ${row.uid}: ${declared} bytes were declared, ${raw.size} arrived`;
  await putOff(run, row, {
    error: new MailboxError('truncated', text),
    short: { sha256: raw.sha256, since },
  });
  return 'doubt';
}

/** It stays pending and is retried after a pause, as long as the folder lists it. */
async function putOff(
  run: PollRun,
  row: SightingDocument,
  { error, short }: { readonly error: unknown; readonly short?: SightingDocument['short'] },
): Promise<void> {
  const message = describeError(error);
  const retryAt = new Date(run.clock().getTime() + pauseAfterAttempts(row.attempts + 1, run.patience));
  await markUnfetched(run.database.sightings, row._id, {
    error: message,
    retryAt,
    ...(short !== undefined && { short }),
  });
  const isNews = !isSameAnswer(row.error, message);
  const { folder, uid } = row;
  run.total.problems.push({ folder: `${folder} UID ${uid}`, uid, error, isNews, parkedUntil: null });
}

/** If the server did not deliver it: it is only gone if the folder does not list it, several times with minutes between. */
async function lookFor(
  run: PollRun,
  session: MailboxSession,
  missing: readonly SightingDocument[],
): Promise<void> {
  if (missing.length === 0) return;
  const { database, total } = run;
  const { looksApartMs: apartMs } = run.patience ?? patience;
  const listed = await session.stillListed(missing.map(({ uid }) => uid));
  const now = run.clock();
  for (const row of missing) {
    if (listed.has(row.uid)) {
      const text = `UID ${row.uid} is listed and not delivered`;
      await putOff(run, row, { error: new MailboxError('message-missing', text) });
      continue;
    }
    const state = await markUnlisted(database.sightings, row, { now, looks: LOOKS, apartMs });
    if (state !== 'vanished') continue;
    total.vanished++;
    await giveUpRaw(database.sightings, row);
  }
}
