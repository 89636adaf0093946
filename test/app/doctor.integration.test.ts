import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { addAliasRow, aliasRow } from '../../src/store/address-book.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { newSite, runProgram, s3Environment, startProgram } from '../support/program.ts';
import type { Environment, Site } from '../support/program.ts';
import { newFolder } from '../support/servers.ts';

const withoutS3: Environment = Object.fromEntries(Object.keys(s3Environment()).map((name) => [name, '']));

/** Nobody listens on it. */
const CLOSED = 1;

async function doctor(env: Environment): Promise<{
  readonly code: number | null;
  readonly failed: readonly string[];
  readonly lines: readonly string[];
}> {
  const { code, stdout, stderr } = await runProgram(['doctor'], env);
  expect(stderr).toBe('');
  const lines = stdout.trim().split('\n');
  return { code, lines, failed: lines.filter((line) => line.startsWith('FAILED')) };
}

async function siteWith(changes: object = {}, settings: Environment = {}): Promise<Site> {
  const account = newAccount({ name: 'office' });
  const site = await newSite([{ account }], settings);
  await rewrite(site, changes);
  return site;
}

/** Changes the one mailbox of the file. */
async function rewrite({ env }: Site, changes: object): Promise<void> {
  const path = env['MAILBOXES_FILE'] ?? '';
  const [mailbox] = JSON.parse(await readFile(path, 'utf8')) as object[];
  await writeFile(path, JSON.stringify([{ ...mailbox, ...changes }]));
}

