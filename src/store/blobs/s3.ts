import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BlobConfig } from '../../config/config.ts';
import { BlobNotFound, BlobStoreError, checkNewBlob, checkSize, isBlobKey } from './blobs.ts';
import type { BlobStore, Download, NewBlob } from './blobs.ts';
import { isNotFound, isRefusedCondition, isUnknownCondition, s3Problem } from './s3-errors.ts';

export type S3Config = Extract<BlobConfig, { readonly kind: 's3' }>;

/** Above this a blob goes up in parts, of which one is in memory at a time: S3 wants at least 5 MB for all but the last. */
const partBytes = 8 * 1024 * 1024;
/** Above this it is worth a request to ask whether the blob is there before it is sent in vain. */
const askFirstBytes = 256 * 1024;

const connectMs = 5_000;
/** Without a byte in either direction. */
const idleMs = 30_000;
const attempts = 4;
/** Signature version 4 allows seven days. */
const maxExpirySeconds = 7 * 24 * 3600;

/** What `check` writes and reads back. */
const probeKey = 'docketmail-check';
const probeBytes = Buffer.from('docketmail wrote this to see whether blobs come back as they were.\n');

/** Opens no connection yet. */
export function openS3Store(config: S3Config): BlobStore {
  const { bucket: Bucket } = config;
  const client = createClient(config);
  let proven = false;

  /** Sends a request; an error says which setting to look at. */
  async function asking<T>(request: () => Promise<T>): Promise<T> {
    try {
      return await request();
    } catch (error) {
      throw s3Problem(error, config);
    }
  }

  async function head(key: string): Promise<{ readonly size: number } | null> {
    if (!isBlobKey(key)) return null;
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket, Key: key }));
      return { size: ContentLength ?? 0 };
    } catch (error) {
      if (isNotFound(error)) return null;
      throw s3Problem(error, config);
    }
  }

  async function put(blob: NewBlob): Promise<'stored' | 'present'> {
    checkNewBlob(blob);
    const { key, content, size } = blob;
    if (!Buffer.isBuffer(content)) checkSize({ key, size, actual: (await stat(content.path)).size });
    let replaces = false;
    if (size > askFirstBytes) {
      const stored = await head(key);
      if (stored?.size === size) return 'present';
      replaces = stored !== null;
    }
    if (size > partBytes) return await putParts(blob);
    const bytes = Buffer.isBuffer(content) ? content : await readFile(content.path);
    checkSize({ key, size, actual: bytes.length });
    return await putWhole({ blob, bytes, replaces });
  }

  /** One request. If-None-Match lets exactly one of several writers win; for the others the blob is there. */
  async function putWhole({
    blob,
    bytes,
    replaces,
  }: {
    readonly blob: NewBlob;
    readonly bytes: Buffer;
    readonly replaces: boolean;
  }): Promise<'stored' | 'present'> {
    const input = {
      Bucket,
      Key: blob.key,
      Body: bytes,
      ContentLength: bytes.length,
      ContentType: blob.contentType,
      // The server checks what it has stored against the hash that the blob is named by.
      ...(config.checksums === 'WHEN_SUPPORTED' ? { ChecksumSHA256: base64Of(blob.sha256) } : {}),
    };
    if (!replaces) {
      try {
        await client.send(new PutObjectCommand({ ...input, IfNoneMatch: '*' }));
        return 'stored';
      } catch (error) {
        if (!isRefusedCondition(error) && !isUnknownCondition(error)) throw s3Problem(error, config);
        const stored = await head(blob.key);
        if (stored?.size === blob.size) return 'present';
      }
    }
    await asking(() => client.send(new PutObjectCommand(input)));
    return 'stored';
  }

  async function putParts({ key, content, size, contentType }: NewBlob): Promise<'stored'> {
    const Body = Buffer.isBuffer(content)
      ? content
      : createReadStream(content.path, { highWaterMark: 1024 * 1024 });
    const params = { Bucket, Key: key, Body, ContentType: contentType };
    await asking(() => new Upload({ client, params, partSize: partBytes, queueSize: 1 }).done());
    const stored = await head(key);
    checkSize({ key, size, actual: stored?.size ?? 0 });
    return 'stored';
  }

  async function presign(
    key: string,
    { filename, contentType, expiresSeconds }: Download,
  ): Promise<string | null> {
    if (!isBlobKey(key)) return null;
    const command = new GetObjectCommand({
      Bucket,
      Key: key,
      ResponseContentType: contentType,
      ResponseContentDisposition: dispositionOf(filename),
    });
    const expiresIn = Math.min(expiresSeconds, maxExpirySeconds);
    return await asking(() => getSignedUrl(client, command, { expiresIn }));
  }

  async function readProbe(): Promise<Buffer> {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: probeKey }));
    return Body === undefined ? Buffer.alloc(0) : Buffer.from(await Body.transformToByteArray());
  }

  return {
    put,
    head,
    presign,
    async get(key, range) {
      if (!isBlobKey(key)) throw new BlobNotFound(key);
      if (range !== undefined && range.end < range.start) return Readable.from([]);
      const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: key, Range }));
        if (Body instanceof Readable) return Body;
      } catch (error) {
        if (isNotFound(error)) throw new BlobNotFound(key, { cause: error });
        throw s3Problem(error, config);
      }
      throw new BlobStoreError(`S3 answered without a body for ${key}`);
    },
    async check() {
      await asking(() => client.send(new HeadBucketCommand({ Bucket })));
      // Rights and framing do not change while the process lives; whether the server answers does.
      if (proven) return;
      await asking(() => client.send(new PutObjectCommand({ Bucket, Key: probeKey, Body: probeBytes })));
      const answer = await asking(readProbe);
      if (!answer.equals(probeBytes)) {
        throw new BlobStoreError(
          'S3_CHECKSUMS: the server does not give back what was stored. Fix: set S3_CHECKSUMS=WHEN_REQUIRED; older servers store the checksum framing as data.',
        );
      }
      proven = true;
    },
    async close() {
      client.destroy();
    },
  };
}

function createClient({ endpoint, region, credentials, forcePathStyle, checksums }: S3Config): S3Client {
  return new S3Client({
    region,
    forcePathStyle,
    ...(endpoint === null ? {} : { endpoint }),
    ...(credentials === null ? {} : { credentials }),
    requestChecksumCalculation: checksums,
    responseChecksumValidation: checksums,
    maxAttempts: attempts,
    requestHandler: { connectionTimeout: connectMs, socketTimeout: idleMs },
  });
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}

/** RFC 6266: a name that every program reads, and the true one (RFC 8187). Neither can end the header or name a path. */
function dispositionOf(filename: string): string {
  const name = filename.replace(/[\p{Cc}\p{Cf}/\\]/gu, '_').slice(0, 200) || 'file';
  const ascii = name.replace(/[^\x20-\x7e]|["%]/gu, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/gu,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
