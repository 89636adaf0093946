import type { Mail } from '../mail/mail.ts';
import { entryHolders, mayDefer, deferTo, copyBefore, deferToCopyEntry } from '../decide/same-entry.ts';
import { asDecided, clientIdsIn, storedDecision } from '../store/decided-message.ts';
import { isPending } from '../decide/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { findRelated } from './related.ts';
import type { Related } from './related.ts';

/** A message received this long ago and still not judged kills whoever judges it: nobody waits for it. */
const JUDGED_WITHIN_MS = 60 * 60_000;

/** A judged message and what may hold what it would record. */
export interface Deferring {
  readonly message: MessageDocument;
  readonly mail: Mail;
  readonly originals: Related | null;
  readonly copies: readonly MessageDocument[];
}

/** Asks for all of a group at once what each may have to leave to another message. */
export async function beforeDeferring<T extends Pick<Deferring, 'message' | 'mail'>>(
  database: Database,
  judged: readonly T[],
): Promise<(T & Deferring)[]> {
  const forwards = judged.filter(({ message }) => mayDefer(asDecided(message)));
  const sent = judged.filter((one) => !forwards.includes(one) && mayYieldToCopy(one.message));
  const [related, copies] = await Promise.all([
    forwards.length === 0 ? [] : findRelated(database, forwards),
    findCopies(
      database,
      sent.map(({ message }) => message),
    ),
  ]);
  return judged.map((one) => ({
    ...one,
    originals: related[forwards.indexOf(one)] ?? null,
    copies: copies.get(one.message._id.toHexString()) ?? [],
  }));
}

/**
 * Leaves to another message what both would record, if they were judged at the same moment: see `entryHolders`. @throws Error while
 * the other is not judged yet: the job is retried.
 */
export async function deferToOriginal(
  database: Pick<Database, 'messages'>,
  { message, originals, copies }: Omit<Deferring, 'mail'>,
): Promise<MessageDocument> {
  if (originals === null) return await deferToCopy(database, message, copies);
  const decided = asDecided(message);
  const related = originals.relations;
  const holders = entryHolders(decided, related);
  const ids = new Set(holders.map(({ id }) => id));
  if (originals.documents.some((other) => ids.has(other._id.toHexString()) && isBeingJudged(other)))
    throw new Error('the message that this one forwards is being judged at this moment');
  const left = deferTo(holders, { message: decided, related });
  if (left === null) return message;
  const stored = { ...storedDecision(left, { message, ids: clientIdsIn(message) }), verdict: left.verdict };
  await database.messages.updateOne({ _id: message._id, revision: message.revision }, { $set: stored });
  return { ...message, ...stored };
}

const isBeingJudged = ({ state, receivedAt }: MessageDocument): boolean =>
  state === 'received' && Date.now() - receivedAt.getTime() < JUDGED_WITHIN_MS;

function mayYieldToCopy(message: MessageDocument): boolean {
  const decided = asDecided(message);
  return (
    message.contentKey !== undefined &&
    decided.verdict?.direction === 'outbound' &&
    decided.links.some(isPending)
  );
}

/** Other messages of the same content as each of these, by id. */
async function findCopies(
  { messages }: Pick<Database, 'messages'>,
  sent: readonly MessageDocument[],
): Promise<ReadonlyMap<string, readonly MessageDocument[]>> {
  if (sent.length === 0) return new Map();
  const contentKeys = [...new Set(sent.flatMap(({ contentKey }) => contentKey ?? []))];
  const found = await messages
    .find({ contentKey: { $in: contentKeys } })
    .limit((MAX_COPIES + 1) * sent.length)
    .toArray();
  return new Map(
    sent.map(({ _id, contentKey }) => [
      _id.toHexString(),
      found.filter((other) => other.contentKey === contentKey && !other._id.equals(_id)).slice(0, MAX_COPIES),
    ]),
  );
}

/** The same for a copy under another Message-ID: see `copyBefore`. */
async function deferToCopy(
  { messages }: Pick<Database, 'messages'>,
  message: MessageDocument,
  copies: readonly MessageDocument[],
): Promise<MessageDocument> {
  const { _id, revision } = message;
  const decided = asDecided(message);
  const first = copyBefore(decided, copies.map(asDecided));
  if (first === null) return message;
  if (copies.some((other) => other._id.toHexString() === first.id && isBeingJudged(other)))
    throw new Error('a copy of this message is being judged at this moment');
  const left = deferToCopyEntry(decided, first);
  const { entryKey = message.variantKey, verdict } = left;
  const stored = { ...storedDecision(left, { message, ids: clientIdsIn(message) }), verdict, entryKey };
  await messages.updateOne({ _id, revision }, { $set: stored });
  return { ...message, ...stored };
}

/** One message in more mailboxes than this, each with another id, is not one of ours. */
const MAX_COPIES = 20;
