import type { BlobConfig } from './blob-config.ts';
import type { BlobStore } from './blobs.ts';
import { openDirectoryStore } from './folder.ts';
import { openS3Store } from './s3.ts';

/** Opens no connection yet. */
export function openBlobStore(config: BlobConfig): BlobStore {
  return config.kind === 's3' ? openS3Store(config) : openDirectoryStore(config);
}
