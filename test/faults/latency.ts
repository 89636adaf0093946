/**
 * How long a new message takes until it is on a client's record, beyond what an idle watcher of the same mailbox sees:
 * `npm run bench:latency [-- deliveries [backlog]]`, 100 and 10,000 without numbers. First with nothing else to do, then while another
 * mailbox is imported. The database is asked every few milliseconds, which is as exact as the times are.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';
import { report } from '../../script/bench-report.ts';
import { openServices } from '../../services/services.ts';
import { openScriptedServer } from '../support/scripted-imap.ts';
import { openInstallation } from './installation.ts';
import type { MailboxSettings } from './installation.ts';
import { withWriter } from './mailboxes.ts';
import { startProgram } from './program.ts';
import { generatedMessages } from './stage.ts';

const deliveries = Number(process.argv[2] ?? 100);
const backlog = Number(process.argv[3] ?? 10_000);
const LOOK_EVERY_MS = 3;
const STORED_LIMIT_MS = 120_000;
/** Dovecot gathers changes for half a second before it tells an idle connection again, each connection for itself. */
const pauseMs = (): number => 700 + Math.random() * 500;

const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const servers = services.env();
const installation = await openInstallation(servers);
const { messages, sightings } = installation.database;
const server = await openScriptedServer({
  messages: generatedMessages(backlog, 500).map((raw, at) => ({ uid: at + 1, raw })),
});
const today: MailboxSettings = {
  name: 'today',
  user: `today.${randomBytes(4).toString('hex')}@firm.test`,
  role: 'capture',
  folders: ['INBOX'],
};
const imported: MailboxSettings = {
  name: 'imported',
  user: 'imported@firm.test',
  role: 'capture',
  folders: ['INBOX'],
  port: server.port,
};
try {
  const alone = await measure('with nothing else to do', [today]);
  const beside = await measure(`while a mailbox of ${backlog} is imported`, [today, imported]);
  await report([...rowsOf('under IDLE', alone), ...rowsOf(`during an import of ${backlog}`, beside)]);
} finally {
  await server.close();
  await installation.close();
  if (kept === undefined) {
    await services.down();
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit();

/** Milliseconds from the watcher's notice to the record, of each delivery. */
async function measure(title: string, mailboxes: readonly MailboxSettings[]): Promise<number[]> {
  await installation.reset({
    mailboxes,
    env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '60' },
  });
  const program = await startProgram(installation.env, { timing: 'real' });
  const watcher = await openWatcher();
  try {
    return await withWriter(servers, today.user, async (writer) => {
      // The program has found the mailbox, and its readers are warm.
      for (const raw of generatedMessages(20, 2_000)) await stored(writer, raw);
      const times: number[] = [];
      for (const raw of generatedMessages(deliveries, 2_000)) {
        const seen = watcher.next();
        times.push((await stored(writer, raw)) - (await seen));
        await delay(pauseMs());
      }
      const done = await sightings.countDocuments({ mailbox: imported.name, state: 'done' });
      console.log(
        `${title}: p50 ${of(times, 50)}, p95 ${of(times, 95)}, p99 ${of(times, 99)}, at most ${of(times, 100)} ms beyond an idle watcher (${times.length} deliveries, load ${(loadavg()[0] ?? 0).toFixed(1)}${mailboxes.length > 1 ? `, ${done} imported meanwhile` : ''})`,
      );
      return times;
    });
  } finally {
    await watcher.close();
    await program.stop();
  }
}

/** @returns when it was on record. */
async function stored(writer: ImapFlow, raw: Buffer): Promise<number> {
  const messageId = /^Message-ID: <(.+)>/mu.exec(raw.toString())?.[1] ?? '';
  await writer.append('INBOX', raw);
  for (
    const since = performance.now();
    performance.now() - since < STORED_LIMIT_MS;
    await delay(LOOK_EVERY_MS)
  )
    if ((await messages.countDocuments({ messageId, state: 'stored' })) > 0) return performance.now();
  throw new Error(`${messageId} was not stored within ${STORED_LIMIT_MS / 1000} s`);
}

async function openWatcher(): Promise<{
  readonly next: () => Promise<number>;
  readonly close: () => Promise<void>;
}> {
  const client = new ImapFlow({
    host: servers['IMAP_HOST'] ?? '',
    port: Number(servers['IMAP_PORT']),
    secure: false,
    doSTARTTLS: false,
    auth: { user: today.user, pass: servers['IMAP_TEST_PASSWORD'] ?? '' },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  await client.mailboxOpen('INBOX');
  return {
    next: async () =>
      await new Promise((resolve) => {
        client.once('exists', () => resolve(performance.now()));
      }),
    close: async () => await client.logout().catch(() => {}),
  };
}

function rowsOf(when: string, times: readonly number[]) {
  return [50, 95, 99].map((share) => ({
    bench: 'latency',
    what: `new message to record ${when}, p${share}`,
    value: of(times, share),
    unit: 'ms',
  }));
}

/** A percentile, in whole milliseconds. */
function of(times: readonly number[], share: number): number {
  const sorted = times.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil((sorted.length * share) / 100) - 1)] ?? Number.NaN);
}
