import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createWriteStream } from 'node:fs';
import { Piscina } from 'piscina';
import type { Authentication } from './mail/authentication.ts';
import { readHeaderOnly } from './mail/read.ts';
import type { Reading } from './mail/read.ts';
import { PermanentError } from './errors.ts';
import type { BlobStore } from './store/blobs.ts';
import { createTurnstile } from './turnstile.ts';

/** A raw message: in memory where it is small or was just fetched, else a file. */
export type RawContent = Uint8Array | { readonly path: string };

/** What the reading thread is asked. Survives structured clone. */
export interface ReadingTask {
  readonly raw: RawContent;
  /** A folder of this task's own for attachments that are too large for memory. */
  readonly spoolDir: string;
  readonly authenticate: boolean;
  readonly trustedAuthservIds: readonly string[];
  readonly ownRelays: readonly string[];
}

export interface AttachmentContent {
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string;
  readonly content: Buffer | { readonly path: string };
}

export interface ReadingResult {
  readonly reading: Reading;
  readonly contents: readonly AttachmentContent[];
  readonly authentication: Authentication | null;
}

export interface ReadMessage {
  readonly reading: Reading;
  /** Each distinct attachment once. Valid until `dispose`. */
  readonly contents: readonly AttachmentContent[];
  readonly authentication: Authentication | null;
  /** Removes what was spooled. */
  readonly dispose: () => Promise<void>;
}

interface RawReference {
  /** Key in blob storage. */
  readonly key: string;
  readonly size: number;
}

/** Reads messages in threads, so that no message, however hostile, stops the loop that renews job locks. */
export interface Reader {
  /** @throws ReadingDied when the message took too long or too much memory; PermanentError when its bytes are gone. */
  read(raw: RawReference): Promise<ReadMessage>;
  /** Only the header, in this thread: for messages that are not to be parsed. Empty where the bytes are gone. */
  header(raw: RawReference): Promise<{ readonly reading: Reading }>;
  /** Keeps raw bytes that were just fetched, so that they need not be fetched again; bounded, oldest out first. */
  remember(key: string, raw: Buffer): void;
  close(): Promise<void>;
}

export interface ReaderSettings {
  readonly blobs: BlobStore;
  readonly threads: number;
  readonly maxMessageBytes: number;
  readonly timeLimitMs: number;
  readonly spoolDir: string;
  /** Whether SPF, DKIM, DMARC and ARC are verified where no trusted header tells. */
  readonly authenticate: boolean;
  readonly trustedAuthservIds: readonly string[];
  readonly ownRelays: readonly string[];
}

/** The thread that read a message was ended: too long, or out of memory. Counts as a death of the attempt. */
export class ReadingDied extends Error {
  override readonly name = 'ReadingDied';
}

/** Larger messages are read from a file, so that concurrency times message size stays bounded. */
const MAX_IN_MEMORY_BYTES = 1024 * 1024;
const MAX_REMEMBERED_BYTES = 32 * 1024 * 1024;
/** As much header as is ever read of an oversize message; larger ones are an attack. */
const MAX_HEADER_BYTES = 1024 * 1024;
/** A message whose parts need more than this is a bomb. */
const MAX_THREAD_HEAP_MB = 256;

