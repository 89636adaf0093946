import type { S3Config } from './blob-config.ts';
import { BlobStoreError } from './blobs.ts';

/** What the SDK and Node report about a failed request. */
interface Failure {
  /** The S3 error code, or the name of a Node or SDK error. */
  readonly code: string;
  readonly status: number | null;
  readonly message: string;
}

/** A HEAD has no body, so the status is all there is. */
export function isNotFound(error: unknown): boolean {
  const { code, status } = failureOf(error);
  return code !== 'NoSuchBucket' && (code === 'NoSuchKey' || code === 'NotFound' || status === 404);
}

/** If-None-Match: the blob exists. */
export function isRefusedCondition(error: unknown): boolean {
  return failureOf(error).status === 412;
}

/** Another writer is active (409), or the server does not know the condition (501). */
export function isUnknownCondition(error: unknown): boolean {
  const { code, status } = failureOf(error);
  return status === 409 || status === 501 || code === 'NotImplemented';
}

/** The error in words for an operator, with the setting to check. */
export function s3Problem(error: unknown, config: S3Config): BlobStoreError {
  if (error instanceof BlobStoreError) return error;
  const failure = failureOf(error);
  const problem = explain(failure, config) ?? `S3 failed: ${failure.code}: ${failure.message}`;
  return new BlobStoreError(problem, { cause: error });
}

const unreachable: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);

function explain({ code, status, message }: Failure, { bucket, endpoint, region }: S3Config): string | null {
  const server = endpoint ?? `AWS in ${region}`;
  const named = JSON.stringify(bucket);
  if (unreachable.has(code)) {
    return `S3_ENDPOINT: ${server} cannot be reached (${code}). Fix: correct the URL, or start the server.`;
  }
  if (code === 'InvalidAccessKeyId') {
    return `S3_ACCESS_KEY_ID: ${server} does not know this key. Fix: correct it.`;
  }
  if (code === 'SignatureDoesNotMatch') {
    return `S3_SECRET_ACCESS_KEY: ${server} refuses the signature. Fix: correct S3_SECRET_ACCESS_KEY, or S3_REGION (${region}).`;
  }
  if (code === 'CredentialsProviderError') {
    return 'S3_ACCESS_KEY_ID: not set, and the machine has no credentials of its own. Fix: set S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.';
  }
  if (code === 'AuthorizationHeaderMalformed' || code === 'PermanentRedirect' || status === 301) {
    return `S3_REGION: the bucket ${named} is not in ${region}. Fix: set the region of the bucket.`;
  }
  if (code === 'NoSuchBucket' || status === 404) {
    return `S3_BUCKET: there is no bucket ${named} at ${server}. Fix: create it, or correct the name.`;
  }
  if (status === 403 || status === 401) {
    return `S3_BUCKET: ${server} denies access to ${named} (${code}). Fix: allow this key to read and write it, or correct S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY.`;
  }
  if (code === 'XAmzContentSHA256Mismatch' || code === 'BadDigest') {
    return `S3 received other bytes than were sent (${code}: ${message}).`;
  }
  return null;
}

function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'Error', status: null, message: String(error) };
  const metadata: unknown = '$metadata' in error ? error.$metadata : null;
  const status =
    typeof metadata === 'object' && metadata !== null && 'httpStatusCode' in metadata
      ? Number(metadata.httpStatusCode)
      : null;
  // Node joins the attempts over IPv4 and IPv6 into one error with the code of the first.
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { code, status: status === null || Number.isNaN(status) ? null : status, message: error.message };
}
