import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Authentication } from '../mail/authentication/authentication.ts';
import { readHeaderOnly } from '../mail/read.ts';
import type { ReadMail } from '../mail/read.ts';
import type { Disagreement, SecondReading } from '../mail/second-reading.ts';
import { PermanentError } from '../errors.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import { makeFolder } from '../store/blobs/make-folder.ts';
import { openReaderPool } from './reader-pool.ts';
import { ReadingDied } from './reader-process.ts';
import type { AttachmentContent, RawContent, ReadingResult, ReadingSettings } from './reading-task.ts';

export interface ReadMessage {
  readonly reading: ReadMail;
  /** Each distinct attachment once. Valid until `dispose`. */
  readonly contents: readonly AttachmentContent[];
  readonly authentication: Authentication | null;
  /** Where a second reader differs, if one was used. */
  readonly disagreements: readonly Disagreement[];
  /** Removes what was spooled. */
  readonly dispose: () => Promise<void>;
}

interface RawReference {
  /** Key in blob storage. */
  readonly key: string;
  readonly size: number;
}

/** Reads messages in separate processes: no message, however hostile, stops the loop that renews job locks or ends the worker. */
export interface Reader {
  /** @throws ReadingDied if the message took too long or too much memory; PermanentError if its bytes are gone. */
  read(raw: RawReference, stop?: AbortSignal): Promise<ReadMessage>;
  /** The same for a person who looks at it, without files and within seconds. @throws as `read`. */
  show(raw: RawReference): Promise<ReadMail>;
  /** Only the header, for messages that must not be parsed. Empty if the bytes are gone, or if even the header ends a reader. */
  header(raw: RawReference): Promise<{ readonly reading: ReadMail }>;
  /** What an independent parser can show of an otherwise unreadable message; null if it cannot either, or the bytes are gone. */
  second(raw: RawReference): Promise<SecondReading | null>;
  /** Keeps raw bytes that were just fetched, so that they need not be fetched again; bounded in bytes and time. */
  remember(key: string, raw: Buffer): void;
  close(): Promise<void>;
}

export interface ReaderSettings {
  readonly blobs: BlobStore;
  /** Messages read in parallel. */
  readonly processes: number;
  readonly maxMessageBytes: number;
  readonly timeLimitMs: number;
  /** The folder of this process, see `openSpoolFolder`. */
  readonly spoolDir: string;
  readonly reading: ReadingSettings;
  /** Another program than the usual one, for tests of how readers end. */
  readonly entry?: URL;
}

/** Larger messages are read from a file, so that concurrency times message size stays bounded. */
const MAX_IN_MEMORY_BYTES = 1024 * 1024;
const MAX_REMEMBERED_BYTES = 32 * 1024 * 1024;
const MAX_REMEMBERED_MS = 60_000;
/** As much header as is ever read of an oversize message; larger ones are an attack. */
const MAX_HEADER_BYTES = 1024 * 1024;
/**
 * For tasks with bounded input, whatever a message's limit is: 1 MB of header, or the 16 MB from which mailparser shows what it can
 * (it reads 35 MB of attachments per second).
 */
const BOUNDED_TASK_LIMIT_MS = 20_000;
/** A person waits for it. */
const SHOW_LIMIT_MS = 8_000;
/** V8's heap of a reading process. A message whose parts need more is a bomb. */
const MAX_HEAP_MB = 256;
/** The whole process, with what V8 does not count: raw bytes, decoded parts, and 90 MB for the program itself. */
const MAX_PROCESS_MB = 640;

