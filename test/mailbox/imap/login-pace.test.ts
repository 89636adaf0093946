import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLoginPace } from '../../../src/mailbox/imap/login-pace.ts';
import type { LoginPace } from '../../../src/mailbox/imap/login-pace.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Begun {
  readonly host: string;
  readonly isUrgent: boolean;
  readonly at: number;
}

function waitAll(
  pace: LoginPace,
  asked: readonly (readonly [host: string, isUrgent: boolean])[],
): readonly Begun[] {
  const begun: Begun[] = [];
  for (const [host, isUrgent] of asked)
    void pace
      .turn({ host, isUrgent, signal: undefined })
      .then(() => begun.push({ host, isUrgent, at: Date.now() }));
  return begun;
}

const open = (perSecond: number, perSecondAtOneHost: number): LoginPace =>
  createLoginPace({ perSecond, perSecondAtOneHost }, Date.now);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

/** The most in any second. */
function peak(begun: readonly Begun[]): number {
  return Math.max(
    ...begun.map(({ at }) => begun.filter((one) => one.at >= at && one.at < at + 1_000).length),
  );
}

describe('the pace of logins', () => {
  it('lets a single one begin at once', async () => {
    expect(await open(1, 1).turn({ host: 'a', isUrgent: true, signal: undefined })).toBe(false);
  });

  it('is that of the host, and of all hosts together', async () => {
    const begun = waitAll(open(20, 10), [
      ...times(100, ['a', true] as const),
      ...times(100, ['b', true] as const),
      ...times(100, ['c', true] as const),
    ]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(begun).toHaveLength(300);
    expect(peak(begun)).toBeLessThanOrEqual(20);
    for (const host of ['a', 'b', 'c'])
      expect(peak(begun.filter((one) => one.host === host))).toBeLessThanOrEqual(10);
    const [first, last] = [begun[0]?.at ?? 0, begun.at(-1)?.at ?? 0];
    expect(last - first).toBeGreaterThan(14_000);
    expect(last - first).toBeLessThan(25_000);
  });

  it('keeps a host that is behind from holding up the others', async () => {
    const begun = waitAll(open(20, 1), [...times(10, ['slow', true] as const), ['other', true]]);
    await vi.advanceTimersByTimeAsync(500);
    expect(begun.map(({ host }) => host)).toEqual(['slow', 'other']);
  });

  it('serves those first who wait for an answer, and every third turn those who will watch', async () => {
    const begun = waitAll(open(10, 10), [
      ...times(50, ['a', false] as const),
      ...times(50, ['a', true] as const),
    ]);
    await vi.advanceTimersByTimeAsync(3_000);
    const urgent = begun.filter(({ isUrgent }) => isUrgent).length;
    expect(urgent).toBeGreaterThanOrEqual(19);
    expect(begun.length - urgent).toBeGreaterThanOrEqual(9);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(begun).toHaveLength(100);
  });

  it('forgets who gave up', async () => {
    const pace = open(1, 1);
    waitAll(pace, [['a', true]]);
    const given = new AbortController();
    const waiting = pace.turn({ host: 'a', isUrgent: true, signal: given.signal });
    given.abort();
    await waiting;
    const begun = waitAll(pace, [['a', true]]);
    await vi.advanceTimersByTimeAsync(1_100);
    expect(begun).toHaveLength(1);
    await pace.turn({ host: 'a', isUrgent: true, signal: AbortSignal.abort() });
  });

  it('catches up on nothing after the process stood still', async () => {
    const begun = waitAll(open(20, 10), times(200, ['a', true] as const));
    await vi.advanceTimersByTimeAsync(1_000);
    const begunBefore = begun.length;
    // The clock goes on, and no timer runs meanwhile.
    vi.setSystemTime(Date.now() + 10_000);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(begun.length - begunBefore).toBeLessThanOrEqual(11);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(begun).toHaveLength(200);
    const gaps = begun.slice(1).map(({ at }, before) => at - (begun[before]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
  });

  it('says whether one had to wait', async () => {
    const pace = open(1, 1);
    const turns = [1, 2].map(async () => await pace.turn({ host: 'a', isUrgent: true, signal: undefined }));
    await vi.advanceTimersByTimeAsync(1_100);
    expect(await Promise.all(turns)).toEqual([false, true]);
  });
});
