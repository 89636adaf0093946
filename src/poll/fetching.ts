import { describeError } from '../errors.ts';
import { isCutOff } from '../mailbox/declared-size.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { Fetched, MailboxSession, WantedMessage } from '../mailbox/mailbox.ts';
import { isStub } from '../mailbox/stub.ts';
import { inGroups } from './fetched-groups.ts';
import { isSameAnswer } from './parking.ts';
import { LOOKS, NOTICE_BELIEVED_MS, patience, pauseAfterAttempts } from './retry.ts';
import { rawKey } from '../store/blobs/blobs.ts';
import { putAll } from '../store/blobs/put-all.ts';
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
const BACKLOG_MS = 24 * 60 * 60_000;

/** Fetches raw bytes for due rows without them. True when none is left. */
export async function fetchPending(
  run: PollRun,
  session: MailboxSession,
  key: FolderEpoch,
): Promise<boolean> {
  const { database } = run;
  const asked = new Set<number>();
  const unstored: number[] = [];
  for (;;) {
    const now = run.checkParked === true ? null : run.clock();
    const rows = await sightingsToFetch(database.sightings, key, { now, limit: FETCH_WINDOW });
    const wanted = rows.filter((row) => !asked.has(row.uid));
    if (wanted.length === 0) return true;
    for (const { uid } of wanted) asked.add(uid);
    const missing: SightingDocument[] = [];
    const arriving = prepareEach(run, session.fetch(wanted.map(asWanted)), { wanted, missing, unstored });
    for await (const group of inGroups(arriving, bytesInMemory)) await handOn(run, group, unstored);
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
}

interface Prepared {
  readonly row: SightingDocument;
  readonly raw: Spooled;
  readonly warning: string | null;
}

const bytesInMemory = ({ raw: { content } }: Prepared): number =>
  Buffer.isBuffer(content) ? content.length : 0;

/** Each message that came, hashed. What could not be had is noted in its row, or is among the `missing`. */
async function* prepareEach(
  run: PollRun,
  arriving: AsyncIterable<Fetched>,
  {
    wanted,
    missing,
    unstored,
  }: {
    readonly wanted: readonly SightingDocument[];
    readonly missing: SightingDocument[];
    readonly unstored: number[];
  },
): AsyncGenerator<Prepared> {
  const byUid = new Map(wanted.map((row) => [row.uid, row]));
  for await (const fetched of arriving) {
    const row = byUid.get(fetched.uid);
    if (row === undefined) continue;
    if (fetched.kind === 'missing') missing.push(row);
    else if (fetched.kind === 'failed') await noteFailure(run, row, fetched.error);
    else {
      const ready = await prepare(run, { row, fetched }, unstored);
      if (ready !== null) yield ready;
    }
  }
}

/** Makes the messages of a group durable, says so in their rows, and hands on those that are kept. */
async function handOn(run: PollRun, group: readonly Prepared[], unstored: number[]): Promise<void> {
  try {
    const { kept, problem } = await store(run, group, unstored);
    if (kept.length > 0) await noteFetched(run, kept);
    if (problem !== null) throw problem.error;
  } finally {
    for (const { raw } of group) await raw.dispose();
  }
}

/** Its bytes, hashed. Null where they are not kept: its row says why. */
async function prepare(run: PollRun, { row, fetched }: Kept, unstored: number[]): Promise<Prepared | null> {
  let raw: Spooled | null = null;
  let isPrepared = false;
  try {
    raw = await spool(fetched.kind === 'whole' ? fetched.raw : fetched.stream, { dir: run.spoolDir });
    const warning = await warningOrDoubt(run, { row, fetched, raw });
    isPrepared = warning !== 'doubt';
    return warning === 'doubt' ? null : { row, raw, warning };
  } catch (error) {
    await noteUnkept(run, row, { error, unstored });
    return null;
  } finally {
    if (!isPrepared) await raw?.dispose();
  }
}

/** Those that are durable, and the error where the store seems to be broken. */
async function store(
  run: PollRun,
  prepared: readonly Prepared[],
  unstored: number[],
): Promise<{ readonly kept: readonly Prepared[]; readonly problem: { readonly error: unknown } | null }> {
  const stored = await putAll(
    run.blobs,
    prepared.map(({ raw: { content, size, sha256 } }) => ({
      key: rawKey(sha256),
      content,
      size,
      sha256,
    })),
  );
  const kept: Prepared[] = [];
  let problem: { readonly error: unknown } | null = null;
  for (const [at, one] of prepared.entries()) {
    const outcome = stored[at];
    if (outcome?.status !== 'rejected') {
      unstored.length = 0;
      kept.push(one);
      continue;
    }
    try {
      await noteUnkept(run, one.row, { error: outcome.reason, unstored });
    } catch (error) {
      problem ??= { error };
    }
  }
  run.step?.('raw-stored');
  return { kept, problem };
}

async function noteFetched(run: PollRun, kept: readonly Prepared[]): Promise<void> {
  const [first] = kept;
  await markFetched(
    run.database.sightings,
    kept.map(({ row: { _id }, raw: { sha256, size }, warning }) => ({
      id: _id,
      key: rawKey(sha256),
      size,
      warning,
    })),
  );
  run.step?.('row-fetched');
  for (const { raw } of kept) if (Buffer.isBuffer(raw.content)) run.remember(rawKey(raw.sha256), raw.content);
  await run.enqueue(
    kept.map(({ row: { _id } }) => _id),
    { isBacklog: first !== undefined && isBacklog(first.row) },
  );
  run.total.fetched += kept.length;
  run.step?.('enqueued');
}

/** Mail that was old when it was first seen belongs to an import: what comes today goes first. */
const isBacklog = ({ internalDate, createdAt }: SightingDocument): boolean =>
  internalDate !== null && createdAt.getTime() - internalDate.getTime() > BACKLOG_MS;

/** @throws where it is not about this message alone. */
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
 * A notice instead of the message, or far fewer bytes than declared, only count if the same arrived at different times: `doubt` means that its row says so. Otherwise the warning for the row of a kept message.
 */
async function warningOrDoubt(
  run: PollRun,
  { row, fetched, raw }: Kept & { readonly raw: Spooled },
): Promise<string | null> {
  const declared = fetched.kind === 'whole' ? (fetched.shortOf ?? 0) : fetched.expectedSize;
  const isShort = raw.size < declared;
  const now = run.clock();
  const isSame = row.short?.sha256 === raw.sha256;
  const short = { sha256: raw.sha256, since: isSame ? (row.short?.since ?? now) : now };
  const sameForMs = now.getTime() - short.since.getTime();
  if (Buffer.isBuffer(raw.content) && isStub(raw.content, { isShort })) {
    if (isSame && row.attempts >= LOOKS && sameForMs >= NOTICE_BELIEVED_MS)
      return 'it reads like a notice that the server cannot give the message, and the same arrived for a day';
    const text = `UID ${row.uid}: the server serves a notice that it cannot give the message`;
    await putOff(run, row, { error: new MailboxError('message-refused', text), short });
    return 'doubt';
  }
  if (!isShort) return null;
  const warning = `${declared} bytes were declared, ${raw.size} arrived each time`;
  if (!isCutOff(raw.size, declared)) return warning;
  if (isSame && sameForMs >= (run.patience ?? patience).looksApartMs) return warning;
  const text = `UID ${row.uid}: ${declared} bytes were declared, ${raw.size} arrived`;
  await putOff(run, row, { error: new MailboxError('truncated', text), short });
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
