/** What the documents cite exists. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const repository = new URL('..', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, repository), 'utf8');
const sources = (folder: string): string[] =>
  readdirSync(new URL(folder, repository), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => `${folder}/${path}`);
const tableRows = (page: string): string[][] =>
  read(page)
    .split('\n')
    .filter((line) => line.startsWith('| ') || line.startsWith('|  '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );

const invariants = tableRows('docs/invariants.md').filter(([, , file]) => file?.endsWith('.ts') === true);

test.each(invariants)(
  'docs/invariants.md %s %s names a test that is there: %s, %s',
  (_number, _what, file, name) => {
    expect(read(`test/${file}`)).toContain(name);
  },
);

test('every invariant that a comment or a test cites by number stands in docs/invariants.md, and the other way round', () => {
  const stated = invariants.map(([number]) => number).filter((number) => number !== '');
  const cited = [...sources('src'), ...sources('test')]
    .flatMap((path) => [...read(path).matchAll(/\(invariant (\d+)\)/gu)])
    .map(([, number]) => number);
  expect(stated).toEqual(Array.from({ length: 15 }, (_, at) => String(at + 1)));
  expect([...new Set(cited)].filter((number) => !stated.includes(number))).toEqual([]);
});

const shownBy = [
  ...new Set(
    tableRows('docs/failures.md').flatMap((row) => row.at(-1)?.match(/[a-z-]+(?:\/[a-z-]+)+/gu) ?? []),
  ),
];

test.each(shownBy)('docs/failures.md names the test %s, which is there', (path) => {
  const candidates = [`test/${path}.test.ts`, `test/${path}.integration.test.ts`];
  expect(candidates.filter((candidate) => existsSync(new URL(candidate, repository)))).toHaveLength(1);
});

test('docs/architecture.md names only files that are there', () => {
  const present = [...sources('src'), ...sources('test')];
  const named = read('docs/architecture.md').match(/(?<![*\w.])[\w/][\w./-]*\.ts\b/gu) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !present.some((path) => `/${path}`.endsWith(`/${name}`)))).toEqual([]);
});
