import {
  blank,
  hasContact,
  isClosing,
  isContact,
  isDisclaimer,
  isSentence,
  isFurniture,
  MAX_SIGNATURE_LINE_CHARS,
} from './signature-line.ts';
import { isTagline } from './sent-from-line.ts';

/** More under a dash line is text, not a signature. */
const MAX_DELIMITED_LINES = 30;
const MAX_CLOSING_LINES = 12;

interface Cut {
  readonly at: number;
  /** Typed by the sender each time, so that it is part of what they wrote if nothing else is there. */
  readonly typed: boolean;
}

const filled = (lines: readonly string[]): number => lines.filter((line) => !blank(line)).length;

/** RFC 3676 §4.3: "-- " on a line of its own. The space is lost on the way often enough. */
function findDelimiter(lines: readonly string[]): Cut | null {
  // From below, where few lines stand under the delimiter; a higher one within reach takes precedence.
  let found: Cut | null = null;
  let below = 0;
  for (let at = lines.length - 1; at >= 0 && below <= MAX_DELIMITED_LINES; at -= 1) {
    const line = lines[at] ?? '';
    if (blank(line)) continue;
    if (/^(?:--|–|—|––)\s{0,9}$/u.test(line)) {
      if (line === '-- ' || !isText(lines.slice(at + 1))) found = { at, typed: false };
    } else if (
      below <= MAX_CLOSING_LINES &&
      (/^\s{0,3}_{2,80}\s{0,9}$/u.test(line) || isDrawn(lines, at)) &&
      isContact(lines.slice(at + 1))
    )
      found = { at, typed: false };
    below += 1;
  }
  return found;
}

/** Under dashes without the blank of RFC 3676 a second part of the message may stand: sentences, and nothing of a card or a notice. */
function isText(below: readonly string[]): boolean {
  const first = below.find((line) => !blank(line)) ?? '';
  return (
    isSentence(first) &&
    !below.some((line, at) => hasContact(line) || isTagline(line) || isDisclaimer(below, at))
  );
}

/** A line of other strokes, with nothing right above that it might underline or that announces what follows it. */
function isDrawn(lines: readonly string[], at: number): boolean {
  if (!/^\s{0,3}(?:={2,80}|-{4,80}|\*{4,80})\s{0,9}$/u.test(lines[at] ?? '') || !blank(lines[at - 1] ?? 'x'))
    return false;
  const above = lines.slice(0, at).findLast((line) => !blank(line));
  return above !== undefined && !/[:：]\s{0,9}$/u.test(above);
}

/** The stroke that a virus scanner draws above its notice belongs to it. */
function withRule(lines: readonly string[], at: number): number {
  const above = lines.slice(0, at).findLastIndex((line) => !blank(line));
  return above >= 0 && /^\s{0,3}[-_=*]{2,80}\s{0,9}$/u.test(lines[above] ?? '') ? above : at;
}

function findTagline(lines: readonly string[]): Cut | null {
  const at = lines.findIndex(isTagline);
  if (at < 0) return null;
  return filled(lines.slice(at + 1)) > MAX_CLOSING_LINES ? null : { at, typed: false };
}

function findDisclaimer(lines: readonly string[]): Cut | null {
  for (let at = 0; at < lines.length; at += 1) {
    if (
      blank(lines[at] ?? '') ||
      (at > 0 && !blank(lines[at - 1] ?? '') && !/^[\s_*=-]{3,80}$/u.test(lines[at - 1] ?? ''))
    )
      continue;
    if (isDisclaimer(lines, at)) return { at, typed: true };
  }
  return null;
}

function findClosing(lines: readonly string[]): Cut | null {
  let below = 0;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (blank(line)) continue;
    if (isClosing(line)) return { at, typed: true };
    below += 1;
    if (below > MAX_CLOSING_LINES || (isSentence(line) && !isFurniture(lines, at))) return null;
  }
  return null;
}

/** The words of a name in whatever order: "Moss, Ada" is "Ada Moss". */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '')
    .toSorted()
    .join(' ');

/**
 * The last paragraph where it begins with the sender's own full name and holds a telephone number, an address or a link: without
 * that much certainty the words are kept.
 */
