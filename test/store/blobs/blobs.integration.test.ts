import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/config.ts';
import { openDirectoryStore } from '../../../src/store/blobs/folder.ts';
import type { S3Config } from '../../../src/store/blobs/blob-config.ts';
import { createClient } from '../../../src/store/blobs/s3-bucket.ts';
import { openS3Store } from '../../../src/store/blobs/s3.ts';
import { describeBlobStore, newBlob, readBlob } from './blobs.contract.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-store-'));
  folders.push(folder);
  return folder;
}

/** The S3 server of `script/services`, or any other named in the environment. */
function s3Config(): S3Config {
  const { blobs } = loadConfig(
    { MONGODB_URI: 'mongodb://unused', REDIS_URL: 'redis://unused', ...s3Environment() },
    { mailboxes: 'optional' },
  );
  if (blobs.kind !== 's3') throw new Error('S3_BUCKET is not set: run eval "$(script/services env)" first.');
  return blobs;
}

function s3Environment(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('S3_')));
}

describeBlobStore('a folder', async () =>
  openDirectoryStore({ dir: join(await newFolder(), 'new', 'blobs') }),
);
describeBlobStore('S3', async () => openS3Store(s3Config()));
describeBlobStore('S3 without checksums', async () =>
  openS3Store({ ...s3Config(), checksums: 'WHEN_REQUIRED' }),
);

