import { rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { append, newAccount } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { auditMailbox } from '../../src/poll/audit.ts';
import { reconcile } from '../../src/queue/reconciler.ts';
import { notePoll } from '../../src/store/polls.ts';
import { HOUR_MS, letPass } from '../support/passing-time.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';
import { mailOf, openScripted, statesOf } from '../support/scripted-mailbox.ts';
import { newQueues } from '../support/servers.ts';

const WAIT = { timeout: 60_000, interval: 200 };

it('a raw message that was deleted from the blobs ends in quarantine if nobody polls, the others go on, and it is read once it is back', async () => {
  const account = newAccount({ name: 'office' });
  await append(account.user, [rawMessage({ id: 'gone@kline.test' }), rawMessage({ id: 'there@kline.test' })]);
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
  const alone = { ...env, MAILBOXES_FILE: '' };
  const tooSoon = await runProgram(['quarantine', 'replay', id], alone);
  expect([tooSoon.code, tooSoon.stdout]).toEqual([1, '']);
  expect(tooSoon.stderr).toContain(`no mailbox that is polled has the message; restore raw/`);
  expect(message?.warnings.join()).not.toContain('oversize');
  await rename(`${path}.elsewhere`, path);
  const replayed = await runProgram(['quarantine', 'replay', id], env);
  expect([replayed.code, replayed.stdout]).toEqual([0, `${id} quarantined -> triage\n`]);
  expect(await database.messages.countDocuments({ state: 'quarantined' })).toBe(0);
  expect(await database.messages.countDocuments({ messageId: 'gone@kline.test' })).toBe(1);
}, 180_000);

it('quarantine replay and audit --fix have a lost raw message fetched from the mailbox, and say so', async () => {
  const account = newAccount({ name: 'office' });
  await append(account.user, [rawMessage({ id: 'gone@kline.test' })]);
  const { env, database } = await newSite([{ account }]);
  const lose = async (): Promise<void> => {
    const row = await database.sightings.findOne({ uid: 1 });
    const path = join(env['BLOB_DIR'] ?? '', row?.rawKey ?? '');
    await rename(path, `${path}.elsewhere`);
  };
  await runProgram(['poll', 'office'], env);
  await lose();
  const program = await startProgram({ ...env, RECONCILE_SECONDS: '1' }, ['--roles', 'ingest']);
  await vi.waitFor(
    async () => expect(await database.messages.countDocuments({ state: 'quarantined' })).toBe(1),
    WAIT,
  );
  const id = (await database.messages.findOne({}))?._id.toHexString() ?? '';
  const replayed = await runProgram(['quarantine', 'replay', id], env);
  expect([replayed.code, replayed.stdout]).toEqual([
    0,
    `${id} quarantined -> its raw bytes are gone from blob storage; the next poll fetches them again from office INBOX UID 1\n`,
  ]);
  await runProgram(['poll', 'office'], env);
  const isStored = async (): Promise<void> => {
    expect(await database.messages.find().toArray()).toMatchObject([{ messageId: 'gone@kline.test' }]);
    expect(await database.messages.countDocuments({ state: 'quarantined' })).toBe(0);
    expect(await database.sightings.countDocuments({ state: 'done' })).toBe(1);
  };
  await vi.waitFor(isStored, WAIT);
  await lose();
  const audited = await runProgram(['audit', 'office', '--blobs', '--fix'], env);
  expect(audited.stdout).toContain('INBOX UID 1: its raw bytes are gone from blob storage');
  expect(audited.code).toBe(1);
  await runProgram(['poll', 'office'], env);
  await vi.waitFor(isStored, WAIT);
  expect((await runProgram(['audit', 'office', '--blobs'], env)).code).toBe(0);
  await program.stop();
}, 180_000);

describe('a raw message that blob storage lost', () => {
  const begin = async () => {
    const scripted = await openScripted({ messages: mailOf(5, 6, 9) });
    const { firm, mailbox } = scripted;
    // The bytes are read from blob storage, as in another process.
    Object.assign(firm.poller, { remember: () => {} });
    await notePoll(firm.database.polls, mailbox.name);
    await firm.poll(mailbox);
    const row = await firm.database.sightings.findOne({ uid: 6 });
    await rm(join(dirname(firm.poller.spoolDir), 'blobs', row?.rawKey ?? ''));
    await firm.ingestWaiting();
    expect(await firm.database.messages.countDocuments({ state: 'quarantined' })).toBe(1);
    const queues = newQueues();
    return { ...scripted, reconcile: async () => await reconcile(firm.database, queues, 60_000) };
  };

  it('is fetched again by itself from a mailbox that still has it, and leaves quarantine', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    expect(await scripted.reconcile()).toMatchObject({
      refetched: [{ mailbox: 'office', folder: 'INBOX', uid: 6 }],
    });
    expect(await firm.poll(mailbox)).toMatchObject({ fetched: 1 });
    await firm.ingestWaiting();
    expect(await firm.database.messages.countDocuments({ state: 'quarantined' })).toBe(0);
    expect(await firm.database.messages.countDocuments()).toBe(3);
    expect(await firm.database.communications.countDocuments()).toBe(3);
  });

  it('stays in quarantine, and is not asked for without end, if the mailbox has it no longer', async () => {
    const scripted = await begin();
    const { firm, mailbox } = scripted;
    scripted.become({ messages: mailOf(5, 9) });
    await scripted.reconcile();
    for (let polls = 0; polls < 4; polls += 1) {
      await firm.poll(mailbox);
      await letPass(firm.database, HOUR_MS);
    }
    expect(await statesOf(scripted)).toEqual({ 5: 'done', 6: 'failed', 9: 'done' });
    expect(await firm.database.sightings.findOne({ uid: 6 })).toMatchObject({ isGone: true });
    expect(await scripted.reconcile()).toEqual({ revived: 0 });
    const blobs = { store: firm.blobs, of: 'failed' } as const;
    expect((await auditMailbox(firm.database, mailbox, { fix: false, blobs }))[0]).toMatchObject({
      rawGone: [],
      missingCount: 0,
    });
  });
});
