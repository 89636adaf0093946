/**
 * The first import of a large mailbox: `npm run bench:import [-- messages]`, 100,000 by default. Prints the peak memory of the
 * process and of Redis, and the progress.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { openServices } from '../../services/services.ts';
import { openScriptedServer } from '../support/scripted-imap.ts';
import { openInstallation } from './installation.ts';
import { startProgram } from './program.ts';
import { generatedMessages } from './stage.ts';

const count = Number(process.argv[2] ?? 100_000);
/** Counting 100,000 rows costs the database more than a hundred messages. */
const LOOK_EVERY_MS = count > 10_000 ? 10_000 : 1_000;

const kept = process.env['DOCKETMAIL_FAULT_SERVICES'];
const folder = kept ?? (await mkdtemp(join(tmpdir(), 'docketmail-fault-services.')));
const services = await openServices({ folder, settings: {} });
const installation = await openInstallation(services.env());
// A cheap server, so that the figures are docketmail's.
const server = await openScriptedServer({
  messages: generatedMessages(count, 500).map((raw, at) => ({ uid: at + 1, raw })),
});
const redis = new Redis(services.env()['REDIS_URL'] ?? '');
try {
  await installation.reset({
    mailboxes: [
      { name: 'big', user: 'big@firm.test', role: 'capture', folders: ['INBOX'], port: server.port },
    ],
    env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '60' },
  });
  const usedMb = async (): Promise<number> =>
    Number(/used_memory:(\d+)/u.exec(await redis.info('memory'))?.[1] ?? 0) / 1024 / 1024;
  const before = await usedMb();
  const started = Date.now();
  const program = await startProgram(installation.env, { timing: 'real' });
  let [done, peakRedisMb, mostWaiting] = [0, before, 0];
  while (done < count) {
    await delay(LOOK_EVERY_MS);
    const fetched = await installation.database.sightings.countDocuments({ rawKey: { $ne: null } });
    done = await installation.database.sightings.countDocuments({ state: 'done' });
    mostWaiting = Math.max(mostWaiting, fetched - done);
    peakRedisMb = Math.max(peakRedisMb, await usedMb());
    process.stdout.write(`\r${done} of ${count} done, ${fetched - done} fetched and waiting `);
  }
  const { peakRssMb, longestDelayMs } = await program.measure();
  const seconds = (Date.now() - started) / 1000;
  const communications = await installation.database.communications.countDocuments();
  console.log(
    `\n${done} done in ${seconds.toFixed(0)} s (${Math.round(done / seconds)} a second), ${communications} communications; peak memory of the process ${peakRssMb.toFixed(0)} MB, of Redis ${peakRedisMb.toFixed(0)} MB (${before.toFixed(0)} MB before); at most ${mostWaiting} fetched and waiting; longest event-loop delay ${longestDelayMs.toFixed(0)} ms`,
  );
  await program.stop();
} finally {
  redis.disconnect();
  await server.close();
  await installation.close();
  if (kept === undefined) {
    await services.down();
    await rm(folder, { recursive: true, force: true });
  }
}
process.exit();
