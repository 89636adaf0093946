/** One folder under IDLE (RFC 2177), until the signal is aborted. */
import type { ImapFlow } from 'imapflow';
import type { Chance } from './account-gate.ts';
import type { Connections } from './connection.ts';
import { toFolderError, toMailboxError } from './imap-error.ts';
import { findFolder, listFolders } from './session.ts';
import { MailboxError } from '../mailbox.ts';

/** A missing folder may be created later; polls report it meanwhile. Each check is a login. */
const folderRetryMs = 5 * 60_000;
const maxFolderRetryMs = 60 * 60_000;
const busyRetryMs = 30_000;
/** How soon a watch notices that someone signed in: each check is a query. */
const consentRetryMs = 15_000;
const retryMs = 1_000;
/** A server that refuses to open the folder would get a login per second. */
const maxRetryMs = 5 * 60_000;
/** After a watch of this length the pauses start again with the shortest. */
const stableAfterMs = 2 * 60_000;

interface Watch {
  readonly connections: Connections;
  readonly chance: Chance;
  readonly folder: string;
  readonly onArrival: () => void;
  readonly signal: AbortSignal;
}

export async function watchFolder(watch: Watch): Promise<void> {
  const { chance, signal } = watch;
  let failures = 0;
  while (!signal.aborted) {
    const since = chance.now();
    try {
      await watchOnce(watch);
    } catch (error) {
      if (signal.aborted) return;
      failures = chance.now() - since >= stableAfterMs ? 0 : failures;
      await chance.wait(pauseAfter(toMailboxError(error, 'cannot watch'), failures), signal);
      failures += 1;
    }
  }
}

function pauseAfter({ code, retryAfterMs }: MailboxError, failures: number): number {
  if (retryAfterMs !== null) return retryAfterMs;
  if (code === 'busy') return busyRetryMs;
  if (code === 'needs-consent') return consentRetryMs;
  const [first, most] = code === 'folder-missing' ? [folderRetryMs, maxFolderRetryMs] : [retryMs, maxRetryMs];
  return Math.min(first * 2 ** Math.min(failures, 20), most);
}

/** A client is used once: when it is lost, the next round makes a new one. */
async function watchOnce({ connections, chance, folder, onArrival, signal }: Watch): Promise<void> {
  const connection = await connections.acquire({ signal, isWatch: true });
  const { client } = connection;
  const abort = (): void => client.close();
  signal.addEventListener('abort', abort);
  client.on('exists', onArrival);
  // The folder was reselected because its UIDVALIDITY changed.
  client.on('mailboxOpen', onArrival);
  try {
    await openFolder(client, folder);
    while (!signal.aborted) {
      const since = chance.now();
      await client.idle();
      if (signal.aborted) return;
      if (!client.usable || !client.mailbox) throw new Error(client.byeReason ?? 'the connection was lost');
      // The socket's watchdog ends IDLE now and then, to check the connection. Do not hammer a server that ends it at once.
      if (chance.now() - since < retryMs) await chance.wait(retryMs, signal);
    }
  } finally {
    signal.removeEventListener('abort', abort);
    await connections.discard(connection);
  }
}

/** Its `mailboxOpen` event reports what arrived while nobody watched. */
async function openFolder(client: ImapFlow, name: string): Promise<void> {
  const path = name.startsWith('\\') ? findFolder(await listFolders(client), name) : name;
  if (path === null) throw new MailboxError('folder-missing', `${name}: there is no such folder`);
  try {
    await client.mailboxOpen(path, { readOnly: true });
  } catch (error) {
    throw toFolderError(error, path);
  }
}
