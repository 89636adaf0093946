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
  database: Pick<Database, 'messages'>,
  askers: readonly Asker[],
): Promise<Related[]> {
  const found = await findCandidates(
    database,
    askers.map(({ message }) => message),
  );
  return askers.map((asker, at) => relatedTo(asker, found[at] ?? []));
}

export function relatedTo({ message, mail }: Asker, documents: readonly MessageDocument[]): Related {
  const found = documents.map(asDecided);
  return { documents, relations: relate({ message: asDecided(message), mail, found }) };
}

/** What may bear on each of these messages. They bear on each other, too, and are not read for it. */
export async function findCandidates(
  { messages }: Pick<Database, 'messages'>,
  askers: readonly MessageDocument[],
): Promise<MessageDocument[][]> {
  const asked = askers.map((message) => ({ message, keys: relationKeys(message) }));
  const limit = MAX_RELATED * asked.length;
  const found = await messages
    .find({
      $or: namedBy(asked.map(({ keys }) => keys)),
      _id: { $nin: askers.map(({ _id }) => _id) },
    })
    .sort({ receivedAt: 1 })
    .limit(limit + 1)
    .toArray();
  // What one of them brings up by the hundred must not hide what the others ask for.
  if (asked.length > 1 && found.length > limit) {
    const alone = await Promise.all(askers.map((asker) => findCandidates({ messages }, [asker])));
    return asked.map(({ message, keys }, at) => among([...(alone[at]?.[0] ?? []), ...askers], message, keys));
  }
  return asked.map(({ message, keys }) => among([...found, ...askers], message, keys));
}

function among(
  documents: readonly MessageDocument[],
  message: MessageDocument,
  keys: RelationKeys,
): MessageDocument[] {
  const asked = documents.filter((other) => !other._id.equals(message._id) && isAskedFor(other, keys));
  const distinct = new Map(asked.map((other) => [other._id.toHexString(), other]));
  return [...distinct.values()]
    .toSorted((a, b) => a.receivedAt.getTime() - b.receivedAt.getTime())
    .slice(0, MAX_RELATED);
}

function namedBy(asked: readonly RelationKeys[]): Filter<MessageDocument>[] {
  const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];
  const messageIds = distinct(asked.flatMap((keys) => keys.messageIds));
  const contentKeys = distinct(asked.flatMap(({ contentKey }) => contentKey ?? []));
  return [
    ...(messageIds.length === 0
      ? []
      : [{ messageId: { $in: messageIds } }, { originalIds: { $in: messageIds } }]),
    { variantKey: { $in: distinct(asked.map(({ variantKey }) => variantKey)) } },
    ...(contentKeys.length === 0 ? [] : [{ contentKey: { $in: contentKeys } }]),
    ...asked.flatMap(({ originKey, originSince, originUntil }) =>
      originKey === null ? [] : [{ originKey, date: { $gte: originSince, $lte: originUntil } }],
    ),
    ...namedByCarried(asked),
  ];
}

/** One condition for all, from the earliest date on: `isAskedFor` looks at each one's own. */
function namedByCarried(asked: readonly RelationKeys[]): Filter<MessageDocument>[] {
  const carrying = asked.filter(({ carriesKeys }) => carriesKeys.length > 0);
  if (carrying.length === 0) return [];
  const since = Math.min(...carrying.map(({ carriesSince }) => carriesSince.getTime()));
  const carriesKey = { $in: [...new Set(carrying.flatMap(({ carriesKeys }) => carriesKeys))] };
  return [{ carriesKey, date: { $gte: new Date(since) } }];
}

/** A message with clients on whose record it is. */
export type ThreadMember = Pick<MessageDocument, '_id' | 'threadId' | 'answers' | 'links'>;

/** Messages with clients in the threads of these. Reads no more of a thread than says that several write in it. */
export async function findThreadMembers(
  { messages }: Pick<Database, 'messages'>,
  keys: readonly NonNullable<ReturnType<typeof threadKeys>>[],
): Promise<ThreadMember[]> {
  if (keys.length === 0) return [];
  return await messages
    .find({
      $or: [
        { threadId: { $in: [...new Set(keys.flatMap(({ threadIds }) => threadIds))] } },
        { answers: { $in: [...new Set(keys.flatMap(({ ids }) => ids))] } },
      ],
      'links.0': { $exists: true },
    })
    .project<ThreadMember>({ threadId: 1, answers: 1, links: 1 })
    .limit(MAX_THREAD * keys.length)
    .toArray();
}

/** The clients of a message's thread. */
export function threadClientsOf(
  { message, relations }: { readonly message: MessageDocument; readonly relations: Relations },
  members: readonly ThreadMember[],
): string[] {
  const keys = threadKeys(message, relations);
  if (keys === null) return [];
  return members.flatMap(({ _id, threadId, answers, links }) =>
    !_id.equals(message._id) &&
    (keys.threadIds.includes(threadId) || answers.some((id) => keys.ids.includes(id)))
      ? links.map(({ clientId }) => String(clientId))
      : [],
  );
}
