import { describe, expect, it } from 'vitest';
import { retryDelayMs } from '../../src/queue/queue-worker.ts';

const MINUTE = 60_000;

describe('the pause before another try (invariant 9)', () => {
  it('doubles from a second on and never exceeds ten minutes', () => {
    const longest = [1, 2, 3, 4, 10, 11, 30, 1_000_000].map((attempt) => retryDelayMs(attempt, () => 1));
    expect(longest).toEqual([1_000, 2_000, 4_000, 8_000, 512_000, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE]);
  });

  it('is spread over the upper half, so that many jobs do not come back at once', () => {
    expect(retryDelayMs(5, () => 0)).toBe(8_000);
    expect(retryDelayMs(5, () => 0.5)).toBe(12_000);
    for (let attempt = 1; attempt < 40; attempt += 1)
      expect(retryDelayMs(attempt)).toBeGreaterThanOrEqual(500);
  });
});
