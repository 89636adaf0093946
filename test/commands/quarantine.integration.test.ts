/** What an operator does on the command line about a message that could not be read, and about one missing in the ledger. */
import { readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { html } from '../../demo/mime.ts';
import { importClients } from '../../src/store/clients.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { client, rawMessage } from '../support/messages.ts';
import { newSite, runProgram, startProgram } from '../support/program.ts';
import type { Finished } from '../support/program.ts';

/** Takes seconds to read anywhere: more than the shortest limit, far less than the raised one. */
const slowMessage = (): Buffer =>
  rawMessage({
    id: 'slow@kline.test',
    body: html('<p>a <b>word</b> and more</p>\n'.repeat(300_000)),
  });

const WAIT = { timeout: 90_000, interval: 200 };

it('a message that takes too long is quarantined, shown, exported unchanged, and read once the limit is raised', async () => {
  const account = newAccount({ name: 'office' });
  const raw = slowMessage();
  await append(account.user, [raw]);
  const { env, database, folder } = await newSite([{ account }], {
    AUTHENTICATION: 'off',
    READ_TIME_LIMIT_SECONDS: '1',
  });
  await importClients(database.clients, [{ _id: 'paula', name: 'Paula Kline', email: client }]);
  const program = await startProgram(env);
  await vi.waitFor(
    async () => expect(await database.messages.findOne({ state: 'quarantined' })).not.toBeNull(),
    WAIT,
  );
  await vi.waitFor(
    async () => expect(await database.sightings.countDocuments({ state: 'failed' })).toBe(1),
    WAIT,
  );
  await program.stop();
  expect(program.log.find(({ msg, level }) => msg === 'message ingested' && level === 50)).toMatchObject({
    outcome: 'quarantined',
  });

  const run = async (line: string, changes = {}): Promise<Finished> =>
    await runProgram(['quarantine', ...line.split(' ')], { ...env, ...changes });
  const message = await database.messages.findOne({});
  const id = message?._id.toHexString() ?? '';

  const listed = await run('list');
  expect([listed.code, listed.stderr]).toEqual([0, '']);
  expect(listed.stdout).toContain(`${id}  `);
  expect(listed.stdout).toMatch(
    /office.*paula@kline\.test.*the process died 3 times over it\n1 in quarantine\n$/u,
  );
  expect(JSON.parse((await run('list --json')).stdout)).toMatchObject({
    id,
    mailboxes: ['office'],
    size: raw.length,
  });
  const shown = await run('show <slow@kline.test>');
  expect(shown.code).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject({
    id,
    messageId: 'slow@kline.test',
    secondReading: {
      from: [{ address: 'paula@kline.test', name: 'Paula Kline' }],
      subject: 'The lease',
      text: expect.stringMatching(/^a word and more/u) as string,
      files: [],
      isCut: true,
    },
    sightings: [{ mailbox: 'office', folder: 'INBOX', uid: 1 }],
  });

  const out = join(folder, 'out.eml');
  expect(await run(`export ${id} --out ${out}`)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect((await readFile(out)).equals(raw)).toBe(true);
  expect((await stat(out)).mode & 0o777).toBe(0o600);
  expect((await run(`export ${id}`)).stdout).toBe(raw.toString());
  await writeFile(out, 'mine');
  const taken = await run(`export ${id} --out ${out}`);
  expect(taken.code).not.toBe(0);
  expect(taken.stderr).toContain(out);
  expect(await readFile(out, 'utf8')).toBe('mine');
  for (const target of [out, join(folder, 'nowhere')]) {
    const link = join(folder, `link-to-${basename(target)}`);
    await symlink(target, link);
    expect((await run(`export ${id} --out ${link}`)).code).not.toBe(0);
  }
  expect(await readFile(out, 'utf8')).toBe('mine');
  await expect(stat(join(folder, 'nowhere'))).rejects.toThrow('ENOENT');

  for (const line of ['show', 'export', 'replay'].map((command) => `${command} 65f000000000000000000001`)) {
    const unknown = await run(line);
    expect(unknown).toEqual({
      code: 2,
      stdout: '',
      stderr: 'docketmail: 65f000000000000000000001: no such message in quarantine\n',
    });
  }
  expect((await run('replay')).code).toBe(2);

  const tooSoon = await run(`replay ${id}`);
  expect(tooSoon.code).toBe(1);
  expect(tooSoon.stderr).toContain('reading took longer than 1000 ms');
  expect((await run('list')).stdout).toContain(id);
  const replayed = await run('replay --all', { READ_TIME_LIMIT_SECONDS: '300' });
  expect([replayed.code, replayed.stderr]).toEqual([0, '']);
  expect(replayed.stdout).toBe(`${id} quarantined -> stored\n`);
  expect(await database.communications.countDocuments({ clientId: 'paula' })).toBe(1);
  expect(await database.sightings.countDocuments({ state: 'done' })).toBe(1);
  expect((await run('list')).stdout).toBe('0 in quarantine\n');
  const before = await database.messages.findOne({});
  const readable = before?._id.toHexString() ?? '';
  expect(await run(`replay ${readable}`)).toEqual({
    code: 2,
    stdout: '',
    stderr: `docketmail: ${readable}: is not in quarantine but stored; docketmail replay decides any message again\n`,
  });
  expect(await database.messages.findOne({})).toEqual(before);
}, 300_000);

it('a message that the ledger lacks is named by the audit, queued by --fix, and then there', async () => {
  const account = newAccount({ name: 'office' });
  await append(account.user, [rawMessage(), rawMessage(), rawMessage()]);
  const { env, database } = await newSite([{ account }], { RECONCILE_SECONDS: '1' });
  await importClients(database.clients, [{ _id: 'paula', name: 'Paula Kline', email: client }]);
  await startProgram(env);
  const done = async (): Promise<void> =>
    expect(await database.sightings.countDocuments({ state: 'done' })).toBe(3);
  await vi.waitFor(done, WAIT);
  const run = async (line: string): Promise<Finished> => await runProgram(['audit', ...line.split(' ')], env);
  expect((await run('office')).code).toBe(0);

  await database.sightings.deleteOne({ uid: 2 });
  const lines =
    'INBOX: 3 listed, 2 done, 0 pending, 0 failed, 0 vanished, 1 missing (UID 2)\noffice: 1 missing\n';
  expect(await run('office')).toEqual({ code: 1, stdout: lines, stderr: '' });
  expect(await run('office --fix')).toEqual({
    code: 1,
    stdout: `${lines}they are queued; audit again when the workers have gone through them\n`,
    stderr: '',
  });
  await vi.waitFor(done, WAIT);
  expect(await run('office')).toEqual({
    code: 0,
    stdout: 'INBOX: 3 listed, 3 done, 0 pending, 0 failed, 0 vanished, 0 missing\noffice: 0 missing\n',
    stderr: '',
  });
  expect(await database.communications.countDocuments()).toBe(3);
  expect(await run('nobody')).toMatchObject({
    code: 2,
    stderr: 'docketmail: no mailbox nobody; known: office\n',
  });
}, 300_000);
