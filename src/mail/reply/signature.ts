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
import { isSentFromLine } from './sent-from-line.ts';

/** More under a dash line is text, not a signature. */
const MAX_DELIMITED_LINES = 30;
const MAX_CLOSING_LINES = 12;

interface Cut {
  readonly at: number;
  /** Typed by the sender each time, so it counts as their text if there is nothing else. */
  readonly typed: boolean;
}

const filled = (lines: readonly string[]): number => lines.filter((line) => !blank(line)).length;

/** RFC 3676 §4.3: "-- " on a line of its own. The space is often lost in transit. */
function findDelimiter(lines: readonly string[]): Cut | null {
  // From below, while few lines are under the delimiter; a higher one within reach takes precedence.
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

/**
 * Under dashes without the space of RFC 3676 there may be a second part of the message: sentences, and nothing of a contact card or
 * a notice.
 */
function isText(below: readonly string[]): boolean {
  const first = below.find((line) => !blank(line)) ?? '';
  return (
    isSentence(first) &&
    !below.some((line, at) => hasContact(line) || isSentFromLine(line) || isDisclaimer(below, at))
  );
}

/** A line of other strokes, if the line above is not one it might underline or that announces what follows. */
function isDrawn(lines: readonly string[], at: number): boolean {
  if (!/^\s{0,3}(?:={2,80}|-{4,80}|\*{4,80})\s{0,9}$/u.test(lines[at] ?? '') || !blank(lines[at - 1] ?? 'x'))
    return false;
  const above = lines.slice(0, at).findLast((line) => !blank(line));
  return above !== undefined && !/[:：]\s{0,9}$/u.test(above);
}

/** The stroke that a virus scanner draws above its notice belongs to the notice. */
function withRule(lines: readonly string[], at: number): number {
  const above = lines.slice(0, at).findLastIndex((line) => !blank(line));
  return above >= 0 && /^\s{0,3}[-_=*]{2,80}\s{0,9}$/u.test(lines[above] ?? '') ? above : at;
}

function findSentFromLine(lines: readonly string[]): Cut | null {
  const at = lines.findIndex(isSentFromLine);
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

/** The words of a name in any order: "Moss, Ada" is "Ada Moss". */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '')
    .toSorted()
    .join(' ');

/**
 * The last paragraph, if it begins with the sender's full name and has a telephone number, an address or a link: without that
 * certainty the words are kept.
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

/** What a one-line contact card prints after the name: "Ada Moss | Moss & Co | +44 …". A comma is not enough: sentences have them. */
const partsBehind = (line: string): string => /\s[|•·].{0,300}/u.exec(line.slice(0, 400))?.[0] ?? '';

/** "Mvh Ann Moss": splits the sender's name at the end from the words before it. */
function splitName(line: string, known: ReadonlySet<string>): Pick<RegExpExecArray, 'groups'> | null {
  if (line.length > 90) return null;
  const words = line.split(/\s+/u);
  const last = words.findLastIndex((word) => !known.has(nameKey(word)));
  if (last < 0 || last === words.length - 1) return null;
  return { groups: { closing: words.slice(0, last + 1).join(' '), name: words.slice(last + 1).join(' ') } };
}

/** The last line, if it is the sender's own name after a stroke or a closing: "--Ann", "- Ann", "Cheers, Ann", "Mvh Ann". */
function findSignedName(lines: readonly string[], sender: string): Cut | null {
  const at = lines.findLastIndex((line) => !blank(line));
  const line = (lines[at] ?? '').trim();
  const known = new Set(nameKey(sender).split(' '));
  const parts =
    /^(?:[-–—~*]{1,3}\s?|(?<closing>\p{L}[\p{L}\s]{1,30})[,!]\s)(?<name>[\p{L}\p{M}][\p{L}\p{M}\s.'-]{0,40})$/u.exec(
      line.slice(0, 90),
    ) ?? splitName(line, known);
  const named = nameKey(parts?.groups?.['name'] ?? '').split(' ');
  const closing = parts?.groups?.['closing'];
  if (!named.every((word) => word !== '' && known.has(word))) return null;
  if (closing !== undefined) return isClosing(closing) ? { at, typed: true } : null;
  // The last item of a list, or what a colon announces, is not a signature.
  const above = lines.slice(0, at).findLast((other) => !blank(other)) ?? '';
  return /^\s{0,9}[-–—*•]|[:：]\s{0,9}$/u.test(above) ? null : { at, typed: true };
}

/**
 * How many lines a phone's sent-from line at the top takes: if text follows below, it is the sender's. 0 if none follows: then the
 * line is under an empty message.
 */
export function lengthOfSentFromAbove(lines: readonly string[]): number {
  const at = lines.findIndex((line) => !blank(line));
  if (at < 0 || !isSentFromLine(lines[at] ?? '')) return 0;
  return lines.slice(at + 1).some((line) => !blank(line) && !isSentFromLine(line)) ? at + 1 : 0;
}

export interface Signed {
  readonly body: readonly string[];
  readonly signature: readonly string[];
}

/**
 * Splits a text that its sender wrote into body and signature: a delimiter line, a sent-from line, a closing with a name and a few
 * contact lines, a confidentiality notice, a contact card with the name of `sender`, or that name after a stroke. A closing or
 * notice that is the whole text stays the body.
 */
export function splitSignature(lines: readonly string[], sender: string): Signed {
  let body = lines;
  let signature: readonly string[] = [];
  for (const find of [
    findDelimiter,
    findDisclaimer,
    findSentFromLine,
    findClosing,
    findCard,
    findClosing,
    findSignedName,
  ]) {
    const cut = find(body, sender);
    if (cut === null) continue;
    const at = find === findDisclaimer || find === findSentFromLine ? withRule(body, cut.at) : cut.at;
    const rest = body.slice(0, at);
    if (cut.typed && rest.every(blank)) continue;
    signature = [...body.slice(at), ...signature];
    body = rest;
  }
  return { body, signature };
}
