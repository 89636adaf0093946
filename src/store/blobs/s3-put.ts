import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { checkNewBlob, checkSize } from './blobs.ts';
import type { NewBlob } from './blobs.ts';
import { asking, headBlob } from './s3-bucket.ts';
import type { S3Bucket } from './s3-bucket.ts';
import { isRefusedCondition, isUnknownCondition, s3Problem } from './s3-errors.ts';

/** A larger blob is uploaded in parts, one in memory at a time: S3 requires at least 5 MB for all but the last. */
const partBytes = 8 * 1024 * 1024;
/** Above this size it is worth asking first whether the blob exists. */
const askFirstBytes = 256 * 1024;

/** The bytes are a stranger's, and a web server may serve the bucket: nothing in it opens as a page. */
const served = { ContentType: 'application/octet-stream', ContentDisposition: 'attachment' } as const;

export async function putBlob(bucket: S3Bucket, blob: NewBlob): Promise<'stored' | 'present'> {
  checkNewBlob(blob);
  const { key, content, size } = blob;
  if (!Buffer.isBuffer(content)) checkSize({ key, size, actual: (await stat(content.path)).size });
  let replaces = false;
  if (size > askFirstBytes) {
    const stored = await headBlob(bucket, key);
    if (stored?.size === size) return 'present';
    replaces = stored !== null;
  }
  if (size > partBytes) return await putParts(bucket, blob);
  const bytes = Buffer.isBuffer(content) ? content : await readFile(content.path);
  checkSize({ key, size, actual: bytes.length });
  return await putWhole(bucket, { blob, bytes, replaces });
}

/** One request. If-None-Match lets exactly one of several writers win; for the others the blob exists. */
async function putWhole(
  bucket: S3Bucket,
  { blob, bytes, replaces }: { readonly blob: NewBlob; readonly bytes: Buffer; readonly replaces: boolean },
): Promise<'stored' | 'present'> {
  const { client, config } = bucket;
  const input = {
    Bucket: config.bucket,
    Key: blob.key,
    Body: bytes,
    ContentLength: bytes.length,
    ...served,
    // The server checks what it stored against the hash in the blob's name.
    ...(config.checksums === 'WHEN_SUPPORTED' ? { ChecksumSHA256: base64Of(blob.sha256) } : {}),
  };
  if (!replaces) {
    try {
      await client.send(new PutObjectCommand({ ...input, IfNoneMatch: '*' }));
      return 'stored';
    } catch (error) {
      if (!isRefusedCondition(error) && !isUnknownCondition(error)) throw s3Problem(error, config);
      const stored = await headBlob(bucket, blob.key);
      if (stored?.size === blob.size) return 'present';
    }
  }
  await asking(bucket, () => client.send(new PutObjectCommand(input)));
  return 'stored';
}

async function putParts(bucket: S3Bucket, { key, content, size }: NewBlob): Promise<'stored'> {
  const { client, config } = bucket;
  const Body = Buffer.isBuffer(content)
    ? content
    : createReadStream(content.path, { highWaterMark: 1024 * 1024 });
  const params = { Bucket: config.bucket, Key: key, Body, ...served };
  await asking(bucket, () => new Upload({ client, params, partSize: partBytes, queueSize: 1 }).done());
  const stored = await headBlob(bucket, key);
  checkSize({ key, size, actual: stored?.size ?? 0 });
  return 'stored';
}

function base64Of(hex: string): string {
  return Buffer.from(hex, 'hex').toString('base64');
}
