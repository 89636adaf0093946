import type { Mail } from '../mail/mail.ts';
import { entryHolders, mayYield, yieldTo } from '../decide/same-entry.ts';
import { asDecided, clientIdsIn, storedDecision } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { findRelated } from './related.ts';

/** A message that was received so long ago and never judged is one that kills whoever judges it: nobody waits for it. */
const JUDGED_WITHIN_MS = 60 * 60_000;

/**
 * Leaves to another message what both would record, where they were judged at the same moment: see `entryHolders`.
 * @throws Error while the other is not judged yet: the job is retried.
 */
export async function deferToOriginal(
  database: Database,
  message: MessageDocument,
  mail: Mail,
): Promise<MessageDocument> {
  const decided = asDecided(message);
  if (!mayYield(decided)) return message;
  const [found] = await findRelated(database, [{ message, mail }]);
  if (found === undefined) return message;
  const related = found.relations;
  const holders = entryHolders(decided, related);
  const ids = new Set(holders.map(({ id }) => id));
  const now = Date.now();
  const isBeingJudged = ({ _id, state, receivedAt }: MessageDocument): boolean =>
    ids.has(_id.toHexString()) && state === 'received' && now - receivedAt.getTime() < JUDGED_WITHIN_MS;
  if (found.documents.some(isBeingJudged))
    throw new Error('the message that this one forwards is being judged at this moment');
  const left = yieldTo(holders, { message: decided, related });
  if (left === null) return message;
  const stored = { ...storedDecision(left, { message, ids: clientIdsIn(message) }), verdict: left.verdict };
  await database.messages.updateOne({ _id: message._id, revision: message.revision }, { $set: stored });
  return { ...message, ...stored };
}
