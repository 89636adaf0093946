import { describe, expect, it } from 'vitest';
import { isEcho, readCaseTags, sameTag } from '../../../src/mail/case-tag/case-tag.ts';
import type { CaseTag } from '../../../src/mail/case-tag/case-tag.ts';
import type { CaseTagWords } from '../../../src/mail/case-tag/case-tag-words.ts';
import { defaultRules } from '../../../src/decide/rules.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const words: CaseTagWords = {
  caseWords: ['Case', 'Case Update', 'Akte', 'Дело', '案件', 'İş'],
  caseStatuses: [
    { status: 'Open', aliases: ['open', 'offen', 'открыто', '进行中', 'açık'] },
    { status: 'On Hold', aliases: ['on hold', 'ruht', 'waiting for the court'] },
    { status: 'Closed', aliases: ['closed', 'geschlossen', 'fermé', 'закрыто'] },
  ],
};

type Reading = readonly [
  ref: string | null,
  status: string | null,
  statusText: string | null,
  lookAlike?: 'look-alike',
];

function readingsOf(subject: string): readonly Reading[] {
  return readCaseTags(subject, words).tags.map(({ ref, status, statusText, lookAlike }) =>
    lookAlike ? [ref, status, statusText, 'look-alike'] : [ref, status, statusText],
  );
}

function tagOf(subject: string): CaseTag {
  const [tag] = readCaseTags(subject, words).tags;
  if (!tag) throw new Error(`no tag in ${subject}`);
  return tag;
}

describe('the forms of a case tag', () => {
  it.each<readonly [subject: string, reading: Reading]>([
    ['[Case Update]', [null, null, null]],
    ['[Case Update: Open]', [null, 'Open', 'Open']],
    ['[Case: Closed]', [null, 'Closed', 'Closed']],
    ['[Case Closed]', [null, 'Closed', 'Closed']],
    ['[Case - Closed]', [null, 'Closed', 'Closed']],
    ['[Case #4711]', ['4711', null, null]],
    ['[Case # 4711]', ['4711', null, null]],
    ['[Case 4711]', ['4711', null, null]],
    ['[Case 4711: On Hold]', ['4711', 'On Hold', 'On Hold']],
    ['[Case #4711: On-Hold]', ['4711', 'On Hold', 'On-Hold']],
    ['[Case: 4711 on  hold]', ['4711', 'On Hold', 'on hold']],
    ['[CASE-4711 Closed]', ['4711', 'Closed', 'Closed']],
    ['[CASE–4711 – Closed]', ['4711', 'Closed', 'Closed']],
    ['[CASE-4711-Closed]', ['4711', 'Closed', 'Closed']],
    ['[Case 4711 (Closed)]', ['4711', 'Closed', 'Closed']],
    ['[Case Update #4711: Open]', ['4711', 'Open', 'Open']],
    ['[Case-Update 4711: Open]', ['4711', 'Open', 'Open']],
    ['[case no. 4711: open]', ['4711', 'Open', 'open']],
    ['[Akte Nr. 17/26: ruht]', ['17/26', 'On Hold', 'ruht']],
    ['[Case №4711]', ['4711', null, null]],
    ['[Case 2026/0117: Open]', ['2026/0117', 'Open', 'Open']],
    ['[Case AB-12/3]', ['AB-12/3', null, null]],
    ['[Case #AB: Open]', ['AB', 'Open', 'Open']],
    ['[Case 12 O 345/26: Open]', ['12 O 345/26', 'Open', 'Open']],
    ['[Case 12 O 345/26 Closed]', ['12 O 345/26', 'Closed', 'Closed']],
    ['[Case 4711 waiting for the court]', ['4711', 'On Hold', 'waiting for the court']],
    ['[ Case  4711 :Open ]', ['4711', 'Open', 'Open']],
    ['[Case\u00A04711]', ['4711', null, null]],
    ['[[Case #4711]]', ['4711', null, null]],
  ])('reads %s', (subject, reading) => {
    expect(readingsOf(subject)).toEqual([reading]);
  });

  it.each<readonly [subject: string, reading: Reading]>([
    ['[http://Case #4711]', ['4711', null, null]],
    ['[https://Case%20#4711: Open]', ['4711', 'Open', 'Open']],
    ['[Case #4711<http://crm.test/4711>: Closed]', ['4711', 'Closed', 'Closed']],
    ['[Case <tel:4711>4711]', ['4711', null, null]],
  ])('reads %s, which a mail client took for a link', (subject, reading) => {
    expect(readingsOf(subject)).toEqual([reading]);
  });

  it.each<readonly [subject: string, reading: Reading]>([
    ['（【Case：Open】）', [null, 'Open', 'Open']],
    ['［Ｃａｓｅ　＃４７１１：Ｃｌｏｓｅｄ］', ['4711', 'Closed', 'Closed']],
    ['【案件：进行中】', [null, 'Open', '进行中']],
    ['【案件4711】', ['4711', null, null]],
    ['【案件进行中】', [null, 'Open', '进行中']],
    ['[Дело 12-АВ: Закрыто]', ['12-АВ', 'Closed', 'Закрыто']],
    ['[AKTE: GESCHLOSSEN]', [null, 'Closed', 'GESCHLOSSEN']],
    ['[Case: FERME]', [null, 'Closed', 'FERME']],
    ['[İŞ: AÇIK]', [null, 'Open', 'AÇIK']],
  ])('reads %s whatever the width, the language and the letter case', (subject, reading) => {
    expect(readingsOf(subject)).toEqual([reading]);
  });

  it.each([
    ['[Case: Escalated]', [null, null, 'Escalated']],
    ['[Case 4711: Escalated to the board]', ['4711', null, 'Escalated to the board']],
    ['[Case #4711 pending]', ['4711', null, 'pending']],
  ])('keeps the unknown status of %s as it is written', (subject, reading) => {
    expect(readingsOf(subject)).toEqual([reading]);
  });

  it.each([
    '[EXTERNAL]',
    '[list-name]',
    "[Casey's list]",
    '[Case study]',
    '[Case-by-case]',
    '[Case Study 2026]',
    '[Case studies: 2026]',
    '[Case update please]',
    '[Cases 4711]',
    '[Lower case: Open]',
    '[案件研究]',
    '[Case #]',
    '[]',
    'Case #4711',
    '[Case #4711',
    'Case #4711]',
    '(Case #4711)',
    '',
  ])('takes %s for no tag', (subject) => {
    expect(readCaseTags(subject, words)).toEqual({ tags: [], title: subject });
  });

  it('recognises a case word with the default settings', () => {
    expect(readCaseTags('AW: [Case Update: offen] Mietvertrag', defaultRules)).toEqual({
      tags: [
        { raw: '[Case Update: offen]', ref: null, status: 'Open', statusText: 'offen', lookAlike: false },
      ],
      title: 'Mietvertrag',
    });
  });
});

