/** Lets so many in at a time; the others wait in the order in which they came. */
export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

export function createLimiter(width: number): Limiter {
  let inside = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (inside < width) inside += 1;
    // The place of the one who leaves is handed on.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) inside -= 1;
      else next();
    }
  };
}
