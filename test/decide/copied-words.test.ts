import { describe, expect, it } from 'vitest';
import { differOnlyAtEnds } from '../../src/decide/copied-words.ts';
import { isCopyOf } from '../../src/decide/relations.ts';

const text =
  'Dear Ines,\n\nwe looked at the lease of the flat in Mill Lane again. We accept the rent of 900 from March on.';

/** In both directions: which copy comes first must not matter. */
const bothWays = (a: string, b: string): boolean[] => [differOnlyAtEnds(a, b), differOnlyAtEnds(b, a)];

describe('two texts under one id, sender and date', () => {
  it.each([
    ['equal', text],
    ['with the footer of a list', `${text}\n\n_______\nTenants list, unsubscribe at lists.test/12`],
    ['with a banner', `CAUTION: this message is from outside. Ref 55.\n\n${text}`],
    ['with a banner and a footer', `[EXTERNAL]\n${text}\n\nScanned by the tower.`],
    ['with a banner on the same line', `[EXTERNAL] ${text}`],
    ['with a sentence added', `${text} Scanned by the tower.`],
    ['with other line ends', text.replaceAll(' ', '\r\n')],
    ['quoted', text.replaceAll(/^/gmu, '> ')],
    ['with bold words and a link', text.replace('lease', '*lease* <https://flats.test/12>')],
    ['broken inside a word', text.replace('looked', 'loo-\nked')],
    ['without a space', text.replace('Mill Lane', 'MillLane')],
    ['with wide characters', text.replace('lease', 'ｌｅａｓｅ')],
  ])('are one message: %s', (_, copy) => {
    expect(bothWays(text, copy)).toEqual([true, true]);
  });

  it.each([
    ['question marks', 'Gr??e an M?ller, f?r den Sch?ler'],
    ['replacement characters', 'Gr\uFFFD\uFFFDe an M\uFFFDller, f\uFFFDr den Sch\uFFFDler'],
    ['UTF-8 read as windows-1252', 'GrÃ¼ÃŸe an MÃ¼ller, fÃ¼r den SchÃ¼ler'],
    ['nothing', 'Gre an Mller, fr den Schler'],
    ['no marks', 'Gruße an Muller, fur den Schuler'],
    ['punctuation of UTF-8', 'Grüße an Müller, â€œfür den Schülerâ€\u009D'],
  ])('are one message if a wrong character set left %s', (_, damaged) => {
    expect(bothWays('Grüße an Müller, für den Schüler', damaged)).toEqual([true, true]);
  });

  it('are one message if a banner pushes the end out of the preview', () => {
    const long = 'We will come on Monday and look at every room of the house. '.repeat(20);
    expect(bothWays(long.slice(0, 500), `From outside.\n\n${long}`.slice(0, 500))).toEqual([true, true]);
  });

  it.each([
    [
      'a word between others',
      'We do accept the offer for the house',
      'We do not accept the offer for the house',
    ],
    ['another word', 'We accept the offer for the house', 'We refuse the offer for the house'],
    ['another first word', 'Yes, go on with the sale', 'No, go on with the sale'],
    ['another last word', 'Please send the money to Anna', 'Please send the money to Otto'],
    ['a word at the end of a sentence', 'We accept', 'We accept nothing'],
    ['a word at the start of a sentence', 'Accept the offer', 'Never accept the offer'],
    ['another amount', 'The rent is 900, as agreed', 'The rent is 1900, as agreed'],
    ['another line at the end', `${text}\n\nPlease go on.`, `${text}\n\nPlease stop.`],
    ['a paragraph between others', 'Hello.\n\nGoodbye.', 'Hello.\n\nWe cancel.\n\nGoodbye.'],
    ['a word in another script', 'Мы принимаем предложение', 'Мы не принимаем предложение'],
    ['a word of accented characters only', 'We accept it', 'We ñöť accept it'],
    ['nothing in common', 'Hello', 'Goodbye'],
    ['words where there were none', '', 'We accept'],
    ['little in common', 'One two three four five.\n\nYes.', 'Yes.\n\nSix seven eight nine ten.'],
  ])('are two messages: %s', (_, a, b) => {
    expect(bothWays(a, b)).toEqual([false, false]);
  });
});

describe('two messages with the same content', () => {
  const message = (host: string, parentId: string | null) => ({
    messageId: `yes@${host}`,
    parentId,
    variantKey: host,
    contentKey: 'same',
    preview: 'Yes',
  });

  it('are one if a relay replaced the id, also if it dropped what the message answers', () => {
    const ours = message('firm.test', 'question-1@acme.test');
    expect(isCopyOf(ours, message('relay.test', 'question-1@acme.test'))).toBe(true);
    expect(isCopyOf(ours, message('relay.test', null))).toBe(true);
  });

  it('are two if they answer different messages', () => {
    const first = message('mail1.acme.test', 'question-1@firm.test');
    expect(isCopyOf(first, message('mail2.acme.test', 'question-2@firm.test'))).toBe(false);
  });
});
