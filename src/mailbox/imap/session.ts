import type { ImapFlow } from 'imapflow';
import type { Connection, Connections } from './connection.ts';
import { toFolderError, toMailboxError } from './imap-error.ts';
import { fetchMessages } from './fetch.ts';
import type { Command } from './listing.ts';
import { listAgain, listMessages, uidWindows, stillListed } from './listing.ts';
import type { FolderName, FolderState, MailboxSession } from '../mailbox.ts';
import { MailboxError } from '../mailbox.ts';
import { fetchHeaders } from './large-message.ts';

/** The account's folders, remembered between polls: an idle poll has no command to spare for LIST. */
export interface FolderBook {
  folders: readonly FolderName[] | null;
  readAt: number;
}

const folderBookMs = 10 * 60_000;

interface SessionInput {
  readonly connections: Connections;
  readonly book: FolderBook;
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** Uses no mailbox lock: the connection belongs to this session alone until closed. */
export async function openImapSession({
  connections,
  book,
  now,
  signal,
}: SessionInput): Promise<MailboxSession> {
  let connection = await connections.acquire({ signal });
  let served = false;
  let closed = false;
  let folder: FolderState | null = null;

  const abort = (): void => connection.client.close();
  signal?.addEventListener('abort', abort);

  const command: Command = async (doing, work) => {
    if (closed) throw new MailboxError('protocol', `${doing}: the session is closed`);
    try {
      // Some methods of a client that lost its connection answer as if the folder were empty.
      if (!connection.client.usable)
        throw new Error(connection.client.byeReason ?? 'the connection was lost');
      const result = await work(connection.client);
      served = true;
      return result;
    } catch (error) {
      if (signal?.aborted) throw new MailboxError('aborted', 'aborted by the caller', { cause: error });
      const failure = failureOf(error, doing);
      if (failure.code === 'throttled') connections.slowDown(failure);
      // A kept connection may have dropped unnoticed. Nothing is open on it yet, so a new one can replace it.
      if (served || !connection.reused || failure.code !== 'connection') throw failure;
      const stale = connection;
      connection = await replaced(stale);
      return command(doing, work);
    }
  };

  /** A pending command only learns that the connection was lost, not why. */
  function failureOf(error: unknown, doing: string): MailboxError {
    const failure = toMailboxError(error, doing);
    return failure.code === 'connection' ? toMailboxError(connection.reason() ?? error, doing) : failure;
  }

  async function replaced(stale: Connection): Promise<Connection> {
    await connections.discard(stale);
    return connections.acquire({ signal, fresh: true });
  }

  async function open(path: string): Promise<FolderState> {
    folder = null;
    folder = await command('cannot open the folder', async (client) => await examine(client, path, book));
    return folder;
  }

  async function readFolders(): Promise<readonly FolderName[]> {
    const found = await command('cannot list folders', listFolders);
    Object.assign(book, { folders: found, readAt: now() });
    return found;
  }

  async function folders(): Promise<readonly FolderName[]> {
    return book.folders !== null && now() - book.readAt < folderBookMs ? book.folders : readFolders();
  }

  async function resolveFolder(name: string): Promise<string | null> {
    return findFolder(await folders(), name) ?? findFolder(await readFolders(), name);
  }

  const opened = (): FolderState => {
    if (folder === null) throw new MailboxError('protocol', 'no folder is open');
    return folder;
  };

  return {
    folders,
    resolveFolder,
    open,
    list: ({ fromUid }) => listMessages({ command, folder: opened(), fromUid }),
    listAgain: (uids) => listAgain(command, uids),
    listUids: ({ fromUid } = { fromUid: 1 }) => uidWindows({ command, folder: opened(), fromUid }),
    stillListed: (uids) => stillListed(command, uids),
    fetch: (wanted) => fetchMessages(command, wanted),
    headersOnly: (uid) => fetchHeaders(command, uid),
    close: async () => {
      if (closed) return;
      closed = true;
      signal?.removeEventListener('abort', abort);
      connections.release(connection);
    },
  };
}

/** EXAMINE. @throws MailboxError; a folder that is missing now may still be in the remembered list. */
async function examine(client: ImapFlow, path: string, book: SessionInput['book']): Promise<FolderState> {
  try {
    return stateOf(path, await client.mailboxOpen(path, { readOnly: true }));
  } catch (error) {
    const failure = toFolderError(error, path);
    if (failure.code === 'folder-missing') book.folders = null;
    throw failure;
  }
}

function stateOf(path: string, box: Awaited<ReturnType<ImapFlow['mailboxOpen']>>): FolderState {
  // RFC 3501 §6.3.1 requires EXISTS. If it counted as 0, a folder would look empty forever.
  if (typeof box?.exists !== 'number')
    throw new MailboxError('protocol', `${path}: the server does not say how many messages`);
  const { uidValidity, uidNext, highestModseq, exists, mailboxId, noModseq } = box;
  return {
    path,
    uidValidity: String(uidValidity ?? 0),
    uidNext: uidNext || null,
    highestModseq: noModseq || highestModseq === undefined ? null : String(highestModseq),
    exists,
    mailboxId: mailboxId || null,
    uidsAscend: true,
  };
}

export async function listFolders(client: ImapFlow): Promise<readonly FolderName[]> {
  const listed = await client.list();
  return listed
    .filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent'))
    .map(({ path, specialUse }) => ({ path, specialUse: specialUse ?? null }));
}

/** RFC 3501 §5.1: INBOX in any case. Special uses also compare ignoring case; servers write them differently. */
export function findFolder(folders: readonly FolderName[], name: string): string | null {
  const lower = name.toLowerCase();
  const found = name.startsWith('\\')
    ? folders.find(({ specialUse }) => specialUse?.toLowerCase() === lower)
    : (folders.find(({ path }) => path === name) ??
      folders.find(({ path }) => lower === 'inbox' && path.toLowerCase() === 'inbox'));
  return found?.path ?? null;
}
