/**
 * Messages in files: one message per file, mbox files, folders of both, and standard input. A file is an mbox if its name ends in
 * `.mbox`, or has no extension and begins with a `From ` line; in any other file a leading `From ` line is dropped.
 */
import { closeSync, constants, createReadStream, openSync, readSync } from 'node:fs';
import { open, readdir, realpath, stat } from 'node:fs/promises';
import { extname, sep } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { mboxRanges, SEPARATOR_BYTES, unquoted } from './mbox.ts';

/**
 * `file` is the path as given, with the folder's path first for files in a folder, and `path#N` with N from 1 in an mbox. `stream`
 * is a message over the buffer limit; `size` in bytes, for an mbox before unquoting. `error` is for a person.
 */
export type MessageFile =
  | { readonly kind: 'whole'; readonly file: string; readonly raw: Buffer }
  | { readonly kind: 'stream'; readonly file: string; readonly size: number; readonly open: () => Readable }
  | { readonly kind: 'unreadable'; readonly file: string; readonly error: string };

/** Where a message is. */
export type LocatedMessage =
  | {
      readonly kind: 'message';
      readonly file: string;
      readonly path: string;
      /** `path` without links: this is read, even if a link replaces it meanwhile. */
      readonly source: string;
      readonly start: number;
      /** After the last byte. */
      readonly end: number;
      readonly quoted: boolean;
      /** Its reported path, if it was unpacked or converted into `path`. */
      readonly origin?: string;
      /** From the mbox's `From ` line, ISO 8601. */
      readonly date: string | null;
    }
  | { readonly kind: 'pipe'; readonly file: string; readonly open: () => Readable }
  | { readonly kind: 'unreadable'; readonly file: string; readonly error: string };

/** A path that does not exist: bad usage, reported before anything is read. */
export class MissingPathError extends Error {
  override readonly name = 'MissingPathError';
  readonly paths: readonly string[];

  constructor(paths: readonly string[]) {
    super(`no such file or folder: ${paths.join(', ')}`);
    this.paths = paths;
  }
}

const defaultBufferBytes = 32 * 1024 * 1024;
const readBytes = 256 * 1024;
/** A longer line is not a `From ` line. */
const fromLineBytes = 64 * 1024;
const noLink = constants.O_RDONLY | constants.O_NOFOLLOW;

interface ReadOptions {
  /** Messages up to this size come whole. A larger one from a pipe is unreadable, because a pipe can only be read once. */
  readonly maxBufferBytes?: number;
  readonly stdin?: Readable;
}

/** In the order of `paths`, folders in name order, hidden files left out. @throws MissingPathError before the first message. */
export async function* readMessageFiles(
  paths: readonly string[],
  { maxBufferBytes = defaultBufferBytes, stdin = process.stdin }: ReadOptions = {},
): AsyncGenerator<MessageFile> {
  for await (const located of locateMessages(paths, { stdin }))
    yield await readLocated(located, maxBufferBytes);
}

export async function readLocated(
  located: LocatedMessage,
  maxBufferBytes = defaultBufferBytes,
): Promise<MessageFile> {
  if (located.kind === 'unreadable') return located;
  if (located.kind === 'pipe') return await readPipe(located, maxBufferBytes);
  if (located.end - located.start <= maxBufferBytes) return await readWhole(located);
  return {
    kind: 'stream',
    file: located.file,
    size: located.end - located.start,
    open: () => Readable.from(messageBytes(located), { objectMode: false }),
  };
}

type Message = Extract<LocatedMessage, { kind: 'message' }>;

/** The bytes of one message, unquoted. */
export async function* messageBytes({ source, start, end, quoted }: Message): AsyncGenerator<Buffer> {
  if (end <= start) return;
  const chunks = readFile(source, { start, end: end - 1 });
  yield* quoted ? unquoted(chunks) : chunks;
}

/** Both ends inclusive. */
async function* readFile(
  source: string,
  range: { readonly start?: number; readonly end?: number } = {},
): AsyncGenerator<Buffer> {
  const handle = await open(source, noLink);
  const chunks: AsyncIterable<Buffer> = handle.createReadStream({ ...range, highWaterMark: readBytes });
  yield* chunks;
}

async function readWhole(message: Message): Promise<MessageFile> {
  const { file } = message;
  try {
    const pieces: Buffer[] = [];
    for await (const piece of messageBytes(message)) pieces.push(piece);
    return { kind: 'whole', file, raw: Buffer.concat(pieces) };
  } catch (error) {
    return { kind: 'unreadable', file, error: messageOf(error) };
  }
}

async function readPipe(
  { file, open: openPipe }: Extract<LocatedMessage, { kind: 'pipe' }>,
  maxBytes: number,
): Promise<MessageFile> {
  try {
    const raw = await buffer(capped(openPipe(), maxBytes));
    if (isUtf16(raw)) return { kind: 'unreadable', file, error: UTF16_ERROR };
    return { kind: 'whole', file, raw: raw.subarray(fromLineLength(raw)) };
  } catch (error) {
    return { kind: 'unreadable', file, error: messageOf(error) };
  }
}

