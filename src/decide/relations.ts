import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import type { Forward, Mail } from '../mail/mail.ts';
import type { Attachment } from '../mime/parsed-message.ts';
import { hasSameContent, printedIn } from './same-content.ts';
import type { Carrier, Original } from './same-content.ts';
import type { MessageFacts } from './message-facts.ts';
import type { ThreadMessage } from './judge.ts';
import { hasMultipleForwards } from './carried-hop.ts';
import { isReply } from './case-updates.ts';
import type { Parent } from './case-updates.ts';

/** What a known message must tell for another one to relate to it. */
export interface KnownMessage {
  readonly fingerprint: string;
  readonly messageId: string | null;
  readonly variantKey: string;
  readonly originKey: string | null;
  readonly carriesKey: string | null;
  readonly date: Date;
  readonly subject: string;
  readonly preview: string;
  readonly forwarded: Forward | null;
  readonly attachments: readonly Attachment[];
  readonly tags: readonly CaseTag[];
  readonly links: readonly { readonly clientId: unknown; readonly writtenAt: Date | null }[];
}

export interface Relations<M extends KnownMessage> {
  /** Messages that this one answers, carries or returns. */
  readonly documents: readonly M[];
  readonly thread: readonly ThreadMessage[];
  readonly parent: Parent;
  /** Earlier copies of this message with another body. */
  readonly variants: readonly M[];
  /** Other messages under the same Message-ID: either copies that were rewritten on the way, or a forgery. */
  readonly sameMessageId: readonly M[];
  /** Messages that this one forwards, word for word. */
  readonly originals: readonly M[];
  /** Messages that forward this one, word for word. */
  readonly forwards: readonly M[];
  /** Messages that forward the same words as this one. */
  readonly siblingForwards: readonly M[];
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

/** Sorts the messages found by `relationKeys` into what they are to this one. Subject alone never joins two messages. */
export function relate<M extends KnownMessage>(input: {
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
  readonly found: readonly M[];
}): Relations<M> {
  const { message, mail, found } = input;
  const { originKey, carriesKey } = message;
  const answered = new Set(message.answers);
  const carriedIds = new Set(mail.forwards.flatMap((hop) => hop.messageId ?? []));
  const isNamedIn = (ids: ReadonlySet<string>, { messageId }: M): boolean =>
    messageId !== null && ids.has(messageId);
  const isCarried = (other: M): boolean =>
    isNamedIn(carriedIds, other) ||
    (carriesKey !== null && other.originKey === carriesKey && isInTime(other, message));
  const variants = found.filter((other) => other.variantKey === message.variantKey);
  const carried = found.filter(isCarried);
  const answers = found.filter((other) => isNamedIn(answered, other));
  const documents = [
    ...new Map([...answers, ...carried].map((other) => [other.fingerprint, other])).values(),
  ];
  return {
    documents,
    thread: documents.map((other) => ({
      messageId: other.messageId ?? '',
      subject: other.subject,
      clientIds: other.links.map((link) => String(link.clientId)),
      isPrinted: !isNamedIn(answered, other) && !isNamedIn(carriedIds, other),
    })),
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
  answers: readonly KnownMessage[];
  carried: readonly KnownMessage[];
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
