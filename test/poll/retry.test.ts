import { expect, it } from 'vitest';
import { pauseAfterAttempts } from '../../src/poll/retry.ts';

it('a message is asked for at the next two polls, then after ever longer pauses, at most an hour', () => {
  const minutes = Array.from({ length: 12 }, (_, at) => pauseAfterAttempts(at + 1) / 60_000);
  expect(minutes).toEqual([0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
  expect(pauseAfterAttempts(1_000_000)).toBe(3_600_000);
});
