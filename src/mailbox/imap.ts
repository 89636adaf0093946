import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapAccount } from './imap-account.ts';
import {
  type Chance,
  type ConnectionTiming,
  connectionTiming,
  createConnections,
} from './imap-connection.ts';
import { type FolderBook, openImapSession } from './imap-session.ts';
import { watchFolder } from './imap-watch.ts';
import type { MailboxSource } from './mailbox.ts';

export type { ImapAccount, ImapCredential } from './imap-account.ts';

const realChance: Chance = {
  now: Date.now,
  random: Math.random,
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  },
};

/** An IMAP account. Connects on the first use only. Close it. */
export function openImapSource(
  account: ImapAccount,
  {
    chance = realChance,
    timing = {},
  }: { readonly chance?: Chance; readonly timing?: Partial<ConnectionTiming> } = {},
): MailboxSource {
  const connections = createConnections({ account, chance, timing: { ...connectionTiming, ...timing } });
  const book: FolderBook = { folders: null, readAt: 0 };
  return {
    name: account.name,
    openSession: (signal) => openImapSession({ connections, book, now: chance.now, signal }),
    watch: ({ folder, onArrival, signal }) =>
      watchFolder({ connections, chance, folder, onArrival: () => onArrival(), signal }),
    health: () => connections.health(),
    close: () => connections.close(),
  };
}
