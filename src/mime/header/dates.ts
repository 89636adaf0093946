import { decodeEncodedWords } from '../charset/encoded-words.ts';
import { readLocalisedDate } from '../dates/localised-date.ts';

/** RFC 5322 §3.3 and its obsolete forms §4.3. */

const months: ReadonlyMap<string, number> = new Map(
  ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].map((name, index) => [
    name,
    index,
  ]),
);

/** Obsolete zones in minutes east of UTC. All others, military letters included, mean -0000 (RFC 5322 §4.3). */
const zones: ReadonlyMap<string, number> = new Map([
  ['EST', -300],
  ['EDT', -240],
  ['CST', -360],
  ['CDT', -300],
  ['MST', -420],
  ['MDT', -360],
  ['PST', -480],
  ['PDT', -420],
]);

/** Further names with one offset everywhere; IST, BST, AST and the like are ambiguous. */
const furtherZones: ReadonlyMap<string, number> = new Map([
  ['WET', 0],
  ['WEST', 60],
  ['CET', 60],
  ['MET', 60],
  ['MEZ', 60],
  ['CEST', 120],
  ['MEST', 120],
  ['MESZ', 120],
  ['EET', 120],
  ['EEST', 180],
  ['MSK', 180],
  ['HKT', 480],
  ['SGT', 480],
  ['AWST', 480],
  ['JST', 540],
  ['KST', 540],
  ['ACST', 570],
  ['AEST', 600],
  ['ACDT', 630],
  ['AEDT', 660],
  ['NZST', 720],
  ['NZDT', 780],
  ['NST', -210],
  ['NDT', -150],
  ['AKST', -540],
  ['AKDT', -480],
  ['HST', -600],
]);

/** The longest real Date header, comment included, is under 100 characters. */
const maxDateLength = 300;
const maxOffsetMinutes = 14 * 60 + 59;

interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly offsetMinutes: number;
}

/** Null if a comment is left open: the rest cannot be trusted. */
function withoutComments(text: string): string | null {
  const output: string[] = [];
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\' && depth > 0) index += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (depth === 0) output.push(character);
    if (depth < 0) return null;
    if (character === ')') output.push(' ');
  }
  return depth === 0 ? output.join('') : null;
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year + (year < 50 ? 2000 : 1900);
  return digits.length === 3 ? year + 1900 : year;
}

function readOffset(zone: string): number | null {
  const numeric = /^(?:GMT|UTC?)? ?([+-])(\d{1,2}):?(\d{2})?$/u.exec(zone.toUpperCase());
  if (numeric === null) {
    const named = /^([A-Z]{1,5})(?:\d[A-Z]{3})?$/u.exec(zone.toUpperCase());
    return named?.[1] === undefined ? null : (zones.get(named[1]) ?? furtherZones.get(named[1]) ?? 0);
  }
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3] ?? 0);
  if (Number(numeric[3] ?? 0) > 59 || minutes > maxOffsetMinutes) return null;
  return numeric[1] === '-' ? -minutes : minutes;
}

function toIso(moment: Moment): string | null {
  const { year, month, day, hour, minute, offsetMinutes } = moment;
  // RFC 5322 allows :60 for a leap second, which JavaScript time does not have.
  const second = Math.min(moment.second, 59);
  if (year < 1900 || year > 9999 || hour > 23 || minute > 59 || moment.second > 60) return null;
  const date = new Date(Date.UTC(year, month, day, hour, minute, second));
  if (date.getUTCDate() !== day || date.getUTCMonth() !== month) return null;
  return new Date(date.getTime() - offsetMinutes * 60_000).toISOString();
}

function readMoment(input: {
  readonly day: string;
  readonly month: string;
  readonly year: string;
  readonly time: string;
  readonly zone: string | undefined;
}): string | null {
  const month = months.get(input.month.slice(0, 3).toLowerCase());
  const time = /^(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2})(?:\.\d{1,9})?)?$/u.exec(input.time);
  const offsetMinutes = input.zone === undefined ? 0 : readOffset(input.zone);
  if (month === undefined || time === null || offsetMinutes === null) return null;
  return toIso({
    year: fullYear(input.year),
    month,
    day: Number(input.day),
    hour: Number(time[1]),
    minute: Number(time[2]),
    second: Number(time[3] ?? 0),
    offsetMinutes,
  });
}

const monthWord =
  '(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
/** A zone in digits, after which clients put its name in their language; or one or two names. */
const zoneWord =
  '(?: ?((?:(?:gmt|utc?) ?)?[+-]\\d{1,2}:?(?:\\d{2})?)(?: [^\\d]{1,40})?| ?([a-z]{1,5}(?:\\d[a-z]{3})?)(?: [a-z]{1,5})?)?';
