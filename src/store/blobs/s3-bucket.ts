import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { S3Config } from './blob-config.ts';
import { isBlobKey } from './blobs.ts';
import { isNotFound, s3Problem } from './s3-errors.ts';

const connectMs = 5_000;
/** Without a byte in either direction. */
const idleMs = 30_000;
const attempts = 4;

/** The configured bucket and the client that reaches it. */
export interface S3Bucket {
  readonly client: S3Client;
  readonly config: S3Config;
}

export function createClient({
  endpoint,
  region,
  credentials,
  forcePathStyle,
  checksums,
}: S3Config): S3Client {
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

/** Sends a request; an error names the setting to check. */
export async function asking<T>({ config }: S3Bucket, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw s3Problem(error, config);
  }
}

export async function headBlob(
  { client, config }: S3Bucket,
  key: string,
): Promise<{ readonly size: number } | null> {
  if (!isBlobKey(key)) return null;
  try {
    const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: config.bucket, Key: key }));
    return { size: ContentLength ?? 0 };
  } catch (error) {
    if (isNotFound(error)) return null;
    throw s3Problem(error, config);
  }
}
