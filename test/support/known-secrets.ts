/** Every secret that a test uses: none of them may be in its database or in Redis, however the test ends. */
import type { Redis } from 'ioredis';
import type { Db } from 'mongodb';

const known = new Set<string>();

/** Shorter ones would be found by chance. */
const MIN_CHARS = 16;

export function noteSecret(value: string): string {
  if (value.length >= MIN_CHARS) known.add(value);
  return value;
}

/** @throws naming where it is, without the secret. */
export function refuseSecrets(where: string, text: string): void {
  for (const secret of known)
    if (text.includes(secret)) throw new Error(`${where} has a secret: ${secret.slice(0, 4)}…`);
}

export async function refuseSecretsInDatabase(db: Db): Promise<void> {
  if (known.size === 0) return;
  for (const { name } of await db.listCollections().toArray())
    for await (const document of db.collection(name).find())
      refuseSecrets(`the collection ${name}`, JSON.stringify(document));
}

export async function refuseSecretsInRedis(redis: Redis, prefix: string): Promise<void> {
  if (known.size === 0) return;
  for (const key of await redis.keys(`${prefix}:*`)) {
    refuseSecrets('a key of Redis', key);
    refuseSecrets(`the key ${key}`, await contentOf(redis, key));
  }
}

export async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return (await redis.get(key)) ?? '';
  }
}