describe('doctor', () => {
  it('says a line of each setting and server if all is well', async () => {
    const { code, lines, failed } = await doctor((await siteWith({}, s3Environment())).env);
    expect([code, failed]).toEqual([0, []]);
    for (const subject of ['settings', 'mongodb', 'redis', 's3', 'mailbox office', 'dashboard'])
      expect(lines.filter((line) => line.includes(`${subject}: `))).not.toEqual([]);
  });

  it('names clients that no address finds, with what stands in their fields', async () => {
    const { env, database } = await siteWith();
    await database.clients.insertMany([
      { _id: 'good', email: 'a@x.test, b@x.test' },
      { _id: 'phone', name: 'By phone' },
      { _id: 'alias', email: 'see notes' },
      { _id: 'a-ours', email: 'office@firm.test' },
      ...Array.from({ length: 12 }, (_, at) => ({ _id: `bad${at}`, email: `a(at)x${at}.test` })),
    ]);
    await addAliasRow(database.addressBook, aliasRow('c@x.test', 'alias'));
    const { lines } = await doctor({ ...env, STAFF_DOMAINS: 'firm.test' });
    const [line = ''] = lines.filter((one) => one.includes('client addresses'));
    expect(line).toMatch(/warning.*no address finds 13 of 16 clients: .*bad0 \(a\(at\)x0\.test\)/iu);
    expect(line).toMatch(/ and 3 more; without any: 1, .*Fix: .*triage learn/u);
    expect(line).toContain('a-ours (office@firm.test, which is ours)');
  });

  const stopped: readonly [string, Environment, object, RegExp][] = [
    [
      'mongodb',
      { MONGODB_URI: `mongodb://127.0.0.1:${CLOSED}/crm?serverSelectionTimeoutMS=500` },
      {},
      /^FAILED {2}mongodb: .*127\.0\.0\.1:1.*Fix: .*MONGODB_URI/u,
    ],
    ['redis', { REDIS_URL: `redis://127.0.0.1:${CLOSED}` }, {}, /^FAILED {2}redis: .*REDIS_URL/u],
    ['s3', { S3_ENDPOINT: `http://127.0.0.1:${CLOSED}` }, {}, /^FAILED {2}s3: .*S3_ENDPOINT/u],
    ['the mail server', {}, { port: CLOSED }, /^FAILED {2}mailbox office: .*Fix: .*port 1 \(IMAP_PORT\)/u],
  ];
  for (const [name, settings, mailbox, line] of stopped)
    it(`names ${name} alone if it is not there, and ends with exit status 1`, async () => {
      const site = await siteWith(mailbox, { ...s3Environment(), ...settings });
      const { code, failed } = await doctor(site.env);
      expect(code).toBe(1);
      expect(failed).toEqual([expect.stringMatching(line)]);
    });

  const wrong: readonly [string, Environment, object, RegExp][] = [
    [
      'a bucket that is not there',
      { S3_BUCKET: 'no-such-bucket-here' },
      {},
      /^FAILED {2}s3: .*S3_BUCKET.*no-such-bucket-here/u,
    ],
    ['a wrong secret of S3', { S3_SECRET_ACCESS_KEY: 'wrong' }, {}, /^FAILED {2}s3: .*S3_SECRET_ACCESS_KEY/u],
    [
      'a mail host that does not exist',
      {},
      { host: 'imap.nowhere.invalid' },
      /^FAILED {2}mailbox office: .*Fix: .*host imap\.nowhere\.invalid/u,
    ],
    ['a wrong password', {}, { pass: 'wrong' }, /^FAILED {2}mailbox office: .*Fix: .*\bpass\b/u],
    [
      'a certificate that nobody trusts',
      {},
      { caFile: null },
      /^FAILED {2}mailbox office: .*certificate.*Fix: .*caFile \(IMAP_CA_FILE\)/u,
    ],
    [
      'a folder that does not exist',
      {},
      { folders: ['Klienten', '\\Inbox'] },
      /^FAILED {2}mailbox office: has no folder Klienten\. Fix: .*INBOX/u,
    ],
    [
      'a typo in a key of the mailbox file',
      {},
      { folder: ['INBOX'] },
      /^FAILED {2}settings: mailboxes\.json, mailbox 1: unknown key "folder"\. Did you mean folders\?/u,
    ],
    [
      'a folder of blobs that cannot be written',
      { ...withoutS3, BLOB_DIR: '/dev/null/blobs' },
      {},
      /^FAILED {2}blobs: .*BLOB_DIR.*Fix: /u,
    ],
    ['a database name that MongoDB does not take', { MONGODB_DB: 'crm/2' }, {}, /^FAILED {2}.*MONGODB_DB/u],
    ['a Redis URL that is none', { REDIS_URL: 'localhost' }, {}, /^FAILED {2}settings: REDIS_URL/u],
  ];
  for (const [name, settings, mailbox, line] of wrong)
    it(`says in one line what to do about ${name}`, async () => {
      const site = await siteWith(mailbox, { ...s3Environment(), ...settings });
      const { code, failed } = await doctor(site.env);
      expect(code).toBe(1);
      expect(failed).toEqual([expect.stringMatching(line)]);
      expect(failed[0]?.length).toBeLessThan(600);
    });

  it('warns of a Redis that may drop jobs, with the command that mends it', async () => {
    const url = await redisThatSays('redis_version:7.0.0\r\nmaxmemory_policy:allkeys-lru\r\n');
    const site = await siteWith({}, { REDIS_URL: url });
    const { code, lines } = await doctor(site.env);
    expect(code).toBe(0);
    expect(lines).toContainEqual(
      expect.stringMatching(
        /^warning redis: maxmemory-policy is allkeys-lru.*Fix: .*CONFIG SET maxmemory-policy noeviction/u,
      ),
    );
  });

  it('warns if no sender is checked', async () => {
    const { lines } = await doctor((await siteWith()).env);
    expect(lines).toContainEqual(
      expect.stringMatching(/^warning settings: AUTHENTICATION: off, .* Set it to flag or require\./u),
    );
  });

  it('proposes the servers by which mail comes and the name under which they state results', async () => {
    const account = newAccount({ name: 'office' });
    const site = await newSite([{ account }], { AUTHENTICATION: 'flag' });
    const trace = [
      'Authentication-Results: mx.firm.test; dkim=pass header.d=kline.test',
      'Received: from mail.kline.test (mail.kline.test [198.51.100.7]) by mx.firm.test (Postfix) with ESMTPS id 1; Mon, 2 Mar 2026 10:00:01 +0000',
    ];
    const messages = Array.from({ length: 6 }, () =>
      Buffer.concat([Buffer.from(`${trace.join('\r\n')}\r\n`), rawMessage()]),
    );
    await append(account.user, messages);
    const { lines, code } = await doctor(site.env);
    expect(code).toBe(0);
    expect(lines).toContain(
      'warning mail server of office: of 6 messages: a receiving server states results as mx.firm.test; mail comes by mx.firm.test. Fix: if these are your own servers, or a gateway that you use, add them: TRUSTED_AUTHSERV_IDS=mx.firm.test and OWN_RELAYS=mx.firm.test',
    );
    const set = { ...site.env, TRUSTED_AUTHSERV_IDS: 'mx.firm.test', OWN_RELAYS: 'mx.firm.test' };
    expect((await doctor(set)).lines.filter((line) => line.includes('mail server of'))).toEqual([]);
  });

  it('says what a name that is no setting was meant for, as sentences', async () => {
    const site = await siteWith({}, { POLL_INTERVALL_SECONDS: '5' });
    expect((await doctor(site.env)).lines).toContain(
      'warning settings: POLL_INTERVALL_SECONDS: not a setting, and not used. Did you mean POLL_INTERVAL_SECONDS? Fix: correct or remove it',
    );
  });

  it('asks for the index of clients.email and makes it with --fix', async () => {
    const site = await siteWith();
    expect((await doctor(site.env)).lines).toContainEqual(
      expect.stringMatching(/^warning client index: .*Fix: .*doctor --fix/u),
    );
    expect((await runProgram(['doctor', '--fix'], site.env)).code).toBe(0);
    expect((await doctor(site.env)).lines).toContainEqual(expect.stringMatching(/^ok +client index/u));
  });

  it('shows no credential, whatever fails', async () => {
    const site = await siteWith(
      { pass: 'secret-of-imap' },
      {
        ...s3Environment(),
        S3_SECRET_ACCESS_KEY: 'secret-of-s3',
        REDIS_URL: `redis://:secret-of-redis@127.0.0.1:${CLOSED}`,
        MONGODB_URI: `mongodb://u:secret-of-mongo@127.0.0.1:${CLOSED}/crm?serverSelectionTimeoutMS=500`,
      },
    );
    const { lines, failed } = await doctor(site.env);
    expect(failed).toHaveLength(4);
    expect(lines.join('\n')).not.toContain('secret-of');
  });
});

