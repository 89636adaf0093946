/**
 * Raw messages: many small ones in one FETCH, large ones in pieces of 1 MB. No message is ever asked for without a bound, because
 * a declared size is the server's word only.
 */
import { Readable } from 'node:stream';
import { headersOf } from './header-section.ts';
import { isRefusal } from './imap-error.ts';
import { type Command, sequenceSet } from './imap-listing.ts';
import { type Fetched, MailboxError, type WantedMessage } from './mailbox.ts';

const pieceBytes = 1024 * 1024;
const chunkBytes = 8 * 1024 * 1024;
const chunkMessages = 50;
/** Exchange computes RFC822.SIZE before it converts the message and misses by some; more than this is a message cut off. */
const sizeToleranceBytes = 64 * 1024;
const sizeToleranceShare = 0.1;
/** A message that keeps coming: an endless answer must not fill the disk. */
const maxExcessBytes = 8 * 1024 * 1024;

type Task =
  | { readonly kind: 'chunk'; readonly messages: readonly WantedMessage[] }
  | { readonly kind: 'large'; readonly message: WantedMessage };
type Answer = Exclude<Fetched, { kind: 'stream' }> | { readonly kind: 'large'; readonly uid: number };

export async function* fetchMessages(
  command: Command,
  wanted: readonly WantedMessage[],
): AsyncGenerator<Fetched> {
  const tasks = planTasks(wanted);
  let ahead: Promise<Outcome> | null = null;
  try {
    for (const [at, task] of tasks.entries()) {
      if (task.kind === 'large') {
        yield* fetchLarge(command, task.message);
        continue;
      }
      const { answers, error }: Outcome = await (ahead ?? fetchChunk(command, task.messages));
      // The next chunk travels while the caller works on this one.
      const next = tasks[at + 1];
      ahead = error === null && next?.kind === 'chunk' ? fetchChunk(command, next.messages) : null;
      for (const answer of answers) {
        if (answer.kind !== 'large') yield answer;
        else
          yield* fetchLarge(
            command,
            task.messages.find(({ uid }) => uid === answer.uid) ?? { uid: answer.uid, size: 0 },
          );
      }
      if (error) throw error;
    }
  } finally {
    await ahead;
  }
}

export function planTasks(wanted: readonly WantedMessage[]): readonly Task[] {
  const tasks: Task[] = [];
  let chunk: WantedMessage[] = [];
  let bytes = 0;
  const flush = (): void => {
    if (chunk.length > 0) tasks.push({ kind: 'chunk', messages: chunk });
    chunk = [];
    bytes = 0;
  };
  for (const message of wanted) {
    const alone = message.alone === true;
    if (
      alone ||
      message.size > pieceBytes ||
      chunk.length === chunkMessages ||
      bytes + message.size > chunkBytes
    )
      flush();
    if (message.size > pieceBytes) {
      tasks.push({ kind: 'large', message });
      continue;
    }
    chunk.push(message);
    bytes += message.size;
    if (alone) flush();
  }
  flush();
  return tasks;
}

/** An error stands beside the answers, so that a promise nobody waits for yet cannot reject. */
interface Outcome {
  readonly answers: readonly Answer[];
  readonly error: MailboxError | null;
}

async function fetchChunk(command: Command, messages: readonly WantedMessage[]): Promise<Outcome> {
  const found = new Map<number, Answer>();
  const unanswered = (): readonly WantedMessage[] => messages.filter(({ uid }) => !found.has(uid));
  const answers = (): readonly Answer[] => messages.flatMap(({ uid }) => found.get(uid) ?? []);
  try {
    const refused = await collect({ command, messages, found });
    // A FETCH may leave messages out, or give NIL for them, and still say OK.
    if (!refused && unanswered().length > 0) await askAgain({ command, messages: unanswered(), found });
    if (refused) await askEach({ command, messages: unanswered(), found });
    for (const { uid } of unanswered()) found.set(uid, { kind: 'missing', uid });
    return { answers: answers(), error: null };
  } catch (thrown) {
    const error =
      thrown instanceof MailboxError
        ? thrown
        : new MailboxError('protocol', String(thrown), { cause: thrown });
    // One of these may be what kills the connection; the caller asks for each alone next time.
    const suspects = error.code === 'aborted' || error.code === 'throttled' ? [] : unanswered();
    for (const { uid } of suspects) found.set(uid, { kind: 'failed', uid, error });
    return { answers: answers(), error };
  }
}

interface Asking {
  readonly command: Command;
  readonly messages: readonly WantedMessage[];
  /** Answers are added to it. */
  readonly found: Map<number, Answer>;
}

/** A message that another session removed exists for this one, with NIL for its body, until a NOOP lets the server tell. */
async function askAgain(asking: Asking): Promise<void> {
  await asking.command('cannot ask for news', (client) => client.noop());
  await collect({ ...asking, last: true });
}

/** One NO for fifty messages is mostly the fault of one of them. */
async function askEach({ command, messages, found }: Asking): Promise<void> {
  const before = found.size;
  const refusals: MailboxError[] = [];
  for (const message of messages) {
    const refused = await collect({ command, messages: [message], found, last: true });
    if (!refused) continue;
    refusals.push(refused);
    found.set(message.uid, failed(message.uid, 'message-refused', refused.message));
  }
  // All of several: that is not about the messages.
  if (refusals[0] === undefined || refusals.length < messages.length || messages.length < 2 || before > 0)
    return;
  for (const { uid } of messages) found.delete(uid);
  throw refusals[0];
}

