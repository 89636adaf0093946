import type { Mail } from '../mail/mail.ts';
import {
  isAskedFor,
  MAX_RELATED,
  MAX_THREAD,
  relate,
  relationKeys,
  threadKeys,
} from '../decide/relations.ts';
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

/** Messages that matter to each of these: answered, carried or returned by it, or copies of it. */
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
  // Hundreds of matches for one must not hide those of the others.
  if (asked.length > 1 && found.length > limit)
    return (await Promise.all(askers.map((asker) => findRelated({ messages }, [asker])))).flat();
  return asked.map(({ message, mail, keys }) => {
    const documents = found
      .filter((other) => !other._id.equals(message._id) && isAskedFor(other, keys))
      .slice(0, MAX_RELATED);
    const others = documents.map(asDecided);
    return { documents, relations: relate({ message: asDecided(message), mail, found: others }) };
  });
}

function namedBy({
  messageIds,
  variantKey,
  contentKey,
  originKey,
  carriesKeys,
  ...dates
}: RelationKeys): Filter<MessageDocument>[] {
  return [
    ...(messageIds.length === 0
      ? []
      : [{ messageId: { $in: [...messageIds] } }, { originalIds: { $in: [...messageIds] } }]),
    { variantKey },
    ...(contentKey === null ? [] : [{ contentKey }]),
    ...(originKey === null
      ? []
      : [{ originKey, date: { $gte: dates.originSince, $lte: dates.originUntil } }]),
    ...(carriesKeys.length === 0
      ? []
      : [{ carriesKey: { $in: carriesKeys }, date: { $gte: dates.carriesSince } }]),
  ];
}

/** The clients of each message's thread, by `threadKeys`. Reads only enough of a thread to see that several write in it. */
export async function findThreadClients(
  { messages }: Pick<Database, 'messages'>,
  askers: readonly { readonly message: MessageDocument; readonly relations: Relations }[],
): Promise<string[][]> {
  const asked = askers.map(({ message, relations }) => ({ message, keys: threadKeys(message, relations) }));
  const keys = asked.flatMap(({ keys: one }) => one ?? []);
  if (keys.length === 0) return askers.map(() => []);
  const found = await messages
    .find({
      $or: [
        { threadId: { $in: keys.flatMap(({ threadIds }) => [...threadIds]) } },
        { answers: { $in: keys.flatMap(({ ids }) => [...ids]) } },
      ],
      'links.0': { $exists: true },
    })
    .project<Pick<MessageDocument, '_id' | 'threadId' | 'answers' | 'links'>>({
      threadId: 1,
      answers: 1,
      links: 1,
    })
    .limit(MAX_THREAD * asked.length)
    .toArray();
  return asked.map(({ message, keys: own }) =>
    found.flatMap(({ _id, threadId, answers, links }) =>
      own !== null &&
      !_id.equals(message._id) &&
      (own.threadIds.includes(threadId) || answers.some((id) => own.ids.includes(id)))
        ? links.map(({ clientId }) => String(clientId))
        : [],
    ),
  );
}
