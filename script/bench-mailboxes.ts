/**
 * Many mailboxes on scripted IMAP servers: how long until all were polled and are watched, memory, logins per second, and what the
 * processes ask of MongoDB meanwhile. First one process, then three of which one is killed. Needs `npm run build` and the servers
 * of script/services. `node script/bench-mailboxes.ts [mailboxes] [seconds]`
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { openResources } from '../src/app/open.ts';
import type { Resources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import { openCommandCounter } from '../test/support/command-counter.ts';
import { openScriptedServer } from '../test/support/scripted-imap.ts';

const HOSTS = ['127.0.0.1', '127.0.0.2', '127.0.0.3', '127.0.0.4'];
const POLL_INTERVAL_SECONDS = 60;
const LIMIT_MS = 10 * 60_000;
const [mailboxes = 1_000, seconds = 60] = process.argv.slice(2).map(Number);

const logins: { readonly at: number; readonly host: string }[] = [];
const servers = await Promise.all(
  HOSTS.map(
    async (host) =>
      await openScriptedServer({
        host,
        capabilities: 'IMAP4rev1 IDLE',
        answer: (command) => {
          if (command.startsWith('LOGIN')) logins.push({ at: performance.now(), host });
          return undefined;
        },
      }),
  ),
);
const mongodb = await openCommandCounter(process.env['MONGODB_URI'] ?? '');

/** Per second, over some seconds: they arrive less evenly than they were sent. */
const WINDOW_SECONDS = 5;

function peak(times: readonly number[]): string {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to++) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= WINDOW_SECONDS * 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return (most / WINDOW_SECONDS).toFixed(1);
}

const idling = (): number => servers.reduce((sum, server) => sum + server.idling(), 0);
const connected = (): number => servers.reduce((sum, server) => sum + server.connected(), 0);

async function until(what: () => number | Promise<number>): Promise<string> {
  const since = performance.now();
  let now = await what();
  while (now < mailboxes && performance.now() - since < LIMIT_MS) {
    await delay(200);
    now = await what();
  }
  const took = `${((performance.now() - since) / 1000).toFixed(1)} s`;
  return now >= mailboxes ? took : `${now} of ${mailboxes} after ${took}`;
}

