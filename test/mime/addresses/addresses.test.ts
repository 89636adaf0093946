import { describe, expect, it } from 'vitest';
import { normaliseAddress, parseAddressList } from '../../../src/mime/addresses/addresses.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const named = (value: string): readonly string[] =>
  parseAddressList(value).map((entry) => `${entry.name}|${entry.address}`);

describe('parseAddressList', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['a plain address', 'ann@client.test', ['|ann@client.test']],
    ['case', 'Ann <ANN@Client.TEST>', ['Ann|ann@client.test']],
    ['a quoted name with a comma', '"Archer, Ann" <ann@client.test>', ['Archer, Ann|ann@client.test']],
    [
      'an unquoted name with a comma',
      'Archer, Ann <ann@client.test>, bob@client.test',
      ['Archer, Ann|ann@client.test', '|bob@client.test'],
    ],
    ['a comment as the name', 'ann@client.test (Ann Archer)', ['Ann Archer|ann@client.test']],
    ['comments inside the address', 'Ann <ann(home)@client.test(office)>', ['Ann|ann@client.test']],
    ['a group', 'Team: ann@client.test, Bob <bob@client.test>;', ['|ann@client.test', 'Bob|bob@client.test']],
    ['an empty group', 'undisclosed-recipients:;', []],
    ['a remark behind a group', 'unlisted-recipients:; (no To-header on input)', []],
    ['a remark alone', '(Cron Daemon)', ['Cron Daemon|null']],
    [
      'semicolons between addresses',
      'ann@client.test; bob@client.test',
      ['|ann@client.test', '|bob@client.test'],
    ],
    ['a source route', '<@relay.test,@hub.test:ann@client.test>', ['|ann@client.test']],
    ['spaces around the at sign', 'ann @ client.test', ['|ann@client.test']],
    ['spaces around the dots of the domain', 'ann@client . test', ['|ann@client.test']],
    ['a name directly at its bracket', 'Ann<ann@client.test>', ['Ann|ann@client.test']],
    ['an unclosed bracket', 'Ann <ann@client.test', ['Ann|ann@client.test']],
    [
      'two brackets without a comma',
      '<ann@client.test> <bob@client.test>',
      ['|ann@client.test', '|bob@client.test'],
    ],
    ['a name without an address', 'Ann Archer', ['Ann Archer|null']],
    ['an encoded name', '=?utf-8?B?SsO2cmc=?= <j@client.test>', ['Jörg|j@client.test']],
    ['an encoded name in quotes', '"=?iso-8859-1?Q?J=F6rg?=" <j@client.test>', ['Jörg|j@client.test']],
    ['a quoted local part', '"ann archer"@client.test', ['|"ann archer"@client.test']],
    ['a needlessly quoted local part', '"ann"@client.test', ['|ann@client.test']],
    [
      'single quotes around the address',
      "'ann@client.test' <ann@client.test>",
      ['ann@client.test|ann@client.test'],
    ],
    ['a domain in Unicode', 'ann@BÜRO.test', ['|ann@xn--bro-hoa.test']],
    ['empty elements', ', ann@client.test, ,', ['|ann@client.test']],
    ['a bracket with mailto', '<mailto:ann@client.test>', ['|ann@client.test']],
    ['a bracket with smtp', '<SMTP:ann@client.test>', ['|ann@client.test']],
    [
      'the next field run into this one',
      'Ann <ann@client.test> Bcc: bob@client.test',
      ['Ann|ann@client.test', '|bob@client.test'],
    ],
    ['an address before a colon', 'ann@client.test:', ['|ann@client.test']],
    ['a source route without brackets', '@hub.test:ann@client.test', ['|ann@client.test']],
    [
      'addresses that only blanks part',
      'ann@client.test bob@client.test',
      ['|ann@client.test', '|bob@client.test'],
    ],
    [
      'names and addresses without commas',
      'Ann <ann@client.test> Bob (office) <bob@client.test>',
      ['Ann|ann@client.test', 'Bob|bob@client.test'],
    ],
    [
      'comments as names without commas',
      '<ann@client.test> (Ann) <bob@client.test> (Bob)',
      ['Ann|ann@client.test', 'Bob|bob@client.test'],
    ],
    [
      'a mailbox that is encoded as a whole',
      '=?utf-8?Q?Ann_=3Cann=40client=2Etest=3E?=',
      ['Ann|ann@client.test'],
    ],
    ['an encoded address', '=?utf-8?B?YW5uQGNsaWVudC50ZXN0?=', ['|ann@client.test']],
    ['doubled brackets', 'Ann <<ann@client.test>>', ['Ann|ann@client.test']],
    ['empty brackets beside an address', 'ann@client.test <>', ['|ann@client.test']],
    ['an address in quotes in brackets', 'Ann <"ann@client.test">', ['Ann|ann@client.test']],
    ['what copying leaves around an address', 'Ann <\u200bann@client.test\u00a0>', ['Ann|ann@client.test']],
  ])('reads %s', (_trait, value, expected) => {
    expect(named(value)).toEqual(expected);
  });

  it.each<readonly [string, string, string | null]>([
    ['a display name that is an address', '"ceo@client.test" <attacker@evil.test>', 'attacker@evil.test'],
    [
      'an unquoted display name that is an address',
      'ceo@client.test <attacker@evil.test>',
      'attacker@evil.test',
    ],
    [
      'an encoded word that decodes to an address',
      '=?utf-8?Q?ceo=40client.test=3E=2C?= <attacker@evil.test>',
      'attacker@evil.test',
    ],
    ['a quoted address before empty brackets', '"ceo@client.test" <>', null],
    ['an encoded address with plain words beside it', '=?utf-8?Q?ceo=40client.test?= office', null],
    ['an address in a comment', '(ceo@client.test) <attacker@evil.test>', 'attacker@evil.test'],
    ['an abbreviation before an address', 'Dr. ann@client.test', 'ann@client.test'],
    ['text glued to a quoted string', '"ceo"ann@client.test', null],
    ['a content id', 'cid:image1@client.test', null],
    ['an escaped bracket', '&lt;ann@client.test&gt;', null],
  ])('is not misled by %s', (_trait, value, expected) => {
    expect(parseAddressList(value)[0]?.address).toBe(expected);
  });

  it('takes direction-changing and control characters out of names', () => {
    expect(named('"Ann\u202e\u0007 Archer" <ann@client.test>')).toEqual(['Ann Archer|ann@client.test']);
  });

  it.each([
    '(',
    '<',
    '"',
    '\\"',
    '"\\',
    'a,',
    '=?',
    '=?utf-8?q?a',
    '<a@b',
    '[',
    ':',
    ' . ',
    'a@b ',
    '<"',
    '( )',
  ])('needs about four times as long for four times as many %j', (piece) => {
    const measure = (count: number): number => {
      const start = cpuTime();
      parseAddressList(piece.repeat(count));
      return cpuTime() - start;
    };
    measure(5_000);
    const small = measure(20_000);
    expect(measure(80_000)).toBeLessThan(small * 12 + 200);
  });
});

