import { attributionWords } from './forward-words.ts';
import { readLabelledLine } from './header-label.ts';
import { fold } from '../../mime/character-folding.ts';
import type { Address } from '../../mime/parsed-message.ts';
import { readPrintedAddress } from './printed-address.ts';
import type { QuotedLine } from './quoted-lines.ts';

/** "On 27 October 2021 at 9:31, John Doe <john@example.com> wrote:" in any language, wrapped or not. */
export interface Attribution {
  readonly from: Address;
  /** The text printed beside the name. */
  readonly date: string;
  readonly depth: number;
  /** The first line after it. */
  readonly end: number;
}

/** Clients wrap it once, rarely twice. */
const MAX_LINES = 3;
const MAX_CHARS = 400;

const hasTime = (text: string): boolean => /\p{Nd}{1,2}\s?[:.h時时]\s?\p{Nd}{2}/u.test(text);
const hasDay = (text: string): boolean =>
  /(?<!\p{Nd})\p{Nd}{4}(?!\p{Nd})|\p{Nd}{1,2}[-/.]\s?\p{Nd}{1,2}[-/.]\s?\p{Nd}{2}/u.test(text);

/** The range of the first address in brackets, brackets included. */
function findBracketedAddress(text: string): { readonly start: number; readonly end: number } | null {
  const at = text.indexOf('@');
  if (at < 0) return null;
  const start = Math.max(text.lastIndexOf('<', at), text.lastIndexOf('(', at), text.lastIndexOf('[', at));
  if (start < 0 || at - start > 150) return null;
  const close = /[>)\]]{1,3}/u.exec(text.slice(at));
  if (close === null) return null;
  const opener = text[start - 1] === '(' || text[start - 1] === '<' ? start - 1 : start;
  return { start: opener, end: at + close.index + close[0].length };
}

/** GroupWise prints the Message-ID ("in message <6177@gw.example.com>, Ada Moss"), which is not an address. */
const withoutMessageId = (text: string): string =>
  text.replace(/,?\s(?:\p{L}{1,6}\s){1,2}\p{L}{4,12}\s<[^<>\s@]{1,120}@[^<>\s]{1,120}>(?=,\s)/u, '');

const isVerb = (words: string): boolean => attributionWords.has(fold(words).replace(/[\s:：,]{1,5}$/u, ''));

