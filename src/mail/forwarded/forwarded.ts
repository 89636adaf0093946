import { findBoundary } from './forward-boundary.ts';
import { readComment } from './forward-comment.ts';
import { isForward } from './forward-evidence.ts';
import type { Surroundings } from './forward-evidence.ts';
import { endOfHop, textOfHop } from './hop-text.ts';
import { splitJoinedHeads } from './joined-head.ts';
import { htmlToText } from '../../mime/html/html.ts';
import { fold } from '../../mime/character-folding.ts';
import { readLocalisedDate } from '../../mime/dates/localised-date.ts';
import type { Forward } from '../mail.ts';
import type { Address, ParsedMessage } from '../../mime/parsed-message.ts';
import { readLines } from './quoted-lines.ts';
import type { QuotedLine } from './quoted-lines.ts';
import { stripSubjectPrefixes, subjectIntent } from '../subject/subject-prefix.ts';
import { isMultipartReport } from '../../mime/header-fields.ts';

export interface ForwardFacts {
  /** The innermost hop that counts, null if the message is not a forward. */
  readonly forwarded: Forward | null;
  /** Every hop, outermost first; messages attached side by side share a depth. */
  readonly forwards: readonly Forward[];
}

/** A text of many megabytes is a log or an attack; forwards are near its start. */
const MAX_TEXT_CHARS = 2_000_000;
/** Forwards inside forwards. Each hop rereads its text. */
const MAX_DEPTH = 12;
/** Messages attached to one message, nested ones included. */
const MAX_FORWARDS = 64;

const addressesOf = (...lists: readonly (readonly Address[])[]): ReadonlySet<string> =>
  new Set(lists.flat().flatMap(({ address }) => address ?? []));

export const NO_FORWARDS: ForwardFacts = { forwarded: null, forwards: [] };

/** What a message, outer or hop, says about itself. */
type Envelope = Omit<Surroundings, 'hasTextAbove' | 'isQuoteOnly'>;

function envelopeOf(message: ParsedMessage): Envelope {
  return {
    subject: message.subject,
    sender: message.from?.address ?? null,
    recipients: addressesOf(message.to, message.cc, message.bcc),
    inThread: message.inReplyTo.length + message.references.length > 0,
    isMarkedForward: message.headers.some(({ name }) => name === 'x-forwarded-message-id'),
    isHop: false,
  };
}

/** If a block prints no subject, the stack of outer prefixes shows what the hop was: "Fwd: Fwd: The roof". */
function subjectOfHop(outer: string, printed: string | null): string {
  if (printed !== null) return printed;
  const { bare, kinds } = stripSubjectPrefixes(outer);
  const inner = kinds.filter((kind) => kind !== 'marker')[1];
  if (inner === undefined) return bare;
  return inner === 'forward' ? `Fwd: ${bare}` : `Re: ${bare}`;
}

function envelopeOfHop(hop: Forward, subject: string): Envelope {
  return {
    subject,
    sender: hop.from.address,
    recipients: addressesOf(hop.to, hop.cc),
    inThread: false,
    isMarkedForward: false,
    isHop: true,
  };
}

const isQuoted = (line: QuotedLine, depth: number): boolean =>
  line.text === '' || line.depth > depth || /^(?: {4}|\t)/u.test(line.raw);

/** The hops printed in a text, outermost first. */
function readInlineHops(text: string, message: ParsedMessage): Forward[] {
  const lines = readLines(splitJoinedHeads(text.slice(0, MAX_TEXT_CHARS)));
  const hops: Forward[] = [];
  let envelope = envelopeOf(message);
  let start = 0;
  let limit = lines.length;
  let depth = 0;
  while (hops.length < MAX_DEPTH) {
    const saysForward = subjectIntent(envelope.subject, new Set()) === 'forward';
    const boundary = findBoundary({ lines, start, limit, minStrength: saysForward ? 2 : 3 });
    if (boundary === null) break;
    const { head } = boundary;
    const end = endOfHop(lines, boundary, limit);
    const above = lines.slice(start, boundary.at);
    const around: Surroundings = {
      ...envelope,
      hasTextAbove: readComment(above, depth) !== null,
      isQuoteOnly: lines.slice(head.end, limit).every((line) => isQuoted(line, head.depth)),
    };
    if (!isForward(boundary, around)) break;
    const inherited = saysForward ? stripSubjectPrefixes(envelope.subject).bare : '';
    const languages = head.kind === 'block' ? head.languages : new Set<string>();
    const hop: Forward = {
      via: 'inline',
      from: head.from,
      subject: (head.kind === 'block' ? head.subject : null) ?? (inherited === '' ? null : inherited),
      date: head.date === null ? null : readLocalisedDate(head.date, languages),
      to: head.kind === 'block' ? head.to : [],
      cc: head.kind === 'block' ? head.cc : [],
      text: textOfHop({ lines, boundary, end }),
      comment: readComment(above, depth),
      messageId: null,
      depth: hops.length + 1,
    };
    hops.push(hop);
    envelope = envelopeOfHop(
      hop,
      subjectOfHop(envelope.subject, head.kind === 'block' ? head.subject : null),
    );
    start = head.end;
    limit = end;
    depth = head.depth;
  }
  return hops;
}

