import { describe, expect, it } from 'vitest';
import { MailboxError } from '../../src/mailbox/mailbox.ts';
import type { Fetched } from '../../src/mailbox/mailbox.ts';
import { inGroups } from '../../src/poll/fetched-groups.ts';

const limits = { messages: 3, bytes: 100, waitMs: 60_000 };

const whole = (uid: number, bytes = 1): Fetched => ({ kind: 'whole', uid, raw: Buffer.alloc(bytes) });

async function* answers(
  ...fetched: readonly (Fetched | Error | Promise<Fetched>)[]
): AsyncGenerator<Fetched> {
  for (const one of fetched) {
    if (one instanceof Error) throw one;
    yield await one;
  }
}

async function uidsOf(groups: AsyncIterable<readonly Fetched[]>): Promise<number[][]> {
  const uids: number[][] = [];
  for await (const group of groups) uids.push(group.map(({ uid }) => uid));
  return uids;
}

describe('fetched messages in groups', () => {
  it('are as many as the limit, and the last group what is left', async () => {
    const groups = inGroups(answers(whole(1), whole(2), whole(3), whole(4)), limits);
    expect(await uidsOf(groups)).toEqual([[1, 2, 3], [4]]);
  });

  it('are no more bytes than the limit, but a single message may be', async () => {
    const groups = inGroups(answers(whole(1, 60), whole(2, 60), whole(3, 300), whole(4, 10)), limits);
    expect(await uidsOf(groups)).toEqual([[1], [2], [3], [4]]);
  });

  it('go alone where they are no bytes in memory, after those that came before', async () => {
    const missing: Fetched = { kind: 'missing', uid: 2 };
    expect(await uidsOf(inGroups(answers(whole(1), missing, whole(3)), limits))).toEqual([[1], [2], [3]]);
  });

  it('come before the error that ends the fetch', async () => {
    const seen: number[][] = [];
    const groups = inGroups(answers(whole(1), whole(2), new MailboxError('connection', 'lost')), limits);
    const reading = (async () => {
      for await (const group of groups) seen.push(group.map(({ uid }) => uid));
    })();
    await expect(reading).rejects.toThrow('lost');
    expect(seen).toEqual([[1, 2]]);
  });

  it('do not wait for a message that is slow to come', async () => {
    const late = Promise.withResolvers<Fetched>();
    const groups = inGroups(answers(whole(1), late.promise), { ...limits, waitMs: 1 });
    expect((await groups.next()).value).toMatchObject([{ uid: 1 }]);
    late.resolve(whole(2));
    expect(await uidsOf(groups)).toEqual([[2]]);
  });

  it('end the fetch where nobody wants more', async () => {
    let isEnded = false;
    const endless = async function* (): AsyncGenerator<Fetched> {
      try {
        for (let uid = 1; ; uid++) yield whole(uid);
      } finally {
        isEnded = true;
      }
    };
    for await (const group of inGroups(endless(), limits)) {
      expect(group).toHaveLength(3);
      break;
    }
    expect(isEnded).toBe(true);
  });
});