describe('tags in a subject', () => {
  it.each([
    'Re: [Case 4711: Open] Lease',
    'Fwd: RE: AW: [Case 4711: Open] Lease',
    'TR : WG: Antw: [Case 4711: Open] Lease',
    'SV: VS: 回复：[Case 4711: Open] Lease',
    '[EXTERNAL] Re: [Case 4711: Open] Lease',
    'Re: [EXTERNAL] [Case 4711: Open] Re: Lease',
    '[Case 4711: Open] Fwd: Lease',
    'Lease [Case 4711: Open]',
    'Re: Lease - [Case 4711: Open]',
    '[Case 4711: Open] - Lease',
    '  [Case 4711: Open]\t Lease ',
  ])('are found in %j, and neither they nor the prefixes are part of the title', (subject) => {
    expect(readCaseTags(subject, words)).toEqual({
      tags: [{ raw: '[Case 4711: Open]', ref: '4711', status: 'Open', statusText: 'Open', lookAlike: false }],
      title: 'Lease',
    });
  });

  it('are returned in order, and the space between the rest is normalised', () => {
    const { tags, title } = readCaseTags('Re: Lease [Case #1]  of the [Akte 2: ruht]   mill', words);
    expect(tags.map((tag) => tag.raw)).toEqual(['[Case #1]', '[Akte 2: ruht]']);
    expect(title).toBe('Lease of the mill');
  });

  it('leave the text of the tag as the title if there is no other', () => {
    expect(readCaseTags('Re: [Case Update: Open]', words).title).toBe('Case Update: Open');
  });

  it('leave other bracketed text in the title', () => {
    expect(readCaseTags('[Mill group] [Case #7] Lease', words).title).toBe('[Mill group] Lease');
  });
});