const rfc5322 = new RegExp(
  `^(?:[a-z]{2,9}\\.?,? ?)?(\\d{1,2})[ -]${monthWord}[ -](\\d{4}|\\d{2,3}),? (\\d[\\d:.]{2,18})${zoneWord}$`,
  'iu',
);
/** As JavaScript and American clients write it: "Tue Mar 03 2026 09:15:00 GMT+0100", "March 3, 2026 09:15". */
const monthFirst = new RegExp(
  `^(?:[a-z]{2,9}\\.?,? )?${monthWord} (\\d{1,2}),? (\\d{4}),? (\\d[\\d:.]{2,18})${zoneWord}$`,
  'iu',
);
/** The same in other languages; the month is looked up. */
const localised = new RegExp(
  `^(?:[\\p{L}\\p{M}.]{1,15},? ?)?(\\d{1,2})\\.?[ -]([\\p{L}\\p{M}.]{2,15})[ -](\\d{4}),? (\\d[\\d:.]{2,18})${zoneWord}$`,
  'iu',
);
/** As C's asctime and some agents write it. */
const asctime = new RegExp(
  `^(?:[a-z]{2,9},? )?${monthWord} (\\d{1,2}),? (\\d[\\d:.]{2,18})(?: ([a-z+-][a-z0-9:+-]{0,9}))? (\\d{4})(?: ([+-]\\d{2}:?\\d{2}))?$`,
  'iu',
);
const iso8601 =
  /^(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$/u;

/** A month in digits, as agents with a broken locale write it: `20 11 79 05:34:27 -0300`, `11/20/1979 05:34 +0100`. */
const numeric =
  /^(?:[a-z]{2,9},? )?(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2}) (\d[\d:.]{2,18})(?: ([a-z+-][a-z0-9:+-]{0,9}))?$/iu;

/** Only if the numbers have one reading: no month is above 12. */
function readNumeric(text: string): string | null {
  const [, first = '', second = '', year = '', time = '', zone] = numeric.exec(text) ?? [];
  const names = [...months.keys()];
  const [day, month] =
    Number(first) > 12 ? [first, names[Number(second) - 1]] : [second, names[Number(first) - 1]];
  if (Number(day) <= 12 || month === undefined) return null;
  return readMoment({ day, month, year, time, zone });
}

const noLanguages: ReadonlySet<string> = new Set();

/** "3 März 2026": the number of the month, null if no known language has it, or two mean different ones. */
function readLocalised(text: string): string | null {
  const [, day = '', word = '', year = '', time = '', offset, name] = localised.exec(text) ?? [];
  const named = day === '' ? null : readLocalisedDate(`${day} ${word} ${year}`, noLanguages);
  const month = [...months.keys()][Number(named?.slice(5, 7) ?? 0) - 1];
  return month === undefined ? null : readMoment({ day, month, year, time, zone: offset ?? name });
}

/** "9:15:00 PM" as 21:15:00. */
function withoutHalfDay(text: string): string {
  return text.replace(
    /(?<!\d)(\d{1,2})(:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?([ap])\.?m\.?(?![a-z])/iu,
    (whole, hour: string, rest: string, half: string) => {
      if (Number(hour) < 1 || Number(hour) > 12) return whole;
      return `${(Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0)}${rest}`;
    },
  );
}

/** The value as one line without comments, quotes, encoded words and extra white space; null if it cannot be trusted. */
function tidyDate(value: string): string | null {
  if (value.length > maxDateLength) return null;
  const plain = withoutComments(decodeEncodedWords(value));
  if (plain === null) return null;
  // RFC 5322 §4.3 allows white space around the colons and the comma.
  const levelled = plain
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/ ?: ?/gu, ':')
    .replaceAll(' ,', ',')
    .replaceAll('"', '')
    .replaceAll('\u2212', '-')
    .trim();
  return withoutHalfDay(levelled.replace(/^date: ?/iu, '').trim());
}

/**
 * A Date field value as ISO 8601 in UTC, null if it is not a date of RFC 5322 (obsolete forms included; the month in any language
 * of the calendar tables), of asctime, of ISO 8601, or all in digits with a day above 12. A missing or unknown zone means UTC, as
 * RFC 5322 §4.3 says for -0000. Never guesses the order of numbers.
 */
export function parseDate(value: string): string | null {
  const text = tidyDate(value);
  if (text === null) return null;
  const iso = iso8601.exec(text);
  if (iso !== null) {
    const month = [...months.keys()][Number(iso[2]) - 1] ?? '';
    return readMoment({ year: iso[1] ?? '', month, day: iso[3] ?? '', time: iso[4] ?? '', zone: iso[5] });
  }
  const standard = rfc5322.exec(text);
  if (standard !== null) {
    const [, day = '', month = '', year = '', time = '', offset, name] = standard;
    return readMoment({ day, month, year, time, zone: offset ?? name });
  }
  const american = monthFirst.exec(text);
  if (american !== null) {
    const [, month = '', day = '', year = '', time = '', offset, name] = american;
    return readMoment({ day, month, year, time, zone: offset ?? name });
  }
  const old = asctime.exec(text);
  if (old !== null) {
    const [, month = '', day = '', time = '', zone, year = '', after] = old;
    return readMoment({ month, day, time, zone: zone ?? after, year });
  }
  return readNumeric(text) ?? readLocalised(text);
}
