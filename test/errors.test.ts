import { describe, expect, it } from 'vitest';
import { describeError, withoutCredentials } from '../src/errors.ts';

describe('text without credentials', () => {
  it.each([
    ['mongodb://ann:secret@db.test:27017/crm', 'mongodb://***@db.test:27017/crm'],
    ['mongodb+srv://ann:secret@db.test', 'mongodb+srv://***@db.test'],
    ['mongodb://ann:secret@a.test,b.test/crm?x=1', 'mongodb://***@a.test,b.test/crm?x=1'],
    ['redis://:secret@redis.test', 'redis://***@redis.test'],
    ['redis://:se@cr/et@redis.test', 'redis://***@redis.test'],
    ['https://token@host.test/x', 'https://***@host.test/x'],
    ['connect to "rediss://a:secret@h.test": refused', 'connect to "rediss://***@h.test": refused'],
    ['(imaps://a:secret@h.test)', '(imaps://***@h.test)'],
    ['http://a:secret@h.test and http://b:secret@i.test', 'http://***@h.test and http://***@i.test'],
    [
      '{"url":"http://a:sec\\"ret@h.test","by":"ann@x.test"}',
      '{"url":"http://***@h.test","by":"ann@x.test"}',
    ],
    ['https://h.test/path?q=1', 'https://h.test/path?q=1'],
    ['ann@x.test writes: https://h.test', 'ann@x.test writes: https://h.test'],
    ['file:///a/b', 'file:///a/b'],
    ['://', '://'],
  ])('%s', (text, shown) => {
    expect(withoutCredentials(text)).toBe(shown);
    expect(withoutCredentials(shown)).toBe(shown);
  });

  it('is what an error tells, of its causes too, even if it is cut', () => {
    const cause = new Error('cannot reach mongodb://ann:secret@db.test');
    expect(describeError(new Error('no database', { cause }))).toBe(
      'no database: cannot reach mongodb://***@db.test',
    );
    expect(describeError({ url: 'http://a:secret@h.test' })).toBe('{"url":"http://***@h.test"}');
    const late = `${'x'.repeat(485)} mongodb://ann:secret${'t'.repeat(200)}@db.test`;
    expect(describeError(new Error(late))).not.toContain('secret');
  });
});
