/**
 * A folder of messages, an mbox or a single file as a mailbox with one folder, INBOX. Nothing is ingested from it twice, however
 * files are added, so a UID must not depend on its neighbours.
 */
import { createHash } from 'node:crypto';
import { basename, relative, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { once } from 'node:events';
import { headersOf } from '../header-section.ts';
import { type Fetched, type FolderState, type ListedMessage, MailboxError } from '../mailbox.ts';
import type { MailboxSession, MailboxSource, WantedMessage } from '../mailbox.ts';
import { type LocatedMessage, errorCode, locateMessages, messageBytes } from './message-files.ts';
import { fileMark } from './file-mark.ts';
import { assignUids } from './file-uids.ts';

const folderPath = 'INBOX';
const listWindow = 2_000;
const uidWindow = 20_000;
const wholeBytes = 1024 * 1024;
const maxHeaderBytes = 1024 * 1024;

type Entry = ListedMessage & { readonly located: LocatedMessage };

/** `path` is a file, an mbox or a folder. Nothing is written to it. */
export function openFilesSource({
  name,
  path,
  locate = (root) => locateMessages([root], { keepInside: true }),
}: {
  readonly name: string;
  readonly path: string;
  /** Which messages there are; by default all in the files. */
  readonly locate?: (root: string) => AsyncIterable<LocatedMessage>;
}): MailboxSource {
  return {
    name,
    openSession: async (signal) => {
      refuseAborted(signal);
      return createFilesSession({ root: resolve(path), locate }, signal);
    },
    // Files are only read when polled.
    watch: async ({ onArrival, signal }) => {
      onArrival();
      if (!signal.aborted) await once(signal, 'abort');
    },
    health: () => ({ state: 'ok', until: null, failures: 0, lastError: null }),
    close: async () => {},
  };
}

interface Files {
  readonly root: string;
  readonly locate: (root: string) => AsyncIterable<LocatedMessage>;
}

function createFilesSession(files: Files, signal: AbortSignal | undefined): MailboxSession {
  let entries: ReadonlyMap<number, Entry> | null = null;
  let closed = false;

  const opened = (): ReadonlyMap<number, Entry> => {
    refuseAborted(signal);
    if (closed) throw new MailboxError('protocol', 'the session is closed');
    if (entries === null) throw new MailboxError('protocol', 'no folder is open');
    return entries;
  };

  return {
    folders: async () => [{ path: folderPath, specialUse: '\\Inbox' }],
    resolveFolder: async (wanted) =>
      ['inbox', '\\inbox', '\\all'].includes(wanted.toLowerCase()) ? folderPath : null,
    open: async (path) => {
      entries = null;
      if (path !== folderPath)
        throw new MailboxError('folder-missing', `${path}: there is only ${folderPath}`);
      entries = await readEntries(files, signal);
      return stateOf(files.root, entries.size);
    },
    list: ({ fromUid }) =>
      windows([...opened().values()].filter(({ uid }) => uid >= fromUid).map(listed), listWindow),
    listAgain: async (uids) => uids.flatMap((uid) => opened().get(uid) ?? []).map(listed),
    listUids: ({ fromUid } = { fromUid: 1 }) =>
      windows(
        [...opened().keys()].filter((uid) => uid >= fromUid),
        uidWindow,
      ),
    stillListed: async (uids) => new Set(uids.filter((uid) => opened().has(uid))),
    fetch: (wanted) => fetchEntries(opened, wanted),
    headersOnly: async (uid) => {
      const entry = opened().get(uid);
      if (!entry) throw new MailboxError('message-missing', `there is no UID ${uid}`);
      return readHeaders(entry);
    },
    close: async () => {
      closed = true;
    },
  };
}

const listed = ({ located: _, ...message }: Entry): ListedMessage => message;

function stateOf(root: string, exists: number): FolderState {
  const uidValidity = String(createHash('sha256').update(root).digest().readUInt32BE(0) || 1);
  return {
    path: folderPath,
    uidValidity,
    uidNext: null,
    highestModseq: null,
    exists,
    mailboxId: null,
    uidsAscend: false,
  };
}

/** Reads every message once for its identity: the file's path below the root and its content. */
async function readEntries(
  { root, locate }: Files,
  signal: AbortSignal | undefined,
): Promise<ReadonlyMap<number, Entry>> {
  const found: { readonly located: LocatedMessage; readonly identity: string; readonly size: number }[] = [];
  const copies = new Map<string, number>();
  try {
    for await (const located of locate(root)) {
      refuseAborted(signal);
      const { content, size, readable } = await digestOf(located);
      const below =
        relative(root, located.kind === 'message' ? (located.origin ?? located.path) : located.file) ||
        basename(root);
      const twin = `${below}\0${content}`;
      // The same message twice in one mbox: distinguished by order.
      const copy = copies.get(twin) ?? 0;
      copies.set(twin, copy + 1);
      found.push({ located: readable, identity: `${twin}\0${copy}`, size });
    }
  } catch (error) {
    if (error instanceof MailboxError) throw error;
    throw new MailboxError('folder-missing', `${root}: there is no such file or folder`, { cause: error });
  }
  const uids = assignUids(found.map(({ identity }) => identity));
  return new Map(
    found.map(({ located, identity, size }) => {
      const uid = uids.get(identity) ?? 0;
      const internalDate = located.kind === 'message' ? located.date : null;
      const mark =
        located.kind === 'message' && !located.quoted ? fileMark(located.origin ?? located.path) : null;
      return [uid, { uid, internalDate, size, isDraft: false, located, ...(mark !== null && { mark }) }];
    }),
  );
}

/** An unreadable file is listed too, so that its failure shows. */
async function digestOf(
  located: LocatedMessage,
): Promise<{ readonly content: string; readonly size: number; readonly readable: LocatedMessage }> {
  if (located.kind !== 'message') return { content: 'unreadable', size: 0, readable: located };
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const bytes of messageBytes(located)) {
      hash.update(bytes);
      size += bytes.length;
    }
    return { content: hash.digest('hex'), size, readable: located };
  } catch (error) {
    const readable = { kind: 'unreadable', file: located.file, error: String(error) } as const;
    return { content: 'unreadable', size: 0, readable };
  }
}

