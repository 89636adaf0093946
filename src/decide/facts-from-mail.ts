import { createHash } from 'node:crypto';
import { readCaseTags } from '../mail/case-tag/case-tag.ts';
import type { Forward, Mail } from '../mail/mail.ts';
import type { Address } from '../mime/parsed-message.ts';
import type { ReadMail } from '../mail/read.ts';
import { filesOf } from '../mail/enclosed-files.ts';
import { stripSubjectPrefixes } from '../mail/subject/subject-prefix.ts';
import type { Rules } from './rules.ts';
import { PREVIEW_CHARS } from './message-facts.ts';
import type { MessageFacts, Participant } from './message-facts.ts';
import { hasMultipleForwards, carriedHop } from './carried-hop.ts';
import { withInnerAddresses } from './inner-address.ts';
import { isOurs } from './parties.ts';
import { identifies, originalIds } from './thread-ids.ts';
import { listOriginal } from '../mail/list-original.ts';
import { ownWordsOf } from './case-description.ts';

/** Only the newest ids are looked up: a References header may have thousands. */
const MAX_ANSWERS = 32;
/** A circular to 10,000 recipients must fit into a document. */
const MAX_PARTICIPANTS = 500;
const MAX_SUBJECT_CHARS = 2_000;
/** How much of a forwarded text is read for its preview; quotes and signature come later. */
const MAX_TOLD_CHARS = 20_000;
const MAX_WARNINGS = 100;
/** A Date header further in the future than this is wrong. */
const MAX_AHEAD_MS = 24 * 60 * 60_000;

/** What is stored about a message besides its raw bytes. `now` only counts if neither Date nor INTERNALDATE is usable. */
export function messageFactsOf(
  { mail, variantKey, partsKey }: ReadMail,
  beside: {
    readonly rawKey: string;
    readonly internalDate: Date | null;
    readonly now: Date;
    readonly rules: Rules;
  },
): MessageFacts {
  const { internalDate, now } = beside;
  const { tags } = readCaseTags(mail.subject, beside.rules);
  const answers = answersOf(mail);
  const date = dateOf(mail.date, beside);
  const carried = carriedHop(mail, beside.rules);
  const replacedIds = originalIds(mail.headers, mail.messageId);
  const contentKey = contentKeyOf(mail, partsKey);
  return {
    fingerprint: mail.fingerprint,
    messageId: mail.messageId,
    ...(replacedIds.length > 0 && { originalIds: replacedIds }),
    answers,
    parentId: mail.inReplyTo.findLast(identifies) ?? mail.references.findLast(identifies) ?? null,
    subject: mail.subject.slice(0, MAX_SUBJECT_CHARS),
    preview: (isBareForward(mail) ? mail.text.trim() : mail.reply).slice(0, PREVIEW_CHARS),
    participants: participantsOf(withInnerAddresses(mail, beside.rules)).slice(0, MAX_PARTICIPANTS),
    date: date.value,
    arrivedAt: internalDate === null || internalDate > now ? now : internalDate,
    rawKey: beside.rawKey,
    size: mail.size,
    attachments: mail.attachments,
    ...(mail.nested.length > 0 && { enclosedFiles: mail.nested.flatMap(filesOf) }),
    automatic: mail.automatic,
    bounce: mail.bounce,
    forwarded: carried === null ? null : { ...carried, text: previewOf(carried, mail) },
    tags,
    threadId: threadIdOf(mail),
    originKey: originKeyOf(mail.from, mail.subject),
    carriesKey:
      carried === null || hasMultipleForwards(mail, carried)
        ? null
        : originKeyOf(carried.from, carried.subject),
    variantKey: variantKey ?? headerKeyOf(mail) ?? mail.fingerprint,
    ...(contentKey !== null && { contentKey }),
    flags: mail.automatic === null ? [] : [mail.automatic.kind],
    warnings: [...mail.warnings, ...date.warnings].slice(0, MAX_WARNINGS),
  };
}

const isBareForward = ({ reply, forwards }: Mail): boolean => reply === '' && forwards.length > 0;

/**
 * What the sender of the inner message wrote, extracted like `preview`. If that is nothing, the whole text, so that two such
 * forwards differ.
 */
function previewOf(hop: Forward, mail: Mail): string {
  const words = ownWordsOf(hop, mail, MAX_TOLD_CHARS);
  return (words === '' ? hop.text.trim() : words).slice(0, PREVIEW_CHARS);
}

/** No message is older than the format (RFC 822): a clock that was never set says 1970 or 1980. */
const FIRST_DATE = new Date('1982-08-13T00:00:00Z');

/**
 * The Date header, else INTERNALDATE, else now: a missing, invalid, future or impossible date must not hide a message in sorted
 * lists.
 */
