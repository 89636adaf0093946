import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { append, newAccount } from '../support/imap-server.ts';
import { letter } from '../support/messages.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';

const WAIT = { timeout: 60_000, interval: 200 };

it('a raw message that was deleted from the blobs ends in quarantine, the others go on, and it is read once it is back', async () => {
  const account = newAccount({ name: 'office' });
  await append(account.user, [letter({ id: 'gone@kline.test' }), letter({ id: 'there@kline.test' })]);
  const { env, database } = await newSite([{ account }]);
  expect((await runProgram(['poll', 'office'], env)).code).toBe(0);
  const sighting = await database.sightings.findOne({ uid: 1 });
  const path = join(env['BLOB_DIR'] ?? '', sighting?.rawKey ?? '');
  await rename(path, `${path}.elsewhere`);
  const program = await startProgram(env, ['--roles', 'ingest']);
  await vi.waitFor(async () => {
    const states = await database.sightings.find().sort({ uid: 1 }).toArray();
    expect(states.map(({ state }) => state)).toEqual(['failed', 'done']);
  }, WAIT);
  await program.stop();
  const message = await database.messages.findOne({ state: 'quarantined' });
  const id = message?._id.toHexString() ?? '';
  const listed = await runProgram(['quarantine', 'list'], env);
  expect(listed.stdout).toMatch(/office.*raw-missing/u);
  const tooSoon = await runProgram(['quarantine', 'replay', id], env);
  expect(tooSoon.stdout).toBe(`${id} quarantined -> quarantined\n`);
  await rename(`${path}.elsewhere`, path);
  const replayed = await runProgram(['quarantine', 'replay', id], env);
  expect([replayed.code, replayed.stdout]).toEqual([0, `${id} quarantined -> triage\n`]);
  expect(await database.messages.countDocuments({ state: 'quarantined' })).toBe(0);
  expect(await database.messages.countDocuments({ messageId: 'gone@kline.test' })).toBe(1);
}, 180_000);
