import { readFile } from 'node:fs/promises';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import type { MailboxConfig } from '../src/config/mailbox-config.ts';
import type { DemoMessage, Place } from './message.ts';

/** Delivers each message: to INBOX by LMTP, as a mail server would; to Sent by APPEND, as a mail client does. */
export async function deliver(
  messages: readonly DemoMessage[],
  mailboxes: readonly MailboxConfig[],
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const inbox = (place: Place): string | null =>
    place === 'capture Sent'
      ? null
      : userOf(mailboxes, place === 'capture INBOX' ? 'capture' : 'dropbox').user;
  const lmtp = createTransport({
    host: env['LMTP_HOST'] ?? '127.0.0.1',
    port: Number(env['LMTP_PORT']),
    lmtp: true,
    ignoreTLS: true,
    pool: true,
  });
  try {
    for (const { places, delivered: raw } of messages)
      for (const user of places.map(inbox))
        if (user !== null) await lmtp.sendMail({ envelope: { from: 'relay@demo.example', to: [user] }, raw });
  } finally {
    lmtp.close();
  }
  await append(
    messages.filter(({ places }) => places.includes('capture Sent')),
    userOf(mailboxes, 'capture'),
    env,
  );
}

function userOf(mailboxes: readonly MailboxConfig[], role: MailboxConfig['role']): MailboxConfig {
  const found = mailboxes.find((mailbox) => mailbox.role === role);
  if (found === undefined) throw new Error(`the demo needs a ${role} mailbox`);
  return found;
}

async function append(
  messages: readonly DemoMessage[],
  mailbox: MailboxConfig,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const client = new ImapFlow({
    host: mailbox.host,
    port: mailbox.port,
    secure: false,
    doSTARTTLS: true,
    tls: { ca: await readFile(env['IMAP_TLS_CA'] ?? '', 'utf8') },
    auth: { user: mailbox.user, pass: env['IMAP_TEST_PASSWORD'] ?? '' },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    for (const { raw } of messages) await client.append('Sent', raw, ['\\Seen']);
  } finally {
    await client.logout();
  }
}