/** Returns the error where the server says NO or BAD; what came before it is kept. @throws any other error. */
async function collect({
  command,
  messages,
  found,
  last = false,
}: Asking & { readonly last?: boolean }): Promise<MailboxError | null> {
  const sizes = new Map(messages.map(({ uid, size }) => [uid, size]));
  const uids = sequenceSet([...sizes.keys()].sort((a, b) => a - b));
  const query = { uid: true, source: { start: 0, maxLength: pieceBytes + 1 } };
  try {
    await command('cannot fetch', async (client) => {
      for await (const row of client.fetch(uids, query, { uid: true })) {
        const size = sizes.get(row.uid);
        // Without `source` it is a flag change of another session that happened to come now.
        if (size === undefined || !('source' in row)) continue;
        if (last || Buffer.isBuffer(row.source)) found.set(row.uid, answerOf(row.uid, row.source, size));
      }
    });
    return null;
  } catch (error) {
    if (error instanceof MailboxError && isRefusal(error.cause)) return error;
    throw error;
  }
}

/** `source` is not a Buffer where the server answers NIL. */
function answerOf(uid: number, source: unknown, size: number): Answer {
  if (!Buffer.isBuffer(source)) return failed(uid, 'message-refused', `UID ${uid}: the server answers NIL`);
  // Exactly the bound: there is more. Beyond it: the server ignored the bound and sent everything.
  if (source.length === pieceBytes + 1) return { kind: 'large', uid };
  if (isCutOff(source.length, size)) return failed(uid, 'truncated', cutOff(uid, size, source.length));
  return { kind: 'whole', uid, raw: source };
}

const failed = (uid: number, code: 'message-refused' | 'truncated', message: string): Answer => ({
  kind: 'failed',
  uid,
  error: new MailboxError(code, message),
});

const isCutOff = (size: number, declared: number): boolean =>
  declared - size > Math.max(sizeToleranceBytes, declared * sizeToleranceShare) ||
  (size === 0 && declared > 0);

const cutOff = (uid: number, declared: number, size: number): string =>
  `UID ${uid}: ${declared} bytes were declared and ${size} came`;

async function* fetchLarge(command: Command, { uid, size }: WantedMessage): AsyncGenerator<Fetched> {
  let first: Piece | null;
  try {
    first = (await fetchPiece(command, uid, 0)) ?? (await fetchPiece(command, uid, 0));
  } catch (error) {
    if (!(error instanceof MailboxError)) throw error;
    const refused = isRefusal(error.cause);
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
  const pieces = readPieces({ command, uid, expectedSize, first: first.bytes });
  const stream = Readable.from(pieces, { objectMode: false, highWaterMark: pieceBytes });
  // The reader may be gone, or not yet there, when it fails; without a listener that would end the process.
  stream.on('error', () => {});
  try {
    yield { kind: 'stream', uid, stream, expectedSize };
  } finally {
    if (!stream.readableEnded) stream.destroy();
  }
}

interface Reading {
  readonly command: Command;
  readonly uid: number;
  readonly expectedSize: number;
  readonly first: Buffer;
}

async function* readPieces({ command, uid, expectedSize, first }: Reading): AsyncGenerator<Buffer> {
  let total = 0;
  let piece = first;
  while (piece.length > 0) {
    total += piece.length;
    if (total > expectedSize * 2 + maxExcessBytes) {
      throw new MailboxError(
        'protocol',
        `UID ${uid}: ${expectedSize} bytes were declared and over ${total} came`,
      );
    }
    yield piece;
    // More than asked for: this server ignores the bound, and sent everything.
    if (piece.length > pieceBytes) break;
    // A short piece is the end. Where bytes are owed it is asked for more, and only an empty answer is believed.
    if (piece.length < pieceBytes && total >= expectedSize) break;
    const next = await fetchPiece(command, uid, total);
    if (next === null) throw new MailboxError('message-missing', `UID ${uid} went while it was read`);
    piece = next.bytes;
  }
  if (isCutOff(total, expectedSize)) throw new MailboxError('truncated', cutOff(uid, expectedSize, total));
}

interface Piece {
  readonly bytes: Buffer;
  readonly declaredSize: number | null;
}

/** Null where the server has no such message. Nothing beyond the end comes as an empty string or NIL. */
async function fetchPiece(command: Command, uid: number, start: number): Promise<Piece | null> {
  const query = { uid: true, size: start === 0, source: { start, maxLength: pieceBytes } };
  const row = await command('cannot fetch', (client) => client.fetchOne(String(uid), query, { uid: true }));
  if (!row) return null;
  return {
    bytes: Buffer.isBuffer(row.source) ? row.source : Buffer.alloc(0),
    declaredSize: row.size ?? null,
  };
}

/** Up to and with the empty line, at most 1 MB. @throws MailboxError `message-missing`. */
export async function fetchHeaders(command: Command, uid: number): Promise<Buffer> {
  const piece = await fetchPiece(command, uid, 0);
  if (piece === null) throw new MailboxError('message-missing', `UID ${uid} is not there`);
  return headersOf(piece.bytes);
}
