/** PURE. What people type into a search box, understood. */
import { wholeWord, wordsMeant, wordsOfPhrase } from './words.ts';

/** The query means nothing, or too much. Says what to do. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

export interface Term {
  /** Any of these counts. */
  readonly spellings: readonly string[];
  /** Beginnings of words. */
  readonly isPrefix: boolean;
}

export interface Query {
  readonly all: readonly Term[];
  readonly none: readonly Term[];
  /** Words that stand one behind the other. Their words are in `all` too. */
  readonly phrases: readonly (readonly (readonly string[])[])[];
  /** From the beginning of this day (UTC). */
  readonly after: Date | null;
  /** Before this day (UTC). */
  readonly before: Date | null;
  /** Only what a held case update came with. */
  readonly isHeld: boolean;
}

export const MAX_QUERY_CHARS = 1_000;
const MAX_TERMS = 20;

/** Fields whose words are stored with the field's name. */
export const fields = ['from', 'to', 'subject', 'file', 'in', 'case'] as const;
export type Field = (typeof fields)[number];
export const fieldWord = (field: Field | 'has' | 'is', word: string): string => `${field}:${word}`;

const piece = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu;

/** @throws QueryError */
export function readQuery(text: string): Query {
  if (text.length > MAX_QUERY_CHARS)
    throw new QueryError(`The query is longer than ${MAX_QUERY_CHARS} characters. Leave some words out.`);
  const read = { all: [] as Term[], none: [] as Term[], phrases: [] as (readonly (readonly string[])[])[] };
  let [after, before, isHeld]: [Date | null, Date | null, boolean] = [null, null, false];
  for (const [, minus = '', name = '', quoted, bare = ''] of text
    .replaceAll(/[“”„«»]/gu, '"')
    .matchAll(piece)) {
    const field = name.toLowerCase();
    const value = quoted ?? bare;
    const isLeftOut = minus === '-';
    if (field === 'after' || field === 'before') {
      const day = dayIn(field, value, isLeftOut);
      if (field === 'after') after = day;
      else before = day;
    } else if (field === 'is' && value.toLowerCase() === 'held') {
      if (isLeftOut) throw new QueryError('-is:held is not known. Say is:held, or leave it out.');
      isHeld = true;
    } else if (field === 'is' || field === 'has') {
      (isLeftOut ? read.none : read.all).push(fixedTerm(field, value));
    } else {
      const known = fields.find((one) => one === field);
      // Not every colon names a field: 10:30, https://…
      const words = termsOf(known === undefined && name !== '' ? `${name}:${value}` : value, {
        field: known ?? null,
        isQuoted: quoted !== undefined,
      });
      if (isLeftOut) read.none.push(...oneOf(words, value));
      else {
        read.all.push(...words);
        if (quoted !== undefined && known === undefined && words.length > 1)
          read.phrases.push(wordsOfPhrase(value));
      }
    }
  }
  if (read.all.length + read.none.length > MAX_TERMS)
    throw new QueryError(`More than ${MAX_TERMS} words. Leave some out: all of them must be found.`);
  return { ...read, after, before, isHeld };
}

/** Whether it asks for anything that an index can find. */
export const asksForNothing = ({ all, after, before, isHeld }: Query): boolean =>
  all.length === 0 && after === null && before === null && !isHeld;

function termsOf(
  text: string,
  { field, isQuoted }: { readonly field: Field | null; readonly isQuoted: boolean },
): Term[] {
  if (field === 'in') return [{ spellings: [fieldWord(field, wholeWord(text))], isPrefix: false }];
  const isPrefix = !isQuoted && text.endsWith('*');
  const words = wordsMeant(isPrefix ? text.slice(0, -1) : text);
  const named = field === null ? words : words.map((word) => word.map((one) => fieldWord(field, one)));
  return named.map((spellings, at) => ({
    spellings,
    // A single character of a script without spaces begins pairs.
    isPrefix: (isPrefix && at === named.length - 1) || isLoneCharacter(spellings[0] ?? ''),
  }));
}

const isLoneCharacter = (word: string): boolean =>
  /^(?:[a-z]+:)?[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]$/u.test(word);

/** -"a b" would have to leave out a phrase, which no index can. */
function oneOf(words: readonly Term[], value: string): readonly Term[] {
  if (words.length > 1) throw new QueryError(`-${value}: only a single word can be left out.`);
  return words;
}

function fixedTerm(field: 'is' | 'has', value: string): Term {
  const known = field === 'is' ? ['triage', 'held'] : ['attachment'];
  const word = value.toLowerCase();
  if (!known.includes(word))
    throw new QueryError(
      `${field}:${value.slice(0, 40)} is not known. There is ${known.map((one) => `${field}:${one}`).join(' and ')}.`,
    );
  return { spellings: [fieldWord(field, word)], isPrefix: false };
}

function dayIn(field: string, value: string, isLeftOut: boolean): Date {
  const day = /^\d{4}-\d{2}-\d{2}$/u.test(value) ? new Date(`${value}T00:00:00Z`) : new Date(Number.NaN);
  if (isLeftOut || Number.isNaN(day.getTime()) || !day.toISOString().startsWith(value))
    throw new QueryError(`${field}: needs a day, such as ${field}:2026-03-31.`);
  return day;
}
