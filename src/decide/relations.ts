import type { Mail } from '../mail/mail.ts';
import { differOnlyAtEnds } from './copied-words.ts';
import { hasSameContent, printedIn } from './same-content.ts';
import type { Carrier, Original } from './same-content.ts';
import type { MessageFacts } from './message-facts.ts';
import type { ThreadMessage } from './known-context.ts';
import { hasMultipleForwards } from './carried-hop.ts';
import { isReply } from './case-updates.ts';
import type { Parent } from './case-updates.ts';
import { proofOf } from './decided-message.ts';
import type { DecidedMessage } from './decided-message.ts';
import { identifies } from './thread-ids.ts';

interface RelatedThreadMessage extends ThreadMessage {
  readonly threadId: string;
}

export interface Relations {
  /** Messages that this one answers, carries or returns. */
  readonly thread: readonly RelatedThreadMessage[];
  /** Ids that this one answers and that several messages have, so that they identify none. */
  readonly sharedIds: readonly string[];
  readonly parent: Parent;
  /** Copies of this message with another body, or with a relay's id. */
  readonly variants: readonly DecidedMessage[];
  /** Other messages with the same Message-ID: one of them is a forgery, or a program generates bad ids. */
  readonly sameMessageId: readonly DecidedMessage[];
  /** Those of them that also have the same sender and date, so that only one can be genuine. */
  readonly impostors: readonly DecidedMessage[];
  /** The message whose identity this one claims. */
  readonly copied: DecidedMessage | null;
  /** Messages that this one forwards, word for word. */
  readonly originals: readonly DecidedMessage[];
  /** Messages that forward this one, word for word. */
  readonly forwards: readonly DecidedMessage[];
  /** Messages that forward the same words as this one. */
  readonly siblingForwards: readonly DecidedMessage[];
}

/** A forward prints local time without a zone. */
const ORIGINAL_WITHIN_MS = 36 * 60 * 60_000;
/** Without a printed date: people forward recent messages. */
const FORWARDED_WITHIN_MS = 30 * 24 * 60 * 60_000;

/** What to look for among the known messages. The dates limit what a sender of daily notices with one subject matches. */
export function relationKeys(
  message: Pick<
    MessageFacts,
    'messageId' | 'answers' | 'variantKey' | 'contentKey' | 'originKey' | 'carriesKey' | 'date' | 'forwarded'
  >,
) {
  const printed = printedIn(message);
  const inside = printed?.getTime() ?? message.date.getTime() - FORWARDED_WITHIN_MS;
  return {
    messageIds: [...message.answers, message.messageId ?? ''].filter(identifies),
    variantKey: message.variantKey,
    contentKey: message.contentKey ?? null,
    /** Of what this message forwards. */
    originKey: message.carriesKey,
    originSince: new Date(inside - ORIGINAL_WITHIN_MS),
    originUntil: printed === null ? message.date : new Date(inside + ORIGINAL_WITHIN_MS),
    /** Of what forwards this message, or the same as this message. */
    carriesKeys: [message.originKey, message.carriesKey].filter((key) => key !== null),
    carriesSince: new Date(Math.min(inside, message.date.getTime()) - ORIGINAL_WITHIN_MS),
  };
}

interface ThreadKeys {
  readonly threadIds: readonly string[];
  readonly ids: readonly string[];
}

/**
 * Where to find the clients of a thread: messages of these threads, and messages that answer one of these ids. Null if that would
 * find no client.
 */
export function threadKeys(
  message: Pick<MessageFacts, 'threadId' | 'answers'>,
  relations: Pick<Relations, 'thread'>,
): ThreadKeys | null {
  if (relations.thread.every(({ clientIds }) => clientIds.length === 0)) return null;
  return threadKeysOnceDecided(message, relations);
}

/** The same, where messages of the thread are yet to be decided and may get clients. */
export function threadKeysOnceDecided(
  message: Pick<MessageFacts, 'threadId' | 'answers'>,
  { thread }: Pick<Relations, 'thread'>,
): ThreadKeys | null {
  if (thread.length === 0) return null;
  const threadIds = [message.threadId, ...thread.map(({ threadId }) => threadId)];
  return { threadIds: [...new Set(threadIds)], ids: message.answers.filter(identifies) };
}

