import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import { MongoClient } from 'mongodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRunning } from '../../services/processes.ts';
import { openServices, type Services } from '../../services/services.ts';
import { openStateFile, type RecordedProcess } from '../../services/state.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
let parent: string;
let folder: string;
let services: Services;

/** The tests themselves run on servers named in the environment: do not use or break these. */
const withoutServers = (own: string): NodeJS.ProcessEnv => ({
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  DOCKETMAIL_SERVICES_DIR: own,
});

const processes = (): readonly RecordedProcess[] =>
  Object.values(openStateFile(folder).read()?.services ?? {}).flatMap((service) => service.processes);

async function withRedis<T>(work: (redis: Redis) => Promise<T>, commandTimeout = 5000): Promise<T> {
  const redis = new Redis(services.env()['REDIS_URL'] ?? '', {
    lazyConnect: true,
    commandTimeout,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function withMongo<T>(work: (client: MongoClient) => Promise<T>): Promise<T> {
  const client = new MongoClient(services.env()['MONGODB_URI'] ?? '', { serverSelectionTimeoutMS: 1000 });
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

beforeAll(async () => {
  parent = mkdtempSync(join(tmpdir(), 'docketmail-control-'));
  folder = join(parent, 'services');
  services = await openServices({ only: ['mongodb', 'redis', 'imap'], folder, settings: {} });
});

afterAll(async () => {
  await services.down();
  rmSync(parent, { recursive: true });
});

describe('control of single services', () => {
  test('up again changes nothing if everything runs', async () => {
    const before = readFileSync(join(folder, 'services.json'), 'utf8');
    await openServices({ only: ['mongodb', 'redis', 'imap'], folder, settings: {} });
    expect(readFileSync(join(folder, 'services.json'), 'utf8')).toBe(before);
  });

  test('a killed MongoDB comes back at the same address with its data', async () => {
    await withMongo((client) => client.db('control').collection('c').insertOne({ kept: true }));
    const uri = services.env()['MONGODB_URI'];
    await services.kill('mongodb');
    await expect(withMongo((client) => client.db('control').command({ ping: 1 }))).rejects.toThrow(
      /ECONNREFUSED/,
    );
    await services.start('mongodb');
    expect(services.env()['MONGODB_URI']).toBe(uri);
    expect(
      await withMongo((client) => client.db('control').collection('c').countDocuments({ kept: true })),
    ).toBe(1);
  });

  test('a stopped or killed Redis comes back with its data', async () => {
    await withRedis((redis) => redis.set('kept', '1'));
    await services.stop('redis');
    await expect(withRedis((redis) => redis.get('kept'))).rejects.toThrow(/closed|ECONNREFUSED/);
    await services.start('redis');
    await services.kill('redis');
    await services.start('redis');
    expect(await withRedis((redis) => redis.get('kept'))).toBe('1');
  });

  test('a frozen server answers nothing until it is thawed', async () => {
    services.freeze('redis');
    await expect(withRedis((redis) => redis.ping(), 300)).rejects.toThrow(/timed out|closed/);
    services.thaw('redis');
    expect(await withRedis((redis) => redis.ping())).toBe('PONG');
  });

  test('a stopped mail server comes back, and so does a killed one', async () => {
    await services.stop('imap');
    await services.start('imap');
    await services.kill('imap');
    await services.start('imap');
    expect(processes().every(isRunning)).toBe(true);
  });

  test('a service that was never started is named with the command that starts it', async () => {
    await expect(services.stop('cyrus')).rejects.toThrow('script/services up --only cyrus');
  });
});

describe('an interrupted up', () => {
  test.each(['SIGINT', 'SIGTERM'] as const)('%s leaves nothing behind', async (signal) => {
    const own = join(parent, signal);
    const up = spawn('script/services', ['up', '--only', 'mongodb,redis'], {
      cwd: root,
      env: withoutServers(own),
      stdio: 'ignore',
    });
    await expect
      .poll(() => openStateFile(own).read()?.services.mongodb?.processes.length ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const started = Object.values(openStateFile(own).read()?.services ?? {}).flatMap(
      (service) => service.processes,
    );
    up.kill(signal);
    expect(await once(up, 'exit')).toEqual([1, null]);
    expect(started.filter(isRunning)).toEqual([]);
    expect(existsSync(own)).toBe(false);
  });

  test('after a SIGKILL, down ends what was started and keeps what is not its own', async () => {
    const own = join(parent, 'killed');
    const env = withoutServers(own);
    const up = spawn('script/services', ['up', '--only', 'mongodb,redis'], {
      cwd: root,
      env,
      stdio: 'ignore',
    });
    await expect
      .poll(() => openStateFile(own).read()?.services.mongodb?.processes.length ?? 0, { timeout: 30_000 })
      .toBeGreaterThan(0);
    up.kill('SIGKILL');
    await once(up, 'exit');
    const started = Object.values(openStateFile(own).read()?.services ?? {}).flatMap(
      (service) => service.processes,
    );
    writeFileSync(join(own, 'foreign.txt'), 'not of docketmail');
    expect(
      await once(spawn('script/services', ['down'], { cwd: root, env, stdio: 'ignore' }), 'exit'),
    ).toEqual([0, null]);
    expect(started.filter(isRunning)).toEqual([]);
    expect(readFileSync(join(own, 'foreign.txt'), 'utf8')).toBe('not of docketmail');
    expect(existsSync(join(own, 'services.json'))).toBe(false);
  });
});
