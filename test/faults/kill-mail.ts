/**
 * Three hundred messages made to break a reader, of every kind and size, ingested by the program among normal mail. `npm run
 * bench:kill-mail [-- --count 300] [-- --sizes 1,3,10,49] [-- --minutes 60]`; sizes in MB, up to the message size limit. Fails if
 * the program ends, or a normal message is not recorded.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openServices } from '../../services/services.ts';
import { hostileKinds } from '../hostile/hostile-messages.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { newMailboxes, withWriter } from './mailboxes.ts';
import { watchTree } from './process-tree.ts';
import { generatedMessages } from './stage.ts';

const MEGABYTE = 1_048_576;
const NORMAL = 60;
/** How the log shows that a reading process crashed on a message. */
const DEATH = /reading (?:took longer|needed more memory|failed)|reading process ended/u;
const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '300' },
    sizes: { type: 'string', default: '1,3,10,49' },
    minutes: { type: 'string', default: '60' },
  },
});
const count = Number(values.count);
const sizes = values.sizes.split(',').map(Number);

interface Seen {
  restarts: number;
  deaths: number;
  slowestMs: number;
  readonly deathReasons: Map<string, number>;
}

/** Every kind in turn, the sizes in turn; round two takes the next size of a kind. */
function hostileAt(n: number): { readonly name: string; readonly raw: Buffer } {
  const kind = hostileKinds[n % hostileKinds.length];
  const size = sizes[(n + Math.floor(n / hostileKinds.length)) % sizes.length] ?? 1;
  if (kind === undefined) throw new Error('there is no hostile kind');
  const made = kind.make(size * MEGABYTE);
  // Copies of one message would test something else.
  const at = made.indexOf('<hostile@hostile.test>');
  const id = Buffer.from(`<hostile.${n}@hostile.test>`);
  const raw = at < 0 ? made : Buffer.concat([made.subarray(0, at), id, made.subarray(at + 22)]);
  return { name: `${kind.name}, ${size} MB`, raw };
}

/** Normal mail among the hostile, so that each waits with some of it. */
async function fillMailbox(
  servers: Installation['servers'],
  user: string,
  normal: readonly Buffer[],
): Promise<{ readonly names: readonly string[]; readonly megabytes: number }> {
  const names: string[] = [];
  let bytes = 0;
  const every = Math.ceil(count / normal.length);
  await withWriter(servers, user, async (client) => {
    for (let n = 0; n < Math.max(count, normal.length * every); n += 1) {
      const beside = n % every === 0 ? normal[n / every] : undefined;
      if (beside !== undefined) await client.append('INBOX', beside);
      if (n >= count) continue;
      const { name, raw } = hostileAt(n);
      names.push(name);
      bytes += raw.length;
      await client.append('INBOX', raw);
    }
  });
  return { names, megabytes: bytes / MEGABYTE };
}

function startProgram(
  env: NodeJS.ProcessEnv,
  seen: Seen,
): { readonly pid: () => number; readonly stop: () => Promise<void> } {
  let child: ChildProcess;
  let isStopping = false;
  let ended = Promise.resolve();
  const start = (): void => {
    child = spawn(process.execPath, [program, 'start', '--roles', 'poll,ingest'], {
      env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (child.stderr !== null)
      createInterface({ input: child.stderr }).on('line', (line) => note(line, seen));
    ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve();
        if (isStopping) return;
        seen.restarts += 1;
        console.log(`the program ended (${signal ?? code}) and is started again`);
        start();
      });
    });
  };
  start();
  return {
    pid: () => child.pid ?? 0,
    stop: async () => {
      isStopping = true;
      child.kill('SIGTERM');
      await ended;
    },
  };
}

function note(line: string, seen: Seen): void {
  const { durationMs, error, msg } = readLine(line);
  if (typeof durationMs === 'number') seen.slowestMs = Math.max(seen.slowestMs, durationMs);
  if (msg !== 'job failed' || typeof error !== 'string') return;
  const reason = DEATH.exec(error)?.[0];
  if (reason === undefined) {
    console.log(`  a job failed: ${error}`);
    return;
  }
  seen.deaths += 1;
  seen.deathReasons.set(reason, (seen.deathReasons.get(reason) ?? 0) + 1);
}

