import type { Config } from '../../config/config.ts';
import { openBlobStore } from '../../store/blobs/open-blob-store.ts';
import { failed, finding } from './finding.ts';
import type { Finding } from './finding.ts';

export async function examineBlobs({ blobs: settings }: Config): Promise<Finding> {
  const subject = settings.kind === 's3' ? 's3' : 'blobs';
  const blobs = openBlobStore(settings);
  try {
    await blobs.check();
    return finding(
      subject,
      'ok',
      settings.kind === 's3' ? `bucket ${settings.bucket}` : `folder ${settings.dir}`,
    );
  } catch (error) {
    const fix =
      settings.kind === 's3'
        ? 'check S3_ENDPOINT, S3_BUCKET, S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY'
        : 'make BLOB_DIR writable';
    return failed(subject, error, fix);
  } finally {
    await blobs.close();
  }
}
