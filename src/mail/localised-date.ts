import { calendarKey, calendarWords } from './calendar-words.ts';
import { withoutInvisible } from './letter-folding.ts';

/** The longest printed date, with weekday and zone spelled out, is under 100 characters. */
const MAX_DATE_CHARS = 160;

/** Names of zones that mean one offset wherever mail is read, in minutes east of UTC. IST, BST, CST of China and the like do not. */
const zones: ReadonlyMap<string, number> = new Map([
  ['z', 0],
  ['gmt', 0],
  ['utc', 0],
  ['wet', 0],
  ['west', 60],
  ['cet', 60],
  ['mez', 60],
  ['cest', 120],
  ['mesz', 120],
  ['eet', 120],
  ['oez', 120],
  ['eest', 180],
  ['oesz', 180],
  ['msk', 180],
  ['jst', 540],
  ['kst', 540],
  ['hkt', 480],
  ['sgt', 480],
  ['aest', 600],
  ['aedt', 660],
  ['nzst', 720],
  ['nzdt', 780],
  ['est', -300],
  ['edt', -240],
  ['cdt', -300],
  ['mst', -420],
  ['mdt', -360],
  ['pst', -480],
  ['pdt', -420],
]);

const maxOffsetMinutes = 14 * 60;

/** Words for the halves of the day, behind the time and before it. */
const morningBehind =
  /^(?:a\.?\s?m\b|π\.?\s?μ|ص(?!\p{L})|صباحا|ق\.ظ|öö(?!\p{L})|sa(?!\p{L})|पूर्वाह्न|ก่อนเที่ยง|לפנה)/iu;
const morningBefore = /(?:上午|午前|오전|凌晨|早上|清晨|öö)\s?$/iu;
const afternoonBehind =
  /^(?:p\.?\s?m\b|μ\.?\s?μ|م(?!\p{L})|مساء|ب\.ظ|ös(?!\p{L})|ch(?!\p{L})|अपराह्न|หลังเที่ยง|אחה)/iu;
const afternoonBefore = /(?:下午|午後|오후|晚上|中午|ös)\s?$/iu;

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Minutes east of UTC, null where none is printed. */
  readonly offset: number | null;
}

/** Zero in Arabic, Persian, Devanagari and Thai; the other digits follow it. */
const zeros: readonly number[] = [0x660, 0x6f0, 0x966, 0xe50];

function asciiDigit(digit: string): string {
  const code = digit.codePointAt(0) ?? 0;
  const zero = zeros.find((start) => code >= start && code <= start + 9);
  return zero === undefined ? digit : String(code - zero);
}

function prepare(text: string): string {
  return withoutInvisible(text.slice(0, MAX_DATE_CHARS))
    .normalize('NFKC')
    .replace(/[٠-٩۰-۹०-९๐-๙]/gu, asciiDigit)
    .replace(/\s/gu, ' ');
}

