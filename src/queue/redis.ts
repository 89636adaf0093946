import { Redis } from 'ioredis';
import { describeError } from '../errors.ts';

export interface RedisFacts {
  readonly version: string;
  /** What Redis does when full; only `noeviction` loses no jobs. */
  readonly maxmemoryPolicy: string;
}

const CONNECT_TIMEOUT_MS = 5_000;

/** Queries a Redis for its facts. @throws naming the setting if none answers. */
export async function inspectRedis(url: string): Promise<RedisFacts> {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let lastError: unknown = null;
  redis.on('error', (error) => (lastError = error));
  try {
    await redis.connect();
    const info = await redis.info();
    const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, 'mu').exec(info)?.[1] ?? 'unknown';
    return { version: field('redis_version'), maxmemoryPolicy: field('maxmemory_policy') };
  } catch (error) {
    const reason = describeError(lastError ?? error);
    throw new Error(
      `REDIS_URL: no Redis answers (${reason}). Fix: start it, or check host, port and password`,
      { cause: error },
    );
  } finally {
    redis.disconnect();
  }
}
