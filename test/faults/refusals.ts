/** Servers that run but refuse, truncate, or contain unreadable data. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openTappedProxy } from '../support/tapped-proxy.ts';
import type { Installation } from './installation.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Scenario } from './scenario.ts';
import { openStage, runDisturbed, untilDone } from './stage.ts';
import type { Stage } from './stage.ts';

const MESSAGES = 40;
const MIDDLE = 8;
const CUTS = 10;

export const refusals: Scenario = {
  name: 'refusals',
  run: async (bench) => {
    const stage = await openStage(bench, MESSAGES);
    const seconds = bench.short ? 3 : 20;
    const rows: Row[] = [];
    const add = async (name: string, input: Parameters<typeof runDisturbed>[1]): Promise<void> => {
      rows.push(rowOf(name, stage.sightings, [await runDisturbed(stage, input)]));
    };
    try {
      await add(`Redis: out of memory for ${seconds} s`, {
        disturb: refusing(
          seconds,
          [['CONFIG', 'SET', 'maxmemory', '1']],
          ['CONFIG', 'SET', 'maxmemory', '0'],
        ),
      });
      await add(`Redis: read-only for ${seconds} s`, {
        disturb: refusing(seconds, [['REPLICAOF', '127.0.0.1', '1']], ['REPLICAOF', 'NO', 'ONE']),
      });
      await add('Redis: jobs that cannot be read', { disturb: spoilJobs });
      rows.push(await cutOften(bench, stage));
      return rows;
    } finally {
      await stage.close();
    }
  },
};

async function withRedis<T>({ env }: Installation, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(env['REDIS_URL'] ?? '', { maxRetriesPerRequest: 20 });
  redis.on('error', () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

type Command = readonly [string, ...string[]];

/** The server answers, but refuses writes. */
const refusing =
  (seconds: number, from: readonly Command[], [undo, ...rest]: Command) =>
  async (_: unknown, installation: Installation): Promise<void> => {
    await untilDone(installation, MIDDLE);
    await withRedis(installation, async (redis) => {
      try {
        for (const [command, ...words] of from) await redis.call(command, ...words);
        await delay(seconds * 1_000);
      } finally {
        await redis.call(undo, ...rest);
      }
    });
  };

/** What another program wrote over the hashes of some jobs: not a hash, and one whose data is not JSON. */
async function spoilJobs(_: unknown, installation: Installation): Promise<void> {
  await untilDone(installation, 1);
  await withRedis(installation, async (redis) => {
    const prefix = installation.env['QUEUE_PREFIX'] ?? '';
    const hashes: string[] = [];
    for (const key of await redis.keys(`${prefix}:ingest:*`))
      if ((await redis.type(key)) === 'hash' && (await redis.hexists(key, 'data')) === 1) hashes.push(key);
    for (const [at, key] of hashes.slice(0, 10).entries()) {
      if (at % 2 === 0) await redis.set(key, 'no job at all');
      else await redis.hset(key, 'data', '{"sighting":');
    }
  });
}

/**
 * Replies are lost, so that it is unknown what was written. One run in four meets the driver that never connects again: that process
 * must find itself stuck, end, and be restarted.
 */
async function cutOften({ servers }: Bench, stage: Stage): Promise<Row> {
  const uri = new URL(servers['MONGODB_URI'] ?? '');
  const proxy = await openTappedProxy({ host: uri.hostname, port: Number(uri.port) });
  uri.host = `127.0.0.1:${proxy.port}`;
  try {
    const run = await runDisturbed(stage, {
      changes: { env: { MONGODB_URI: uri.href } },
      options: { isImpatient: true },
      isRestarted: true,
      disturb: async (_, installation) => {
        for (let cuts = 0; cuts < CUTS; cuts += 1) {
          await untilDone(installation, Math.min(MIDDLE + cuts * 2, stage.sightings - 1));
          proxy.cut();
          await delay(100);
        }
      },
    });
    return rowOf(`MongoDB: connections cut ${CUTS} times in mid-run`, stage.sightings, [run]);
  } finally {
    await proxy.close();
  }
}
