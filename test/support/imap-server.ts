/** The IMAP server of the test run, and a mailbox on it for each test. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ImapFlow } from 'imapflow';
import type { ImapAccount } from '../../src/mailbox/imap/imap.ts';

function need(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(
      `${name} is not set. Bring the test servers up: script/services up && eval "$(script/services env)"`,
    );
  }
  return value;
}

export const imapServer = (): {
  readonly host: string;
  readonly port: number;
  readonly tlsPort: number;
  readonly password: string;
  readonly caFile: string;
} => ({
  host: need('IMAP_HOST'),
  port: Number(need('IMAP_PORT')),
  tlsPort: Number(need('IMAPS_PORT')),
  password: need('IMAP_TEST_PASSWORD'),
  caFile: need('IMAP_TLS_CA'),
});

/** An account with an unused mailbox. */
export function newAccount(changes: Partial<ImapAccount> = {}): ImapAccount {
  const { host, tlsPort, password, caFile } = imapServer();
  const user = `u${randomBytes(6).toString('hex')}@firm.test`;
  return {
    name: user,
    host,
    port: tlsPort,
    security: 'tls',
    user,
    credential: { kind: 'password', password },
    caFile,
    ...changes,
  };
}

/** A client that may write, to change things without the tested code noticing. */
export async function withWriter<T>(user: string, work: (client: ImapFlow) => Promise<T>): Promise<T> {
  const { host, tlsPort, password, caFile } = imapServer();
  const client = new ImapFlow({
    host,
    port: tlsPort,
    secure: true,
    tls: { ca: readFileSync(caFile) },
    auth: { user, pass: password },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

export async function append(user: string, raws: readonly Buffer[], folder = 'INBOX'): Promise<void> {
  await withWriter(user, async (client) => {
    for (const raw of raws) await client.append(folder, raw, [], new Date('2026-01-05T10:00:00Z'));
  });
}

export async function expunge(user: string, messageId: string): Promise<void> {
  await withWriter(user, async (client) => {
    await client.mailboxOpen('INBOX');
    await client.messageDelete({ header: { 'message-id': messageId } }, { uid: true });
  });
}