function memory({ pid }: ChildProcess): string {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const of = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`, 'u').exec(status)?.[1]) / 1024);
  return `${of('VmRSS')} MB (at most ${of('VmHWM')})`;
}

function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Installation {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly resources: Resources;
  close(): Promise<void>;
}

async function install(): Promise<Installation> {
  const folder = mkdtempSync(join(tmpdir(), 'docketmail-bench-'));
  const list = Array.from({ length: mailboxes }, (_, at) => ({
    name: `mailbox-${at}`,
    host: HOSTS[at % HOSTS.length],
    port: servers[at % HOSTS.length]?.port,
    security: 'none',
    user: `mailbox-${at}@firm.test`,
    pass: 'none',
    folders: ['INBOX'],
  }));
  writeFileSync(join(folder, 'mailboxes.json'), JSON.stringify(list));
  const env = {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:IMAP|LMTP|S3)/u.test(name))),
    MONGODB_DB: `docketmail_bench_${randomBytes(4).toString('hex')}`,
    QUEUE_PREFIX: `bench-${randomBytes(4).toString('hex')}`,
    BLOB_DIR: join(folder, 'blobs'),
    SPOOL_DIR: join(folder, 'spool'),
    MAILBOXES_FILE: join(folder, 'mailboxes.json'),
    POLL_INTERVAL_SECONDS: String(POLL_INTERVAL_SECONDS),
    AUTHENTICATION: 'off',
    DASHBOARD_PORT: '0',
    LOG_LEVEL: 'warn',
    STAFF_DOMAINS: 'firm.test',
  };
  const resources = await openResources(loadConfig(env));
  return {
    env: { ...env, MONGODB_URI: mongodb.uri },
    resources,
    close: async () => {
      const { tick, poll, ingest, deliver } = await resources.queues();
      for (const queue of [tick, poll, ingest, deliver]) await queue.obliterate({ force: true });
      await resources.database.db.dropDatabase();
      await resources.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const log: string[] = [];

function start({ env }: Installation): ChildProcess {
  const child = spawn(process.execPath, ['dist/cli.js', 'start', '--roles', 'poll'], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.on('data', (bytes: Buffer) => log.push(bytes.toString()));
  return child;
}

async function stop(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(
    children.map(async (child) => child.exitCode ?? child.signalCode ?? (await once(child, 'exit'))),
  );
}

/** What goes on while nothing happens. */
async function quiet(children: readonly ChildProcess[]): Promise<string> {
  const [cpu, before, from] = [children.map(cpuSeconds), mongodb.counts(), performance.now()];
  await delay(seconds * 1000);
  const after = mongodb.counts();
  const each = (wanted: (name: string) => boolean): string => {
    const sum = (counts: ReadonlyMap<string, number>): number =>
      [...counts].reduce((total, [name, count]) => (wanted(name) ? total + count : total), 0);
    return ((sum(after) - sum(before)) / seconds).toFixed(1);
  };
  const used = children.map((child, at) =>
    ((100 * (cpuSeconds(child) - (cpu[at] ?? 0))) / seconds).toFixed(0),
  );
  const since = logins.filter(({ at }) => at >= from).length;
  const polls = [...after].reduce((sum, [name, count]) => sum + (name === 'update polls' ? count : 0), 0);
  const pollsBefore = before.get('update polls') ?? 0;
  const leases = [...after]
    .filter(([name]) => name.endsWith(' leases'))
    .map(
      ([name, count]) => `${name.split(' ')[0]} ${((count - (before.get(name) ?? 0)) / seconds).toFixed(1)}`,
    );
  return `${((polls - pollsBefore) / seconds).toFixed(1)} polls/s, ${(since / seconds).toFixed(1)} logins/s, lease commands/s ${each((name) => name.endsWith(' leases'))} (${leases.join(', ')}), all commands/s ${each(() => true)}, CPU ${used.join(' + ')} %`;
}

async function measure(processes: number): Promise<void> {
  const installation = await install();
  const { database } = installation.resources;
  logins.length = 0;
  const children = Array.from({ length: processes }, () => start(installation));
  const polled = until(async () => await database.mailboxStates.countDocuments({ state: 'ok' }));
  const watched = until(idling);
  try {
    console.log(`${mailboxes} mailboxes at ${HOSTS.length} hosts, ${processes} process(es)`);
    console.log(`  all polled once after ${await polled}; all watched after ${await watched}`);
    const perHost = HOSTS.map((host) =>
      peak(logins.filter((login) => login.host === host).map(({ at }) => at)),
    );
    console.log(
      `  logins: ${logins.length}, at most ${peak(logins.map(({ at }) => at))} per second, at each host ${perHost.join(', ')}`,
    );
    console.log(`  while nothing happens: ${await quiet(children)}`);
    console.log(`  memory ${children.map(memory).join(', ')}; ${connected()} connections`);
    if (processes === 1) return;
    const shares = await database.leases
      .aggregate<{ readonly count: number }>([
        { $match: { kind: 'watch' } },
        { $group: { _id: '$owner', count: { $sum: 1 } } },
      ])
      .toArray();
    console.log(`  watches: ${shares.map(({ count }) => count).join(' + ')}`);
    children.shift()?.kill('SIGKILL');
    await delay(1_000);
    console.log(
      `  one killed, ${mailboxes - idling()} unwatched: all watched again after ${await until(idling)}`,
    );
  } finally {
    await stop(children);
    await installation.close();
  }
}

try {
  await measure(1);
  await measure(3);
  const warnings = new Map<string, number>();
  for (const [, text = ''] of log.join('').matchAll(/"msg":"([^"]+)"/gu))
    warnings.set(text, (warnings.get(text) ?? 0) + 1);
  console.log(`warnings: ${[...warnings].map(([text, count]) => `${count} × ${text}`).join('; ') || 'none'}`);
} finally {
  await Promise.all(servers.map(async (server) => await server.close()));
  await mongodb.close();
}
