import type { Fetched } from '../mailbox/mailbox.ts';

type Whole = Extract<Fetched, { readonly kind: 'whole' }>;

export const groupLimits = {
  messages: 50,
  bytes: 4 * 1024 * 1024,
  /** So long the first of a group waits for more: what comes in later goes in a group of its own. */
  waitMs: 25,
} as const;

/**
 * Messages in memory in groups, in their order; all else alone, because a stream must be read before the next message is asked for.
 * What was fetched before an error comes before the error.
 */
export async function* inGroups(
  fetched: AsyncIterable<Fetched>,
  { messages, bytes, waitMs }: { readonly [K in keyof typeof groupLimits]: number } = groupLimits,
): AsyncGenerator<readonly Fetched[]> {
  const source = fetched[Symbol.asyncIterator]();
  let group: Whole[] = [];
  let size = 0;
  const take = (): Whole[] => {
    const taken = group;
    [group, size] = [[], 0];
    return taken;
  };
  try {
    for (;;) {
      const next = source.next();
      // Its error is thrown where it is awaited, after the group.
      next.catch(() => {});
      if (group.length > 0 && !(await comesWithin(next, waitMs))) yield take();
      const { value, done } = await next.catch((error: unknown) => ({
        done: true as const,
        value: { error },
      }));
      if (done === true) {
        if (group.length > 0) yield take();
        if (value !== undefined) throw value.error;
        return;
      }
      if (value.kind !== 'whole') {
        if (group.length > 0) yield take();
        yield [value];
        continue;
      }
      if (group.length > 0 && size + value.raw.length > bytes) yield take();
      group.push(value);
      size += value.raw.length;
      if (group.length >= messages || size >= bytes) yield take();
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
  const came = next.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([came, late]);
  } finally {
    clearTimeout(timer);
  }
}