async function* capped(source: Readable, maxBytes: number): AsyncGenerator<Buffer> {
  let total = 0;
  const chunks: AsyncIterable<Buffer | string> = source;
  for await (const chunk of chunks) {
    const bytes = Buffer.from(chunk);
    total += bytes.length;
    if (total > maxBytes) throw new Error(`the message is over ${maxBytes} bytes`);
    yield bytes;
  }
}

/** `keepInside`: in a folder, only follow links to targets inside it. The folder may be someone else's. */
export async function* locateMessages(
  paths: readonly string[],
  { stdin = null, keepInside = false }: { readonly stdin?: Readable | null; readonly keepInside?: boolean },
): AsyncGenerator<LocatedMessage> {
  const missing: string[] = [];
  for (const path of paths) if (!(path === '-' && stdin) && (await isMissing(path))) missing.push(path);
  if (missing.length > 0) throw new MissingPathError(missing);
  for (const path of paths) {
    if (path === '-' && stdin) yield { kind: 'pipe', file: path, open: () => stdin };
    else yield* locateUnder(path, { given: true, within: keepInside ? await folderOf(path) : null });
  }
}

async function isMissing(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    const code = errorCode(error);
    return code === 'ENOENT' || code === 'ENOTDIR';
  }
}

/** What a given path stands for, without links: itself, or everything below it. Null if unknown. */
async function folderOf(path: string): Promise<string | null> {
  return await realpath(path).catch(() => null);
}

interface Place {
  /** Named by the user, not found in a folder. */
  readonly given: boolean;
  /** The folder, without links, that no link may lead out of; null if they may. */
  readonly within: string | null;
}

async function* locateUnder(path: string, { given, within }: Place): AsyncGenerator<LocatedMessage> {
  try {
    // What a shell passes as /dev/fd/63 has no path of its own.
    const source = given ? await realpath(path).catch(() => path) : await realpath(path);
    if (!given && within !== null && !source.startsWith(within.endsWith(sep) ? within : within + sep)) {
      const error = 'a link that leads out of the folder is not followed. Fix: name the file itself';
      yield { kind: 'unreadable', file: path, error };
      return;
    }
    const found = await stat(source);
    if (found.isDirectory()) yield* locateInFolder(path, within);
    else if (found.isFile()) yield* locateInFile({ path, source, size: found.size });
    // In a folder, a pipe or socket would block forever; given by name, the user wants it read.
    else if (given) yield { kind: 'pipe', file: path, open: () => createReadStream(path) };
  } catch (error) {
    yield { kind: 'unreadable', file: path, error: messageOf(error) };
  }
}

/** Links to folders are not followed: they may be circular. */
async function* locateInFolder(folder: string, within: string | null): AsyncGenerator<LocatedMessage> {
  const entries = await readdir(folder, { withFileTypes: true });
  const shown = entries.filter(({ name }) => !name.startsWith('.'));
  shown.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of shown) {
    const path = folder.endsWith('/') ? `${folder}${entry.name}` : `${folder}/${entry.name}`;
    if (entry.isSymbolicLink() && (await isFolder(path))) continue;
    yield* locateUnder(path, { given: false, within });
  }
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

export async function* locateInFile({
  path,
  source,
  size,
}: {
  readonly path: string;
  readonly source: string;
  readonly size: number;
}): AsyncGenerator<LocatedMessage> {
  const head = await readHead(source);
  if (isUtf16(head)) {
    yield { kind: 'unreadable', file: path, error: UTF16_ERROR };
    return;
  }
  const fromLine = fromLineLength(head);
  const message = { kind: 'message', path, source } as const;
  if (extname(path) !== '.mbox' && (extname(path) !== '' || fromLine === 0)) {
    yield { ...message, file: path, start: fromLine, end: size, quoted: false, date: null };
    return;
  }
  let number = 0;
  const file = openSync(source, noLink);
  try {
    // A few bytes per message that has a Content-Length.
    const bytesAt = (position: number): Buffer => {
      const bytes = Buffer.alloc(SEPARATOR_BYTES);
      return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, position));
    };
    for await (const range of mboxRanges(readFile(source), bytesAt)) {
      number += 1;
      yield { ...message, file: `${path}#${number}`, ...range, quoted: true };
    }
  } finally {
    closeSync(file);
  }
  if (number === 0) yield { kind: 'unreadable', file: path, error: 'the mbox contains no message' };
}

/** Its byte order mark. Bytes of another character set are lost in such a file, so it is not converted here. */
const isUtf16 = (head: Buffer): boolean => ['fffe', 'feff'].includes(head.subarray(0, 2).toString('hex'));
const UTF16_ERROR =
  'text in UTF-16, as PowerShell writes it with ">". Fix: save the message itself, or convert it with iconv -f UTF-16 -t UTF-8';

async function readHead(source: string): Promise<Buffer> {
  const handle = await open(source, noLink);
  try {
    const { buffer: bytes, bytesRead } = await handle.read(Buffer.alloc(fromLineBytes), 0, fromLineBytes, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Bytes of a leading `From ` line with its line end, 0 if there is none: `From :` is a field (RFC 5322 §4.5.2). */
function fromLineLength(head: Buffer): number {
  if (!/^From (?![ \t]*:)/.test(head.toString('latin1'))) return 0;
  return head.subarray(0, fromLineBytes).indexOf(head.includes('\n') ? '\n' : '\r') + 1;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export const errorCode = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
