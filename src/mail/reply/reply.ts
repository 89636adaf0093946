import { splitJoinedHeads } from '../forwarded/joined-head.ts';
import { readHtmlLines } from '../../mime/html/html-lines.ts';
import type { SplitText } from '../mail.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { quotedByInitials } from './initials-quote.ts';
import { quoteRegion } from '../../mime/html/quoted-html.ts';
import { isArrowAttribution, isQuotedText, isRule } from './quote-line.ts';
import type { QuoteLine } from './quote-line.ts';
import { findForward, lengthOfIntroduction, readSegments } from './quote.ts';
import type { Segment } from './quote.ts';
import { isReplyDelimiter } from './reply-delimiter.ts';
import { splitSignature, lengthOfSentFromAbove } from './signature.ts';
import { isSentFromLine } from './sent-from-line.ts';

export interface ReplyInput extends Pick<ParsedMessage, 'text' | 'rawHtml' | 'textSource'> {
  /** The message forwards another: the text below the sender's comment is not history, and without a comment the reply is empty. */
  readonly isForward: boolean;
  /** The name in From, used to recognise a contact card at the end. */
  readonly sender?: string;
}

/** What security gateways put above a message from outside. */
const BANNER =
  /^\W{0,12}(?:(?:caution|warning|attention|achtung|vorsicht|external|extern|externe)\b[^\n]{0,40}\b(?:e-?mail|message|nachricht|sender|absender|mail)\b|you don't often get (?:e-?mail|email) from|sie erhalten nicht (?:oft|häufig) e-mails? von|this (?:e-?mail|message) (?:originated|was sent|came) from outside)/iu;

const textOf = (lines: readonly { readonly text: string }[]): string => {
  const texts = lines.map((line) => line.text.trimEnd());
  const first = texts.findIndex((text) => text !== '');
  return first < 0 ? '' : texts.slice(first).join('\n').trimEnd();
};

const hasText = (segment: Segment): boolean => segment.lines.some((line) => line.text.trim() !== '');

const nullIfEmpty = (text: string): string | null => (text === '' ? null : text);

function plainLines(text: string): QuoteLine[] {
  const all = splitJoinedHeads(text.replace(/\r\n?/gu, '\n')).split('\n');
  const initials = quotedByInitials(all);
  return all.map((line, index) => ({
    text: line,
    quoted:
      initials.has(index) ||
      (isQuotedText(line) && !(isArrowAttribution(line) && !isQuotedText(all[index - 1] ?? ''))),
    region: 'own' as const,
  }));
}

const htmlLines = (html: string): QuoteLine[] =>
  readHtmlLines(html, { regionOf: quoteRegion, includeHidden: false }).map(
    ({ text, quoteDepth, region }) => ({
      text,
      quoted: quoteDepth > 0 || isQuotedText(text),
      region,
    }),
  );

/** Shorter lines, and shorter beginnings of lines, say too little to search for. */
const MIN_LETTERS = 4;
const MIN_PREFIX = 10;

const letters = (text: string): string => text.replace(/[^\p{L}\p{N}]+/gu, '').toLowerCase();

/**
 * Clients mark the quote in HTML and leave the plain part bare. If the plain text shows no quote, looks up the first line marked in
 * the HTML.
 */
function markedByHtml(lines: readonly QuoteLine[], html: string): QuoteLine[] | null {
  const structure = readSegments({ lines: htmlLines(html), stopAtForward: true });
  const at = structure.findIndex((segment) => segment.kind === 'quote' && segment.history);
  if (at < 0 || structure.slice(at + 1).some((segment) => segment.kind === 'own' && hasText(segment)))
    return null;
  const own = new Set(
    structure.slice(0, at).flatMap((segment) => segment.lines.map((line) => letters(line.text))),
  );
  const given = lines.map((line) => letters(line.text.slice(0, 500)));
  for (const line of (structure[at]?.lines ?? []).slice(0, 12)) {
    const wanted = letters(line.text.slice(0, 500));
    if (wanted.length < MIN_LETTERS || own.has(wanted)) continue;
    const start = given.findIndex((plain) => {
      if (plain === wanted) return true;
      return (
        plain.length >= MIN_PREFIX &&
        wanted.length >= MIN_PREFIX &&
        (wanted.startsWith(plain) || plain.startsWith(wanted))
      );
    });
    if (start >= 0)
      return lines.map((plain, index) => (index < start ? plain : { ...plain, region: 'rest' }));
  }
  return null;
}

/** Quotes with the sender's words on both sides are a point-by-point answer. */
function isInterleaved(segments: readonly Segment[]): boolean {
  const filled = segments.filter(hasText);
  const first = filled.findIndex((segment) => segment.kind === 'quote');
  if (first < 0) return false;
  const between = filled.slice(first + 1);
  const lastQuote = between.findLastIndex((segment) => segment.kind === 'quote');
  const ownAfter = between.findIndex((segment) => segment.kind === 'own');
  if (ownAfter < 0) return false;
  return ownAfter < lastQuote || filled[first]?.history === false;
}

function withoutBanner(lines: readonly QuoteLine[]): readonly QuoteLine[] {
  const start = lines.findIndex((line) => line.text.trim() !== '');
  // The help desk's own message, with nothing above its line yet.
  if (start >= 0 && isReplyDelimiter(lines[start]?.text ?? '')) return lines.slice(start + 1);
  if (start < 0 || !BANNER.test((lines[start]?.text ?? '').slice(0, 300))) return lines;
  const end = lines.findIndex((line, index) => index > start && line.text.trim() === '');
  return end < 0 ? lines : lines.slice(end);
}

interface Parts {
  readonly reply: string;
  readonly quoted: string;
  readonly signature: string;
}

const signed = (
  lines: readonly QuoteLine[],
  sender: string,
): { body: QuoteLine[]; signature: QuoteLine[] } => {
  const texts = lines.map((line) => line.text);
  const above = lengthOfSentFromAbove(texts);
  const end = above + splitSignature(texts.slice(above), sender).body.length;
  return { body: lines.slice(above, end), signature: [...lines.slice(0, above), ...lines.slice(end)] };
};

interface Piece {
  /** The segment's number, plus a half if its start is missing. */
  readonly index: number;
  readonly lines: readonly QuoteLine[];
}

function assemble(given: readonly Segment[], sender: string): Parts {
  const segments: Segment[] = [];
  const signature: QuoteLine[] = [];
  for (const segment of given) {
    if (segment.kind === 'signature') {
      for (const line of segment.lines) signature.push(line);
      continue;
    }
    if (segment.kind === 'quote') {
      segments.push(segment);
      continue;
    }
    const split = signed(segments.length === 0 ? withoutBanner(segment.lines) : segment.lines, sender);
    for (const line of split.signature) signature.push(line);
    segments.push({ ...segment, lines: split.body });
  }
  const reply: Piece[] = [];
  const quoted: Piece[] = [];
  const lastOwn = segments.findLastIndex((segment) => segment.kind === 'own' && hasText(segment));
  const interleaved = isInterleaved(segments);
  const lastHistory = segments.findLastIndex((segment) => segment.history);
  for (const [index, segment] of segments.entries()) {
    if (segment.kind === 'own') reply.push({ index, lines: segment.lines });
    else if (interleaved && index < lastOwn) {
      // Keep the quoted questions, drop the line that says who asked.
      const first = segment.lines.findIndex((line) => line.quoted);
      const questions = first + lengthOfIntroduction(segment.lines.slice(first));
      quoted.push({ index, lines: segment.lines.slice(0, questions) });
      reply.push({ index: questions > 0 ? index + 0.5 : index, lines: segment.lines.slice(questions) });
    } else if (!segment.history && index > 0 && index < lastHistory) {
      // A passage that the sender chose to quote, above the history.
      reply.push({ index, lines: segment.lines });
    } else quoted.push({ index, lines: segment.lines });
  }
  return { reply: join(reply), quoted: join(quoted), signature: textOf(signature) };
}

/** Adjacent pieces stay adjacent; an empty line marks each cut. */
function join(pieces: readonly Piece[]): string {
  const lines: string[] = [];
  let previous = -1;
  for (const { index, lines: added } of pieces) {
    const text = textOf(added);
    if (text === '') {
      if (index - previous <= 1) {
        for (const _ of added) lines.push('');
        previous = index;
      }
      continue;
    }
    if (index - previous > 1 && lines.length > 0) {
      while (lines.at(-1) === '') lines.pop();
      lines.push('', text);
    } else for (const line of added) lines.push(line.text.trimEnd());
    previous = Math.floor(index);
  }
  return textOf(lines.map((text) => ({ text })));
}

/**
 * The unmarked text below the last marked line of a text that is all quotation: a quotation that lost its marks, above one that
 * kept them, hides the answer. Null if none of it is the sender's.
 */
function partsBelowQuotes(lines: readonly QuoteLine[], sender: string): SplitText | null {
  const last = lines.findLastIndex((line) => line.quoted);
  const tail = lines.slice(last + 1);
  if (!tail.some((line) => line.region === 'own' && line.text.trim() !== '')) return null;
  const { reply, quoted, signature } = assemble(readSegments({ lines: tail, stopAtForward: true }), sender);
  if (reply === '') return null;
  const history = [textOf(lines.slice(0, last + 1)), quoted].filter((text) => text !== '').join('\n\n');
  return { reply, quoted: nullIfEmpty(history), signature: nullIfEmpty(signature) };
}

function splitForward(lines: readonly QuoteLine[], sender: string): SplitText {
  let start = findForward(lines);
  while (start > 0 && (lines[start - 1]?.text.trim() === '' || isRule(lines[start - 1]?.text ?? '')))
    start -= 1;
  const comment = start < 0 ? lines : lines.slice(0, start);
  const { reply, signature } = assemble(readSegments({ lines: comment, stopAtForward: false }), sender);
  const below = start < 0 ? '' : textOf(lines.slice(start));
  return { reply, quoted: nullIfEmpty(below), signature: nullIfEmpty(signature) };
}

/**
 * Splits the text of a message into the sender's new text, what they quoted, and the signature. Reads ">" marks, attributions,
 * repeated header fields and mail clients' mark-up. Answers between quoted lines stay with their questions. Text of unclear origin
 * stays in `reply`, so that it is never empty if the sender wrote something. Linear in the length of the text.
 */
export function splitReply(input: ReplyInput): SplitText {
  const plain = plainLines(input.text);
  const fromHtml = input.textSource === 'html' && input.rawHtml !== null;
  let lines = fromHtml ? htmlLines(input.rawHtml ?? '') : plain;
  if (textOf(lines) === '') lines = plain;
  const sender = input.sender ?? '';
  if (input.isForward) return splitForward(lines, sender);

  let segments = readSegments({ lines, stopAtForward: true });
  if (!fromHtml && input.rawHtml !== null && segments.every((segment) => segment.kind !== 'quote')) {
    const marked = markedByHtml(lines, input.rawHtml);
    if (marked !== null) segments = readSegments({ lines: marked, stopAtForward: true });
  }
  const parts = assemble(segments, sender);
  if (parts.reply !== '') {
    return {
      reply: parts.reply,
      quoted: nullIfEmpty(parts.quoted),
      signature: nullIfEmpty(parts.signature),
    };
  }
  const told = segments.some(
    (segment) => segment.kind === 'quote' && segment.lines.some((line) => line.quoted),
  );
  const below = told ? partsBelowQuotes(lines, sender) : null;
  if (below !== null) return below;
  if (!told && parts.quoted !== '') return { reply: textOf(lines), quoted: null, signature: null };
  // Some write inside the signature that their client inserted.
  const wroteSignature =
    parts.quoted === '' && parts.signature.split('\n').some((line) => line !== '' && !isSentFromLine(line));
  if (wroteSignature) return { reply: parts.signature, quoted: null, signature: null };
  return { reply: '', quoted: nullIfEmpty(parts.quoted), signature: nullIfEmpty(parts.signature) };
}
