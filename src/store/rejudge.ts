import type { Collection, Filter, ObjectId } from 'mongodb';
import type { AddressChange } from './address-book.ts';
import type { MessageDocument } from './messages.ts';

/**
 * Marks messages to be judged again. The mark is in the database because Redis may lose the job; the reconciler finds it. A
 * judgement that is under way has not seen what changed, so its compare-and-set must fail: the revision rises.
 */
export async function markForRejudge(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
): Promise<void> {
  await messages.updateMany(filter, { $inc: { rejudge: 1, revision: 1 } });
}

/** The same, and asks whether the automatic links by an address that was taken from its client still hold. */
export async function markLost(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
  { clientId, address }: AddressChange,
): Promise<void> {
  await messages.updateMany(filter, {
    $inc: { rejudge: 1, revision: 1 },
    $addToSet: { lost: { clientId, address } },
  });
}

/** Ids of the messages that fit, in batches, oldest first: what a re-match of a hundred thousand holds in memory. */
export async function* idsInBatches(
  messages: Collection<MessageDocument>,
  filter: Filter<MessageDocument>,
  batch = 500,
): AsyncGenerator<ObjectId[]> {
  let ids: ObjectId[] = [];
  for await (const { _id } of messages.find(filter).project<{ _id: ObjectId }>({ _id: 1 })) {
    ids.push(_id);
    if (ids.length < batch) continue;
    yield ids;
    ids = [];
  }
  if (ids.length > 0) yield ids;
}
