/** Puts messages into mailboxes of a real server, by APPEND, so that every run has the same bytes. */
import { randomBytes } from 'node:crypto';
import { ImapFlow } from 'imapflow';
import { demoMessages } from '../../demo/messages.ts';
import type { DemoMessage, Place } from '../../demo/message.ts';
import type { MailboxSettings } from './installation.ts';

type Servers = Readonly<Record<string, string>>;

/** Few, and of every kind: threads, a Sent copy, a case, files, a message in two mailboxes, automatic mail, no Message-ID. */
const chosen = [
  'case-new',
  'case-echo',
  'case-hold',
  'two-mailboxes',
  'message-that-bounces',
  'bounce',
  'newsletter',
  'no-message-id',
  'hostile-filename',
  'case-forward',
];

export const staged: readonly DemoMessage[] = demoMessages().filter(({ id }) => chosen.includes(id));

/** The firm's two mailboxes under unique names, still empty. */
export function newMailboxes(): readonly [MailboxSettings, MailboxSettings] {
  const tag = randomBytes(4).toString('hex');
  return [
    { name: 'ines', user: `ines.${tag}@larkin-voss.example`, role: 'capture', folders: ['INBOX', 'Sent'] },
    { name: 'crm', user: `crm.${tag}@larkin-voss.example`, role: 'dropbox', folders: ['INBOX'] },
  ];
}

export interface Appended {
  readonly folder: string;
  readonly raw: Buffer;
  readonly internalDate?: Date;
}

export async function withWriter<T>(
  servers: Servers,
  user: string,
  work: (client: ImapFlow) => Promise<T>,
): Promise<T> {
  const client = new ImapFlow({
    host: servers['IMAP_HOST'] ?? '',
    port: Number(servers['IMAP_PORT']),
    secure: false,
    doSTARTTLS: false,
    auth: { user, pass: servers['IMAP_TEST_PASSWORD'] ?? '' },
    logger: false,
  });
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.logout().catch(() => {});
  }
}

export async function append(servers: Servers, user: string, messages: readonly Appended[]): Promise<void> {
  await withWriter(servers, user, async (client) => {
    for (const { folder, raw, internalDate } of messages) await client.append(folder, raw, [], internalDate);
  });
}

/** Returns how many sightings there will be. */
export async function deliver(
  servers: Servers,
  mailboxes: readonly MailboxSettings[],
  delivered: readonly DemoMessage[] = staged,
): Promise<number> {
  let sightings = 0;
  for (const mailbox of mailboxes) {
    const mine = delivered.flatMap(({ places, raw }) =>
      places.flatMap((place) =>
        roleOf(place) === mailbox.role ? [{ folder: place.endsWith('Sent') ? 'Sent' : 'INBOX', raw }] : [],
      ),
    );
    await append(servers, mailbox.user, mine);
    sightings += mine.length;
  }
  return sightings;
}

const roleOf = (place: Place): MailboxSettings['role'] =>
  place.startsWith('dropbox') ? 'dropbox' : 'capture';
