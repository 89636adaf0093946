/** Reads a folder with imapflow and simpleParser and keeps nothing: what docketmail's CPU time is measured against. */
import { ImapFlow } from 'imapflow';
import { simpleParser } from 'mailparser';

const { IMAP_HOST, IMAP_PORT, IMAP_USER, IMAP_TEST_PASSWORD } = process.env;
const cpuSeconds = () => Object.values(process.cpuUsage()).reduce((sum, part) => sum + part, 0) / 1e6;
const [begin, atStart] = [Date.now(), cpuSeconds()];
const client = new ImapFlow({
  host: IMAP_HOST,
  port: Number(IMAP_PORT),
  secure: false,
  doSTARTTLS: false,
  auth: { user: IMAP_USER, pass: IMAP_TEST_PASSWORD },
  logger: false,
});
await client.connect();
await client.mailboxOpen('INBOX', { readOnly: true });
for await (const { source } of client.fetch('1:*', { source: true })) await simpleParser(source);
await client.logout();
process.send?.({ seconds: (Date.now() - begin) / 1000, cpuSeconds: cpuSeconds() - atStart });
process.disconnect();
