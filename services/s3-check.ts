// Checks for a bucket on an S3 server, and creates a missing one.
import { CreateBucketCommand, HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';

const timeoutMs = 5000;

type S3Env = Readonly<Record<string, string | undefined>>;

export function openS3(env: S3Env): S3Client {
  return new S3Client({
    endpoint: env['S3_ENDPOINT'],
    region: env['S3_REGION'] ?? 'us-east-1',
    forcePathStyle: env['S3_FORCE_PATH_STYLE'] !== 'false',
    maxAttempts: 1,
    requestHandler: { requestTimeout: timeoutMs, connectionTimeout: timeoutMs },
    credentials: {
      accessKeyId: env['S3_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['S3_SECRET_ACCESS_KEY'] ?? '',
    },
  });
}

/** Returns what the server calls itself. */
export async function checkBucket(env: S3Env): Promise<string> {
  const client = openS3(env);
  try {
    await client.send(new HeadBucketCommand({ Bucket: env['S3_BUCKET'] }));
    return 'S3';
  } finally {
    client.destroy();
  }
}

export async function makeBucket(env: S3Env): Promise<void> {
  const client = openS3(env);
  try {
    await client.send(new CreateBucketCommand({ Bucket: env['S3_BUCKET'] }));
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'BucketAlreadyOwnedByYou') throw error;
  } finally {
    client.destroy();
  }
}