describe('normaliseAddress', () => {
  it.each<readonly [string, string | null]>([
    [' "John@X.test" ', 'john@x.test'],
    ['<john@x.test>.', 'john@x.test'],
    ['john@x.test.', 'john@x.test'],
    ['John Doe <john@x.test>', 'john@x.test'],
    ['mailto:john@x.test', 'john@x.test'],
    ['mailto:', null],
    ['cid:john@x.test', null],
    ['https://john@x.test', null],
    ['john@büro.test', 'john@xn--bro-hoa.test'],
    ['john@XN--BRO-HOA.test', 'john@xn--bro-hoa.test'],
    ['a@x.test, b@x.test', null],
    ['john', null],
    ['@x.test', null],
    ['john@', null],
    ['john@x..test', null],
    ['john@-x.test', null],
    ['john@1.2.3.4', null],
    ['john@[192.0.2.1]', 'john@[192.0.2.1]'],
    ['.john@x.test', null],
    ['john..doe.@docomo.test', 'john..doe.@docomo.test'],
    ['o\u2019neil@x.test', null],
    ["o'neil@x.test", "o'neil@x.test"],
    ['jo\u200bhn@x.test', null],
    ['jo hn@x.test', 'hn@x.test'],
    ['', null],
  ])('reads %j as %j', (text, expected) => {
    expect(normaliseAddress(text)).toBe(expected);
  });

  it('gives composed and decomposed messages one form', () => {
    expect(normaliseAddress('jo\u0308rg@x.test')).toBe(normaliseAddress('j\u00f6rg@x.test'));
  });
});
