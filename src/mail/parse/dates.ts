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

/** Null where a comment is left open: what follows cannot be trusted. */
function withoutComments(text: string): string | null {
  const output: string[] = [];
  let depth = 0;
  for (let index = 0; index < text.length; index += 1) {
    const letter = text[index] ?? '';
    if (letter === '\\' && depth > 0) index += 1;
    else if (letter === '(') depth += 1;
    else if (letter === ')') depth -= 1;
    else if (depth === 0) output.push(letter);
    if (depth < 0) return null;
    if (letter === ')') output.push(' ');
  }
  return depth === 0 ? output.join('') : null;
}

function fullYear(digits: string): number {
  const year = Number(digits);
  if (digits.length === 2) return year + (year < 50 ? 2000 : 1900);
  return digits.length === 3 ? year + 1900 : year;
}

function readOffset(zone: string): number | null {
  const numeric = /^(?:GMT|UTC?|UT)?([+-])(\d{2}):?(\d{2})$/u.exec(zone.toUpperCase());
  if (numeric === null) {
    const named = /^([A-Z]{1,5})(?:\d[A-Z]{3})?$/u.exec(zone.toUpperCase());
    return named?.[1] === undefined ? null : (zones.get(named[1]) ?? 0);
  }
  const minutes = Number(numeric[2]) * 60 + Number(numeric[3]);
  if (Number(numeric[3]) > 59 || minutes > maxOffsetMinutes) return null;
  return numeric[1] === '-' ? -minutes : minutes;
}

function toIso(moment: Moment): string | null {
  const { year, month, day, hour, minute, offsetMinutes } = moment;
  // RFC 5322 allows :60 for a leap second, which JavaScript time has not.
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
const rfc5322 = new RegExp(
  `^(?:[a-z]{2,9}\\.?,? ?)?(\\d{1,2})[ -]${monthWord}[ -](\\d{4}|\\d{2,3}),? (\\d[\\d:.]{2,18})(?: ?([a-z+-][a-z0-9:+-]{0,9}))?(?: [a-z]{1,5})?$`,
  'iu',
);
/** As C's asctime and some agents write it. */
const asctime = new RegExp(
  `^(?:[a-z]{2,9},? )?${monthWord} (\\d{1,2}),? (\\d[\\d:.]{2,18})(?: ([a-z+-][a-z0-9:+-]{0,9}))? (\\d{4})$`,
  'iu',
);
const iso8601 = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})$/u;

/** A month in digits, as agents with a broken locale write it: `20 11 79 05:34:27 -0300`, `11/20/1979 05:34 +0100`. */
const numeric =
  /^(?:[a-z]{2,9},? )?(\d{1,2})[ ./-](\d{1,2})[ ./-](\d{4}|\d{2}) (\d[\d:.]{2,18})(?: ([a-z+-][a-z0-9:+-]{0,9}))?$/iu;

/** Only where the numbers leave one reading: no month has a number above 12. */
function readNumeric(text: string): string | null {
  const [, first = '', second = '', year = '', time = '', zone] = numeric.exec(text) ?? [];
  const names = [...months.keys()];
  const [day, month] =
    Number(first) > 12 ? [first, names[Number(second) - 1]] : [second, names[Number(first) - 1]];
  if (Number(day) <= 12 || month === undefined) return null;
  return readMoment({ day, month, year, time, zone });
}

/**
 * A Date field value as ISO 8601 in UTC, null where it is not a date of RFC 5322 (obsolete forms included), of asctime, of
 * ISO 8601 with a zone, or all in digits with a day above 12. A missing or unknown zone means UTC, as RFC 5322 §4.3 says of -0000. Never guesses an order of numbers.
 */
export function parseDate(value: string): string | null {
  if (value.length > maxDateLength) return null;
  const plain = withoutComments(value);
  if (plain === null) return null;
  // RFC 5322 §4.3 allows white space around the colons and the comma.
  const text = plain.replaceAll(/\s+/gu, ' ').replaceAll(/ ?: ?/gu, ':').replaceAll(' ,', ',').trim();
  const iso = iso8601.exec(text);
  if (iso !== null) {
    const month = [...months.keys()][Number(iso[2]) - 1] ?? '';
    return readMoment({ year: iso[1] ?? '', month, day: iso[3] ?? '', time: iso[4] ?? '', zone: iso[5] });
  }
  const standard = rfc5322.exec(text);
  if (standard !== null) {
    return readMoment({
      day: standard[1] ?? '',
      month: standard[2] ?? '',
      year: standard[3] ?? '',
      time: standard[4] ?? '',
      zone: standard[5],
    });
  }
  const old = asctime.exec(text);
  if (old === null) return readNumeric(text);
  return readMoment({
    month: old[1] ?? '',
    day: old[2] ?? '',
    time: old[3] ?? '',
    zone: old[4],
    year: old[5] ?? '',
  });
}
