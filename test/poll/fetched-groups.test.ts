import { describe, expect, it } from 'vitest';
import { MailboxError } from '../../src/mailbox/mailbox.ts';
import { inGroups } from '../../src/poll/fetched-groups.ts';

const limits = { messages: 3, bytes: 100, waitMs: 60_000 };

interface Came {
  readonly uid: number;
  readonly bytes: number;
}

const message = (uid: number, bytes = 1): Came => ({ uid, bytes });

async function* answers(...came: readonly (Came | Error | Promise<Came>)[]): AsyncGenerator<Came> {
  for (const one of came) {
    if (one instanceof Error) throw one;
    yield await one;
  }
}

const grouped = (source: AsyncIterable<Came>, changes: Partial<typeof limits> = {}) =>
  inGroups(source, ({ bytes }) => bytes, { ...limits, ...changes });

async function uidsOf(groups: AsyncIterable<readonly Came[]>): Promise<number[][]> {
  const uids: number[][] = [];
  for await (const group of groups) uids.push(group.map(({ uid }) => uid));
  return uids;
}

describe('fetched messages in groups', () => {
  it('are as many as the limit, and the last group what is left', async () => {
    const groups = grouped(answers(message(1), message(2), message(3), message(4)));
    expect(await uidsOf(groups)).toEqual([[1, 2, 3], [4]]);
  });

  it('are no more bytes than the limit, but a single message may be', async () => {
    const groups = grouped(answers(message(1, 60), message(2, 60), message(3, 300), message(4, 10)));
    expect(await uidsOf(groups)).toEqual([[1], [2], [3], [4]]);
  });

  it('come before the error that ends the fetch', async () => {
    const seen: number[][] = [];
    const groups = grouped(answers(message(1), message(2), new MailboxError('connection', 'lost')));
    const reading = (async () => {
      for await (const group of groups) seen.push(group.map(({ uid }) => uid));
    })();
    await expect(reading).rejects.toThrow('lost');
    expect(seen).toEqual([[1, 2]]);
  });

  it('do not wait for a message that is slow to come', async () => {
    const late = Promise.withResolvers<Came>();
    const groups = grouped(answers(message(1), late.promise), { waitMs: 1 });
    expect((await groups.next()).value).toMatchObject([{ uid: 1 }]);
    late.resolve(message(2));
    expect(await uidsOf(groups)).toEqual([[2]]);
  });

  it('end the fetch where nobody wants more', async () => {
    let isEnded = false;
    const endless = async function* (): AsyncGenerator<Came> {
      try {
        for (let uid = 1; ; uid++) yield message(uid);
      } finally {
        isEnded = true;
      }
    };
    for await (const group of grouped(endless())) {
      expect(group).toHaveLength(3);
      break;
    }
    expect(isEnded).toBe(true);
  });
});
