import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BlobNotFound, BlobStoreError, attachmentKey, rawKey } from '../../../src/store/blobs/blobs.ts';
import type { BlobStore, NewBlob } from '../../../src/store/blobs/blobs.ts';

const sha256Of = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

export function newBlob(content: Buffer): NewBlob & { readonly content: Buffer } {
  const sha256 = sha256Of(content);
  return {
    key: attachmentKey(sha256),
    content,
    size: content.length,
    sha256,
  };
}

export async function readBlob(store: BlobStore, key: string): Promise<Buffer> {
  return Buffer.concat(await (await store.get(key)).toArray());
}

/** What every blob store must do. `open` opens one on a place shared by all calls. */
export function describeBlobStore(name: string, open: () => Promise<BlobStore>): void {
  describe(`a blob store: ${name}`, () => {
    let store: BlobStore;
    let folder: string;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'docketmail-blobs-'));
      store = await open();
    });
    afterAll(async () => {
      await store.close();
      await rm(folder, { recursive: true });
    });

    async function inFile(blob: NewBlob & { readonly content: Buffer }): Promise<NewBlob> {
      const path = join(folder, blob.sha256);
      await writeFile(path, blob.content);
      return { ...blob, content: { path } };
    }

    it('passes its own check, more than once', async () => {
      await expect(store.check()).resolves.toBeUndefined();
      await expect(store.check()).resolves.toBeUndefined();
    });

    it.each([
      ['nothing', 0],
      ['one byte', 1],
      ['a small file', 70_000],
      ['what is asked for first', 300_000],
      ['more than one part', 9 * 1024 * 1024 + 1],
    ])('returns %s unchanged, from memory and from a file', async (_, size) => {
      const inMemory = newBlob(randomBytes(size));
      await store.put(inMemory);
      expect(await store.head(inMemory.key)).toEqual({ size });
      expect(sha256Of(await readBlob(store, inMemory.key))).toBe(inMemory.sha256);

      const other = newBlob(randomBytes(size));
      await store.put(await inFile(other));
      expect(sha256Of(await readBlob(store, other.key))).toBe(other.sha256);
    });

    it('returns bytes that look like chunk framing unchanged', async () => {
      const blob = newBlob(
        Buffer.from(`5;chunk-signature=0\r\nhello\r\n0\r\n\r\n${randomBytes(8).toString('hex')}`),
      );
      await store.put(blob);
      expect(blob.content.equals(await readBlob(store, blob.key))).toBe(true);
    });

    it.each([
      ['small', 1000],
      ['large', 400_000],
    ])('stores a %s blob once, and says so', async (_, size) => {
      const blob = newBlob(randomBytes(size));
      expect(await store.put(blob)).toBe('stored');
      expect(await store.put(blob)).toBe('present');
      expect(await store.put(await inFile(blob))).toBe('present');
      expect(blob.content.equals(await readBlob(store, blob.key))).toBe(true);
    });

    it('holds one whole blob after many puts at once', async () => {
      const blob = newBlob(randomBytes(100_000));
      const outcomes = await Promise.all(Array.from({ length: 8 }, () => store.put(blob)));
      expect(outcomes).toContain('stored');
      expect(blob.content.equals(await readBlob(store, blob.key))).toBe(true);
    });

    it('keeps raw messages and attachments of equal bytes apart', async () => {
      const blob = newBlob(randomBytes(100));
      await store.put({ ...blob, key: rawKey(blob.sha256) });
      expect(await store.head(blob.key)).toBeNull();
      expect(blob.content.equals(await readBlob(store, rawKey(blob.sha256)))).toBe(true);
    });

    it('refuses content of another size than announced, and stores nothing', async () => {
      for (const blob of [newBlob(randomBytes(500)), await inFile(newBlob(randomBytes(500)))]) {
        await expect(store.put({ ...blob, size: 501 })).rejects.toThrow('500 bytes instead of 501');
        expect(await store.head(blob.key)).toBeNull();
      }
    });

    it('reads a range, an empty one, and one beyond the end', async () => {
      const blob = newBlob(randomBytes(1000));
      await store.put(blob);
      const range = async (start: number, end: number): Promise<Buffer> =>
        Buffer.concat(await (await store.get(blob.key, { start, end })).toArray());
      expect(await range(0, 9)).toEqual(blob.content.subarray(0, 10));
      expect(await range(990, 5000)).toEqual(blob.content.subarray(990));
      expect(await range(0, -1)).toEqual(Buffer.alloc(0));
    });

    it('reports a missing blob', async () => {
      const key = rawKey(sha256Of(randomBytes(8)));
      expect(await store.head(key)).toBeNull();
      const error = await store.get(key).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(BlobNotFound);
      expect(error).toMatchObject({ key });
    });

    it.each([
      '',
      '.',
      '../../etc/passwd',
      'raw/../../etc/passwd',
      `raw/ab/../../${'a'.repeat(64)}`,
      `/raw/aa/${'a'.repeat(64)}.eml`,
      `raw/bb/${'a'.repeat(64)}.eml`,
      `raw/aa/${'A'.repeat(64)}.eml`,
      `raw/aa/${'a'.repeat(64)}.eml\0`,
      `raw/aa/${'a'.repeat(64)}.eml\n`,
      `attachments/aa/${'a'.repeat(64)}/x`,
      `raw\\aa\\${'a'.repeat(64)}.eml`,
      'docketmail-check',
    ])('knows no blob under the hostile key %j, and stores none', async (key) => {
      await expect(store.put({ ...newBlob(Buffer.from('x')), key })).rejects.toThrow(BlobStoreError);
      await expect(store.get(key)).rejects.toThrow(BlobNotFound);
      expect(await store.head(key)).toBeNull();
      expect(
        await store.presign(key, { filename: 'x', contentType: 'text/plain', expiresSeconds: 60 }),
      ).toBeNull();
    });
  });
}
