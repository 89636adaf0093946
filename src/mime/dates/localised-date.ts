import { calendarKey, calendarLanguages, calendarWords } from './calendar-words.ts';
import { withoutInvisible } from '../character-folding.ts';
import { readTime } from './printed-time.ts';

/** The longest printed date, with weekday and zone spelled out, is under 100 characters. */
const MAX_DATE_CHARS = 160;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** Zero in Arabic, Persian, Devanagari, Bengali and Thai; the other digits follow it. */
const zeros: readonly number[] = [0x660, 0x6f0, 0x966, 0x9e6, 0xe50];

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = zeros.find((start) => code >= start && code <= start + 9);
  return zero === undefined ? digit : String(code - zero);
}

function prepare(text: string): string {
  return withoutInvisible(text.slice(0, MAX_DATE_CHARS))
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹०-९০-৯๐-๙]/gu, asciiDigit)
    .replace(/\s/gu, ' ');
}

/** Null for impossible dates; the Buddhist era of Thai clients is converted, other eras are not read. */
function valid(year: number, month: number, day: number): Day | null {
  const common = year >= 2400 && year <= 2700 ? year - 543 : year;
  if (common < 1970 || common > 2200) return null;
  const date = new Date(Date.UTC(common, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year: common, month, day } : null;
}

type Words = 'months' | 'weekdays';

/** What a word means in any of the languages. */
function meanings(word: string, kind: Words, languages: ReadonlySet<string>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const language of languages)
    for (const meaning of calendarWords(language)[kind].get(word) ?? []) found.add(meaning);
  return found;
}

/** First the languages of the labels, then all: a client prints dates in its system's language. */
function scopes(languages: ReadonlySet<string>): readonly ReadonlySet<string>[] {
  return languages.size === 0 ? [calendarLanguages] : [languages, calendarLanguages];
}