export type RelationKeys = ReturnType<typeof relationKeys>;

/** Whether the keys match a message: the in-memory form of the indexed database query. */
export function isAskedFor(
  other: Pick<
    MessageFacts,
    'messageId' | 'originalIds' | 'variantKey' | 'contentKey' | 'originKey' | 'carriesKey' | 'date'
  >,
  keys: RelationKeys,
): boolean {
  const { messageId, originalIds = [], originKey, carriesKey, date } = other;
  return (
    (messageId !== null && keys.messageIds.includes(messageId)) ||
    originalIds.some((id) => keys.messageIds.includes(id)) ||
    other.variantKey === keys.variantKey ||
    (other.contentKey !== undefined && other.contentKey === keys.contentKey) ||
    (originKey !== null &&
      originKey === keys.originKey &&
      date >= keys.originSince &&
      date <= keys.originUntil) ||
    (carriesKey !== null && keys.carriesKeys.includes(carriesKey) && date >= keys.carriesSince)
  );
}

/** More than these say no more than fewer do. */
export const MAX_RELATED = 200;
/** This many messages of a thread show whether several clients write in it. */
export const MAX_THREAD = 1_000;

type Identified = Pick<
  MessageFacts,
  'messageId' | 'originalIds' | 'parentId' | 'variantKey' | 'contentKey' | 'preview'
>;

/** The same message, with a banner or footer added on its way, or with the id that a relay put in place of its own. */
export function isCopyOf(a: Identified, b: Identified): boolean {
  if (a.contentKey !== undefined && a.contentKey === b.contentKey && wasRenamed(a, b) && answerSame(a, b))
    return true;
  return a.variantKey === b.variantKey && differOnlyAtEnds(a.preview, b.preview);
}

/** "Yes" to one question and "Yes" to the next are two messages. A relay may drop what a message answers. */
const answerSame = (a: Identified, b: Identified): boolean =>
  a.parentId === null || b.parentId === null || a.parentId === b.parentId;

/** A relay generates an id with its own host. Two ids from one host are two messages, even with the same words. */
function wasRenamed(a: Identified, b: Identified): boolean {
  if (a.messageId === null || b.messageId === null || hostOf(a.messageId) !== hostOf(b.messageId))
    return true;
  const idsOf = ({ messageId, originalIds = [] }: Identified) => [messageId, ...originalIds];
  return idsOf(a).some((id) => idsOf(b).includes(id));
}

const hostOf = (id: string): string => id.slice(id.lastIndexOf('@') + 1).toLowerCase();

/**
 * The messages that an id identifies. An id that two different messages have, none of them proven to be the sender's, identifies
 * none: a thread would join strangers. An id replaced by a relay counts if no message has it.
 */
function messagesWithId(id: string, found: readonly DecidedMessage[]): readonly DecidedMessage[] {
  const own = found.filter(({ messageId, copyOf }) => messageId === id && copyOf === undefined);
  const candidates = own.length > 0 ? own : found.filter(({ originalIds }) => originalIds?.includes(id));
  const proven = candidates.filter((one) => proofOf(one) > 0);
  for (const group of [candidates, proven])
    if (group.every((one) => group[0] && isCopyOf(one, group[0]))) return group;
  return [];
}

