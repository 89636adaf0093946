import { describe, expect, it } from 'vitest';
import { identifies, originalIds } from '../../src/decide/thread-ids.ts';

describe('an id', () => {
  it.each([
    'undefined',
    'null',
    'None',
    '[object Object]',
    'message-1',
    '',
    '@',
    '@mail.test',
    'x1@',
    'undefined@mail.test',
    'null@null',
    '0@localhost',
    '1@localhost',
    'fax@localhost.localdomain',
    'root@(none)',
    '00000000@mail.test',
    'printer@127.0.0.1',
  ])(
    'that programs write if they have none, or that any machine generates, identifies nothing: "%s"',
    (id) => {
      expect(identifies(id)).toBe(false);
    },
  );

  it.each([
    'a1b2@mail.test',
    'bat-77412@annes-laptop',
    '1371637.11.1234567890.JavaMail.root@localhost',
    '20260302101500.GA1234@(none)',
    'CAF=x+y@mail.gmail.com',
    'lo2p265mb0001@GBRP265.PROD.OUTLOOK.COM',
  ])('that was generated identifies its message: "%s"', (id) => {
    expect(identifies(id)).toBe(true);
  });
});

describe('ids that a relay replaced', () => {
  const header = (name: string, value: string) => ({ name, value, raw: value });

  it('are in fields named after the vendor', () => {
    expect(
      originalIds(
        [
          header('x-microsoft-original-message-id', '<a@laptop>'),
          header('x-google-original-message-id', 'b@laptop'),
          header('x-original-messageid', ' <c@lap\r\n top> '),
        ],
        'own@relay.test',
      ),
    ).toEqual(['a@laptop', 'b@laptop', 'c@laptop']);
  });

  it('are few, identify something, and are not the own one', () => {
    const many = Array.from({ length: 50 }, (_, n) => header('x-some-original-message-id', `<${n}a@laptop>`));
    expect(originalIds(many, null)).toHaveLength(4);
    const others = ['<undefined>', '<own@relay.test>', `<${'a'.repeat(2_000)}@laptop>`];
    expect(
      originalIds(
        [
          ...others.map((value) => header('x-google-original-message-id', value)),
          header('x-original-message', '<a@b.test>'),
        ],
        'own@relay.test',
      ),
    ).toEqual([]);
  });
});
