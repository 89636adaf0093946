/** Jobs as Redis keys, for those that BullMQ cannot read. */
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

/** `unreadable`: not a job (wrong key type, or data that is not JSON). */
export async function readJob<T>(queue: Queue<T>, id: string) {
  try {
    return await queue.getJob(id);
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && error.message.includes('WRONGTYPE')))
      return 'unreadable' as const;
    throw error;
  }
}

/** By hand: BullMQ's own removal reads the job first. */
export async function removeJobKeys(
  { redis, queue }: { readonly redis: Redis; readonly queue: Pick<Queue, 'toKey'> },
  id: string,
): Promise<void> {
  const key = queue.toKey(id);
  await redis.del(key, `${key}:lock`, `${key}:logs`);
  for (const list of ['wait', 'active', 'paused'])
    await redis.lrem(queue.toKey(list), 0, id).catch(ignoreWrongType);
  for (const set of ['delayed', 'prioritized', 'completed', 'failed'])
    await redis.zrem(queue.toKey(set), id).catch(ignoreWrongType);
}

function ignoreWrongType(error: unknown): void {
  if (!(error instanceof Error && error.message.includes('WRONGTYPE'))) throw error;
}
