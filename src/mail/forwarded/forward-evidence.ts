import type { Address } from '../../mime/parsed-message.ts';
import type { Boundary } from './forward-boundary.ts';
import { readTime } from '../../mime/dates/printed-time.ts';
import { subjectIntent } from '../subject/subject-prefix.ts';

/** What is known about the message around a boundary. */
export interface Surroundings {
  readonly subject: string;
  /** Canonical addresses; null if unknown. */
  readonly sender: string | null;
  readonly recipients: ReadonlySet<string>;
  /** It has In-Reply-To or References. So does a manual forward: this alone decides nothing. */
  readonly inThread: boolean;
  /** Its own header says that it forwards: X-Forwarded-Message-Id. */
  readonly isMarkedForward: boolean;
  /** It is itself inside another message, so its headers are only what a client printed. */
  readonly isHop: boolean;
  /** Someone typed something above the boundary. */
  readonly hasTextAbove: boolean;
  /** All text below the boundary is quoted or indented. */
  readonly isQuoteOnly: boolean;
}

type Block = Extract<Boundary['head'], { readonly kind: 'block' }>;

const domainOf = (address: string): string => address.slice(address.lastIndexOf('@') + 1);

const addressesIn = (mailboxes: readonly Address[]): string[] =>
  mailboxes.flatMap(({ address }) => address ?? []);

/**
 * The message goes only to people of the quoted conversation: its recipients, or the organisation of its author, if that is not the
 * sender's own (a shared mailbox answers under a person's name). A forward goes to someone else.
 */
function goesOn(head: Block, { sender, recipients }: Surroundings): boolean {
  if (recipients.size === 0) return false;
  const printed = [...addressesIn(head.to), ...addressesIn(head.cc)];
  const others = new Set(printed.filter((address) => address !== sender));
  const house = domainOf(head.from.address ?? '');
  const answersHouse = sender !== null && printed.includes(sender) && house !== domainOf(sender);
  return [...recipients].every(
    (address) => others.has(address) || (answersHouse && domainOf(address) === house),
  );
}

/** Mail clients print the time of a message; invoices and memos with "From, To, Date, Subject" only the day. */
const hasTimeOfDay = ({ date }: Block): boolean => date === null || readTime(date).time !== null;

/**
 * Whether the message at the boundary was forwarded, not quoted by a reply.
 *
 * "Forwarded message" is only used for forwards. Everything else ("Original Message", a bare header block, "On … X wrote:") also
 * introduces the quote of a reply, so the subject decides, and the header that Thunderbird adds to forwards. If these say nothing,
 * the people decide: a reply goes to the author of the quoted message, or to others in that conversation; a forward goes to someone
 * else. Both have In-Reply-To and References. A header block below text, inside a message that does not call itself a forward, was
 * pasted or quoted by its writer and does not change whose message that is. A false forward could file a message under the wrong
 * client, a missed one waits in triage; so if in doubt it is not a forward.
 */
export function isForward(boundary: Boundary, around: Surroundings): boolean {
  const { head, separator } = boundary;
  const intent = subjectIntent(around.subject, head.kind === 'block' ? head.languages : new Set());
  // A reply to a forward quotes its separator.
  if (separator === 'forward') return intent !== 'reply' || head.depth === 0 || around.isHop;
  if (intent === 'reply') return false;
  const author = head.from.address;
  const answersAuthor = author !== null && around.recipients.has(author);
  const saysForward = intent === 'forward' || around.isMarkedForward;
  if (head.kind === 'attribution') {
    if (answersAuthor) return false;
    if (saysForward) return true;
    return author !== null && !around.isHop && !around.inThread && !around.hasTextAbove && around.isQuoteOnly;
  }
  if (saysForward) return true;
  if (answersAuthor || head.isRaw) return false;
  // "From: Rome, To: Paris, Date: …" is not a mail header; a name alone needs a separator.
  if (author === null) return separator === 'original' && !around.hasTextAbove && !around.isHop;
  if (!around.hasTextAbove) return separator !== null || hasTimeOfDay(head);
  if (around.isHop || goesOn(head, around)) return false;
  if (separator === null && !around.inThread) return hasTimeOfDay(head);
  const received = [...addressesIn(head.to), ...addressesIn(head.cc)].includes(around.sender ?? '');
  return received && around.recipients.size > 0;
}
