// Redis or Valkey from PATH. Append-only, so that a restart in a fault test finds its data; never evicting, as BullMQ requires.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { programPath } from './machine.ts';
import { loopback } from './ports.ts';
import { startProcess } from './processes.ts';
import { portOf, type ServiceRecipe } from './recipe.ts';

export const redis: ServiceRecipe = {
  portNames: ['redis'],
  prepare: async ({ folder }) => void mkdirSync(folder, { recursive: true }),
  start: async (setup, started) => {
    const program = programPath('redis-server') ?? programPath('valkey-server');
    if (!program) throw new Error('neither redis-server nor valkey-server is on PATH');
    const options = {
      port: String(portOf(setup, 'redis')),
      bind: loopback,
      dir: setup.folder,
      save: '',
      appendonly: 'yes',
      // The system and its page cache survive a killed server.
      appendfsync: 'no',
      'maxmemory-policy': 'noeviction',
    };
    const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
    started(
      startProcess({ label: 'redis', command: [program, ...args], log: join(setup.folder, 'redis.log') }),
    );
  },
  check: async (setup) => void (await redisInfo(redisUrl(portOf(setup, 'redis')))),
  env: (setup) => ({ REDIS_URL: redisUrl(portOf(setup, 'redis')) }),
  version: async (setup) => redisVersion(redisUrl(portOf(setup, 'redis'))),
};

const redisUrl = (port: number): string => `redis://${loopback}:${port}`;

async function redisInfo(url: string): Promise<string> {
  const client = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.info('server');
  } finally {
    client.disconnect();
  }
}

export async function redisVersion(url: string): Promise<string> {
  const info = await redisInfo(url);
  const field = (name: string): string | undefined =>
    new RegExp(`^${name}:(.+)$`, 'm').exec(info)?.[1]?.trim();
  const valkey = field('valkey_version');
  return valkey ? `Valkey ${valkey}` : `Redis ${field('redis_version')}`;
}
