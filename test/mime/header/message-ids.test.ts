import { describe, expect, it } from 'vitest';
import { parseMessageIds } from '../../../src/mime/header/message-ids.ts';

describe('parseMessageIds', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['spaces', '<a@x> <b@x>', ['a@x', 'b@x']],
    ['commas and tabs', '<a@x>,\t<b@x>,<c@x>', ['a@x', 'b@x', 'c@x']],
    ['nothing between', '<a@x><b@x>', ['a@x', 'b@x']],
    ['repetitions', '<a@x> <b@x> <a@x>', ['a@x', 'b@x']],
    ['spaces inside brackets', '<a @ x.test >', ['a@x.test']],
    ['no brackets', 'a@x b@x', ['a@x', 'b@x']],
    ['prose of old clients', 'Your message of Tue, 3 Mar 2026 <a@x>', ['a@x']],
    ['an open bracket', '<a@x <b@x>', ['a@x', 'b@x']],
    ['an id without a domain', '<local-id-1>', ['local-id-1']],
    ['a single bare word', ' local-id-2 ', ['local-id-2']],
    ['empty brackets', '<> < >', []],
    ['nothing', '', []],
  ])('reads ids with %s', (_trait, value, expected) => {
    expect(parseMessageIds(value)).toEqual(expected);
  });

  it('is bounded in number and length', () => {
    const ids = parseMessageIds(
      Array.from({ length: 5_000 }, (_, index) => `<${index}${'x'.repeat(2_000)}@x>`).join(' '),
    );
    expect(ids).toHaveLength(1_000);
    expect(ids.every((id) => id.length <= 998)).toBe(true);
  });
});
