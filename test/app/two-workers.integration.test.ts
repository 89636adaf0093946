import { cpus } from 'node:os';
import { expect, it, vi } from 'vitest';
import { importClients } from '../../src/store/clients.ts';
import { newAccount, withWriter } from '../support/imap-server.ts';
import { client, rawMessage } from '../support/messages.ts';
import { newSite, startProgram } from '../support/program.ts';
import type { Running } from '../support/program.ts';

/** `TWO_WORKERS_MESSAGES=2000` for the figure in the documentation. */
const total = Number(process.env['TWO_WORKERS_MESSAGES'] ?? 300);

it(`two processes on one mailbox of ${total} messages share the work and double nothing`, async () => {
  const account = newAccount();
  const site = await newSite([{ account }], { POLL_BATCH: '100', POLL_INTERVAL_SECONDS: '5' });
  const { messages, communications, sightings, clients } = site.database;
  await importClients(clients, [{ _id: 'paula', email: client }]);
  await withWriter(account.user, async (writer) => {
    for (let index = 0; index < total; index += 1)
      await writer.append('INBOX', rawMessage({ id: `${index}.${account.user}`, body: `Message ${index}` }));
  });
  const began = Date.now();
  const both = await Promise.all([startProgram(site.env), startProgram(site.env)]);
  await vi.waitFor(async () => expect(await sightings.countDocuments({ state: 'done' })).toBe(total), {
    timeout: 590_000,
    interval: 200,
  });
  const seconds = (Date.now() - began) / 1000;
  expect([
    await messages.countDocuments(),
    await communications.countDocuments(),
    await sightings.countDocuments(),
  ]).toEqual([total, total, total]);
  const ids = await messages.distinct('messageId');
  expect(ids).toHaveLength(total);
  const ingested = both.map(
    ({ log }: Running) => log.filter((line) => line.msg === 'message ingested').length,
  );
  expect(ingested[0]).toBeGreaterThan(0);
  expect(ingested[1]).toBeGreaterThan(0);
  console.log(
    `two processes, ${total} messages: ${ingested.join(' + ')} ingested in ${seconds.toFixed(1)} s with their start (${cpus().length} cores), no duplicate`,
  );
  for (const running of both) expect((await running.stop()).code).toBe(0);
  // the site checks no senders, and is told so
  const warnings = both.flatMap(({ log }) => log.filter(({ level }) => level >= 40));
  expect(warnings.filter(({ msg }) => msg !== 'setting looks wrong')).toEqual([]);
}, 600_000);