function readLine(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    console.log(`  no log line: ${line.slice(0, 200)}`);
    return {};
  }
}

/** Until nothing is under way any more, or the time is over. @returns how many the server lists and does not deliver; they stay pending. */
async function untilIngested({ database }: Installation, expected: number): Promise<number> {
  const deadline = Date.now() + Number(values.minutes) * 60_000;
  for (;;) {
    const undelivered = await database.sightings.countDocuments({
      state: 'pending',
      rawKey: null,
      attempts: { $gt: 0 },
    });
    const pending = await database.sightings.countDocuments({ state: 'pending' });
    const all = await database.sightings.countDocuments();
    if (all >= expected && pending === undelivered) return undelivered;
    if (Date.now() > deadline) {
      console.log(`${pending - undelivered} of ${all} messages came to no end in time`);
      process.exitCode = 1;
      return undelivered;
    }
    await delay(2_000);
  }
}

async function report(installation: Installation, ids: readonly string[]): Promise<number> {
  const { database } = installation;
  const stored = await database.messages.countDocuments({ messageId: { $in: [...ids] }, state: 'stored' });
  const quarantined = await database.messages.find({ state: 'quarantined' }).toArray();
  for (const { size, error, subject } of quarantined)
    console.log(
      `  in quarantine: ${(size / MEGABYTE).toFixed(0)} MB, ${subject.slice(0, 40)}: ${error ?? ''}`,
    );
  const states = await database.messages
    .aggregate<{ _id: string; count: number }>([{ $group: { _id: '$state', count: { $sum: 1 } } }])
    .toArray();
  console.log(`messages: ${states.map(({ _id, count: rows }) => `${rows} ${_id}`).join(', ')}`);
  return stored;
}

const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const installation = await openInstallation(services.env());
try {
  const mailboxes = newMailboxes();
  const normal = generatedMessages(NORMAL, 4_000);
  const ids = normal.map((raw) => /^Message-ID: <(.*)>/mu.exec(raw.toString())?.[1] ?? '');
  const filled = await fillMailbox(installation.servers, mailboxes[0].user, normal);
  console.log(
    `${filled.names.length} hostile messages, ${filled.megabytes.toFixed(0)} MB, beside ${NORMAL} normal ones`,
  );
  await installation.reset({ mailboxes, env: { LOG_LEVEL: 'info', POLL_INTERVAL_SECONDS: '10' } });
  const seen: Seen = { restarts: 0, deaths: 0, slowestMs: 0, deathReasons: new Map() };
  const started = Date.now();
  const running = startProgram(installation.env, seen);
  const tree = watchTree(running.pid);
  const undelivered = await untilIngested(installation, filled.names.length + NORMAL);
  const seconds = (Date.now() - started) / 1000;
  await tree.stop();
  await running.stop();
  const stored = await report(installation, ids);
  const reasons = [...seen.deathReasons].map(([reason, times]) => `${times} "${reason}"`).join(', ');
  console.log(
    [
      `process restarts ${seen.restarts}`,
      `normal mail on record ${stored}/${NORMAL}`,
      `peak memory of the process tree ${tree.peakMb().toFixed(0)} MB, of one reader ${tree.peakChildMb().toFixed(0)} MB`,
      `listed and not delivered by the server ${undelivered}`,
      `slowest message ${seen.slowestMs} ms`,
      `deaths of readers ${seen.deaths}${reasons === '' ? '' : ` (${reasons})`}, all survived`,
      `${seconds.toFixed(0)} s`,
    ].join('\n'),
  );
  if (seen.restarts > 0 || stored < NORMAL) process.exitCode = 1;
} finally {
  await installation.close();
  if (kept === undefined) {
    await services.down();
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit();
