/** Fetches a message over 1 MB, or of unknown length, in pieces of 1 MB: never held whole. */
import { Readable } from 'node:stream';
import { cutOff, isCutOff } from '../declared-size.ts';
import { headersOf } from '../header-section.ts';
import { isRefusal } from './imap-error.ts';
import type { Command } from './listing.ts';
import type { Fetched, WantedMessage } from '../mailbox.ts';
import { MailboxError } from '../mailbox.ts';

const pieceBytes = 1024 * 1024;
/** Limit for a message that keeps coming: an endless answer must not fill the disk. */
const maxExcessBytes = 8 * 1024 * 1024;

export async function* fetchLarge(
  command: Command,
  { uid, size, acceptShort = false }: WantedMessage,
): AsyncGenerator<Fetched> {
  let first: Piece | null;
  try {
    first = (await fetchPiece(command, uid, 0)) ?? (await fetchPiece(command, uid, 0));
  } catch (error) {
    if (!(error instanceof MailboxError)) throw error;
    const refused = error.code === 'protocol' && isRefusal(error.cause);
    const told = refused ? new MailboxError('message-refused', error.message, { cause: error }) : error;
    if (error.code !== 'aborted' && error.code !== 'throttled') yield { kind: 'failed', uid, error: told };
    if (refused) return;
    throw error;
  }
  if (first === null) {
    yield { kind: 'missing', uid };
    return;
  }
  const expectedSize = first.declaredSize ?? size;
  const pieces = readPieces({ command, uid, expectedSize, first: first.bytes, acceptShort });
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: pieceBytes });
  // The reader may be gone, or not there yet, when it fails; without a listener that would end the process.
  stream.on('error', () => {});
  try {
    yield { kind: 'stream', uid, stream, expectedSize };
  } finally {
    if (!stream.readableEnded) stream.destroy();
  }
}

interface PieceReader {
  readonly command: Command;
  readonly uid: number;
  readonly expectedSize: number;
  readonly first: Buffer;
  readonly acceptShort: boolean;
}

async function* readPieces({
  command,
  uid,
  expectedSize,
  first,
  acceptShort,
}: PieceReader): AsyncGenerator<Buffer> {
  let total = 0;
  let piece = first;
  while (piece.length > 0) {
    total += piece.length;
    if (total > expectedSize * 2 + maxExcessBytes) {
      throw new MailboxError(
        'protocol',
        `UID ${uid}: ${expectedSize} bytes were declared, over ${total} arrived`,
      );
    }
    yield piece;
    // More than requested: this server ignores the limit and sent everything.
    if (piece.length > pieceBytes) break;
    // A short piece is the end. If bytes are missing, keep asking: only an empty answer counts as the end.
    if (piece.length < pieceBytes && total >= expectedSize) break;
    const next = await fetchPiece(command, uid, total);
    if (next === null) throw new MailboxError('message-missing', `UID ${uid} was deleted while it was read`);
    piece = next.bytes;
  }
  if (isCutOff(total, expectedSize) && !(acceptShort && total > 0))
    throw new MailboxError('truncated', cutOff(uid, expectedSize, total));
}

interface Piece {
  readonly bytes: Buffer;
  readonly declaredSize: number | null;
}

/** Null if the server has no such message. Past the end the answer is an empty string or NIL. */
async function fetchPiece(command: Command, uid: number, start: number): Promise<Piece | null> {
  const query = { uid: true, size: start === 0, source: { start, maxLength: pieceBytes } };
  const row = await command('cannot fetch', (client) => client.fetchOne(String(uid), query, { uid: true }));
  if (!row) return null;
  return {
    bytes: Buffer.isBuffer(row.source) ? row.source : Buffer.alloc(0),
    declaredSize: row.size ?? null,
  };
}

/** Up to and including the empty line, at most 1 MB. @throws MailboxError `message-missing`. */
export async function fetchHeaders(command: Command, uid: number): Promise<Buffer> {
  const piece = await fetchPiece(command, uid, 0);
  if (piece === null) throw new MailboxError('message-missing', `there is no UID ${uid}`);
  return headersOf(piece.bytes);
}
