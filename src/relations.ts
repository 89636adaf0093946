import type { CaseTag } from './mail/case-tag.ts';
import { instantOf } from './mail/instant.ts';
import type { Mail } from './mail/mail.ts';
import { originKeyOf } from './message-facts.ts';
import type { MessageFacts } from './store/messages.ts';
import type { ThreadMessage } from './verdict.ts';
import { isReply } from './verdict/case-updates.ts';
import type { Parent } from './verdict/case-updates.ts';

/** What a known message must tell for another one to relate to it. */
export interface KnownMessage {
  readonly fingerprint: string;
  readonly messageId: string | null;
  readonly variantKey: string;
  readonly originKey: string | null;
  readonly date: Date;
  readonly subject: string;
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
  readonly namesakes: readonly M[];
  /** Clients that have these words on record already, through a variant or the message that was forwarded. */
  readonly alreadyStored: ReadonlySet<string>;
}

/** A forward prints local time without a zone. */
const ORIGINAL_WITHIN_MS = 36 * 60 * 60_000;
/** Without a printed date: people forward what is new. */
const FORWARDED_WITHIN_MS = 30 * 24 * 60 * 60_000;

/** What to look for among the known messages. */
export function relationKeys(
  message: Pick<MessageFacts, 'messageId' | 'answers' | 'variantKey'>,
  mail: Mail,
) {
  const inside = mail.forwarded;
  return {
    messageIds: message.messageId === null ? message.answers : [...message.answers, message.messageId],
    variantKey: message.variantKey,
    originKey: inside === null ? null : originKeyOf(inside.from, inside.subject),
  };
}

/** Sorts the messages found by `relationKeys` into what they are to this one. Subject alone never joins two messages. */
export function relate<M extends KnownMessage>(input: {
  readonly message: Pick<MessageFacts, 'messageId' | 'answers' | 'variantKey' | 'parentId' | 'date'>;
  readonly mail: Mail;
  readonly found: readonly M[];
}): Relations<M> {
  const { message, mail, found } = input;
  const { originKey } = relationKeys(message, mail);
  const answered = new Set(message.answers);
  const carriedIds = new Set(mail.forwards.flatMap((hop) => hop.messageId ?? []));
  const isCarried = (other: M): boolean =>
    (other.messageId !== null && carriedIds.has(other.messageId)) ||
    (originKey !== null && other.originKey === originKey && isOriginal(other, mail, message));
  const variants = found.filter((other) => other.variantKey === message.variantKey);
  const carried = found.filter(isCarried);
  const answers = found.filter((other) => other.messageId !== null && answered.has(other.messageId));
  const documents = [
    ...new Map([...answers, ...carried].map((other) => [other.fingerprint, other])).values(),
  ];
  const alreadyStored = [...variants, ...carried].flatMap(({ links }) =>
    links.filter((link) => link.writtenAt !== null).map((link) => String(link.clientId)),
  );
  return {
    documents,
    thread: documents.map(({ messageId, subject, links }) => ({
      messageId: messageId ?? '',
      subject,
      clientIds: links.map((link) => String(link.clientId)),
    })),
    parent: parentOf({ message, mail, answers, carried }),
    variants,
    namesakes: found.filter(
      (other) =>
        other.messageId !== null &&
        other.messageId === message.messageId &&
        other.variantKey !== message.variantKey,
    ),
    alreadyStored: new Set(alreadyStored),
  };
}

/** Near the printed date where there is one, else in the time before the forward. */
function isOriginal(other: KnownMessage, mail: Mail, message: Pick<MessageFacts, 'date'>): boolean {
  const printed = mail.forwarded?.date ?? null;
  if (printed !== null)
    return Math.abs(other.date.getTime() - instantOf(printed).getTime()) <= ORIGINAL_WITHIN_MS;
  const before = message.date.getTime() - other.date.getTime();
  return before >= 0 && before <= FORWARDED_WITHIN_MS;
}

/** A forward's subject repeats that of the message inside, a reply's that of its parent. */
function parentOf(input: {
  message: Pick<MessageFacts, 'parentId'>;
  mail: Mail;
  answers: readonly KnownMessage[];
  carried: readonly KnownMessage[];
}): Parent {
  const [original] = input.carried;
  if (original !== undefined) return { kind: 'known', tags: original.tags };
  if (!isReply(input.mail)) return { kind: 'none' };
  const parent = input.answers.find((other) => other.messageId === input.message.parentId);
  return parent === undefined ? { kind: 'unknown' } : { kind: 'known', tags: parent.tags };
}
