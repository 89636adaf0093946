import type { Mail } from '../mail/mail.ts';
import { hasSameContent, printedIn } from './same-content.ts';
import type { Carrier, Original } from './same-content.ts';
import type { MessageFacts } from './message-facts.ts';
import type { ThreadMessage } from './known-context.ts';
import { hasMultipleForwards } from './carried-hop.ts';
import { isReply } from './case-updates.ts';
import type { Parent } from './case-updates.ts';
import type { DecidedMessage } from './decided-message.ts';

export interface Relations {
  /** Messages that this one answers, carries or returns. */
  readonly thread: readonly ThreadMessage[];
  readonly parent: Parent;
  /** Earlier copies of this message with another body. */
  readonly variants: readonly DecidedMessage[];
  /** Other messages under the same Message-ID: either copies that were rewritten on the way, or a forgery. */
  readonly sameMessageId: readonly DecidedMessage[];
  /** Messages that this one forwards, word for word. */
  readonly originals: readonly DecidedMessage[];
  /** Messages that forward this one, word for word. */
  readonly forwards: readonly DecidedMessage[];
  /** Messages that forward the same words as this one. */
  readonly siblingForwards: readonly DecidedMessage[];
}

/** A forward prints local time without a zone. */
const ORIGINAL_WITHIN_MS = 36 * 60 * 60_000;
/** Without a printed date: people forward what is new. */
const FORWARDED_WITHIN_MS = 30 * 24 * 60 * 60_000;

/** What to look for among the known messages. Dates bound what a sender of daily notices under one subject brings up. */
export function relationKeys(
  message: Pick<
    MessageFacts,
    'messageId' | 'answers' | 'variantKey' | 'originKey' | 'carriesKey' | 'date' | 'forwarded'
  >,
) {
  const printed = printedIn(message);
  const inside = printed?.getTime() ?? message.date.getTime() - FORWARDED_WITHIN_MS;
  return {
    messageIds: message.messageId === null ? message.answers : [...message.answers, message.messageId],
    variantKey: message.variantKey,
    /** Of what this message forwards. */
    originKey: message.carriesKey,
    originSince: new Date(inside - ORIGINAL_WITHIN_MS),
    originUntil: printed === null ? message.date : new Date(inside + ORIGINAL_WITHIN_MS),
    /** Of what forwards this message, or the same as this message. */
    carriesKeys: [message.originKey, message.carriesKey].filter((key) => key !== null),
    carriesSince: new Date(Math.min(inside, message.date.getTime()) - ORIGINAL_WITHIN_MS),
  };
}

export type RelationKeys = ReturnType<typeof relationKeys>;

/** Whether a message is among those that the keys ask for: what the database answers by its indexes. */
export function isAskedFor(
  {
    messageId,
    variantKey,
    originKey,
    carriesKey,
    date,
  }: Pick<MessageFacts, 'messageId' | 'variantKey' | 'originKey' | 'carriesKey' | 'date'>,
  keys: RelationKeys,
): boolean {
  return (
    (messageId !== null && keys.messageIds.includes(messageId)) ||
    variantKey === keys.variantKey ||
    (originKey !== null &&
      originKey === keys.originKey &&
      date >= keys.originSince &&
      date <= keys.originUntil) ||
    (carriesKey !== null && keys.carriesKeys.includes(carriesKey) && date >= keys.carriesSince)
  );
}

/** More than these say nothing that fewer do not. */
export const MAX_RELATED = 200;

/** Sorts the messages found by `relationKeys` into what they are to this one. Subject alone never joins two messages. */
export function relate(input: {
  readonly message: Pick<
    MessageFacts,
    | 'messageId'
    | 'answers'
    | 'variantKey'
    | 'originKey'
    | 'carriesKey'
    | 'parentId'
    | 'date'
    | 'preview'
    | 'forwarded'
  >;
  readonly mail: Mail;
  readonly found: readonly DecidedMessage[];
}): Relations {
  const { message, mail, found } = input;
  const { originKey, carriesKey } = message;
  const answered = new Set(message.answers);
  const carriedIds = new Set(mail.forwards.flatMap((hop) => hop.messageId ?? []));
  const isNamedIn = (ids: ReadonlySet<string>, { messageId }: DecidedMessage): boolean =>
    messageId !== null && ids.has(messageId);
  const isCarried = (other: DecidedMessage): boolean =>
    isNamedIn(carriedIds, other) ||
    (carriesKey !== null && other.originKey === carriesKey && isInTime(other, message));
  const variants = found.filter((other) => other.variantKey === message.variantKey);
  const carried = found.filter(isCarried);
  const answers = found.filter((other) => isNamedIn(answered, other));
  return {
    thread: [...new Map([...answers, ...carried].map((other) => [other.fingerprint, other])).values()].map(
      (other) => ({
        messageId: other.messageId ?? '',
        subject: other.subject,
        clientIds: other.links.map(({ clientId }) => clientId),
        isPrinted: !isNamedIn(answered, other) && !isNamedIn(carriedIds, other),
      }),
    ),
    parent: parentOf({ message, mail, answers, carried }),
    variants,
    sameMessageId: found.filter(
      (other) =>
        other.messageId !== null &&
        other.messageId === message.messageId &&
        other.variantKey !== message.variantKey,
    ),
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

/** What a forward tells of its original. */
const insideOf = (carrier: Carrier): Original => ({
  date: printedIn(carrier) ?? carrier.date,
  preview: carrier.forwarded?.text ?? '',
});

/** Near the printed date where there is one, else in the time before the forward. */
function isInTime(original: Pick<Original, 'date'>, carrier: Carrier): boolean {
  const printed = printedIn(carrier);
  if (printed !== null) return Math.abs(original.date.getTime() - printed.getTime()) <= ORIGINAL_WITHIN_MS;
  const before = carrier.date.getTime() - original.date.getTime();
  return before >= 0 && before <= FORWARDED_WITHIN_MS;
}

/** A forward's subject repeats that of the message inside, a reply's that of its parent. */
function parentOf(input: {
  message: Pick<MessageFacts, 'parentId' | 'date' | 'forwarded'>;
  mail: Mail;
  answers: readonly DecidedMessage[];
  carried: readonly DecidedMessage[];
}): Parent {
  const { message, carried } = input;
  // The next letter of the same sender and subject is none that a forward of before can carry.
  const original =
    carried.find((other) => hasSameContent(other, message)) ??
    carried.find(({ date }) => date.getTime() <= message.date.getTime());
  if (original !== undefined) return { kind: 'known', tags: original.tags };
  if (!isReply(input.mail)) return { kind: 'none' };
  const parent = input.answers.find((other) => other.messageId === message.parentId);
  return parent === undefined ? { kind: 'unknown' } : { kind: 'known', tags: parent.tags };
}
