import { createHash } from 'node:crypto';
import { ObjectId } from 'mongodb';

/** An ObjectId from the first 12 bytes of SHA-256 over the parts, each ended by a NUL: makes writes idempotent. */
export function deterministicId(...parts: readonly string[]): ObjectId {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return new ObjectId(hash.digest().subarray(0, 12));
}
