import { describe, expect, it } from 'vitest';
import { addressesWritten } from '../../../src/mime/addresses/written-addresses.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const both = ['a@x.test', 'b@y.test'];

describe('a field for an address', () => {
  it.each([
    'a@x.test, b@y.test',
    'a@x.test;b@y.test',
    'a@x.test b@y.test',
    'a@x.test\nb@y.test',
    'a@x.test\r\n\r\nb@y.test\r\n',
    'a@x.test\tb@y.test',
    'a@x.test / b@y.test',
    'a@x.test/b@y.test',
    'a@x.test | b@y.test',
    '• a@x.test • b@y.test',
    'a@x.test；b@y.test',
    'a@x.test、b@y.test',
    'a@x.test or b@y.test',
    'a@x.test, oder: b@y.test',
    'A@X.test und b@Y.TEST',
    'Ada <a@x.test>, "North, Ada" <b@y.test>',
    'Ada <a@x.test> / Ada <b@y.test>',
    '<a@x.test>; <b@y.test>',
    'mailto:a@x.test, mailto:b@y.test',
    'privat: a@x.test; Büro: b@y.test',
    'a@x.test (privat), b@y.test (Büro)',
    'a＠x.test, b@y.test',
    'a@x.test,, b@y.test,',
    'a@x.test; a@x.test; b@y.test',
  ])('%j holds two', (text) => {
    expect(addressesWritten(text)).toEqual(both);
  });

  it.each([
    ['a@x.test', ['a@x.test']],
    [' "Ada" <A@x.test> ', ['a@x.test']],
    ['a@x.test (privat)', ['a@x.test']],
    ['North, Ada <a@x.test>', ['a@x.test']],
    ['a@müller-bau.test', ['a@xn--mller-bau-q9a.test']],
    ['a/b@x.test', ['a/b@x.test']],
    ['a@x.test (formerly b@y.test)', ['a@x.test']],
    ['a@x.test, n/a', ['a@x.test']],
    ['none', []],
    ['a(at)x.test', []],
    ['@x.test', []],
    ['', []],
  ])('%j holds %j', (text, addresses) => {
    expect(addressesWritten(text)).toEqual(addresses);
  });

  it('costs little, however long it is', () => {
    const before = cpuTime();
    for (const text of ['a@x.test / ', '@', 'a@x', '<', '"', 'a@x.test('])
      addressesWritten(text.repeat(100_000));
    expect(cpuTime() - before).toBeLessThan(500);
  });
});
