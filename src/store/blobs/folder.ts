import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { access, copyFile, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { BlobNotFound, BlobStoreError, checkNewBlob, checkSize, isBlobKey } from './blobs.ts';
import type { BlobStore, NewBlob } from './blobs.ts';
import { makeFolder } from './make-folder.ts';

/** Contains private mail. */
const ownerOnly = 0o600;

/** Blobs in a folder on a disk that every process sees: for a single machine, a trial, tests. */
export function openDirectoryStore({ dir }: { readonly dir: string }): BlobStore {
  const pathOf = (key: string): string => join(dir, key);

  async function head(key: string): Promise<{ readonly size: number } | null> {
    if (!isBlobKey(key)) return null;
    try {
      return { size: (await stat(pathOf(key))).size };
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  async function put(blob: NewBlob): Promise<'stored' | 'present'> {
    checkNewBlob(blob);
    try {
      return await store(blob);
    } catch (error) {
      throw problemOf(error, dir) ?? error;
    }
  }

  async function store(blob: NewBlob): Promise<'stored' | 'present'> {
    const stored = await head(blob.key);
    if (stored?.size === blob.size) return 'present';
    const path = pathOf(blob.key);
    const folder = dirname(path);
    // In the folder of its destination, so that the rename stays within one file system and is atomic.
    const draft = join(folder, `.${randomUUID()}`);
    let created: string | undefined;
    try {
      // Only the first blob of a folder finds none, so it is not asked for before.
      await writeDraft(draft, blob).catch(async (error: unknown) => {
        if (!isMissing(error)) throw error;
        created = await makeFolder(folder);
        await writeDraft(draft, blob);
      });
      await rename(draft, path);
    } catch (error) {
      await rm(draft, { force: true }).catch(() => {});
      throw error;
    }
    await syncFolder(folder);
    if (created !== undefined) await syncParents(folder, dirname(created));
    return 'stored';
  }

  return {
    put,
    head,
    async get(key, range) {
      if (!isBlobKey(key)) throw new BlobNotFound(key);
      if (range !== undefined && range.end < range.start) return Readable.from([]);
      try {
        const file = await open(pathOf(key));
        return file.createReadStream({ ...range, highWaterMark: 256 * 1024 });
      } catch (cause) {
        if (isMissing(cause)) throw new BlobNotFound(key, { cause });
        throw cause;
      }
    },
    presign: async () => null,
    async check() {
      try {
        await makeFolder(dir);
        await access(dir, constants.R_OK | constants.W_OK | constants.X_OK);
      } catch (cause) {
        throw problemOf(cause, dir) ?? unwritable(cause, { dir, fix: RIGHTS });
      }
    },
    close: async () => {},
  };
}

const RIGHTS = 'correct the path or the permissions of the folder';
const fixes: Readonly<Record<string, string>> = {
  EROFS: 'its file system is mounted read-only: mount it writable, or set BLOB_DIR to a folder that is',
  EACCES: 'give the user of docketmail the right to write it',
  EPERM: 'give the user of docketmail the right to write it, or set BLOB_DIR to a folder that can be written',
  ENOENT: RIGHTS,
  ENOTDIR: RIGHTS,
  ENOSPC: 'the disk is full: free space, or move BLOB_DIR to a larger one',
  EDQUOT: 'the quota is used up: raise it, or free space',
};

/** The error in words for an operator; null if it is not about the folder. */
function problemOf(error: unknown, dir: string): BlobStoreError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const fix = fixes[code];
  return fix === undefined ? null : unwritable(error, { dir, fix });
}

function unwritable(
  cause: unknown,
  { dir, fix }: { readonly dir: string; readonly fix: string },
): BlobStoreError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BlobStoreError(
    `BLOB_DIR: the folder ${JSON.stringify(dir)} cannot be written (${reason}). Fix: ${fix}.`,
    { cause },
  );
}

/** Flushed to disk before the file gets its name. */
async function writeDraft(draft: string, { key, content, size }: NewBlob): Promise<void> {
  const isInMemory = Buffer.isBuffer(content);
  if (!isInMemory) await copyFile(content.path, draft, constants.COPYFILE_EXCL);
  const file = await open(draft, isInMemory ? 'wx' : 'r+', ownerOnly);
  try {
    if (isInMemory) await file.writeFile(content);
    else {
      // A copy has the mode of what was copied.
      await file.chmod(ownerOnly);
      checkSize({ key, size, actual: (await file.stat()).size });
    }
    await file.sync();
  } finally {
    await file.close();
  }
}

/** From a new folder up to the first existing one, each has an entry that must survive a power cut. */
async function syncParents(folder: string, last: string): Promise<void> {
  for (let parent = dirname(folder); parent.length >= last.length; parent = dirname(parent)) {
    await syncFolder(parent);
    if (parent === dirname(parent)) return;
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}
