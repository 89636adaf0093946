import { expect, it } from 'vitest';
import { markedText } from '../../src/dashboard/pages/cases/marked-text.ts';

it.each([
  ['[Case #91: Cl\u{43e}sed]', ['\u{43e}']],
  ['[Case #91: C\u{200b}losed]', ['U+200B']],
  ['[Case #9\u{ff11}: Closed]', ['\u{ff11}']],
  ['\u{202e}[Case 1]', ['U+202E']],
  ['[Akte 7: erledigt] Müllers Straße', []],
  ['[Дело 7: Закрыто]', []],
  ['[案件 7]', []],
  ['<b>[Case 1]', []],
])('of %s marks what is odd in it', async (text, marked) => {
  const html = String(await markedText(text));
  expect([...html.matchAll(/<mark[^>]*>([^<]*)<\/mark\s*>/gu)].map(([, shown]) => shown)).toEqual(marked);
  expect(html).not.toContain('<b>');
});
