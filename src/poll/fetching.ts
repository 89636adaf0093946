import type { ObjectId } from 'mongodb';
import { describeError } from '../errors.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { Fetched, MailboxSession, WantedMessage } from '../mailbox/mailbox.ts';
import { isSameAnswer } from './parking.ts';
import { rawKey } from '../store/blobs/blobs.ts';
import { markFetched, markMissing, markRefused, sightingsToFetch } from '../store/sightings.ts';
import type { FolderEpoch, SightingDocument } from '../store/sightings.ts';
import { spool } from '../store/blobs/spool.ts';
import type { Spooled } from '../store/blobs/spool.ts';
import type { PollRun } from './folder.ts';

/** A UID that was listed and is not served this many times has gone. */
const MAX_MISSES = 3;
/** Rows asked for at once: enough for full FETCH chunks, few enough to yield in time. */
const FETCH_WINDOW = 200;

/** Fetches raw bytes for rows without them. True when none is left. */
export async function fetchPending(
  round: PollRun,
  session: MailboxSession,
  key: FolderEpoch,
): Promise<boolean> {
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
    if (!(await round.shouldContinue()) || !(await round.hasRoom())) return false;
  }
}

/** A message that was refused before is asked for alone, so that it takes no other down with it. */
const asWanted = ({ uid, size, attempts }: SightingDocument): WantedMessage => ({
  uid,
  size,
  alone: attempts > 0,
});

/** Makes one fetched message durable, then says so in its row. */
async function keep(round: PollRun, row: SightingDocument, fetched: Fetched): Promise<boolean> {
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

async function refuse(
  { database, total }: PollRun,
  row: SightingDocument,
  error: MailboxError,
): Promise<void> {
  const message = describeError(error);
  await markRefused(database.sightings, row._id, message);
  const isNews = !isSameAnswer(row.error, message);
  total.problems.push({ folder: `${row.folder} UID ${row.uid}`, error, isNews, parkedUntil: null });
}
