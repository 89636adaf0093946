import pLimit from 'p-limit';
import type { BlobStore, NewBlob } from './blobs.ts';

/** Requests to a store at once, and files that are written side by side: enough to wait for a disk or a server once for all of them. */
const MAX_AT_ONCE = 16;

/** Stores several blobs side by side. One that fails keeps no other from it. */
export async function putAll(
  store: Pick<BlobStore, 'put'>,
  blobs: readonly NewBlob[],
): Promise<PromiseSettledResult<unknown>[]> {
  const limit = pLimit(MAX_AT_ONCE);
  return await Promise.allSettled(blobs.map(async (blob) => await limit(async () => await store.put(blob))));
}
