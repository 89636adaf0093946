import { expect, test } from 'vitest';
import { createLimiter } from '../src/limiter.ts';

test.each([1, 2, 3])(
  'a turnstile of width %i lets no more than that in, and everybody in the end',
  async (width) => {
    const through = createLimiter(width);
    let [inside, most, done] = [0, 0, 0];
    await Promise.allSettled(
      Array.from({ length: 10 }, (_, n) =>
        through(async () => {
          inside += 1;
          most = Math.max(most, inside);
          await Promise.resolve();
          inside -= 1;
          done += 1;
          if (n % 3 === 0) throw new Error('failed inside');
        }),
      ),
    );
    expect({ most, done, inside }).toEqual({ most: width, done: 10, inside: 0 });
  },
);
