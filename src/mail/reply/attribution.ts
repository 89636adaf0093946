import { LEAD_WORDS, QUOTING_WORDS, WROTE_PARTS, WROTE_WORDS } from './attribution-languages.ts';

/** How many lines one attribution may wrap over. */
const MAX_LINES = 6;
/** Longer is prose, or an attack on the patterns below. */
const MAX_CHARS = 600;

/** `sure` is enough alone; `likely` needs a quoted line below. */
export interface Attribution {
  readonly first: number;
  readonly last: number;
  readonly certainty: 'sure' | 'likely';
}

const escape = (word: string): string => word.replace(/[.*+?^${}()|[\]\\/]/gu, String.raw`\$&`);
const longestFirst = (words: readonly string[]): string =>
  words
    .toSorted((one, other) => other.length - one.length)
    .map(escape)
    .join('|');

const WROTE = new RegExp(
  String.raw`(?<![\p{L}\p{M}\p{N}])(?:${longestFirst(Object.values(WROTE_WORDS).flat())})(?![\p{L}\p{M}\p{N}])|(?:${longestFirst(WROTE_PARTS)})`,
  'iu',
);
const LEAD = new RegExp(
  String.raw`^(?:${longestFirst(LEAD_WORDS)})(?![\p{L}\p{M}])|^(?:在|于|於|เมื่อ|ב)`,
  'iu',
);
const QUOTING = new RegExp(String.raw`^(?:${longestFirst(QUOTING_WORDS)})\s`, 'iu');

/**
 * Someone beside the verb without a name: "he", "my wife", "der Vermieter". In lower case, unlike names; without "you", which The
 * Bat! and Eudora write.
 */
const UNNAMED_BEFORE =
  /\s(?:I|he|she|they|we|il|elle|ils|nous|él|ella|ellos|yo|lui|lei|loro|ele|ela|eu|он|она|они|я|він|вона|вони|(?:my|your|his|her|our|their|the|mon|ma|mes|votre|notre|son|sa|le|la|mi|su|el|mio|mia|meu|minha|mój|moja|můj|мой|моя|ваш|ваша)\s\p{Ll}{2,20})\s$/u;
const UNNAMED_BEHIND =
  /^\s(?:er|ich|wir|hij|zij|ik|wij|han|hun|hon|jag|jeg|vi|(?:mein|meine|ihr|ihre|unser|unsere|der|die)\s\p{Lu}\p{Ll}{1,30}|(?:mijn|uw|onze|de|min|vår|din)\s\p{Ll}{2,20})$/u;

const TIME = /(?<!\p{Nd})\p{Nd}{1,2}\s?(?:[:.]|h|시|時|时|点)\s?\p{Nd}{2}(?!\p{Nd})/u;
const YEAR = /(?<!\p{Nd})\p{Nd}{4}(?!\p{Nd})/u;
const NUMERIC_DATE = /(?<!\p{Nd})\p{Nd}{1,4}\s?[./-]\s?\p{Nd}{1,2}\s?[./-]\s?\p{Nd}{2,4}(?!\p{Nd})/u;
const ADDRESS = /[^\s<>@()[\]",;:]{1,64}@[^\s<>@()[\]",;:]{1,190}/u;
/** The address at the end of the line, in any brackets. */
const CLOSING_ADDRESS = /(?:<[^<>]{0,200}@[^<>]{1,200}>{1,2}|[([][^()[\]]{0,200}@[^()[\]]{1,200}[)\]])$/u;
const STARTS_WITH_DATE =
  /^(?:[\p{L}\p{M}]{2,12}[.,]{0,2}\s)?\s?(?:[\p{L}\p{M}]{1,3}\s)?(?:\p{Nd}{1,4}(?:[./-]|年|\s?[\p{L}\p{M}]{3,10}|[:h]\p{Nd}{2}|st|nd|rd|th|\.|,)|[\p{L}\p{M}]{3,10}\.?\s\p{Nd}{1,2},?\s\p{Nd}{4})/u;

/** The closing bracket of a wrapped address: "> wrote:". */
const BROKEN_CLOSE = /^>\s{0,2}(?:\p{L}{1,20}\s?){0,3}[:：]$/u;

const hasDate = (text: string): boolean => YEAR.test(text) || NUMERIC_DATE.test(text);

interface Stripped {
  readonly text: string;
  readonly dashed: boolean;
}

/** GroupWise; the closing arrows stand for a colon. */
const withoutArrows = (line: string): string => line.slice(4).replace(/\s?>{3}$/u, ' wrote:');

