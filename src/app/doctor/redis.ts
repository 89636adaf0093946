import type { Config } from '../../config/config.ts';
import { inspectRedis } from '../../queue/redis.ts';
import { failed, finding } from './finding.ts';
import type { Finding } from './finding.ts';

export async function examineRedis({ redis }: Config): Promise<Finding> {
  try {
    const { version, maxmemoryPolicy } = await inspectRedis(redis.url);
    if (maxmemoryPolicy === 'noeviction') return finding('redis', 'ok', `version ${version}, noeviction`);
    return finding(
      'redis',
      'warning',
      `maxmemory-policy is ${maxmemoryPolicy}: jobs may be dropped`,
      'run CONFIG SET maxmemory-policy noeviction, and set it in redis.conf',
    );
  } catch (error) {
    return failed('redis', error, 'start Redis, or correct REDIS_URL');
  }
}
