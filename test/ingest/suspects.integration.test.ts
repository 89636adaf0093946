import pLimit from 'p-limit';
import { expect, test } from 'vitest';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import { startAttempt } from '../../src/store/attempts.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

test('a message that was only read alongside a poison one is not quarantined with it', async () => {
  const firm = await openFirm();
  const poison = await firm.deliver(rawMessage({ subject: 'poison' }));
  const beside = await firm.deliver(rawMessage({ subject: 'beside' }));
  const { sightings } = firm.database;
  // The process died with both in progress.
  for (const id of [poison, beside]) await startAttempt(sightings, id, 'the process that died');

  let shouldContinue: () => void = () => {};
  const hung = new Promise<void>((resolve) => {
    shouldContinue = resolve;
  });
  let begun: () => void = () => {};
  const reading = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = {
    ...firm,
    runExclusively: pLimit(1),
    reader: {
      ...firm.reader,
      read: async (raw: Parameters<typeof firm.reader.read>[0]) => {
        begun();
        await hung;
        return await firm.reader.read(raw);
      },
    },
  };
  const first = ingestSighting(slow, poison);
  await reading;
  const second = ingestSighting(slow, beside);
  await expect.poll(async () => (await sightings.findOne({ _id: beside }))?.attemptsBy).toHaveLength(1);
  expect((await sightings.findOne({ _id: poison }))?.attemptsBy).toHaveLength(2);
  shouldContinue();
  expect((await first).outcome).toBe('stored');
  expect((await second).outcome).toBe('stored');
});
