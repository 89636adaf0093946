import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { ImapFlow, type ImapFlowOptions } from 'imapflow';
import { createTransport } from 'nodemailer';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openServices, type Services } from '../../services/services.ts';

let services: Services;
let env: Readonly<Record<string, string>>;
let user: string;
let clients: ImapFlow[] = [];

beforeAll(async () => {
  services = await openServices({ only: ['imap'] });
  env = services.env();
});

beforeEach(() => {
  user = `user-${randomBytes(5).toString('hex')}@firm.test`;
});

afterEach(async () => {
  for (const client of clients) await client.logout().catch(() => client.close());
  clients = [];
  await services.dropUser(user);
});

async function connect(options: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: env['IMAP_HOST'] ?? '',
    port: Number(env['IMAP_PORT']),
    secure: false,
    auth: { user, pass: env['IMAP_TEST_PASSWORD'] ?? '' },
    tls: { ca: readFileSync(env['IMAP_TLS_CA'] ?? '') },
    logger: false,
    qresync: true,
    ...options,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

async function deliver(subject: string, to: string = user): Promise<void> {
  const transport = createTransport({
    host: env['LMTP_HOST'],
    port: Number(env['LMTP_PORT']),
    lmtp: true,
    ignoreTLS: true,
  });
  await transport.sendMail({ from: 'client@example.test', to, subject, text: `About ${subject}` });
  transport.close();
}

async function subjects(client: ImapFlow): Promise<readonly (string | undefined)[]> {
  return (await client.fetchAll('1:*', { envelope: true })).map(({ envelope }) => envelope?.subject);
}

async function statusOf(client: ImapFlow, folder = 'INBOX') {
  const status = await client.status(folder, { messages: true, uidNext: true, uidValidity: true });
  if (!status) throw new Error(`no STATUS of ${folder}`);
  return status;
}

describe('the IMAP server', () => {
  test('delivers over LMTP into the INBOX of the user with the full address', async () => {
    await deliver('first');
    const client = await connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    expect(await subjects(client)).toEqual(['first']);
  });

  test('keeps plus addresses separate, and ignores case', async () => {
    const plus = user.replace('@', '+tag@');
    await deliver('to the tag', plus.toUpperCase());
    const client = await connect({ auth: { user: plus, pass: env['IMAP_TEST_PASSWORD'] ?? '' } });
    expect(await statusOf(client)).toMatchObject({ messages: 1 });
    expect(await statusOf(await connect())).toMatchObject({ messages: 0 });
    await services.dropUser(plus);
  });

  test('offers STARTTLS and imaps with a certificate that chains to the authority', async () => {
    expect((await connect({ doSTARTTLS: true })).secureConnection).toBe(true);
    expect((await connect({ port: Number(env['IMAPS_PORT']), secure: true })).secureConnection).toBe(true);
    await expect(connect({ port: Number(env['IMAPS_PORT']), secure: true, tls: {} })).rejects.toThrow(
      /certificate/,
    );
  });

  test('refuses a wrong password at once, and does not punish the next login', async () => {
    const startedAt = Date.now();
    await expect(connect({ auth: { user, pass: 'wrong' } })).rejects.toMatchObject({
      authenticationFailed: true,
    });
    await connect();
    expect(Date.now() - startedAt).toBeLessThan(3000);
  });

  test('has IDLE, CONDSTORE, QRESYNC, MOVE, UIDPLUS and SPECIAL-USE', async () => {
    const client = await connect();
    for (const capability of ['IDLE', 'CONDSTORE', 'QRESYNC', 'MOVE', 'UIDPLUS', 'SPECIAL-USE'])
      expect(client.capabilities.has(capability)).toBe(true);
    const folders = await client.list();
    const special = folders
      .map(({ specialUse }) => specialUse)
      .filter(Boolean)
      .toSorted((a, b) => String(a).localeCompare(String(b)));
    expect(special).toEqual([
      String.raw`\Archive`,
      String.raw`\Drafts`,
      String.raw`\Inbox`,
      String.raw`\Junk`,
      String.raw`\Sent`,
      String.raw`\Trash`,
    ]);
  });

  test('pushes new mail to an idle client', async () => {
    const client = await connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    const pushed = once(client, 'exists');
    const idle = client.idle();
    await deliver('pushed');
    expect((await pushed)[0]).toMatchObject({ count: 1, prevCount: 0 });
    client.close();
    await idle;
  });

  test('tells by CONDSTORE what has changed since', async () => {
    for (const subject of ['a', 'b', 'c']) await deliver(subject);
    const client = await connect();
    const { highestModseq } = await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('2', [String.raw`\Seen`]);
    const changed = await client.fetchAll('1:*', { flags: true, uid: true }, { changedSince: highestModseq });
    expect(changed.map(({ uid }) => uid)).toEqual([2]);
  });

  test('moves, appends and deletes messages, and takes folders with any name', async () => {
    await deliver('to move');
    const client = await connect();
    await client.mailboxCreate('Mandate/Müller & Söhne 4.2');
    await client.mailboxOpen('INBOX');
    await client.messageMove('1', 'Mandate/Müller & Söhne 4.2');
    await client.append(
      'Sent',
      'Subject: sent\r\n\r\nHello\r\n',
      [String.raw`\Seen`],
      new Date('2024-01-02'),
    );
    expect(await statusOf(client)).toMatchObject({ messages: 0 });
    await client.mailboxOpen('Mandate/Müller & Söhne 4.2');
    expect(await subjects(client)).toEqual(['to move']);
    await client.messageDelete('1');
    expect(await statusOf(client, 'Sent')).toMatchObject({ messages: 1 });
  });

  test('loses its index on request: another UIDVALIDITY, the same messages', async () => {
    for (const subject of ['a', 'b']) await deliver(subject);
    const before = await statusOf(await connect());
    await services.resetUidValidity({ user, folder: 'INBOX' });
    const client = await connect();
    const after = await statusOf(client);
    expect(after.uidValidity).not.toBe(before.uidValidity);
    await client.mailboxOpen('INBOX');
    expect((await subjects(client)).toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      'a',
      'b',
    ]);
  });

  test('resets a folder other than INBOX alone', async () => {
    const client = await connect();
    await client.append('Sent', 'Subject: sent\r\n\r\nHello\r\n');
    const [sent, junk] = await Promise.all(['Sent', 'Junk'].map((folder) => statusOf(client, folder)));
    await services.resetUidValidity({ user, folder: 'Sent' });
    const again = await connect();
    expect((await statusOf(again, 'Sent')).uidValidity).not.toBe(sent?.uidValidity);
    expect((await statusOf(again, 'Junk')).uidValidity).toBe(junk?.uidValidity);
  });

  test('forgets a dropped user', async () => {
    await deliver('before');
    await services.dropUser(user);
    expect(await statusOf(await connect())).toMatchObject({ messages: 0 });
  });

  test('serves fifty connections of one user from one address', async () => {
    const many = await Promise.all(Array.from({ length: 50 }, () => connect()));
    expect(many.every((client) => client.usable)).toBe(true);
  });
});
