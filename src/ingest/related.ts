import type { Mail } from '../mail/mail.ts';
import { relate, relationKeys } from '../decide/relations.ts';
import type { Relations } from '../decide/relations.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';

const MAX_RELATED = 200;

/** Messages that bear on this one: answered, carried or returned by it, or copies of it. */
export async function findRelated(
  { messages }: Pick<Database, 'messages'>,
  message: MessageDocument,
  mail: Mail,
): Promise<Relations<MessageDocument>> {
  const { messageIds, variantKey, originKey, carriesKeys, ...dates } = relationKeys(message);
  const found = await messages
    .find({
      _id: { $ne: message._id },
      $or: [
        { messageId: { $in: [...messageIds] } },
        { variantKey },
        ...(originKey === null
          ? []
          : [{ originKey, date: { $gte: dates.originSince, $lte: dates.originUntil } }]),
        ...(carriesKeys.length === 0
          ? []
          : [{ carriesKey: { $in: carriesKeys }, date: { $gte: dates.carriesSince } }]),
      ],
    })
    .sort({ receivedAt: 1 })
    .limit(MAX_RELATED)
    .toArray();
  return relate({ message, mail, found });
}