/** "CET, Ada Moss", "Eastern Standard Time, ada@example.com": the zone of the time before it. */
const zone =
  /^\s{0,3}(?:\(?(?:GMT|UTC|WES?T|CES?T|EES?T|MES?Z|BST|IST|MSK|[ECMP][SD]T|AE[SD]T|NZ[SD]T|JST|KST|HKT|SGT|SAST)(?:[+-]\d{1,2}(?::?\d{2})?)?\)?|(?:\p{Lu}\p{L}{2,12} ){1,2}(?:Standard|Daylight|Summer) Time)(?:,\s?|\s(?=[\p{L}<"]))/u;

const formula = /^(?:[ap]\.?m\.?|uhr|um|at|om|kl\.?|г\.?|р\.|le|el|il|on|в|o|[.;:-]{0,3}),?$/iu;

interface DateAndName {
  readonly date: string;
  readonly name: string;
}

/** Moves the words of the formula from the start of the name to the date: "PM, John Doe", "schrieb John Doe". */
function stripFormula({ date, name }: DateAndName): DateAndName {
  const words = name.split(/\s/u).filter((word) => word !== '');
  let count = 0;
  while (count < words.length) {
    if (count + 1 < words.length && isVerb(words.slice(count, count + 2).join(' '))) count += 2;
    else if (isVerb(words[count] ?? '') || formula.test(words[count] ?? '')) count += 1;
    else break;
  }
  return {
    date: `${date} ${words.slice(0, count).join(' ')}`,
    name: words.slice(count).join(' ').replace(/^,/u, '').replace(zone, ''),
  };
}

/** The words before the verb at the end of the line: "… 15:51, John Doe wrote:". */
function stripVerb(text: string): string {
  const words = text
    .replace(/\s?[:：]$/u, '')
    .split(/\s/u)
    .filter((word) => word !== '');
  for (let count = Math.min(4, words.length - 1); count > 0; count -= 1)
    if (isVerb(words.slice(-count).join(' '))) return words.slice(0, -count).join(' ');
  return words.join(' ');
}

/** The part after the last digit: names have none. */
function splitDate(text: string): DateAndName {
  const quoted = /["«“„](?<name>[^"«»“”„]{1,150})["»”“]\s?$/u.exec(text);
  if (quoted !== null) return { date: text.slice(0, quoted.index), name: quoted.groups?.['name'] ?? '' };
  const figures = [...text.matchAll(/\p{Nd}[^\p{L}\p{Nd}]{0,5}/gu)].at(-1);
  if (figures === undefined) return { date: '', name: text };
  const place = figures.index + figures[0].length;
  return { date: text.slice(0, place), name: text.slice(place) };
}

function read(given: string): { readonly from: Address; readonly date: string } | null {
  const text = withoutMessageId(given);
  const bracket = findBracketedAddress(text);
  if (bracket === null) {
    const { date, name } = stripFormula(splitDate(stripVerb(text)));
    const from = readPrintedAddress(name);
    return from === null || !hasDay(date) ? null : { from, date };
  }
  const { date, name } = stripFormula(splitDate(text.slice(0, bracket.start)));
  const address = text.slice(bracket.start, bracket.end).replace(/^\((?=<)|(?<=>)\)$/gu, '');
  const from = readPrintedAddress(`"${name.replaceAll('"', '')}" ${address}`);
  if (from === null || from.address === null) return null;
  return { from, date: hasDay(date) ? date : text.slice(bracket.end) };
}

/** Joins lines from `start` on into one that ends in a colon. */
function joined(
  lines: readonly QuotedLine[],
  start: number,
  limit: number,
): { readonly text: string; readonly end: number } | null {
  let text = '';
  const depth = lines[start]?.depth ?? 0;
  for (let index = start; index < Math.min(limit, start + MAX_LINES); index += 1) {
    const line = lines[index];
    if (line === undefined || line.text === '' || line.depth !== depth || line.text.length > MAX_CHARS)
      return null;
    text = text === '' ? line.text : `${text} ${line.text}`;
    if (text.length > MAX_CHARS) return null;
    if (/[:：]$/u.test(text)) return { text, end: index + 1 };
  }
  return null;
}

/** GroupWise's ">>> Ada Moss <ada@example.com> 10/27/2027 9:31 AM >>>"; its text is not quoted. */
function readArrows(line: QuotedLine | undefined, start: number): Attribution | null {
  if (line === undefined || line.depth !== 3 || line.text.length > MAX_CHARS || !line.text.endsWith('>>>'))
    return null;
  const text = line.text.slice(0, -3).trim();
  const bracket = findBracketedAddress(text);
  const name = text.slice(0, bracket?.end ?? 0);
  const date = text.slice(bracket?.end ?? 0).trim();
  const from = readPrintedAddress(name);
  return from === null || !hasDay(date) || !hasTime(date) ? null : { from, date, depth: 0, end: start + 1 };
}

/** Checked first: it is cheap and rules out nearly every line. */
function endsInColon(lines: readonly QuotedLine[], start: number, limit: number): boolean {
  for (let index = start; index < Math.min(limit, start + MAX_LINES); index += 1) {
    const text = lines[index]?.text ?? '';
    if (text === '' || text.length > MAX_CHARS) return false;
    if (text.endsWith(':') || text.endsWith('：')) return true;
  }
  return false;
}

/** It contains a verb of the tables. */
function hasVerb(text: string): boolean {
  const words = fold(text)
    .split(/[^\p{L}\p{M}/()]+/u)
    .filter((word) => word !== '');
  if (words.some((word, index) => isVerb(word) || isVerb(`${word} ${words[index + 1] ?? ''}`))) return true;
  // Chinese, Japanese and Korean do not separate words; the verb comes last.
  const end = fold(text).replace(/\s?:$/u, '');
  return (
    /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Hangul}\p{Script=Thai}]$/u.test(end) &&
    [...attributionWords].some((verb) => end.endsWith(verb))
  );
}

/** Its other form: ">>> On 10/27/2027 at 9:31 AM, in message <…>, Ada Moss <…> wrote:". */
const isGroupWise = (lines: readonly QuotedLine[], start: number): boolean =>
  lines[start]?.depth === 3 &&
  lines[start]?.raw.startsWith('>>> ') &&
  /\s<[^<>\s]{1,200}>,\s/u.test(lines[start].text);

/**
 * The attribution line that begins at line `start`, null if there is none. It ends in a colon and has a day and a name with a verb,
 * or a day, a time and an address; a sentence that only mentions an address is not one.
 */
export function readAttribution(
  lines: readonly QuotedLine[],
  start: number,
  limit: number,
): Attribution | null {
  const arrows = readArrows(lines[start], start);
  if (arrows !== null) return arrows;
  if (!endsInColon(lines, start, limit)) return null;
  const first = lines[start]?.text ?? '';
  // "To: Jane Roe" begins no attribution, and the person named there wrote nothing.
  if (readLabelledLine(first) !== null) return null;
  if (!/\p{Nd}/u.test(first) && !first.includes('@')) return null;
  if (!hasDay(first) && !first.includes('@')) return null;
  const line = joined(lines, start, limit);
  if (line === null || !hasDay(line.text)) return null;
  const verb = hasVerb(line.text);
  if (!verb && !(hasTime(line.text) && /@[^@]{1,200}[>)\]]{1,3}\s?[:：]$/u.test(line.text))) return null;
  const found = read(line.text);
  return found === null
    ? null
    : { ...found, depth: isGroupWise(lines, start) ? 0 : (lines[start]?.depth ?? 0), end: line.end };
}
