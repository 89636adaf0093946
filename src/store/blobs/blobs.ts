/**
 * The port: where raw messages and attachments are stored. Two implementations ship, S3 (s3.ts) and a folder (folder.ts), and both
 * pass the same contract suite. Blobs are content-addressed and immutable: storing one twice changes nothing.
 */
import type { Readable } from 'node:stream';

export interface BlobStore {
  /**
   * Durable once it returns. A stored blob with another size than `size` (a truncated upload) is replaced. @throws if the content
   * is not `size` bytes, or the key is not ours.
   */
  put(blob: NewBlob): Promise<'stored' | 'present'>;
  /** @throws BlobNotFound before the stream is returned; the stream itself fails if the connection is lost later. */
  get(key: string, range?: ByteRange): Promise<Readable>;
  /** Size in bytes; null if there is no such blob. */
  head(key: string): Promise<{ readonly size: number } | null>;
  /** A URL that needs no credentials and saves the blob as `filename`; null if the store has no such URLs. */
  presign(key: string, download: Download): Promise<string | null>;
  /** @throws BlobStoreError naming the setting to correct, if blobs cannot be written and read back unchanged. */
  check(): Promise<void>;
  close(): Promise<void>;
}

export interface NewBlob {
  readonly key: string;
  readonly content: BlobContent;
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** In memory, or a file that exists until the blob is stored. */
export type BlobContent = Buffer | { readonly path: string };

/** Both inclusive, as in HTTP. `end` before `start` is an empty range. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

export interface Download {
  readonly filename: string;
  readonly contentType: string;
  readonly expiresSeconds: number;
}

export class BlobNotFound extends Error {
  override readonly name = 'BlobNotFound';
  readonly key: string;

  constructor(key: string, options: { readonly cause?: unknown } = {}) {
    super(`there is no blob ${JSON.stringify(key.slice(0, 100))}`, options);
    this.key = key;
  }
}

/** The store refuses or is unreachable. The message is for an operator and contains no credentials. */
export class BlobStoreError extends Error {
  override readonly name = 'BlobStoreError';
}

/** Two-digit folders limit a folder on disk to some thousand entries. */
export function rawKey(sha256: string): string {
  return `raw/${sha256.slice(0, 2)}/${sha256}.eml`;
}

export function attachmentKey(sha256: string): string {
  return `attachments/${sha256.slice(0, 2)}/${sha256}`;
}

/** Keys come back from databases and URLs: nothing else may reach a path or request. */
export function isBlobKey(key: string): boolean {
  const [, directory, digest] =
    /^(?:raw|attachments)\/([0-9a-f]{2})\/([0-9a-f]{64})(?:\.eml)?$/u.exec(key) ?? [];
  return directory !== undefined && digest?.startsWith(directory) === true;
}

/** @throws BlobStoreError for a key that is not ours, or content in memory of another size than declared. */
export function checkNewBlob({ key, content, size }: NewBlob): void {
  if (!isBlobKey(key)) throw new BlobStoreError(`${JSON.stringify(key.slice(0, 100))} is not a blob key`);
  if (Buffer.isBuffer(content)) checkSize({ key, size, actual: content.length });
}

/** @throws BlobStoreError if they differ. */
export function checkSize({
  key,
  size,
  actual,
}: {
  readonly key: string;
  readonly size: number;
  readonly actual: number;
}): void {
  if (actual !== size) throw new BlobStoreError(`${key}: ${actual} bytes instead of ${size}`);
}
