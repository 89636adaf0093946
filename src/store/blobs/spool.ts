import { createHash, randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BlobContent } from './blobs.ts';
import { makeFolder } from './make-folder.ts';

/** Content with a known hash. */
export interface Spooled {
  readonly content: BlobContent;
  readonly size: number;
  readonly sha256: string;
  /** Removes the file, if any. A second call does nothing. */
  dispose(): Promise<void>;
}

const defaultMemoryBytes = 1024 * 1024;

/**
 * Reads a stream to its end and hashes it: up to `maxMemoryBytes` (1 MB) into memory, more into a file in `dir`, which is created.
 * Content already in memory stays there. @throws the error of the stream or the disk, leaving nothing behind.
 */
export async function spool(
  source: Buffer | Readable,
  { dir, maxMemoryBytes = defaultMemoryBytes }: { readonly dir: string; readonly maxMemoryBytes?: number },
): Promise<Spooled> {
  const hash = createHash('sha256');
  if (Buffer.isBuffer(source)) {
    return {
      content: source,
      size: source.length,
      sha256: hash.update(source).digest('hex'),
      dispose: async () => {},
    };
  }
  const path = join(dir, `docketmail-${randomUUID()}`);
  const dispose = (): Promise<void> => rm(path, { force: true });
  let file: FileHandle | null = null;
  let gathered: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of source) {
      const chunk: Buffer = Buffer.isBuffer(piece) ? piece : Buffer.from(String(piece));
      hash.update(chunk);
      size += chunk.length;
      if (file === null) gathered.push(chunk);
      else await file.writeFile(chunk);
      if (file === null && size > maxMemoryBytes) {
        // Owner only: it is private mail.
        await makeFolder(dir, { mode: 0o700 });
        file = await open(path, 'wx', 0o600);
        await file.writeFile(Buffer.concat(gathered));
        gathered = [];
      }
    }
    await file?.close();
  } catch (error) {
    await file?.close().catch(() => {});
    await dispose();
    throw error;
  }
  const sha256 = hash.digest('hex');
  if (file === null) return { content: Buffer.concat(gathered), size, sha256, dispose: async () => {} };
  return { content: { path }, size, sha256, dispose };
}
