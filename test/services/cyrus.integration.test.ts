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
  services = await openServices({ only: ['cyrus'] });
  env = services.env();
});

beforeEach(() => {
  user = `user-${randomBytes(5).toString('hex')}@firm.test`;
});

afterEach(async () => {
  for (const client of clients) await client.logout().catch(() => client.close());
  clients = [];
});

async function connect(options: Partial<ImapFlowOptions> = {}): Promise<ImapFlow> {
  const client = new ImapFlow({
    host: env['CYRUS_HOST'] ?? '',
    port: Number(env['CYRUS_PORT']),
    secure: false,
    auth: { user, pass: env['CYRUS_TEST_PASSWORD'] ?? '' },
    tls: { ca: readFileSync(env['CYRUS_TLS_CA'] ?? '') },
    logger: false,
    ...options,
  });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

async function deliver(subject: string): Promise<void> {
  const transport = createTransport({
    host: env['CYRUS_HOST'],
    port: Number(env['CYRUS_LMTP_PORT']),
    lmtp: true,
    ignoreTLS: true,
  });
  await transport.sendMail({ from: 'client@example.test', to: user, subject, text: `About ${subject}` });
  transport.close();
}

describe('the second IMAP server', () => {
  test('makes a user of the first mail to it', async () => {
    await deliver('first');
    const client = await connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    const messages = await client.fetchAll('1:*', { envelope: true });
    expect(messages.map(({ envelope }) => envelope?.subject)).toEqual(['first']);
  });

  test('offers STARTTLS and imaps, and refuses a wrong password', async () => {
    expect((await connect({ doSTARTTLS: true })).secureConnection).toBe(true);
    expect((await connect({ port: Number(env['CYRUS_IMAPS_PORT']), secure: true })).secureConnection).toBe(
      true,
    );
    await expect(connect({ auth: { user, pass: 'wrong' } })).rejects.toMatchObject({
      authenticationFailed: true,
    });
  });

  test('has what Dovecot has not: OBJECTID and IMAP4rev2', async () => {
    const { capabilities } = await connect();
    for (const name of ['OBJECTID', 'IMAP4rev2', 'CONDSTORE', 'QRESYNC', 'IDLE', 'MOVE', 'SPECIAL-USE'])
      expect([...capabilities.keys()]).toContain(name);
  });

  test('marks the special folders', async () => {
    const special = (await (await connect()).list()).map(({ specialUse }) => specialUse);
    for (const use of ['Sent', 'Drafts', 'Junk', 'Trash', 'Archive']) expect(special).toContain(`\\${use}`);
  });

  test('pushes new mail to an idle client', async () => {
    const client = await connect();
    await client.mailboxOpen('INBOX', { readOnly: true });
    const pushed = once(client, 'exists');
    const idle = client.idle();
    await deliver('pushed');
    expect((await pushed)[0]).toMatchObject({ count: 1 });
    client.close();
    await idle;
  });

  test('loses its index on request: another UIDVALIDITY, the same messages', async () => {
    await deliver('kept');
    const before = await (await connect()).status('INBOX', { uidValidity: true, messages: true });
    await services.resetUidValidity({ server: 'cyrus', user, folder: 'INBOX' });
    const after = await (await connect()).status('INBOX', { uidValidity: true, messages: true });
    expect(after).toMatchObject({ messages: 1 });
    expect(after && after.uidValidity).not.toBe(before && before.uidValidity);
  });
});
