import { setTimeout as sleep } from 'node:timers/promises';
import type { ImapAccount } from './account.ts';
import type { Chance } from './account-gate.ts';
import { type ConnectionTiming, connectionTiming, createConnections } from './connection.ts';
import { type FolderBook, openImapSession } from './session.ts';
import { watchFolder } from './idle.ts';
import type { MailboxSource } from '../mailbox.ts';
import { type ImapTraffic, unnoticed } from './traffic.ts';

export type { ImapAccount, ImapCredential } from './account.ts';

const realChance: Chance = {
  now: Date.now,
  random: Math.random,
  wait: async (ms, signal) => {
    await sleep(ms, undefined, { signal }).catch(() => {});
  },
};

/** An IMAP account. Connects on first use. Must be closed. */
export function openImapSource(
  account: ImapAccount,
  {
    chance = realChance,
    timing = {},
    keep = 'always',
    traffic = unnoticed,
  }: {
    readonly chance?: Chance;
    readonly timing?: Partial<ConnectionTiming>;
    /**
     * Whether to keep a connection between polls. Processes that poll one account share the provider's limit: with `while-watching`
     * only the watching process keeps a connection, so that there are three however many processes there are.
     */
    readonly keep?: 'always' | 'while-watching';
    readonly traffic?: ImapTraffic;
  } = {},
): MailboxSource {
  let watching = 0;
  const connections = createConnections({
    account,
    chance,
    timing: { ...connectionTiming, ...timing },
    keeps: () => keep === 'always' || watching > 0,
    traffic,
  });
  const book: FolderBook = { folders: null, readAt: 0 };
  return {
    name: account.name,
    openSession: (signal) => openImapSession({ connections, book, now: chance.now, signal }),
    watch: async ({ folder, onArrival, signal }) => {
      watching += 1;
      try {
        await watchFolder({ connections, chance, folder, onArrival: () => onArrival(), signal });
      } finally {
        watching -= 1;
      }
    },
    health: () => connections.health(),
    close: () => connections.close(),
  };
}