/**
 * Outlook's plain text prints names where the HTML part prints addresses. A plain text that lost the line breaks of the header
 * block (Samsung) also lost the one between subject and text.
 */
function completeFromHtml(hops: readonly Forward[], message: ParsedMessage): readonly Forward[] {
  const { rawHtml, textSource } = message;
  if (rawHtml === null || textSource !== 'plain') return hops;
  const lostBreaks = hops.length > 0 && splitJoinedHeads(message.text) !== message.text;
  const isComplete = hops.length > 0 && hops.every((hop) => hop.from.address !== null);
  if (
    (isComplete && !lostBreaks) ||
    (hops.length === 0 && subjectIntent(message.subject, new Set()) !== 'forward')
  )
    return hops;
  const inHtml = readInlineHops(htmlToText(rawHtml), message);
  const isRepeated =
    lostBreaks &&
    inHtml.length === hops.length &&
    inHtml.every((hop, index) => hop.from.address === (hops[index]?.from.address ?? null));
  if (hops.length === 0 || isRepeated) return inHtml;
  return hops.map((hop) => {
    const same = inHtml.find(
      (other) => other.depth === hop.depth && fold(other.from.name) === fold(hop.from.name),
    );
    return hop.from.address === null && same !== undefined ? { ...hop, from: same.from } : hop;
  });
}

/** Several senders do not prove whose message it is: then the author has names but no address. */
function authorOf({ from, fromAll }: ParsedMessage): Address {
  if (fromAll.length <= 1) return from ?? { address: null, name: '' };
  return { address: null, name: fromAll.map(({ address, name }) => name || (address ?? '')).join(', ') };
}

function attachedHop(message: ParsedMessage, depth: number, comment: string | null): Forward {
  return {
    via: 'attachment',
    from: authorOf(message),
    subject: message.subject === '' ? null : message.subject,
    date: message.date,
    to: message.to,
    cc: message.cc,
    text: message.text,
    comment,
    messageId: message.messageId,
    depth,
  };
}

/** Bounces and reports also contain messages, but do not forward them. */
function isReport(message: ParsedMessage): boolean {
  return (
    message.reportType !== null ||
    isMultipartReport(message) ||
    /^(?:mailer-daemon|postmaster)@/u.test(message.from?.address ?? '')
  );
}

/** An empty part labelled as a message is not one. */
const saysSomething = (message: ParsedMessage): boolean =>
  message.from !== null || message.subject !== '' || message.text.trim() !== '' || message.nested.length > 0;

interface Branch {
  readonly hops: readonly Forward[];
  readonly innermost: Forward | null;
}

function readBranch(message: ParsedMessage, above: number): Branch {
  if (above >= MAX_DEPTH || isReport(message)) return { hops: [], innermost: null };
  const inline = completeFromHtml(readInlineHops(message.text, message), message)
    .slice(0, MAX_DEPTH - above)
    .map((hop) => ({ ...hop, depth: hop.depth + above }));
  if (isReport(message) || message.nested.length === 0)
    return { hops: inline, innermost: inline.at(-1) ?? null };
  const comment = inline.length > 0 ? null : readComment(readLines(message.text.slice(0, MAX_TEXT_CHARS)), 0);
  const hops = [...inline];
  let innermost = inline.at(-1) ?? null;
  for (const nested of message.nested.filter(saysSomething).slice(0, MAX_FORWARDS)) {
    if (hops.length >= MAX_FORWARDS) break;
    const hop = attachedHop(nested, above + 1, comment);
    const inside = readBranch(nested, above + 1);
    hops.push(hop, ...inside.hops.slice(0, MAX_FORWARDS - hops.length));
    const isRepeated =
      innermost?.via === 'inline' && hop.from.address !== null && innermost.from.address === hop.from.address;
    if (innermost === null || isRepeated) innermost = inside.innermost ?? hop;
  }
  return { hops, innermost };
}

/**
 * Finds what was forwarded in a message: printed in its text by any mail client, attached as message/rfc822, and forwards inside
 * forwards, to a bounded depth. A reply that quotes is not a forward ({@link isForward}). A sender printed by name only is a hop
 * with `from.address` null. Of messages attached side by side, `forwarded` is the first one's innermost; a forward printed in the
 * text takes precedence over attachments, which then came with it, unless it repeats the attached message. Dates: {@link
 * readLocalisedDate}. Linear in the length of the text.
 */
export function readForwards(message: ParsedMessage): ForwardFacts {
  const { hops, innermost } = readBranch(message, 0);
  return innermost === null ? NO_FORWARDS : { forwarded: innermost, forwards: hops };
}
