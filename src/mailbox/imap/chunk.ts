/** Fetches up to fifty small messages in one FETCH, and handles one that is refused or partly answered. */
import { cutOff, isCutOff } from '../declared-size.ts';
import { isRefusal } from './imap-error.ts';
import { type Command, sequenceSet } from './listing.ts';
import { type Fetched, MailboxError, type WantedMessage } from '../mailbox.ts';

/** A larger message is fetched in pieces. */
export const maxChunkedBytes = 1024 * 1024;

type Answer = Exclude<Fetched, { kind: 'stream' }> | { readonly kind: 'large'; readonly uid: number };

/** The error is returned with the answers, so that a promise nobody awaits yet cannot reject. */
export interface Outcome {
  readonly answers: readonly Answer[];
  readonly error: MailboxError | null;
}

export async function fetchChunk(command: Command, messages: readonly WantedMessage[]): Promise<Outcome> {
  const found = new Map<number, Answer>();
  const short = new Map<number, Buffer>();
  const unanswered = (): readonly WantedMessage[] => messages.filter(({ uid }) => !found.has(uid));
  const answers = (): readonly Answer[] => messages.flatMap(({ uid }) => found.get(uid) ?? []);
  try {
    const refused = await collect({ command, messages, found, short });
    // A FETCH may omit messages, return NIL or fewer bytes than declared, and still say OK.
    if (!refused && unanswered().length > 0)
      await askAgain({ command, messages: unanswered(), found, short });
    if (refused) await matchEach({ command, messages: unanswered(), found, short });
    for (const { uid } of unanswered()) found.set(uid, { kind: 'missing', uid });
    return { answers: answers(), error: null };
  } catch (thrown) {
    const error =
      thrown instanceof MailboxError
        ? thrown
        : new MailboxError('protocol', String(thrown), { cause: thrown });
    // One of these may be what kills the connection; the caller fetches each alone next time.
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
  /** First answers with fewer bytes than declared: a second one tells truncation from a wrong declaration. */
  readonly short: Map<number, Buffer>;
}

/** A message that another session removed still exists for this one, with a NIL body, until a NOOP lets the server say so. */
async function askAgain(asking: Asking): Promise<void> {
  await asking.command('cannot ask for news', (client) => client.noop());
  await collect({ ...asking, last: true });
}

/** A NO to fifty messages is usually caused by one of them. */
async function matchEach({ command, messages, found, short }: Asking): Promise<void> {
  const before = found.size;
  const refusals: MailboxError[] = [];
  for (const message of messages) {
    const refused = await collect({ command, messages: [message], found, short, last: true });
    if (!refused) continue;
    refusals.push(refused);
    found.set(message.uid, failed(message.uid, 'message-refused', refused.message));
  }
  // If all of several are refused, it is not about the messages.
  if (refusals[0] === undefined || refusals.length < messages.length || messages.length < 2 || before > 0)
    return;
  for (const { uid } of messages) found.delete(uid);
  throw refusals[0];
}

/** Returns the error if the server says NO or BAD, and keeps what came before it. @throws any other error. */
async function collect({
  command,
  messages,
  found,
  short,
  last = false,
}: Asking & { readonly last?: boolean }): Promise<MailboxError | null> {
  const asked = new Map(messages.map((message) => [message.uid, message]));
  const uids = sequenceSet([...asked.keys()].sort((a, b) => a - b));
  const query = { uid: true, source: { start: 0, maxLength: maxChunkedBytes + 1 } };
  try {
    await command('cannot fetch', async (client) => {
      for await (const row of client.fetch(uids, query, { uid: true })) {
        const message = asked.get(row.uid);
        // Without `source` it is an unsolicited flag change from another session.
        if (message === undefined || !('source' in row)) continue;
        const { source } = row;
        if (!Buffer.isBuffer(source)) {
          if (last)
            found.set(row.uid, failed(row.uid, 'message-refused', `UID ${row.uid}: the server answers NIL`));
        } else if (last || source.length >= message.size) {
          found.set(row.uid, answerOf(message, source, short.get(row.uid)));
        } else short.set(row.uid, source);
      }
    });
    return null;
  } catch (error) {
    if (error instanceof MailboxError && error.code === 'protocol' && isRefusal(error.cause)) return error;
    throw error;
  }
}

/** `before`: the content of an earlier answer that was too short. */
function answerOf({ uid, size, acceptShort }: WantedMessage, source: Buffer, before?: Buffer): Answer {
  // Exactly the limit: there is more. Above it: the server ignored the limit and sent everything.
  if (source.length === maxChunkedBytes + 1) return { kind: 'large', uid };
  if (source.length >= size) return { kind: 'whole', uid, raw: source };
  const isEnough = source.length > 0 && (acceptShort === true || !isCutOff(source.length, size));
  if (isEnough && before?.equals(source)) return { kind: 'whole', uid, raw: source, shortOf: size };
  return failed(uid, 'truncated', cutOff(uid, size, source.length));
}

const failed = (uid: number, code: 'message-refused' | 'truncated', message: string): Answer => ({
  kind: 'failed',
  uid,
  error: new MailboxError(code, message),
});
