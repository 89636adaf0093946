import type { Filter, ObjectId } from 'mongodb';
import { ingestAgain } from '../ingest/ingest.ts';
import type { MessageDocument } from '../store/message-document.ts';
import { copiesOf, idsInBatches, markForRejudge } from '../store/rejudge.ts';
import type { TriageDeps } from './triage-deps.ts';

/**
 * The mark first: were this process to die now, the reconciler would judge the message. Its copies, which another mailbox
 * received with a footer or a banner, follow.
 */
export async function judgeNow(deps: TriageDeps, id: ObjectId): Promise<MessageDocument | null> {
  const { messages } = deps.database;
  await markForRejudge(messages, { _id: id });
  await ingestAgain(deps, id);
  const message = await messages.findOne({ _id: id });
  if (message !== null) await followLater(deps, copiesOf(message));
  return message;
}

/** Marks the messages that a decision concerns and hands them to the queue. How many they are. */
export async function followLater(
  { database, enqueue }: TriageDeps,
  filter: Filter<MessageDocument>,
): Promise<number> {
  let marked = 0;
  for await (const ids of idsInBatches(database.messages, filter)) {
    await markForRejudge(database.messages, { _id: { $in: ids } });
    await enqueue(ids);
    marked += ids.length;
  }
  return marked;
}
