import type { BlobStore } from '../store/blobs/blobs.ts';

/** A blob store that counts what it really stored. */
export function countingBlobs(blobs: BlobStore): BlobStore & { stored(): number } {
  let stored = 0;
  return {
    put: async (input) => {
      const outcome = await blobs.put(input);
      if (outcome === 'stored') stored++;
      return outcome;
    },
    get: (key, range) => blobs.get(key, range),
    head: (key) => blobs.head(key),
    presign: (key, options) => blobs.presign(key, options),
    check: () => blobs.check(),
    close: () => blobs.close(),
    stored: () => stored,
  };
}
