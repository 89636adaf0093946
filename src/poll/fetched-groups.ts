export interface GroupLimits {
  readonly messages: number;
  /** In memory. */
  readonly bytes: number;
  /** So long the first of a group waits for more: what comes in later goes in a group of its own. */
  readonly waitMs: number;
}

export const groupLimits: GroupLimits = { messages: 50, bytes: 8 * 1024 * 1024, waitMs: 25 };

/** Fetched messages in groups, in their order. What came before an error comes before the error. */
export async function* inGroups<T>(
  fetched: AsyncIterable<T>,
  bytesOf: (one: T) => number,
  { messages, bytes, waitMs }: GroupLimits = groupLimits,
): AsyncGenerator<readonly T[]> {
  const source = fetched[Symbol.asyncIterator]();
  let group: T[] = [];
  let size = 0;
  const take = (): T[] => {
    const taken = group;
    [group, size] = [[], 0];
    return taken;
  };
  try {
    for (;;) {
      const next = source.next().then(
        (result) => ({ result, error: null }),
        (error: unknown) => ({ result: null, error }),
      );
      if (group.length > 0 && !(await comesWithin(next, waitMs))) yield take();
      const { result, error } = await next;
      if (result === null || result.done === true) {
        if (group.length > 0) yield take();
        if (result === null) throw error;
        return;
      }
      const own = bytesOf(result.value);
      if (group.length > 0 && size + own > bytes) yield take();
      group.push(result.value);
      size += own;
      if (group.length >= messages) yield take();
    }
  } finally {
    await source.return?.();
  }
}

async function comesWithin(next: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([next.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