export function openReader(settings: ReaderSettings): Reader {
  const { blobs, maxMessageBytes, timeLimitMs } = settings;
  const source = import.meta.url.endsWith('.ts');
  const pool = new Piscina<ReadingTask, ReadingResult>({
    filename: new URL(source ? './reading-thread.ts' : './reading-thread.js', import.meta.url).href,
    name: 'readInThread',
    minThreads: 1,
    maxThreads: settings.threads,
    idleTimeout: 30_000,
    execArgv: source ? ['--import', 'tsx'] : [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_THREAD_HEAP_MB },
  });
  const remembered = createRawCache();
  // The time limit is for reading. In the pool's own queue it would run while a message waits behind two bombs.
  const free = createTurnstile(settings.threads);

  async function rawOf({ key, size }: RawReference, spoolDir: string): Promise<RawContent> {
    const kept = remembered.take(key);
    if (kept !== undefined) return kept;
    const stream = await blobs.get(key);
    if (size > MAX_IN_MEMORY_BYTES) {
      await mkdir(spoolDir, { recursive: true });
      const path = join(spoolDir, 'message.eml');
      await pipeline(stream, createWriteStream(path));
      return { path };
    }
    return Buffer.concat(await stream.toArray());
  }

  async function headerBytes({ key, size }: RawReference): Promise<Buffer> {
    const stream = await blobs.get(key, { start: 0, end: Math.min(size, MAX_HEADER_BYTES) - 1 });
    return Buffer.concat(await stream.toArray());
  }

  async function header({ key, size }: RawReference, bytes: Buffer): Promise<{ readonly reading: Reading }> {
    const end = /\r?\n\r?\n/u.exec(bytes.toString('latin1'));
    const reading = await readHeaderOnly({
      header: end === null ? bytes : bytes.subarray(0, end.index + end[0].length),
      size,
      sha256: /([0-9a-f]{64})/u.exec(key)?.[1] ?? '',
      maxBytes: maxMessageBytes,
    });
    return { reading };
  }

  async function read(raw: RawReference): Promise<ReadMessage> {
    if (raw.size > maxMessageBytes) {
      const found = await header(raw, await headerBytes(raw).catch(asGone(raw)));
      return { ...found, contents: [], authentication: null, dispose: async () => {} };
    }
    // Made when there is something to put into it: most messages are small, and a folder costs four calls of the disk.
    const spoolDir = join(settings.spoolDir, `docketmail-${randomUUID()}`);
    const dispose = (): Promise<void> => rm(spoolDir, { recursive: true, force: true });
    try {
      const content = await rawOf(raw, spoolDir);
      const { authenticate, trustedAuthservIds, ownRelays } = settings;
      const task = { raw: content, spoolDir, authenticate, trustedAuthservIds, ownRelays };
      const result = await free(
        async () => await pool.run(task, { signal: AbortSignal.timeout(timeLimitMs) }),
      ).catch((error: unknown) => {
        throw asReadingError(error, timeLimitMs);
      });
      const isSpooled = [content, ...result.contents.map((file) => file.content)].some(
        (kept) => !(kept instanceof Uint8Array),
      );
      return {
        ...result,
        contents: result.contents.map(asBuffer),
        dispose: isSpooled ? dispose : async () => {},
      };
    } catch (error) {
      await dispose();
      return asGone(raw)(error);
    }
  }

  return {
    read,
    header: async (raw) =>
      await header(
        raw,
        await headerBytes(raw).catch((error: unknown) => {
          if (isGone(error)) return Buffer.alloc(0);
          throw error;
        }),
      ),
    remember: remembered.put,
    close: () => pool.destroy(),
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

/** Structured clone turns a Buffer into a Uint8Array. */
function asBuffer(content: AttachmentContent): AttachmentContent {
  return content.content instanceof Uint8Array
    ? {
        ...content,
        content: Buffer.from(content.content.buffer, content.content.byteOffset, content.content.length),
      }
    : content;
}

function asReadingError(error: unknown, timeLimitMs: number): unknown {
  if (!(error instanceof Error)) return error;
  if (error.name === 'AbortError' || error.name === 'TimeoutError')
    return new ReadingDied(`reading took longer than ${timeLimitMs} ms`, { cause: error });
  if ('code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
    return new ReadingDied(`reading needed more than ${MAX_THREAD_HEAP_MB} MB`, { cause: error });
  return error;
}

function createRawCache() {
  const kept = new Map<string, Buffer>();
  let bytes = 0;
  const take = (key: string): Buffer | undefined => {
    const raw = kept.get(key);
    if (raw !== undefined && kept.delete(key)) bytes -= raw.length;
    return raw;
  };
  const put = (key: string, raw: Buffer): void => {
    if (raw.length > MAX_IN_MEMORY_BYTES) return;
    take(key);
    kept.set(key, raw);
    bytes += raw.length;
    for (const oldest of kept.keys()) {
      if (bytes <= MAX_REMEMBERED_BYTES) break;
      take(oldest);
    }
  };
  return { take, put };
}