export function openReader(settings: ReaderSettings): Reader {
  const { blobs, maxMessageBytes, timeLimitMs } = settings;
  const program = import.meta.url.endsWith('.ts') ? './reading-process.ts' : './reading-process.js';
  const pool = openReaderPool({
    entry: settings.entry ?? new URL(program, import.meta.url),
    processes: settings.processes,
    maxHeapMb: MAX_HEAP_MB,
    maxProcessMb: MAX_PROCESS_MB,
    settings: settings.reading,
  });
  const remembered = createRawCache();

  const rawOf = rawReader(blobs, remembered);

  async function headerBytes({ key, size }: RawReference): Promise<Buffer> {
    const stream = await blobs.get(key, { start: 0, end: Math.min(size, MAX_HEADER_BYTES) - 1 });
    return Buffer.concat(await stream.toArray());
  }

  async function readHeader(raw: RawReference, bytes: Buffer): Promise<ReadingResult> {
    return await pool.run(
      { kind: 'header', ...headerOf(raw, bytes, maxMessageBytes) },
      BOUNDED_TASK_LIMIT_MS,
    );
  }

  async function second({ key, size }: RawReference): Promise<SecondReading | null> {
    const spoolDir = join(settings.spoolDir, randomUUID());
    try {
      const raw = await rawOf({ key, size }, spoolDir);
      return await pool.runAlone({ kind: 'second', raw }, BOUNDED_TASK_LIMIT_MS);
    } catch (error) {
      if (isGone(error) || error instanceof ReadingDied) return null;
      throw error;
    } finally {
      await rm(spoolDir, { recursive: true, force: true });
    }
  }

  async function header(raw: RawReference): Promise<{ readonly reading: ReadMail }> {
    try {
      return await readHeader(raw, await headerBytes(raw));
    } catch (error) {
      if (!isGone(error) && !(error instanceof ReadingDied)) throw error;
      return { reading: await readHeaderOnly(headerOf(raw, Buffer.alloc(0), maxMessageBytes)) };
    }
  }

  async function read(raw: RawReference, stop?: AbortSignal): Promise<ReadMessage> {
    if (raw.size > maxMessageBytes) {
      const found = await readHeader(raw, await headerBytes(raw).catch(asGone(raw)));
      return { ...found, dispose: async () => {} };
    }
    // Created on demand: most messages are small, and a folder costs four disk operations.
    const spoolDir = join(settings.spoolDir, randomUUID());
    const dispose = (): Promise<void> => rm(spoolDir, { recursive: true, force: true });
    try {
      const content = await rawOf(raw, spoolDir);
      const result = await pool.run({ kind: 'message', raw: content, spoolDir }, timeLimitMs, stop);
      const isSpooled = [content, ...result.contents.map((file) => file.content)].some(
        (kept) => !(kept instanceof Uint8Array),
      );
      return {
        ...result,
        dispose: isSpooled ? dispose : async () => {},
      };
    } catch (error) {
      await dispose();
      return asGone(raw)(error);
    }
  }

  async function show(raw: RawReference): Promise<ReadMail> {
    if (raw.size > maxMessageBytes) return (await header(raw)).reading;
    const spoolDir = join(settings.spoolDir, randomUUID());
    try {
      const task = { kind: 'message', raw: await rawOf(raw, spoolDir), spoolDir, isToShow: true } as const;
      return (await pool.run(task, SHOW_LIMIT_MS)).reading;
    } catch (error) {
      return asGone(raw)(error);
    } finally {
      await rm(spoolDir, { recursive: true, force: true });
    }
  }

  return { read, show, header, second, remember: remembered.put, close: pool.close };
}

/** The bytes of a message: as they were just fetched, or from blob storage; large ones in a file. */
function rawReader(blobs: BlobStore, remembered: ReturnType<typeof createRawCache>) {
  return async ({ key, size }: RawReference, spoolDir: string): Promise<RawContent> => {
    const kept = remembered.take(key);
    if (kept !== undefined) return kept;
    const stream = await blobs.get(key);
    if (size > MAX_IN_MEMORY_BYTES) {
      await makeFolder(spoolDir, { mode: 0o700 });
      const path = join(spoolDir, 'message.eml');
      await pipeline(stream, createWriteStream(path, { flags: 'wx', mode: 0o600 }));
      return { path };
    }
    return Buffer.concat(await stream.toArray());
  };
}

function headerOf({ key, size }: RawReference, bytes: Buffer, maxBytes: number) {
  const end = /\r?\n\r?\n/u.exec(bytes.toString('latin1'));
  return {
    header: end === null ? bytes : bytes.subarray(0, end.index + end[0].length),
    size,
    sha256: /([0-9a-f]{64})/u.exec(key)?.[1] ?? '',
    maxBytes,
  };
}

const isGone = (error: unknown): boolean => error instanceof Error && error.name === 'BlobNotFound';

const asGone =
  ({ key }: RawReference) =>
  (error: unknown): never => {
    if (!isGone(error)) throw error;
    throw new PermanentError('raw-missing', `the raw message ${key} is not in blob storage`, {
      cause: error,
    });
  };

/** Messages are taken in the order in which they came, so those that are here stay, and what finds no room is read from blob storage. */
function createRawCache() {
  const kept = new Map<string, { readonly raw: Buffer; readonly since: number }>();
  let bytes = 0;
  const take = (key: string): Buffer | undefined => {
    const found = kept.get(key);
    if (found !== undefined && kept.delete(key)) bytes -= found.raw.length;
    return found?.raw;
  };
  const put = (key: string, raw: Buffer): void => {
    if (raw.length > MAX_IN_MEMORY_BYTES) return;
    take(key);
    const now = performance.now();
    // Another process may have taken the message, and the bytes would stay for ever.
    for (const [oldest, { since }] of kept) {
      if (now - since < MAX_REMEMBERED_MS) break;
      take(oldest);
    }
    if (bytes + raw.length > MAX_REMEMBERED_BYTES) return;
    kept.set(key, { raw, since: now });
    bytes += raw.length;
  };
  return { take, put };
}
