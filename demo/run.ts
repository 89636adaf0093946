import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EJSON } from 'bson';
import { openResources } from '../src/app/open.ts';
import { loadConfig } from '../src/config/config.ts';
import type { Database } from '../src/store/mongo.ts';
import { deliver } from './delivery.ts';
import { demoEnvironment, writeDemoSettings } from './environment.ts';
import { demoMessages } from './messages.ts';
import { compareOutcomes, readOutcomes } from './outcomes.ts';
import { outcomeTable } from './table.ts';
import { startDocketmail } from './worker.ts';

/** A limit for a slow machine; normally it takes some seconds. */
const SETTLE_LIMIT_MS = 180_000;

const messages = demoMessages();
/** Ctrl-C, at any time: stops the worker and removes what was created. */
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ending.abort());

async function run(once: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-demo-run.'));
  const env = await demoEnvironment(process.env, folder);
  const config = loadConfig(env);
  const resources = await openResources(config);
  const { database } = resources;
  try {
    await database.clients.insertMany(
      EJSON.parse(await readFile(new URL('clients.json', import.meta.url), 'utf8')),
    );
    console.log(`12 clients are in the CRM; ${messages.length} messages go into the mailboxes …`);
    await deliver(messages, config.mailboxes, process.env);

    const worker = await startDocketmail(env);
    try {
      await untilSettled(database);
      const outcomes = await readOutcomes(database, messages);
      console.log(outcomeTable(messages, outcomes));
      const differences = compareOutcomes(messages, outcomes);
      for (const difference of differences) console.error(`not as expected: ${difference}`);
      console.log(
        `${outcomes.size} of ${messages.length} messages arrived, ${differences.length} differences from what was expected.`,
      );
      if (differences.length > 0 || outcomes.size < messages.length) process.exitCode = 1;
      if (!once) {
        console.log(
          [
            `\nDashboard: ${worker.dashboardUrl}`,
            `Queues:    ${worker.dashboardUrl}queues`,
            `Commands:  npx docketmail --env-file ${await writeDemoSettings(env, folder)} triage list`,
            'Ctrl-C ends the demo and cleans up.',
          ].join('\n'),
        );
        while (!ending.signal.aborted)
          await delay(60_000, undefined, { signal: ending.signal }).catch(() => {});
      }
    } finally {
      await worker.stop();
    }
  } finally {
    await resources.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Every message was seen in each of its places, and nothing is pending. */
async function untilSettled({ sightings, messages: stored }: Database): Promise<void> {
  const expected = messages.reduce((sum, message) => sum + message.places.length, 0);
  const deadline = Date.now() + SETTLE_LIMIT_MS;
  for (;;) {
    const done = await sightings.countDocuments({ state: 'done' });
    const waiting = await stored.countDocuments({
      $or: [{ rejudge: { $gt: 0 } }, { state: { $in: ['received', 'judged'] } }],
    });
    if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${expected} sightings ingested `);
    if (done >= expected && waiting === 0) break;
    if (ending.signal.aborted) throw new Error('interrupted');
    if (Date.now() > deadline)
      throw new Error(
        `only ${done} of ${expected} sightings were ingested within ${SETTLE_LIMIT_MS / 1000} s`,
      );
    await delay(200);
  }
  if (process.stdout.isTTY) process.stdout.write('\n');
}

await run(process.argv.includes('--once')).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