describe('start', () => {
  const unreachable: readonly [string, Environment][] = [
    ['MONGODB_URI', { MONGODB_URI: `mongodb://127.0.0.1:${CLOSED}/crm?serverSelectionTimeoutMS=500` }],
    ['REDIS_URL', { REDIS_URL: `redis://127.0.0.1:${CLOSED}` }],
    ['DASHBOARD_HOST', { DASHBOARD_HOST: '0.0.0.0' }],
  ];
  for (const [name, settings] of unreachable)
    it(`that cannot use ${name} says so in one line and ends with exit status 1`, async () => {
      const site = await siteWith({}, settings);
      const { code, stderr } = await runProgram(['start'], site.env);
      expect(code).toBe(1);
      const said = stderr.split('\n').filter((line) => line.includes('Fix: '));
      expect(said).toEqual([expect.stringMatching(new RegExp(`${name}: .*Fix: `, 'u'))]);
    });

  it('polls the mailboxes that work beside one that fails, and says of the other what is wrong', async () => {
    const [good, bad] = [newAccount(), newAccount()];
    const site = await newSite([
      { account: { ...bad, name: 'wrong-password', credential: { kind: 'password', password: 'wrong' } } },
      { account: { ...bad, name: 'wrong-port', port: CLOSED } },
      { account: good, folders: ['Klienten', '\\Inbox'] },
    ]);
    await append(good.user, [rawMessage()]);
    const docketmail = await startProgram(site.env);
    await vi.waitFor(async () => expect(await site.database.messages.countDocuments()).toBe(1), {
      timeout: 30_000,
      interval: 50,
    });
    const said = (text: string): boolean =>
      docketmail.log.some((line) => JSON.stringify(line).includes(text));
    await vi.waitFor(
      () => {
        expect(said('no folder Klienten')).toBe(true);
        // Of the poll or of the watch, whichever met it first.
        expect(
          docketmail.log.some(
            (line) => line['mailbox'] === 'wrong-password' && /authentication/iu.test(String(line['error'])),
          ),
        ).toBe(true);
      },
      { timeout: 30_000, interval: 50 },
    );
    expect((await docketmail.stop()).code).toBe(0);
  });

  it('creates the folders that it needs', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'a'));
    const site = await siteWith(
      {},
      { BLOB_DIR: join(folder, 'a', 'b', 'blobs'), SPOOL_DIR: join(folder, 'c', 'spool') },
    );
    const docketmail = await startProgram(site.env);
    expect((await docketmail.stop()).code).toBe(0);
  });
});

/** Just enough of Redis to say what it is. */
async function redisThatSays(info: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      const commands =
        data
          .toString()
          .toLowerCase()
          .match(/\r\n(?:info|client|hello|ping|command|select|quit)\r\n/gu) ?? [];
      for (const command of commands)
        socket.write(command.includes('info') ? `$${info.length}\r\n${info}\r\n` : '+OK\r\n');
    });
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