describe('a look-alike tag', () => {
  it.each<readonly [what: string, subject: string, reading: Reading]>([
    ['a Cyrillic С', '[Сase: Open]', [null, 'Open', 'Open', 'look-alike']],
    ['a Cyrillic а in the middle', '[Cаse #4711]', ['4711', null, null, 'look-alike']],
    ['a lunate sigma', '[Ϲase #4711]', ['4711', null, null, 'look-alike']],
    ['Cherokee messages', '[ᏟᎪᏚᎬ #4711]', ['4711', null, null, 'look-alike']],
    ['a Latin letter in a Cyrillic word', '[Дeло 12]', ['12', null, null, 'look-alike']],
    ['an accent', '[Cäse: Open]', [null, 'Open', 'Open', 'look-alike']],
    ['a zero-width space in the word', '[Ca\u200Bse: Open]', [null, 'Open', 'Open', 'look-alike']],
    ['a zero-width space in the number', '[Case 47\u200B11]', ['4711', null, null, 'look-alike']],
    ['a soft hyphen', '[Case 4711: Clo\u00ADsed]', ['4711', 'Closed', 'Closed', 'look-alike']],
    ['a bidi override', '[Case \u202E4711\u202C: Open]', ['4711', 'Open', 'Open', 'look-alike']],
    ['a byte order mark', '[\uFEFFCase: Open]', [null, 'Open', 'Open', 'look-alike']],
    ['a Cyrillic message in the status', '[Case: Сlosed]', [null, 'Closed', 'Сlosed', 'look-alike']],
    ['Cyrillic messages in the number', '[Case АВ-12: Open]', ['АВ-12', 'Open', 'Open', 'look-alike']],
    ['a colon of another script', '[Case\uA789 Open]', [null, 'Open', 'Open', 'look-alike']],
  ])('is reported as a look-alike: %s', (_, subject, reading) => {
    expect(readingsOf(subject)).toEqual([reading]);
  });

  it('is not suspected for a status or number in the same script as its case word', () => {
    expect(readingsOf('[Дело АВ-12: Открыто]')).toEqual([['АВ-12', 'Open', 'Открыто']]);
    expect(readingsOf('[Case 4711: закрыто]')).toEqual([['4711', 'Closed', 'закрыто']]);
  });
});

describe('an echo', () => {
  it.each([
    ['[Case 4711: Open]', '[http://CASE-4711 offen]'],
    ['[Case #AB-1]', '[Case ab-1]'],
    ['[Case Update]', '[Case]'],
    ['[Case 4711: Pending]', '[Case #4711: PENDING!]'],
  ])('is the same word about the same case: %s and %s', (one, other) => {
    expect(sameTag(tagOf(one), tagOf(other))).toBe(true);
    expect(isEcho(tagOf(one), [tagOf('[Case 1: Closed]'), tagOf(other)])).toBe(true);
  });

  it.each([
    ['[Case 4711: Open]', '[Case 4711: Closed]'],
    ['[Case 4711: Open]', '[Case 4712: Open]'],
    ['[Case 4711: Open]', '[Case 4711]'],
    ['[Case 4711: Open]', '[Case: Open]'],
    ['[Case 4711: Pending]', '[Case 4711: Appealed]'],
  ])('is not another word or another case: %s after %s', (one, other) => {
    expect(isEcho(tagOf(one), [tagOf(other)])).toBe(false);
  });

  it('needs a parent that carried it', () => {
    expect(isEcho(tagOf('[Case 4711: Open]'), [])).toBe(false);
  });
});

describe('hostile subjects', () => {
  it.each<readonly [what: string, unit: string]>([
    ['opening brackets', '['],
    ['empty tags', '[]'],
    ['nested openings of a tag', '[Case '],
    ['numbers', '[Case 1-'],
    ['blanks', ' '],
    ['dashes', '-'],
    ['reply prefixes', 'Re: '],
    ['invisible characters', '[\u200B'],
  ])('of a million %s are read at once', (_, unit) => {
    const started = cpuTime();
    const { tags } = readCaseTags(unit.repeat(1_000_000 / unit.length), words);
    expect(tags).toEqual([]);
    expect(cpuTime() - started).toBeLessThan(2_000);
  });

  it('have no more than eight tags', () => {
    expect(readCaseTags('[Case #1] '.repeat(200), words).tags).toHaveLength(8);
  });

  it('do not turn a bracketed page into a tag', () => {
    expect(readCaseTags(`[Case 4711: ${'very '.repeat(40)}open]`, words).tags).toEqual([]);
  });
});
