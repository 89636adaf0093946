import { fold } from '../character-folding.ts';

/** Further locales with different names: Arabic of the Levant and the Maghreb, Serbian in Latin letters. */
const variants: Readonly<Record<string, readonly string[]>> = {
  ar: ['ar-SY', 'ar-MA', 'ar-EG'],
  de: ['de-AT'],
  en: ['en-GB'],
  pt: ['pt-PT'],
  sr: ['sr-Latn'],
};

/** The languages whose dates are read: those in which mail clients print forwards, and no others. BCP 47. */
export const calendarLanguages: ReadonlySet<string> = new Set(
  'en de fr es it pt ca gl eu nl da nb sv fi is pl cs sk hu ro hr sr sl sq et lv lt ru uk bg mk el tr ar fa he hi th vi id ms zh-Hans zh-Hant ja ko af be ka bn fil cy ga mt lb kk az ur'.split(
    ' ',
  ),
);

/** The twelve months of a language, starting with January. */
const inOrder = (language: string, names: string): readonly (readonly [string, string, number])[] =>
  names.split(' ').map((name, index) => [language, name, index + 1] as const);

/** What mail clients print but the Unicode locale data does not have. */
const furtherMonths: readonly (readonly [string, string, number])[] = [
  ['en', 'sept', 9],
  ['de', 'mrz', 3],
  ['de', 'maerz', 3],
  ['de', 'feb', 2],
  ['nl', 'mrt', 3],
  ['fr', 'fevr', 2],
  ['fr', 'aout', 8],
  ['it', 'sett', 9],
  ['es', 'set', 9],
  ['ru', 'сент', 9],
  ['ru', 'нояб', 11],
  ['ru', 'февр', 2],
  ['hi', 'अक्तूबर', 10],
  ['hi', 'सितम्बर', 9],
  ['hi', 'नवम्बर', 11],
  ['hi', 'दिसम्बर', 12],
  ['hi', 'फरवरी', 2],
  ...inOrder(
    'hr',
    'siječnja veljače ožujka travnja svibnja lipnja srpnja kolovoza rujna listopada studenog prosinca',
  ),
  ...inOrder(
    'eu',
    'urtarrilaren otsailaren martxoaren apirilaren maiatzaren ekainaren uztailaren abuztuaren irailaren urriaren azaroaren abenduaren',
  ),
  ...inOrder('fi', 'tammik helmik maalisk huhtik toukok kesäk heinäk elok syysk lokak marrask jouluk'),
];

interface CalendarWords {
  /** From 1 to 12; short forms may mean two. */
  readonly months: ReadonlyMap<string, ReadonlySet<number>>;
  /** From 0 (Sunday) to 6. */
  readonly weekdays: ReadonlyMap<string, ReadonlySet<number>>;
}

/** The form in which date words are compared. */
export function calendarKey(text: string): string {
  return fold(text).replace(/^[.'’]{1,3}|[.'’׳॰]{1,3}$/gu, '');
}

function add(words: Map<string, Set<number>>, name: string, value: number): void {
  const key = calendarKey(name);
  if (key !== '' && !/\d/u.test(key)) words.set(key, (words.get(key) ?? new Set<number>()).add(value));
}

function readLanguage(language: string): CalendarWords {
  const months = new Map<string, Set<number>>();
  const weekdays = new Map<string, Set<number>>();
  for (const locale of [language, ...(variants[language] ?? [])])
    for (const style of ['long', 'short'] as const) {
      const base = { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' } as const;
      const inDate = new Intl.DateTimeFormat(locale, {
        ...base,
        month: style,
        day: 'numeric',
        weekday: style,
      });
      const alone = new Intl.DateTimeFormat(locale, { ...base, month: style });
      for (let month = 1; month <= 12; month += 1) {
        const date = new Date(Date.UTC(2024, month - 1, 15));
        for (const part of [...inDate.formatToParts(date), ...alone.formatToParts(date)]) {
          if (part.type === 'month') add(months, part.value, month);
          if (part.type === 'weekday') add(weekdays, part.value, date.getUTCDay());
        }
      }
    }
  for (const [further, name, month] of furtherMonths) if (further === language) add(months, name, month);
  return { months, weekdays };
}

const read = new Map<string, CalendarWords>();

/** Names of months and weekdays in one language, from the runtime's locale data; loaded on first use. */
export function calendarWords(language: string): CalendarWords {
  const known = read.get(language) ?? readLanguage(language);
  if (calendarLanguages.has(language)) read.set(language, known);
  return known;
}