/** Some clients put the line between dashes; bold and italics become asterisks and underscores. */
function strip(line: string): Stripped {
  let from = 0;
  let to = line.length;
  const isDash = (at: number): boolean => ' \t*_-–—=\u00a0'.includes(line[at] ?? 'x');
  while (from < to && isDash(from)) from += 1;
  while (to > from && isDash(to - 1)) to -= 1;
  const dashed =
    /[-–—=]{2}/u.test(line.slice(Math.max(0, from - 8), from)) && /[-–—=]{2}/u.test(line.slice(to, to + 8));
  return { text: line.slice(from, to), dashed };
}

/** Notes: "Ann Example" ---27/10/2027 09:31:00---and the start of the message. */
const NOTES = /\S\s?---\p{Nd}{1,4}[./-]\p{Nd}{1,2}[./-]\p{Nd}{2,4}\s\p{Nd}{1,2}[:.]\p{Nd}{2}[^-]{0,12}---/u;
/** Tutanota: "27. Okt. 2027, 09:31 von ann@example.com:", with nothing after the bare address. */
const BARE_ADDRESS = /\s\p{L}{1,5}\s[^\s<>@()[\]",;:]{1,64}@[^\s<>@()[\]",;:]{1,190}$/u;

function weigh(line: string): 'sure' | 'likely' | null {
  if (line.includes('---') && NOTES.test(line.slice(0, 200))) return 'sure';
  const { text, dashed } = strip(line.startsWith('>>> ') ? withoutArrows(line) : line);
  if (text.length < 6 || text.length > MAX_CHARS) return null;
  const closed = /[:：]$/u.test(text);
  const body = closed ? strip(text.slice(0, -1)).text : text;
  const address = ADDRESS.test(body);
  const time = TIME.test(body);
  const date = hasDate(body);
  if (!address && !time && !date && !dashed && !QUOTING.test(body) && !closesWithVerb(body, body.length))
    return null;
  const verb = WROTE.exec(body);
  const after = verb === null ? '' : body.slice(verb.index + verb[0].length);
  const verbCloses = verb !== null && /^[\s)(*_>"'.,]{0,6}$/u.test(after);
  const ends = closed || verbCloses;

  if (dashed && verb !== null && ends) return 'sure';
  if (verb !== null && ends) {
    // A client prints a name: "On 5 March at 10:12 he wrote:" is the sender's own sentence.
    if (!address && (UNNAMED_BEFORE.test(body.slice(0, verb.index)) || UNNAMED_BEHIND.test(after)))
      return 'likely';
    if (address && (date || time || body.length < 160)) return 'sure';
    if (date && time && (verbCloses || after.length < 60)) return 'sure';
    if ((date || time) && body.length < 160) return 'likely';
    return closed && verbCloses && body.length < 100 ? 'likely' : null;
  }
  if (closed && QUOTING.test(body)) return address ? 'sure' : 'likely';
  if (!closed) return CLOSING_ADDRESS.test(body) && date && STARTS_WITH_DATE.test(body) ? 'likely' : null;
  const closing = CLOSING_ADDRESS.test(body);
  if (date && time && (closing || (BARE_ADDRESS.test(body) && STARTS_WITH_DATE.test(body)))) return 'sure';
  if (date && time && body.length < 100 && STARTS_WITH_DATE.test(body)) return 'likely';
  return (closing || address) && (date || time) ? 'likely' : null;
}

/** Last words of "wrote" in every language: rules out most lines at once. */
const CLOSING_WORDS = new Set(
  Object.values(WROTE_WORDS)
    .flat()
    .map((word) => word.split(' ').at(-1) ?? word),
);

/** Whether the text up to `end` closes with a word for "wrote". */
function closesWithVerb(line: string, end: number): boolean {
  const last = line[end - 1] ?? '';
  if (last.charCodeAt(0) > 0x250 && WROTE_PARTS.some((part) => line.endsWith(part, end))) return true;
  const start = line.lastIndexOf(' ', end - 1) + 1;
  return end - start <= 24 && CLOSING_WORDS.has(line.slice(start, end).toLowerCase());
}

/** Of a text already read: the windows in which an attribution may end overlap. */
const closing = new WeakMap<readonly string[], Map<number, boolean>>();

function mayCloseAt(lines: readonly string[], index: number): boolean {
  const known = closing.get(lines) ?? new Map<number, boolean>();
  const before = known.get(index);
  if (before !== undefined) return before;
  const found = mayClose(lines[index] ?? '');
  closing.set(lines, known.set(index, found));
  return found;
}

/** Whether an attribution can end with this line: at a colon, an address, dashes or a word for "wrote". */
function mayClose(line: string): boolean {
  let end = line.length;
  while (end > 0 && ' \t*_\u00a0)'.includes(line.charAt(end - 1))) end -= 1;
  if (end === 0) return false;
  return (
    ':：>]-–—='.includes(line.charAt(end - 1)) ||
    closesWithVerb(line, end) ||
    (line.includes('---') && NOTES.test(line.slice(0, 200)))
  );
}

const startsWell = (line: string): boolean => {
  const { text } = strip((line.startsWith('>>> ') ? line.slice(4) : line).slice(0, MAX_CHARS));
  return LEAD.test(text) || STARTS_WITH_DATE.test(text) || QUOTING.test(text);
};

/**
 * Finds the attribution ("On … N.N. wrote:") that begins at `first`, in any of about fifty languages, wrapped over up to six lines.
 * A line that only precedes the attribution does not count as its start.
 */
export function findAttribution(lines: readonly string[], first: number): Attribution | null {
  const head = lines[first];
  if (head === undefined || head.length > MAX_CHARS || head.trim() === '') return null;
  let end = first;
  while (end < first + MAX_LINES && !mayCloseAt(lines, end)) end += 1;
  if (end >= first + MAX_LINES) return null;
  const led = startsWell(head);
  let joined = '';
  for (let last = first; last < lines.length && last < first + MAX_LINES; last += 1) {
    const line = (lines[last] ?? '').trim();
    if (line === '') {
      // One client (Polymail) puts the address bracket on its own line.
      if ((lines[last + 1] ?? '').trim().startsWith('<') && last > first) continue;
      return null;
    }
    if (line.startsWith('>') && last > first && !BROKEN_CLOSE.test(line)) return null;
    joined = joined === '' ? line : `${joined} ${line}`;
    if (joined.length > MAX_CHARS) return null;
    if (!led && last > first + 1) return null;
    if (!mayClose(line)) continue;
    const certainty = weigh(joined);
    if (certainty === null) continue;
    if (last > first && laterStart({ lines, first, last, led })) return null;
    // "… <a@example.com>" is complete only after checking the next line for the verb.
    if (certainty === 'likely' && last + 1 < lines.length) {
      const next = (lines[last + 1] ?? '').trim();
      if (next !== '' && next.length < 80 && !next.startsWith('>') && weigh(`${joined} ${next}`) === 'sure')
        return { first, last: last + 1, certainty: 'sure' };
    }
    return { first, last, certainty };
  }
  return null;
}

interface Window {
  readonly lines: readonly string[];
  readonly first: number;
  readonly last: number;
  readonly led: boolean;
}

/** Whether a later line of the window begins its own attribution, so that the first is not part of it. */
function laterStart({ lines, first, last, led }: Window): boolean {
  for (let start = first + 1; start <= last; start += 1) {
    const rest = lines
      .slice(start, last + 1)
      .map((line) => line.trim())
      .join(' ');
    if (weigh(rest) === null) continue;
    if (startsWell(rest) && hasDate(rest)) return true;
    // If the first line is not known to begin one, it must supply what the rest lacks.
    if (!led && (ADDRESS.test(rest) || !ADDRESS.test(lines[first] ?? ''))) return true;
  }
  return false;
}

/**
 * Where an attribution begins within a line that starts with something else ("Thanks! On Mon, … wrote:"), or -1. Some clients lose
 * the line break before it.
 */
export function findInnerAttribution(line: string): number {
  if (line.length > MAX_CHARS || !/[:：]\s{0,9}$/u.test(line) || !WROTE.test(line)) return -1;
  for (const match of line.matchAll(/(?<=\S)(?:\s{1,9}|\s{0,9}-{2,9}\s{0,9})(?=\p{Lu}\p{L}{1,3}\s\S)/gu)) {
    const start = match.index + match[0].length;
    const rest = line.slice(start);
    if (LEAD.test(rest) && hasDate(rest) && TIME.test(rest) && weigh(rest) === 'sure') return start;
  }
  return -1;
}

/**
 * Where the quoted text begins in a line whose attribution lost the line break after it, or -1. Yahoo's apps write "On …,
 * N.N.<a@example.com> wrote:   Could you …".
 */
export function endOfRunOnAttribution(line: string): number {
  const near = line.slice(0, MAX_CHARS);
  // After the address, so that each line is checked once.
  const address = near.indexOf('@');
  const gap = address < 0 ? null : /[:：]\s{2,9}(?=\S)/u.exec(near.slice(address));
  if (gap === null) return -1;
  const colon = address + gap.index;
  const head = near.slice(0, colon + 1).trim();
  if (!/>[^<>@]{0,30}[:：]$/u.test(head)) return -1;
  return startsWell(head) && hasDate(head) && weigh(head) === 'sure' ? colon + gap[0].length : -1;
}
