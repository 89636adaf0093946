import { forwardLanguages } from './forward-languages.ts';
import { fold } from './letter-folding.ts';

/** Further locales whose month names differ: Arabic of the Levant and the Maghreb, Serbian in Latin letters. */
const locales: readonly string[] = [
  ...forwardLanguages.map(({ language }) => language),
  'en-GB',
  'ar-SY',
  'ar-MA',
  'ar-EG',
  'sr-Latn',
  'pt-PT',
  'de-AT',
];

/** What mail clients print and the Unicode locale data does not. */
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
];

/** From 1 to 12, with the languages that mean this month. */
type Months = ReadonlyMap<number, ReadonlySet<string>>;

interface CalendarWords {
  readonly months: ReadonlyMap<string, Months>;
  /** From 0 (Sunday) to 6. */
  readonly weekdays: ReadonlyMap<string, ReadonlySet<number>>;
}

const word = (text: string): string => fold(text).replace(/^[.'’]{1,3}|[.'’׳॰]{1,3}$/gu, '');

function readLocaleData(): CalendarWords {
  const months = new Map<string, Map<number, Set<string>>>();
  const weekdays = new Map<string, Set<number>>();
  const addMonth = (language: string, name: string, month: number): void => {
    const key = word(name);
    if (key === '' || /\d/u.test(key)) return;
    const byMonth = months.get(key) ?? new Map<number, Set<string>>();
    byMonth.set(month, (byMonth.get(month) ?? new Set<string>()).add(language));
    months.set(key, byMonth);
  };
  for (const locale of locales) {
    const language = locale.startsWith('zh') ? locale : (locale.split('-')[0] ?? locale);
    for (const style of ['long', 'short'] as const) {
      const base = { timeZone: 'UTC', calendar: 'gregory', numberingSystem: 'latn' } as const;
      const inDate = new Intl.DateTimeFormat(locale, {
        ...base,
        month: style,
        day: 'numeric',
        year: 'numeric',
      });
      const alone = new Intl.DateTimeFormat(locale, { ...base, month: style });
      const weekday = new Intl.DateTimeFormat(locale, { ...base, weekday: style });
      for (let month = 1; month <= 12; month += 1) {
        const date = new Date(Date.UTC(2024, month - 1, 15));
        for (const format of [inDate, alone])
          for (const part of format.formatToParts(date))
            if (part.type === 'month') addMonth(language, part.value, month);
      }
      for (let day = 0; day < 7; day += 1) {
        // The first of September 2024 was a Sunday.
        const name = word(weekday.format(new Date(Date.UTC(2024, 8, 1 + day))));
        if (name !== '') weekdays.set(name, (weekdays.get(name) ?? new Set<number>()).add(day));
      }
    }
  }
  for (const [language, name, month] of furtherMonths) addMonth(language, name, month);
  return { months, weekdays };
}

let read: CalendarWords | null = null;

/** Names of months and weekdays in every language of the forward tables, from the locale data of the runtime; read once. */
export function calendarWords(): CalendarWords {
  read ??= readLocaleData();
  return read;
}

/** The key under which a word of a date stands in the tables. */
export const calendarKey = word;