function dateOf(
  header: string | null,
  { internalDate, now }: { readonly internalDate: Date | null; readonly now: Date },
): { value: Date; warnings: string[] } {
  const fallback = internalDate ?? now;
  if (header === null) return { value: fallback, warnings: [] };
  const value = new Date(header);
  if (value < FIRST_DATE && internalDate !== null)
    return { value: internalDate, warnings: [`date-unset: ${header}`] };
  if (value.getTime() <= fallback.getTime() + MAX_AHEAD_MS) return { value, warnings: [] };
  return { value: fallback, warnings: [`date-in-future: ${header}`] };
}

function answersOf(mail: Mail): string[] {
  const carried = [...mail.forwards.map((hop) => hop.messageId), mail.bounce?.originalMessageId ?? null];
  const ids = [...mail.references, ...mail.inReplyTo, ...carried].flatMap((id) => id ?? []);
  return [...new Set(ids)].filter((id) => id !== mail.messageId && identifies(id)).slice(-MAX_ANSWERS);
}

/** The oldest reference, else In-Reply-To, else its own id: known without lookups. */
function threadIdOf(mail: Mail): string {
  const [root = mail.fingerprint] = [...mail.references, ...mail.inReplyTo, mail.messageId ?? ''].filter(
    identifies,
  );
  return createHash('sha256').update(root).digest('hex').slice(0, 24);
}

/** The recipients that a copy of a message names: copies sent to each of many differ in nothing else. */
export function recipientsKey({ to, cc, bcc }: Pick<Mail, 'to' | 'cc' | 'bcc'>): string {
  const addresses = [...to, ...cc, ...bcc].map(({ address }) => address ?? '').toSorted();
  return createHash('sha256').update(addresses.join('\n')).digest('hex').slice(0, 24);
}

const RECIPIENT_ROLES: ReadonlySet<Participant['role']> = new Set(['to', 'cc', 'bcc']);

/**
 * Recipients that only this copy of a known message names (in Bcc, or because each of many got one message under the same id), so
 * it must be judged by this copy too.
 */
export function recipientsBeside(
  known: Pick<MessageFacts, 'participants'>,
  { facts, rules }: { readonly facts: Pick<MessageFacts, 'participants'>; readonly rules: Rules },
): Participant[] {
  const named = new Set(known.participants.map(({ address }) => address));
  return facts.participants.filter(
    ({ role, address }) =>
      RECIPIENT_ROLES.has(role) && !named.has(address) && address !== null && !isOurs(address, rules),
  );
}

/** The header of an oversize message shows which copies, by other routes, are the same. */
function headerKeyOf({ fingerprint, messageId, from, date, subject }: Mail): string | null {
  if (!fingerprint.startsWith('raw:') || messageId === null || date === null) return null;
  return createHash('sha256')
    .update(JSON.stringify(['header', messageId, from?.address ?? null, date, subject]))
    .digest('hex');
}

/** Null if anything that distinguishes messages is missing. */
function contentKeyOf(mail: Mail, partsKey: string | null): string | null {
  const { from, date, subject, to, cc } = mail;
  if (partsKey === null || from === null || from.address === null || date === null) return null;
  const second = Math.floor(Date.parse(date) / 1000);
  const facts = [from.address, second, subject, recipientsKey({ to, cc, bcc: [] }), partsKey];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/** Null if sender or subject are missing: then messages cannot be told apart. */
function originKeyOf(from: Address | null, subject: string | null): string | null {
  const bare = stripSubjectPrefixes(subject ?? '')
    .bare.trim()
    .toLowerCase();
  if (from === null || from.address === null || bare === '') return null;
  return createHash('sha256').update(`${from.address}\0${bare}`).digest('hex').slice(0, 24);
}

/** Headers in which servers record the mailbox itself: ours, never a client's. */
const DELIVERED_TO = ['delivered-to', 'x-original-to', 'envelope-to'];

/** Everyone who may identify a client, so that a new address finds the messages that wait for it. */
function participantsOf(mail: Mail): Participant[] {
  const original = listOriginal(mail);
  const as = (role: Participant['role'], addresses: readonly Address[]): Participant[] =>
    addresses.map(({ address, name }) => ({ address, name, role }));
  const delivered = mail.headers
    .filter(({ name }) => DELIVERED_TO.includes(name))
    .map(({ value }) => ({ address: value.trim().toLowerCase(), name: '' }));
  return [
    ...as('from', mail.fromAll),
    ...as('sender', mail.sender === null ? [] : [mail.sender]),
    ...as(
      'list-original',
      original === null || original.address === null ? [] : [{ address: original.address, name: '' }],
    ),
    ...as(
      'forwarded-from',
      mail.forwards.map((hop) => hop.from),
    ),
    ...as('reply-to', mail.replyTo),
    ...as('to', mail.to),
    ...as('cc', mail.cc),
    ...as('bcc', mail.bcc),
    ...as(
      'forwarded-to',
      mail.forwards.flatMap((hop) => [...hop.to, ...hop.cc]),
    ),
    ...as('delivered-to', delivered),
  ];
}