function findCard(lines: readonly string[], sender: string): Cut | null {
  const key = nameKey(sender);
  if (!key.includes(' ')) return null;
  const end = lines.findLastIndex((line) => !blank(line));
  let at = end;
  while (at > 0 && end - at < MAX_CLOSING_LINES && !blank(lines[at - 1] ?? '')) at -= 1;
  const above = lines.slice(0, at).findLast((line) => !blank(line));
  if (above === undefined || /[:：]\s{0,9}$/u.test(above) || !blank(lines[at - 1] ?? '')) return null;
  const first = (lines[at] ?? '')
    .slice(0, MAX_SIGNATURE_LINE_CHARS)
    .split(/[|•·,(]/u, 1)
    .join('');
  if (nameKey(first) !== key && nameKey((lines[at] ?? '').slice(0, MAX_SIGNATURE_LINE_CHARS)) !== key)
    return null;
  const card = end > at ? lines.slice(at + 1, end + 1) : [partsBehind(lines[at] ?? '')];
  return isContact(card) ? { at, typed: false } : null;
}

/** What a card of one line prints behind the name: "Ada Moss | Moss & Co | +44 …". A comma is too little, it is a sentence's. */
const partsBehind = (line: string): string => /\s[|•·].{0,300}/u.exec(line.slice(0, 400))?.[0] ?? '';

/** "Mvh Ann Moss": the words at the end that are the sender's name, and what stands before them. */
function partName(line: string, known: ReadonlySet<string>): Pick<RegExpExecArray, 'groups'> | null {
  if (line.length > 90) return null;
  const words = line.split(/\s+/u);
  const last = words.findLastIndex((word) => !known.has(nameKey(word)));
  if (last < 0 || last === words.length - 1) return null;
  return { groups: { closing: words.slice(0, last + 1).join(' '), name: words.slice(last + 1).join(' ') } };
}

/**
 * The last line where it is the sender's own name behind a stroke or a closing: "--Ann", "- Ann", "Cheers, Ann", "Mvh Ann".
 */
function findSignedName(lines: readonly string[], sender: string): Cut | null {
  const at = lines.findLastIndex((line) => !blank(line));
  const line = (lines[at] ?? '').trim();
  const known = new Set(nameKey(sender).split(' '));
  const parts =
    /^(?:[-–—~*]{1,3}\s?|(?<closing>\p{L}[\p{L}\s]{1,30})[,!]\s)(?<name>[\p{L}\p{M}][\p{L}\p{M}\s.'-]{0,40})$/u.exec(
      line.slice(0, 90),
    ) ?? partName(line, known);
  const named = nameKey(parts?.groups?.['name'] ?? '').split(' ');
  const closing = parts?.groups?.['closing'];
  if (!named.every((word) => word !== '' && known.has(word))) return null;
  if (closing !== undefined) return isClosing(closing) ? { at, typed: true } : null;
  // The last of a list, or what a colon announces, is no signature.
  const above = lines.slice(0, at).findLast((other) => !blank(other)) ?? '';
  return /^\s{0,9}[-–—*•]|[:：]\s{0,9}$/u.test(above) ? null : { at, typed: true };
}

/**
 * How many lines at the top a phone's tagline takes: where somebody writes below what their phone has set, the text is below. 0 where
 * nothing is, for then it stands under an empty message.
 */
export function lengthOfTaglineAbove(lines: readonly string[]): number {
  const at = lines.findIndex((line) => !blank(line));
  if (at < 0 || !isTagline(lines[at] ?? '')) return 0;
  return lines.slice(at + 1).some((line) => !blank(line) && !isTagline(line)) ? at + 1 : 0;
}

export interface Signed {
  readonly body: readonly string[];
  readonly signature: readonly string[];
}

/**
 * Parts a text that its sender wrote into body and signature: a delimiter line, an app's tagline, a closing with a name and a few
 * lines of contact, a notice of confidentiality, a card under the name of `sender`, or that name behind a stroke. A closing or a notice that is all there is stays the
 * body.
 */
export function splitSignature(lines: readonly string[], sender: string): Signed {
  let body = lines;
  let signature: readonly string[] = [];
  for (const find of [
    findDelimiter,
    findDisclaimer,
    findTagline,
    findClosing,
    findCard,
    findClosing,
    findSignedName,
  ]) {
    const cut = find(body, sender);
    if (cut === null) continue;
    const at = find === findDisclaimer || find === findTagline ? withRule(body, cut.at) : cut.at;
    const rest = body.slice(0, at);
    if (cut.typed && rest.every(blank)) continue;
    signature = [...body.slice(at), ...signature];
    body = rest;
  }
  return { body, signature };
}