/** Null for what no calendar has; the Buddhist era of Thai clients is counted back, other eras are not read. */
function valid(year: number, month: number, day: number): Day | null {
  const common = year >= 2400 && year <= 2700 ? year - 543 : year;
  if (common < 1970 || common > 2200) return null;
  const date = new Date(Date.UTC(common, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? { year: common, month, day } : null;
}

function weekdaysIn(text: string): ReadonlySet<number> | null {
  const { weekdays } = calendarWords();
  for (const [token] of text.matchAll(/[\p{L}\p{M}.]{2,20}/gu)) {
    const found = weekdays.get(calendarKey(token));
    if (found !== undefined) return found;
  }
  return null;
}

/**
 * 05/11/2021 is read only where something tells which number is the day: a full stop between them (German, Russian, Nordic),
 * a number above 12, the weekday beside it, or labels in a language that never writes the month first.
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
  const match = /(?<![\d.:])(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?![\d:])/u.exec(text);
  if (match === null) return null;
  const [whole, first = '', separator, second = '', printedYear = ''] = match;
  // "26. oktober 2021 kl. 14.25.08": the year stands elsewhere, so this is the time.
  if (printedYear.length === 2 && /(?<!\d)\d{4}(?!\d)/u.test(text.replace(whole, ' '))) return null;
  const year = printedYear.length === 2 ? 2000 + Number(printedYear) : Number(printedYear);
  const dayFirst = valid(year, Number(second), Number(first));
  const monthFirst = valid(year, Number(first), Number(second));
  const rest = text.replace(whole, ' \u0000 ');
  if (separator === '.' || monthFirst === null || dayFirst === null || first === second)
    return { day: separator === '.' ? dayFirst : (dayFirst ?? monthFirst), rest };
  const weekdays = weekdaysIn(rest);
  const falls = (day: Day): boolean =>
    weekdays?.has(new Date(Date.UTC(day.year, day.month - 1, day.day)).getUTCDay()) === true;
  if (weekdays !== null && falls(dayFirst) !== falls(monthFirst))
    return { day: falls(dayFirst) ? dayFirst : monthFirst, rest };
  const certain = languages.size > 0 && !languages.has('en') && printedYear.length === 4;
  return { day: certain ? dayFirst : null, rest };
}

/** The month that the words name, null where none or more than one is meant. */
function readMonth(text: string, languages: ReadonlySet<string>): number | null {
  const { months, weekdays } = calendarWords();
  const tokens = [...text.matchAll(/[\p{L}\p{M}'’׳॰.]{2,30}/gu)].map(([token]) => calendarKey(token));
  const named: { readonly months: ReadonlySet<number>; readonly alsoWeekday: boolean }[] = [];
  for (const [index, token] of tokens.entries()) {
    const pair = `${token} ${tokens[index + 1] ?? ''}`;
    // Hebrew writes "in October" as one word.
    const byMonth =
      months.get(pair) ??
      months.get(token) ??
      (token.startsWith('ב') ? months.get(token.slice(1)) : undefined);
    if (byMonth === undefined) continue;
    const inLanguages = [...byMonth].filter(([, meaning]) =>
      [...meaning].some((language) => languages.has(language)),
    );
    const meant = inLanguages.length > 0 ? inLanguages : [...byMonth];
    named.push({ months: new Set(meant.map(([month]) => month)), alsoWeekday: weekdays.has(token) });
  }
  // "mar. 26 oct." is a Tuesday in October: a word that is also a weekday gives way to one that is not.
  const clear = named.filter(({ alsoWeekday }) => !alsoWeekday);
  const counted = clear.length > 0 ? clear : named;
  const all = new Set(counted.flatMap((entry) => [...entry.months]));
  return all.size === 1 ? ([...all][0] ?? null) : null;
}

function readNamedDay(text: string, languages: ReadonlySet<string>): Day | null {
  const month = readMonth(text, languages);
  if (month === null) return null;
  const numbers = [...text.matchAll(/\d{1,6}/gu)].map(([digits]) => digits);
  const years = numbers.filter((digits) => digits.length === 4);
  const days = numbers.filter((digits) => digits.length <= 2);
  if (years.length !== 1 || days.length !== 1) return null;
  return valid(Number(years[0]), month, Number(days[0]));
}

function readOffset(text: string): number | null {
  const numeric = /^\s?[([]?(?:gmt|utc|z)?\s?([+\-−])\s?(\d{1,2}):?(\d{2})?(?!\d)/iu.exec(text);
  if (numeric !== null) {
    const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
    return minutes > maxOffsetMinutes || Number(numeric[3] ?? 0) > 59
      ? null
      : numeric[1] === '+'
        ? minutes
        : -minutes;
  }
  const named = /^\s?[([]?([a-z]{1,4})(?![\p{L}\d])/iu.exec(text);
  return zones.get(named?.[1]?.toLowerCase() ?? '') ?? null;
}

interface FoundTime {
  readonly time: Time | null;
  /** The text without the time. */
  readonly rest: string;
}

function readTime(text: string): FoundTime {
  const match =
    /(?<![\d.:])(\d{1,2})\s?(?:[:hH]|時|时|點|点|시)\s?(\d{2})(?:\s?(?::|分|분)\s?(\d{2}))?(?![\d:])\s?(?:分|秒|분|초)?/u.exec(
      text,
    ) ?? /(?<![\d.])(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?![\d.])/u.exec(text);
  if (match === null) return { time: null, rest: text };
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length).replace(/^[.,]?\s?(?:uhr\b)?\s?/iu, '');
  const printed = Number(match[1]);
  const isMorning = morningBehind.test(after) || morningBefore.test(before.slice(-10));
  const isAfternoon = afternoonBehind.test(after) || afternoonBefore.test(before.slice(-10));
  const hour = isMorning
    ? printed === 12
      ? 0
      : printed
    : isAfternoon && printed < 12
      ? printed + 12
      : printed;
  const minute = Number(match[2]);
  const second = Number(match[3] ?? 0);
  const rest = `${before} ${after}`;
  if (hour > 23 || minute > 59 || second > 59) return { time: null, rest };
  const zoneText =
    isMorning || isAfternoon ? after.replace(/^[\p{L}\p{M}]\.?\s?[\p{L}\p{M}]{0,12}\.?\s?/u, '') : after;
  return { time: { hour, minute, second, offset: readOffset(zoneText) ?? readOffset(after) }, rest };
}

const two = (value: number): string => String(value).padStart(2, '0');

/**
 * The date that a mail client printed in its own language, as ISO 8601; null where it cannot be read without guessing.
 * With a zone that means one offset everywhere it is an instant ("2021-10-27T07:31:00.000Z"). Most clients print none: then it is
 * the local time as printed, without an offset ("2021-10-27T09:31:00"), because filling in a zone would be a guess, and a date
 * without a time stays a date. `languages`: those of the labels around it, which decide what else would be ambiguous.
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

/** "+0200", "GMT+3": numbers that are no day. */
function withoutZone(text: string): string {
  return text.replace(/(?:gmt|utc)?\s?[+−-]\s?\d{1,2}:?(?:\d{2})?(?!\d)/giu, ' ');
}