const wordsOf = (text: string): string[] =>
  [...text.matchAll(/[\p{L}\p{M}'’׳॰.]{2,30}/gu)].map(([word]) => calendarKey(word));

function weekdaysIn(text: string, languages: ReadonlySet<string>): ReadonlySet<number> | null {
  const words = wordsOf(text);
  for (const scope of scopes(languages))
    for (const word of words) {
      const found = meanings(word, 'weekdays', scope);
      if (found.size > 0) return found;
    }
  return null;
}

const fallsOn = (day: Day, weekdays: ReadonlySet<number> | null): boolean =>
  weekdays?.has(new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay()) === true;

/** Months in words: "02 Tháng Mười Một 2021". */
const VIETNAMESE_MONTHS = [
  'một',
  'hai',
  'ba',
  'tư',
  'năm',
  'sáu',
  'bảy',
  'tám',
  'chín',
  'mười',
  'mười một',
  'mười hai',
];

function readVietnameseMonth(text: string): { readonly day: Day | null; readonly rest: string } | null {
  const composed = text.normalize('NFC');
  const match = /(?<!\d)(\d{1,2}),?\stháng\s(mười (?:một|hai)|\p{L}{2,5}),?\s(?:năm\s)?(\d{4})(?!\d)/iu.exec(
    composed,
  );
  const month = VIETNAMESE_MONTHS.indexOf((match?.[2] ?? '').toLowerCase()) + 1;
  if (match === null || month === 0) return null;
  return {
    day: valid(Number(match[3]), month, Number(match[1])),
    rest: composed.replace(match[0], ' \u0000 '),
  };
}

/**
 * 05/11/2021 is only read if something tells which number is the day: a full stop between them (German, Russian, Nordic), a number
 * above 12, the weekday beside it, or labels in a language that never puts the month first.
 */
function readNumericDay(
  text: string,
  languages: ReadonlySet<string>,
): { readonly day: Day | null; readonly rest: string } | null {
  const yearFirst =
    /(?<!\d)(\d{4})\s?(?:[-/.]|年|년|m\.)\s?(\d{1,2})\s?(?:[-/.]|月|월)\s?(\d{1,2})(?!\d)\s?(?:日|일|T(?=\d))?/u.exec(
      text,
    );
  if (yearFirst !== null)
    return {
      day: valid(Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3])),
      rest: text.replace(yearFirst[0], ' \u0000 '),
    };
  const spelled = /(?<!\d)(\d{1,2}),?\s(?:thg|tháng)\.?\s(\d{1,2}),?\s(?:năm\s)?(\d{4})/iu.exec(
    text.normalize('NFC'),
  );
  if (spelled !== null)
    return {
      day: valid(Number(spelled[3]), Number(spelled[2]), Number(spelled[1])),
      rest: text.normalize('NFC').replace(spelled[0], ' \u0000 '),
    };
  const written = readVietnameseMonth(text);
  if (written !== null) return written;
  const match = /(?<![\d.:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])/u.exec(text);
  if (match === null) return null;
  const [whole, first = '', separator, second = '', printedYear = ''] = match;
  // "26. oktober 2021 kl. 14.25.08": the year is elsewhere, so this is the time.
  if (printedYear.length === 2 && /(?<!\d)\d{4}(?!\d)/u.test(text.replace(whole, ' '))) return null;
  const year = printedYear.length === 2 ? 2000 + Number(printedYear) : Number(printedYear);
  const dayFirst = valid(year, Number(second), Number(first));
  const monthFirst = valid(year, Number(first), Number(second));
  const rest = text.replace(whole, ' \u0000 ');
  if (separator === '.' || monthFirst === null || dayFirst === null || first === second)
    return { day: separator === '.' ? dayFirst : (dayFirst ?? monthFirst), rest };
  const weekdays = weekdaysIn(rest, languages);
  if (fallsOn(dayFirst, weekdays) !== fallsOn(monthFirst, weekdays))
    return { day: fallsOn(dayFirst, weekdays) ? dayFirst : monthFirst, rest };
  const certain = languages.size > 0 && !languages.has('en') && printedYear.length === 4;
  return { day: certain ? dayFirst : null, rest };
}

/** The months that the words may mean: "lis" is October in Zagreb and November in Warsaw. */
function readMonths(text: string, languages: ReadonlySet<string>): ReadonlySet<number> {
  const words = wordsOf(text);
  for (const scope of scopes(languages)) {
    const named = words.flatMap((word, index) => {
      const pair = meanings(`${word} ${words[index + 1] ?? ''}`, 'months', scope);
      const single = pair.size > 0 ? pair : meanings(word, 'months', scope);
      // Hebrew writes "in October" as one word.
      const months =
        single.size === 0 && word.startsWith('ב') ? meanings(word.slice(1), 'months', scope) : single;
      return months.size === 0 ? [] : [{ months, isWeekday: meanings(word, 'weekdays', scope).size > 0 }];
    });
    if (named.length === 0) continue;
    // English labels over an Italian date, "mar 26 ott 2027": March only if every other word is known too.
    const isUnknown = (word: string): boolean =>
      word.length > 2 && meanings(word, 'months', scope).size + meanings(word, 'weekdays', scope).size === 0;
    if (scope !== calendarLanguages && named.length === 1 && words.includes('mar') && words.some(isUnknown))
      continue;
    // "mar. 26 oct." is a Tuesday in October: a month that is not also a weekday wins.
    const clear = named.filter(({ isWeekday }) => !isWeekday);
    return new Set((clear.length > 0 ? clear : named).flatMap(({ months }) => [...months]));
  }
  return new Set();
}

function readNamedDay(text: string, languages: ReadonlySet<string>): Day | null {
  const numbers = [...text.matchAll(/\d{1,6}/gu)].map(([digits]) => digits);
  const years = numbers.filter((digits) => digits.length === 4);
  const days = numbers.filter((digits) => digits.length <= 2);
  if (years.length !== 1 || days.length !== 1) return null;
  const possible = [...readMonths(text, languages)].flatMap(
    (month) => valid(Number(years[0]), month, Number(days[0])) ?? [],
  );
  if (possible.length <= 1) return possible[0] ?? null;
  const weekdays = weekdaysIn(text, calendarLanguages);
  const falling = possible.filter((day) => fallsOn(day, weekdays));
  return falling.length === 1 ? (falling[0] ?? null) : null;
}

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * The date that a mail client printed in its own language, as ISO 8601; null if it cannot be read without guessing. With a zone
 * that means one offset everywhere it is an instant ("2021-10-27T07:31:00.000Z"). Most clients print none: then it is the local
 * time as printed, without an offset ("2021-10-27T09:31:00"), because any zone would be a guess; a date without a time stays a
 * date. `languages`: those of the labels around it, which resolve ambiguities.
 */
export function readLocalisedDate(printed: string, languages: ReadonlySet<string>): string | null {
  const text = prepare(printed).replace(/[\s:]{1,9}$/u, '');
  const numeric = readNumericDay(text, languages);
  const { time, rest } = readTime(numeric?.rest ?? text);
  const day = numeric === null ? readNamedDay(withoutZone(rest), languages) : numeric.day;
  if (day === null) return null;
  const date = `${day.year}-${two(day.month)}-${two(day.day)}`;
  if (time === null) return date;
  if (time.offset === null) return `${date}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
  const instant = Date.UTC(
    day.year,
    day.month - 1,
    day.day,
    time.hour,
    time.minute - time.offset,
    time.second,
  );
  return new Date(instant).toISOString();
}

/** "+0200", "GMT+3": numbers that are not a day. */
function withoutZone(text: string): string {
  return text.replace(/(?:gmt|utc)?\s?[+−-]\s?\d{1,2}:?(?:\d{2})?(?!\d)/giu, ' ');
}
