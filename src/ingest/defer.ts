import type { Mail } from '../mail/mail.ts';
import { entryHolders, mayDefer, deferTo, copyBefore, deferToCopyEntry } from '../decide/same-entry.ts';
import { asDecided, clientIdsIn, storedDecision } from '../store/decided-message.ts';
import { isPending } from '../decide/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { findRelated } from './related.ts';

/** A message received this long ago and still not judged kills whoever judges it: nobody waits for it. */
const JUDGED_WITHIN_MS = 60 * 60_000;

/**
 * Leaves to another message what both would record, if they were judged at the same moment: see `entryHolders`. @throws Error while
 * the other is not judged yet: the job is retried.
 */
export async function deferToOriginal(
  database: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<MessageDocument> {
  const decided = asDecided(message);
  if (!mayDefer(decided)) return await deferToCopy(database, message);
  const [found] = await findRelated(database, [{ message, mail }]);
  if (found === undefined) return message;
  const related = found.relations;
  const holders = entryHolders(decided, related);
  const ids = new Set(holders.map(({ id }) => id));
  if (found.documents.some((other) => ids.has(other._id.toHexString()) && isBeingJudged(other)))
    throw new Error('the message that this one forwards is being judged at this moment');
  const left = deferTo(holders, { message: decided, related });
  if (left === null) return message;
  const stored = { ...storedDecision(left, { message, ids: clientIdsIn(message) }), verdict: left.verdict };
  await database.messages.updateOne({ _id: message._id, revision: message.revision }, { $set: stored });
  return { ...message, ...stored };
}

const isBeingJudged = ({ state, receivedAt }: MessageDocument): boolean =>
  state === 'received' && Date.now() - receivedAt.getTime() < JUDGED_WITHIN_MS;

/** The same for a copy with another Message-ID: see `copyBefore`. */
async function deferToCopy(
  { messages }: Pick<Database, 'messages'>,
  message: MessageDocument,
): Promise<MessageDocument> {
  const { _id, contentKey, revision } = message;
  const decided = asDecided(message);
  if (contentKey === undefined || decided.verdict?.direction !== 'outbound') return message;
  if (!decided.links.some(isPending)) return message;
  const found = await messages
    .find({ contentKey, _id: { $ne: _id } })
    .limit(MAX_COPIES)
    .toArray();
  const first = copyBefore(decided, found.map(asDecided));
  if (first === null) return message;
  if (found.some((other) => other._id.toHexString() === first.id && isBeingJudged(other)))
    throw new Error('a copy of this message is being judged at this moment');
  const left = deferToCopyEntry(decided, first);
  const { entryKey = message.variantKey, verdict } = left;
  const stored = { ...storedDecision(left, { message, ids: clientIdsIn(message) }), verdict, entryKey };
  await messages.updateOne({ _id, revision }, { $set: stored });
  return { ...message, ...stored };
}

/** One message in more mailboxes than this, each with another id, is not one of ours. */
const MAX_COPIES = 20;
