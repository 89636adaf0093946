// Checks a mail server with one IMAP login and one LMTP greeting.
import { connect } from 'node:net';
import { once } from 'node:events';
import { ImapFlow } from 'imapflow';
import { loopback } from './ports.ts';

const timeoutMs = 10_000;

export type MailServer = {
  readonly host?: string;
  readonly port: number;
  readonly lmtpPort: number;
  readonly user: string;
  readonly password: string;
};

export async function checkImap({
  host = loopback,
  port,
  lmtpPort,
  user,
  password,
}: MailServer): Promise<void> {
  await greeting(host, port, '* OK');
  await greeting(host, lmtpPort, '220 ');
  const client = new ImapFlow({
    host,
    port,
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: password },
    logger: false,
    greetingTimeout: timeoutMs,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.status('INBOX', { messages: true });
  } finally {
    await client.logout().catch(() => client.close());
  }
}

export async function greeting(host: string, port: number, expected: string): Promise<string> {
  const socket = connect({ host, port }).setTimeout(timeoutMs, () =>
    socket.destroy(new Error(`no greeting from port ${port}`)),
  );
  try {
    const [data] = await once(socket, 'data');
    const text = String(data).trim();
    if (!text.startsWith(expected))
      throw new Error(`port ${port} answers ${JSON.stringify(text.slice(0, 80))}`);
    return text;
  } finally {
    socket.destroy();
  }
}
