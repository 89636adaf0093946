import { Readable } from 'node:stream';
import { GetObjectCommand, HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { S3Config } from './blob-config.ts';
import { BlobNotFound, BlobStoreError, isBlobKey } from './blobs.ts';
import type { BlobStore, ByteRange, Download } from './blobs.ts';
import { asking, createClient, headBlob } from './s3-bucket.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { isNotFound, s3Problem } from './s3-errors.ts';
import { putBlob } from './s3-put.ts';

/** Signature version 4 allows seven days. */
const maxExpirySeconds = 7 * 24 * 3600;

/** What `check` writes and reads back. */
const probeKey = 'docketmail-check';
const probeBytes = Buffer.from('docketmail wrote this to check that blobs come back unchanged.\n');

/** Opens no connection yet. */
export function openS3Store(config: S3Config): BlobStore {
  const bucket: S3Bucket = { client: createClient(config), config };
  let proven = false;
  return {
    put: async (blob) => await putBlob(bucket, blob),
    head: async (key) => await headBlob(bucket, key),
    get: async (key, range) => await getBlob(bucket, key, range),
    presign: async (key, download) => await presign(bucket, key, download),
    check: async () => {
      await asking(bucket, () => bucket.client.send(new HeadBucketCommand({ Bucket: config.bucket })));
      // Permissions and framing do not change while the process runs; whether the server answers does.
      if (!proven) await probe(bucket);
      proven = true;
    },
    close: async () => bucket.client.destroy(),
  };
}

async function getBlob(
  { client, config }: S3Bucket,
  key: string,
  range: ByteRange | undefined,
): Promise<Readable> {
  if (!isBlobKey(key)) throw new BlobNotFound(key);
  if (range !== undefined && range.end < range.start) return Readable.from([]);
  const Range = range === undefined ? undefined : `bytes=${range.start}-${range.end}`;
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: config.bucket, Key: key, Range }));
    if (Body instanceof Readable) return Body;
  } catch (error) {
    if (isNotFound(error)) throw new BlobNotFound(key, { cause: error });
    throw s3Problem(error, config);
  }
  throw new BlobStoreError(`S3 answered without a body for ${key}`);
}

async function presign(
  bucket: S3Bucket,
  key: string,
  { filename, contentType, expiresSeconds }: Download,
): Promise<string | null> {
  if (!isBlobKey(key)) return null;
  const command = new GetObjectCommand({
    Bucket: bucket.config.bucket,
    Key: key,
    ResponseContentType: contentType,
    ResponseContentDisposition: dispositionOf(filename),
  });
  const expiresIn = Math.min(expiresSeconds, maxExpirySeconds);
  return await asking(bucket, () => getSignedUrl(bucket.client, command, { expiresIn }));
}

/** Writes and reads back a blob. @throws BlobStoreError if it comes back changed. */
async function probe(bucket: S3Bucket): Promise<void> {
  const { client, config } = bucket;
  const probed = { Bucket: config.bucket, Key: probeKey };
  await asking(bucket, () => client.send(new PutObjectCommand({ ...probed, Body: probeBytes })));
  const answer = await asking(bucket, async () => {
    const { Body } = await client.send(new GetObjectCommand(probed));
    return Body === undefined ? Buffer.alloc(0) : Buffer.from(await Body.transformToByteArray());
  });
  if (!answer.equals(probeBytes)) {
    throw new BlobStoreError(
      'S3_CHECKSUMS: objects do not come back as they were stored. Fix: set S3_CHECKSUMS=WHEN_REQUIRED; older servers store the checksum framing as data.',
    );
  }
}

/** RFC 6266: a name that every program reads, and the real one (RFC 8187). Neither can end the header or name a path. */
function dispositionOf(filename: string): string {
  const name = filename.replace(/[\p{Cc}\p{Cf}/\\]/gu, '_').slice(0, 200) || 'file';
  const ascii = name.replace(/[^\x20-\x7e]|["%]/gu, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/gu,
    (char) => `%${char.charCodeAt(0).toString(16)}`,
  );
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