async function* fetchEntries(
  opened: () => ReadonlyMap<number, Entry>,
  wanted: readonly WantedMessage[],
): AsyncGenerator<Fetched> {
  for (const { uid } of wanted) {
    const entry = opened().get(uid);
    if (!entry) {
      yield { kind: 'missing', uid };
    } else if (entry.size > wholeBytes && entry.located.kind === 'message') {
      const stream = Readable.from(messageBytes(entry.located), { objectMode: false });
      stream.on('error', () => {});
      try {
        yield { kind: 'stream', uid, stream, expectedSize: entry.size };
      } finally {
        if (!stream.readableEnded) stream.destroy();
      }
    } else {
      yield await readEntry(entry);
    }
  }
}

async function readEntry({ uid, located }: Entry): Promise<Fetched> {
  const failed = (why: string): Fetched => ({
    kind: 'failed',
    uid,
    error: new MailboxError('message-refused', `${located.file}: ${why}`),
  });
  if (located.kind !== 'message') return failed(located.kind === 'unreadable' ? located.error : 'not a file');
  try {
    const pieces: Buffer[] = [];
    for await (const piece of messageBytes(located)) pieces.push(piece);
    return { kind: 'whole', uid, raw: Buffer.concat(pieces) };
  } catch (error) {
    const gone = errorCode(error) === 'ENOENT';
    return gone ? { kind: 'missing', uid } : failed(String(error));
  }
}

async function readHeaders({ located }: Entry): Promise<Buffer> {
  if (located.kind !== 'message') throw new MailboxError('message-refused', `${located.file} cannot be read`);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of messageBytes(located)) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes >= maxHeaderBytes) break;
  }
  return headersOf(Buffer.concat(pieces).subarray(0, maxHeaderBytes));
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new MailboxError('aborted', 'aborted by the caller');
}

async function* windows<T>(items: readonly T[], size: number): AsyncGenerator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
