import type { Mail } from '../mail/mail.ts';
import { isAskedFor, MAX_RELATED, relate, relationKeys } from '../decide/relations.ts';
import type { RelationKeys, Relations } from '../decide/relations.ts';
import { asDecided } from '../store/decided-message.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Filter } from 'mongodb';

export interface Related {
  /** As they are stored. */
  readonly documents: readonly MessageDocument[];
  readonly relations: Relations;
}

interface Asker {
  readonly mail: Mail;
  readonly message: MessageDocument;
}

/** Messages that bear on each of these: answered, carried or returned by it, or copies of it. */
export async function findRelated(
  { messages }: Pick<Database, 'messages'>,
  askers: readonly Asker[],
): Promise<Related[]> {
  const asked = askers.map((asker) => ({ ...asker, keys: relationKeys(asker.message) }));
  const limit = MAX_RELATED * asked.length;
  const found = await messages
    .find({ $or: asked.flatMap(({ keys }) => namedBy(keys)) })
    .sort({ receivedAt: 1 })
    // They find themselves too.
    .limit(limit + asked.length)
    .toArray();
  // What one of them brings up by the hundred must not hide what the others ask for.
  if (asked.length > 1 && found.length > limit)
    return (await Promise.all(askers.map((asker) => findRelated({ messages }, [asker])))).flat();
  return asked.map(({ message, mail, keys }) => {
    const documents = found
      .filter((other) => !other._id.equals(message._id) && isAskedFor(other, keys))
      .slice(0, MAX_RELATED);
    return { documents, relations: relate({ message, mail, found: documents.map(asDecided) }) };
  });
}

function namedBy({
  messageIds,
  variantKey,
  originKey,
  carriesKeys,
  ...dates
}: RelationKeys): Filter<MessageDocument>[] {
  return [
    { messageId: { $in: [...messageIds] } },
    { variantKey },
    ...(originKey === null
      ? []
      : [{ originKey, date: { $gte: dates.originSince, $lte: dates.originUntil } }]),
    ...(carriesKeys.length === 0
      ? []
      : [{ carriesKey: { $in: carriesKeys }, date: { $gte: dates.carriesSince } }]),
  ];
}
