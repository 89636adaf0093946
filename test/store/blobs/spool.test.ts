import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { spool } from '../../../src/store/blobs/spool.ts';

function inChunks(bytes: Buffer, size: number): Readable {
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += size) chunks.push(bytes.subarray(start, start + size));
  return Readable.from(chunks);
}

async function* broken(): AsyncGenerator<Buffer> {
  yield randomBytes(5000);
  throw new Error('connection lost');
}

describe('spool', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'docketmail-spool-'));
  });
  afterEach(async () => {
    await rm(dir, { recursive: true });
  });

  it.each([0, 1, 1000, 1024 * 1024])('keeps %i bytes in memory', async (size) => {
    const bytes = randomBytes(size);
    const spooled = await spool(inChunks(bytes, 10_000), { dir });
    expect(Buffer.isBuffer(spooled.content) && spooled.content.equals(bytes)).toBe(true);
    expect(spooled).toMatchObject({ size, sha256: createHash('sha256').update(bytes).digest('hex') });
    expect(await readdir(dir)).toEqual([]);
  });

  it('puts more into a file that only its owner can read, and removes it when asked', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 7);
    const spooled = await spool(inChunks(bytes, 65_536), { dir });
    const path = Buffer.isBuffer(spooled.content) ? '' : spooled.content.path;
    expect(bytes.equals(await readFile(path))).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(spooled).toMatchObject({
      size: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    await spooled.dispose();
    await spooled.dispose();
    expect(await readdir(dir)).toEqual([]);
  });

  it('leaves what is in memory there, whatever its size', async () => {
    const bytes = randomBytes(2000);
    expect((await spool(bytes, { dir, maxMemoryBytes: 10 })).content).toBe(bytes);
  });

  it('passes on the stream’s error and leaves nothing behind', async () => {
    await expect(spool(Readable.from(broken()), { dir, maxMemoryBytes: 1000 })).rejects.toThrow(
      'connection lost',
    );
    expect(await readdir(dir)).toEqual([]);
  });

  it('creates the folder when needed, and fails if it cannot', async () => {
    const chunks = (): Readable => inChunks(randomBytes(50), 10);
    const { content } = await spool(chunks(), { dir: join(dir, 'none'), maxMemoryBytes: 20 });
    expect(content).toMatchObject({ path: expect.stringContaining(join(dir, 'none')) as string });
    await expect(spool(chunks(), { dir: '/dev/null/none', maxMemoryBytes: 20 })).rejects.toThrow('ENOTDIR');
  });
});
