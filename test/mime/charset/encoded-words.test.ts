import { describe, expect, it } from 'vitest';
import { decodeEncodedWords } from '../../../src/mime/charset/encoded-words.ts';
import { cpuTime } from '../../support/cpu-time.ts';

describe('decodeEncodedWords', () => {
  it.each([
    ['adjacent words', '=?utf-8?Q?a?= =?utf-8?Q?b?=', 'ab'],
    ['a word beside text', 'Re: =?utf-8?Q?caf=C3=A9?= open', 'Re: café open'],
    ['a character split over two words', '=?utf-8?B?w4Q=?= =?utf-8?Q?=C3?= =?utf-8?Q?=96?=', 'ÄÖ'],
    ['a base64 quantum split over two words', '=?utf-8?B?SGVsb?= =?utf-8?B?G8=?=', 'Hello'],
    ['missing padding', '=?utf-8?B?SGVsbG8?=', 'Hello'],
    ['spaces inside', '=?utf-8?Q?two words?=', 'two words'],
    ['spaces inside base64', '=?utf-8?B?SGVs bG8=?=', 'Hello'],
    ['a raw question mark before an escape', '=?utf-8?Q?really?=20now?=', 'really? now'],
    ['a language tag', '=?us-ascii*en?Q?Ann?=', 'Ann'],
    ['a word cut at the end', '=?utf-8?Q?cut=20off', 'cut off'],
    ['a word after a relay tag', '[EXTERNAL]=?utf-8?Q?Offer?=', '[EXTERNAL] Offer'],
    ['a word that brings its own blank after a colon', 'Re:=?utf-8?Q?_Offer?=(new)', 'Re: Offer(new)'],
    ['two charsets side by side', '=?utf-8?Q?=C3=A9?= =?iso-8859-1?Q?=E9?=', 'éé'],
    ['ISO-2022-JP', '=?iso-2022-jp?B?GyRCMnEkNBsoQg==?=', '会ご'],
    ['UTF-7', '=?utf-7?Q?+AOQ-?=', 'ä'],
    ['a wrong label', '=?us-ascii?Q?caf=C3=A9?=', 'café'],
    ['what only looks like a word', 'a =? b =?utf-8? c', 'a =? b =?utf-8? c'],
    ['a B word that nobody encoded', '=?UTF-8?B?Übergabe am Montag?=', 'Übergabe am Montag'],
    ['the same in plain letters', '=?UTF-8?B?Handover on Monday?=', 'Handover on Monday'],
    ['the same beside a real one', 'Re: =?utf-8?B?Straße 4?= =?utf-8?B?SGVsbG8=?=', 'Re: Straße 4Hello'],
    ['a character split over two B words', '=?utf-8?B?U3RvY2sg8J8=?= =?utf-8?B?p6Y=?=', 'Stock 🧦'],
    ['an empty word', 'a =?utf-8?Q??= b', 'a  b'],
  ])('reads %s', (_trait, value, expected) => {
    expect(decodeEncodedWords(value)).toBe(expected);
  });

  it('removes NUL and lone surrogates', () => {
    expect(decodeEncodedWords('=?utf-8?Q?a=00b?=\ud800')).toBe('ab');
  });

  it.each(['=?', '=?utf-8?b?', '=?utf-8?q?a?=41', '=?utf-8?q?a?= ', '?='])(
    'needs about four times as long for four times as many %j',
    (piece) => {
      const measure = (count: number): number => {
        const start = cpuTime();
        decodeEncodedWords(piece.repeat(count));
        return cpuTime() - start;
      };
      measure(2_000);
      const small = measure(10_000);
      expect(measure(40_000)).toBeLessThan(small * 12 + 200);
    },
  );
});