/** Sorts the messages found by `relationKeys` by their relation to this one. Subject alone never relates two messages. */
export function relate(input: {
  readonly message: DecidedMessage;
  readonly mail: Mail;
  readonly found: readonly DecidedMessage[];
}): Relations {
  const { message, mail } = input;
  // Others cannot answer, copy or forge what nobody sent.
  const found = message.unsent === undefined ? input.found.filter(({ unsent }) => unsent === undefined) : [];
  const { originKey, carriesKey } = message;
  const namedBy = (ids: readonly string[]): Set<DecidedMessage> =>
    new Set([...new Set(ids)].filter(identifies).flatMap((id) => messagesWithId(id, found)));
  const answered = namedBy(message.answers);
  const enclosed = namedBy(mail.forwards.flatMap((hop) => hop.messageId ?? []));
  const isCarried = (other: DecidedMessage): boolean =>
    enclosed.has(other) ||
    (carriesKey !== null && other.originKey === carriesKey && isInTime(other, message));
  const genuine = found.filter((other) => other.copyOf === undefined);
  const copies = genuine.filter((other) => isCopyOf(other, message));
  // Two copies with different footers are copies of the one without.
  const variants = genuine.filter(
    (other) => copies.includes(other) || copies.some((copy) => isCopyOf(copy, other)),
  );
  const carried = found.filter(isCarried);
  const answers = found.filter((other) => answered.has(other));
  const { messageId } = message;
  const sameMessageId = found.filter(
    (other) =>
      messageId !== null &&
      identifies(messageId) &&
      other.messageId === messageId &&
      !isCopyOf(other, message),
  );
  return {
    thread: [...new Map([...answers, ...carried].map((other) => [other.fingerprint, other])).values()].map(
      (other) => ({
        messageId: other.messageId ?? '',
        threadId: other.threadId,
        subject: other.subject,
        clientIds: other.links.map(({ clientId }) => clientId),
        isPrinted: !answered.has(other) && !enclosed.has(other),
      }),
    ),
    sharedIds: message.answers.filter(
      (id) => messagesWithId(id, found).length === 0 && found.some((other) => other.messageId === id),
    ),
    parent: parentOf({ message, mail, answers, carried }),
    variants,
    sameMessageId,
    impostors: found.filter((other) => other.variantKey === message.variantKey && !isCopyOf(other, message)),
    copied: found.find(({ id }) => id === message.copyOf) ?? null,
    originals:
      message.forwarded !== null && hasMultipleForwards(mail, message.forwarded)
        ? []
        : carried.filter((other) => hasSameContent(other, message)),
    forwards: found.filter(
      (other) =>
        originKey !== null &&
        other.carriesKey === originKey &&
        isInTime(message, other) &&
        hasSameContent(message, other),
    ),
    siblingForwards: found.filter(
      (other) =>
        carriesKey !== null &&
        other.carriesKey === carriesKey &&
        isInTime(insideOf(other), message) &&
        hasSameContent(insideOf(other), message),
    ),
  };
}

/** What a forward says about its original. */
const insideOf = (carrier: Carrier): Original => ({
  date: printedIn(carrier) ?? carrier.date,
  preview: carrier.forwarded?.text ?? '',
});

/** Near the printed date if there is one, else within the time before the forward. */
function isInTime(original: Pick<Original, 'date'>, carrier: Carrier): boolean {
  const printed = printedIn(carrier);
  if (printed !== null) return Math.abs(original.date.getTime() - printed.getTime()) <= ORIGINAL_WITHIN_MS;
  const before = carrier.date.getTime() - original.date.getTime();
  return before >= 0 && before <= FORWARDED_WITHIN_MS;
}

/** A forward's subject repeats the inner message's, a reply's repeats its parent's. */
function parentOf(input: {
  message: Pick<MessageFacts, 'parentId' | 'date' | 'forwarded'>;
  mail: Mail;
  answers: readonly DecidedMessage[];
  carried: readonly DecidedMessage[];
}): Parent {
  const { message, carried } = input;
  // An earlier forward cannot carry the next message with the same sender and subject.
  const original =
    carried.find((other) => hasSameContent(other, message)) ??
    carried.find(({ date }) => date.getTime() <= message.date.getTime());
  if (original !== undefined) return { kind: 'known', tags: original.tags };
  if (!isReply(input.mail)) return { kind: 'none' };
  const { parentId } = message;
  const parent = input.answers.find(
    ({ messageId, originalIds = [] }) =>
      parentId !== null && (messageId === parentId || originalIds.includes(parentId)),
  );
  return parent === undefined ? { kind: 'unknown' } : { kind: 'known', tags: parent.tags };
}