describe('a folder of blobs', () => {
  it('opens nothing as a page, whoever serves the bucket', async () => {
    const config = s3Config();
    const store = openS3Store(config);
    const client = createClient(config);
    for (const size of [100, 9_000_000]) {
      const blob = newBlob(Buffer.concat([Buffer.from('<script>alert(1)</script>'), randomBytes(size)]));
      await store.put(blob);
      const head = await client.send(new HeadObjectCommand({ Bucket: config.bucket, Key: blob.key }));
      expect([head.ContentType, head.ContentDisposition]).toEqual(['application/octet-stream', 'attachment']);
    }
    client.destroy();
    await store.close();
  });

  it('replaces a blob that was cut short', async () => {
    const dir = await newFolder();
    const store = openDirectoryStore({ dir });
    const blob = newBlob(randomBytes(100));
    await store.put(blob);
    await truncate(join(dir, blob.key), 50);
    expect(await store.put(blob)).toBe('stored');
    expect(blob.content.equals(await readBlob(store, blob.key))).toBe(true);
  });

  it('holds nothing but blobs, also after a failed put', async () => {
    const dir = await newFolder();
    const store = openDirectoryStore({ dir });
    const blob = newBlob(randomBytes(100));
    const path = join(await newFolder(), 'short');
    await writeFile(path, 'short');
    await expect(store.put({ ...blob, content: { path } })).rejects.toThrow('5 bytes instead of 100');
    await store.put(blob);
    const files = await readdir(dir, { recursive: true, withFileTypes: true });
    expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual([blob.sha256]);
  });

  it('can be read by its owner only', async () => {
    const dir = await newFolder();
    const blob = newBlob(randomBytes(100));
    await openDirectoryStore({ dir }).put(blob);
    expect((await stat(join(dir, blob.key))).mode & 0o777).toBe(0o600);
    const path = join(await newFolder(), 'world-readable');
    const other = newBlob(randomBytes(100));
    await writeFile(path, other.content, { mode: 0o644 });
    await openDirectoryStore({ dir }).put({ ...other, content: { path } });
    expect((await stat(join(dir, other.key))).mode & 0o777).toBe(0o600);
  });

  it('names BLOB_DIR if it cannot be a folder', async () => {
    const path = join(await newFolder(), 'file');
    await writeFile(path, '');
    await expect(openDirectoryStore({ dir: path }).check()).rejects.toThrow(/^BLOB_DIR: .*Fix: /u);
  });

  it.each([
    ['/sys/docketmail/blobs', /\((?:EPERM|EACCES|EROFS): .*right|read-only/u],
    ['/proc/docketmail/blobs', /\(ENOENT: no folder can be created in \/proc\)/u],
  ])('says why %s cannot be written, and what to do, at the check and at a put', async (dir, why) => {
    const store = openDirectoryStore({ dir });
    for (const work of [store.check(), store.put(newBlob(randomBytes(10)))]) {
      const error: unknown = await work.catch((thrown: unknown) => thrown);
      expect(String(error)).toMatch(/BLOB_DIR: .*Fix: /u);
      expect(String(error)).toMatch(why);
    }
  });

  it('has no URLs of its own', async () => {
    const store = openDirectoryStore({ dir: await newFolder() });
    const blob = newBlob(randomBytes(1));
    await store.put(blob);
    const download = { filename: 'a.pdf', contentType: 'application/pdf', expiresSeconds: 60 };
    expect(await store.presign(blob.key, download)).toBeNull();
  });
});

describe('S3', () => {
  it('gives a URL that saves the blob under its name, which cannot break out of the header', async () => {
    const store = openS3Store(s3Config());
    const blob = newBlob(randomBytes(1000));
    await store.put(blob);
    const filename = 'Grüße/"x"\r\nX-Evil: 1\u202E.pdf';
    const url = await store.presign(blob.key, {
      filename,
      contentType: 'application/pdf',
      expiresSeconds: 60,
    });
    const answer = await fetch(url ?? '');
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer())).toEqual(blob.content);
    const asked = new URL(url ?? '').searchParams.get('response-content-disposition');
    expect(asked).toBe(
      `attachment; filename="Gr__e__x___X-Evil: 1_.pdf"; filename*=UTF-8''Gr%C3%BC%C3%9Fe_%22x%22__X-Evil%3A%201_.pdf`,
    );
    await store.close();
  });

  it('replaces a blob that was cut short', async () => {
    const store = openS3Store(s3Config());
    for (const size of [1000, 400_000]) {
      const blob = newBlob(randomBytes(size));
      const other = newBlob(blob.content.subarray(0, size / 2));
      await store.put({ ...other, key: blob.key });
      expect(await store.put(blob)).toBe('stored');
      expect(blob.content.equals(await readBlob(store, blob.key))).toBe(true);
    }
    await store.close();
  });

  it('refuses bytes that are not those of the hash', async () => {
    const store = openS3Store(s3Config());
    const blob = newBlob(randomBytes(1000));
    await expect(store.put({ ...blob, content: randomBytes(1000) })).rejects.toThrow(
      'S3 received other bytes',
    );
    expect(await store.head(blob.key)).toBeNull();
    await store.close();
  });

  it.each([
    [
      'a bucket that is not there',
      { bucket: 'no-such-bucket-here' },
      /^S3_BUCKET: there is no bucket "no-such/u,
    ],
    [
      'a wrong secret',
      { credentials: { accessKeyId: s3Environment()['S3_ACCESS_KEY_ID'] ?? '', secretAccessKey: 'wrong' } },
      /^S3_(?:SECRET_ACCESS_KEY|BUCKET): .*S3_SECRET_ACCESS_KEY/u,
    ],
    [
      'an unknown key',
      { credentials: { accessKeyId: 'nobody', secretAccessKey: 'wrong' } },
      /^S3_(?:ACCESS_KEY_ID|BUCKET): .*/u,
    ],
    [
      'a server that is not there',
      { endpoint: 'http://127.0.0.1:9' },
      /^S3_ENDPOINT: http:\/\/127\.0\.0\.1:9 cannot be reached \(ECONNREFUSED\)/u,
    ],
  ])('says which setting to look at for %s', async (_, wrong, message) => {
    const store = openS3Store({ ...s3Config(), ...wrong });
    const blob = newBlob(randomBytes(10));
    await expect(store.check()).rejects.toThrow(message);
    await expect(store.put(blob)).rejects.toThrow(/^S3_/u);
    await expect(store.check()).rejects.not.toThrow('wrong');
    await store.close();
  });
});
