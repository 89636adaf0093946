import type { ObjectId } from 'mongodb';
import { ingestAgain } from '../ingest/ingest.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { copiesOf, markForRejudge } from '../store/rejudge.ts';
import { followLater } from './followers.ts';
import type { TriageDeps } from './triage-deps.ts';

/**
 * The mark first: if this process died now, the reconciler would judge the message. Its copies, received by another mailbox with a
 * footer or banner, follow.
 */
export async function judgeNow(deps: TriageDeps, id: ObjectId): Promise<MessageDocument | null> {
  const { messages } = deps.database;
  await markForRejudge(messages, { _id: id });
  await ingestAgain(deps, id);
  const message = await messages.findOne({ _id: id });
  if (message !== null) await followLater(deps, copiesOf(message));
  return message;
}
