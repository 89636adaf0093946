import { describe, expect, it } from 'vitest';
import { MAX_QUERY_CHARS, QueryError, readQuery } from '../../src/search/query.ts';
import { hasPhrases, snippetOf } from '../../src/search/snippet.ts';
import { wordsIn } from '../../src/search/words.ts';

const wordsOf = (text: string): string[] => [...wordsIn(text)].flatMap(({ spellings }) => spellings);

/** By words alone, as the index finds. */
function finds(query: string, text: string): boolean {
  const has = new Set(wordsOf(text));
  const { all, none } = readQuery(query);
  const isThere = ({ spellings, isPrefix }: (typeof all)[number]): boolean =>
    spellings.some((wanted) =>
      isPrefix ? [...has].some((word) => word.startsWith(wanted)) : has.has(wanted),
    );
  return all.every(isThere) && !none.some(isThere) && hasPhrases(text, readQuery(query));
}

describe('words', () => {
  it.each([
    // German
    ['Müller', 'Guten Tag Frau Müller', true],
    ['muller', 'Guten Tag Frau Müller', true],
    ['mueller', 'Guten Tag Frau Müller', true],
    ['Müller', 'Herr Mueller', true],
    ['strasse', 'Lange Straße 3', true],
    ['Straße', 'LANGE STRASSE', true],
    ['Strase', 'Lange Straße', false],
    // French
    ['resume', "Voici mon résumé d'hier", true],
    ['hier', 'Voici mon résumé d’hier', true],
    ['cœur', 'le coeur', true],
    ['CŒUR', 'le coeur', true],
    // Turkish
    ['izmir', 'İZMİR', true],
    ['İzmir', 'izmir', true],
    ['ışık', 'ISIK', true],
    ['isik', 'ışık', true],
    // Japanese, Chinese, Thai: no spaces
    ['会議', '明日の会議室を予約しました', true],
    ['会議室', '明日の会議室を予約しました', true],
    ['議会', '明日の会議室を予約しました', false],
    ['会', '明日の会議', true],
    ['"会議室"', '会議の室', false],
    ['カイギ', 'ｶｲｷﾞの件', true],
    ['“two words”', 'words two', false],
    ['สัญญา', 'เรื่องสัญญาเช่า', true],
    // Others
    ['ёлка', 'новая ЕЛКА', true],
    ['ﬁle', 'FILE', true],
    // Identifiers, whole and in parts
    ['4711-A', 'about case 4711-A', true],
    ['4711', 'about case 4711-A', true],
    ['4711-B', 'about case 4711-A', false],
    ['rosa@delacruz.example', 'from rosa@delacruz.example.', true],
    ['delacruz', 'from rosa@delacruz.example.', true],
    ['anna-lena', 'Anna Lena', true],
    // Forms of the query
    ['two words', 'words, two', true],
    ['"two words"', 'words two', false],
    ['"two words"', 'two, words', true],
    ['inv*', 'the invoice', true],
    ['-invoice offer', 'offer and invoice', false],
    ['-invoice offer', 'an offer', true],
    ['10:30', 'at 10:30 sharp', true],
    ['https://docs.example/a', 'see https://docs.example/a', true],
    ['"never closed', 'it was never closed', true],
  ])('%s in “%s”: %s', (query, text, expected) => {
    expect(finds(query, text)).toBe(expected);
  });

  it('are the same in any normal form', () => {
    expect(wordsOf('é Å ﬃ'.normalize('NFD'))).toEqual(wordsOf('é Å ﬃ'.normalize('NFC')));
  });

  it('are bounded in length', () => {
    expect(
      Math.max(...wordsOf(`${'a'.repeat(100_000)} ${'é'.repeat(100_000)}`).map((word) => word.length)),
    ).toBe(64);
  });
});

describe('a query', () => {
  it.each([
    ['before:soon', 'before: needs a day'],
    ['after:2026-02-30', 'after: needs a day'],
    ['is:lost', 'is:lost is not known. There is is:triage and is:held.'],
    ['has:music', 'has:music is not known'],
    ['-is:held', 'not known'],
    ['-"two words"', 'only a single word'],
    [Array.from({ length: 21 }, (_, at) => `w${at}`).join(' '), 'More than 20 words'],
    ['a'.repeat(MAX_QUERY_CHARS + 1), 'longer than'],
  ])('%s is refused with a sentence', (text, says) => {
    expect(() => readQuery(text)).toThrow(QueryError);
    expect(() => readQuery(text)).toThrow(says);
  });

  it('names fields', () => {
    expect(readQuery('from:Rosa subject:"roof repair" in:crm after:2026-03-01')).toMatchObject({
      all: [
        { spellings: ['from:rosa'] },
        { spellings: ['subject:roof'] },
        { spellings: ['subject:repair'] },
        { spellings: ['in:crm'] },
      ],
      after: new Date('2026-03-01T00:00:00Z'),
    });
  });

  it.each([
    '',
    '   ',
    '"',
    '""',
    '-',
    '*',
    '--',
    'from:',
    ':',
    '\0',
    '.*',
    '$where',
    '{"$gt":""}',
    '\ud800',
    '"".""',
  ])('of odd characters is understood: %j', (text) => {
    expect(() => readQuery(text)).not.toThrow();
  });
});

it('a snippet shows the word that was asked for, marked', () => {
  const text = `${'Before it all. '.repeat(40)}Then the invoice came, the Invoice.${' After it all.'.repeat(40)}`;
  const snippet = snippetOf(text, readQuery('invoice'));
  expect(snippet.filter(({ isMatch }) => isMatch).map((part) => part.text)).toEqual(['invoice', 'Invoice']);
  const shown = snippet.map((part) => part.text).join('');
  expect(shown.length).toBeLessThan(250);
  expect(shown).toMatch(/^….*…$/u);
});

it('a snippet of a text without the word is its beginning', () => {
  expect(snippetOf('Dear Ines, thank you', readQuery('from:rosa'))).toEqual([
    { text: 'Dear Ines, thank you', isMatch: false },
  ]);
});
