/** Readers that end by themselves, in every way: only the message is lost, never the worker, and no process stays behind. */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { defaultRules } from '../../src/decide/rules.ts';
import { openReader } from '../../src/read/reader.ts';
import type { Reader, ReaderSettings } from '../../src/read/reader.ts';
import type { ReadingSettings } from '../../src/read/reading-task.ts';
import { openReaderPool } from '../../src/read/reader-pool.ts';
import { rawKey } from '../../src/store/blobs/blobs.ts';
import { openDirectoryStore } from '../../src/store/blobs/folder.ts';
import { childrenOf, isAlive } from '../support/processes.ts';

const WAIT = { timeout: 30_000, interval: 50 };
const readingSettings: ReadingSettings = {
  authenticate: false,
  trustedAuthservIds: [],
  ownRelays: [],
  caseTags: defaultRules,
};
const deadly = new URL('./deadly-process.ts', import.meta.url);

/** Shared by all tests: processes that outlive one still find it. */
const folder = await mkdtemp(join(tmpdir(), 'docketmail-test-'));
vi.stubEnv('TMPDIR', folder);
/** Written by the deadly process once it has the message. */
const reached = join(folder, 'reached');
const readers: Reader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  await rm(reached, { force: true });
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function open(settings: Partial<ReaderSettings> = {}): Reader {
  const reader = openReader({
    blobs: openDirectoryStore({ dir: join(folder, 'blobs') }),
    processes: 1,
    maxMessageBytes: 50_000_000,
    timeLimitMs: 60_000,
    spoolDir: join(folder, 'spool'),
    reading: readingSettings,
    entry: deadly,
    ...settings,
  });
  readers.push(reader);
  return reader;
}

async function store(raw: Buffer): Promise<{ key: string; size: number }> {
  const sha256 = createHash('sha256').update(raw).digest('hex');
  const blobs = openDirectoryStore({ dir: join(folder, 'blobs') });
  const raws = { content: raw, size: raw.length, sha256 };
  await blobs.put({ key: rawKey(sha256), ...raws });
  return { key: rawKey(sha256), size: raw.length };
}

const message = (subject: string, body = 'Good morning'): Buffer =>
  Buffer.from(
    `From: Rosa <rosa@kline.test>\r\nTo: office@firm.test\r\nSubject: ${subject}\r\nDate: Tue, 03 Mar 2026 10:00:00 +0000\r\nMessage-ID: <${subject.replaceAll(' ', '.')}@kline.test>\r\n\r\n${body}\r\n`,
  );

async function subjectRead(reader: Reader, raw: Buffer): Promise<string> {
  const read = await reader.read(await store(raw));
  await read.dispose();
  return read.reading.mail.subject;
}

describe('a reading process that crashes on a message', () => {
  const pool = openReaderPool({
    entry: deadly,
    processes: 1,
    maxHeapMb: 96,
    maxProcessMb: 400,
    settings: readingSettings,
  });
  afterAll(pool.close);
  const run = async (subject: string, timeLimitMs = 60_000): Promise<string> => {
    const task = { kind: 'message', spoolDir: folder } as const;
    const { reading } = await pool.run({ ...task, raw: message(subject) }, timeLimitMs);
    return reading.mail.subject;
  };

  it.each([
    ['abort', /^the reading process ended \(SIGABRT\)$/u],
    ['exit', /^the reading process ended \(status 0\)$/u],
    ['segfault', /^the reading process ended \(SIGSEGV\)$/u],
    ['heap', /^reading needed more memory/u],
    ['large allocation', /^reading needed more memory/u],
    ['buffers', /^reading needed more memory/u],
    ['throw', /^reading failed: Invalid array length$/u],
    ['throw later', /^the reading process ended \(status 1\)$/u],
    ['loop', /^reading took longer than 2000 ms$/u],
    ['never answers', /^reading took longer than 2000 ms$/u],
  ])(
    'by %s is the death of that message only',
    async (end, reason) => {
      const limitMs = reason.source.includes('2000') ? 2_000 : 60_000;
      const death = await run(end, limitMs).catch((error: unknown) => error);
      expect(death).toMatchObject({ name: 'ReadingDied', message: expect.stringMatching(reason) });
      expect(await run('The next one')).toBe('The next one');
      expect(await childrenOf(process.pid)).toHaveLength(1);
      if (end === 'never answers') await pool.close();
    },
    60_000,
  );
});

describe('a message that ends its reading process', () => {
  it('leaves nothing of the message in the spool', async () => {
    const reader = open();
    const large = message('exit', 'Good morning\r\n'.repeat(100_000));
    // A large message is passed as a file, and the process does not look for its subject there.
    const read = await reader.read(await store(large));
    const [own] = await readdir(join(folder, 'spool'));
    const path = join(folder, 'spool', own ?? '');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    expect((await stat(join(path, 'message.eml'))).mode & 0o777).toBe(0o600);
    await read.dispose();
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
    await expect(
      open({ timeLimitMs: 1 }).read(await store(message('loop', randomBytes(1_500_000).toString('base64')))),
    ).rejects.toMatchObject({ name: 'ReadingDied' });
    expect(await readdir(join(folder, 'spool'))).toEqual([]);
  }, 60_000);

  it('still shows the message’s header, or nothing if that crashes it too', async () => {
    const reader = open({ entry: new URL('../../src/read/reading-process.ts', import.meta.url) });
    const raw = await store(message('Only the header'));
    expect((await reader.header(raw)).reading.mail.subject).toBe('Only the header');
    const none = await open().header(await store(message('abort')));
    expect(none.reading.mail).toMatchObject({ subject: '', from: null });
    expect(none.reading.mail.fingerprint).toMatch(/^raw:[\da-f]{64}$/u);
  }, 60_000);

  it('is replaced if it was killed while it waited', async () => {
    const reader = open();
    await subjectRead(reader, message('First'));
    const [idle = 0] = await childrenOf(process.pid);
    process.kill(idle, 'SIGKILL');
    await vi.waitFor(() => expect(isAlive(idle)).toBe(false), WAIT);
    expect(await subjectRead(reader, message('Second'))).toBe('Second');
  }, 60_000);

  it('continues when the worker’s process group is asked to stop', async () => {
    const reader = open();
    await subjectRead(reader, message('First'));
    const [child = 0] = await childrenOf(process.pid);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(child, signal);
    expect(await subjectRead(reader, message('Second'))).toBe('Second');
    expect(await childrenOf(process.pid)).toEqual([child]);
  }, 60_000);
});

describe('the usual reading process', () => {
  it('outlives or dies alone of three megabytes in lines of one message', async () => {
    const reader = open({ entry: new URL('../../src/read/reading-process.ts', import.meta.url) });
    const raw = await store(message('Short lines', 'a\n'.repeat(1_500_000)));
    const read = await reader.read(raw).then(
      async ({ dispose, reading }) => {
        await dispose();
        return reading.mail.subject;
      },
      (error: Error) => error.name,
    );
    expect(['Short lines', 'ReadingDied']).toContain(read);
    expect(await subjectRead(reader, message('The next one'))).toBe('The next one');
  }, 120_000);

  it('returns attachments unchanged, small ones in memory and large ones as files', async () => {
    const reader = open({ entry: new URL('../../src/read/reading-process.ts', import.meta.url) });
    const files = [randomBytes(1_000), randomBytes(3_000_000)];
    const parts = files.map(
      (file, n) =>
        `--b\r\nContent-Type: application/pdf; name=${n}.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${file.toString('base64')}\r\n`,
    );
    const raw = Buffer.from(
      `From: rosa@kline.test\r\nSubject: Files\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${parts.join('')}--b--\r\n`,
    );
    const read = await reader.read(await store(raw));
    const [small, large] = read.contents.map(({ content }) => content);
    expect(Buffer.isBuffer(small)).toBe(true);
    expect(small).toEqual(files[0]);
    const { path } = large as { path: string };
    expect((await readFile(path)).equals(files[1] ?? Buffer.alloc(0))).toBe(true);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await read.dispose();
  }, 60_000);
});

describe('the pool', () => {
  it('never runs more processes than it may, and reads what waits in between', async () => {
    const reader = open({ processes: 2 });
    const subjects = Array.from({ length: 8 }, (_, n) => `Message ${n}`);
    const read = await Promise.all(
      subjects.map(async (subject) => await subjectRead(reader, message(subject))),
    );
    expect(read).toEqual(subjects);
    expect(await childrenOf(process.pid)).toHaveLength(2);
  }, 60_000);

  it('keeps one process for the next message and lets the others go', async () => {
    const pool = openReaderPool({
      entry: deadly,
      processes: 2,
      maxHeapMb: 256,
      maxProcessMb: 640,
      settings: readingSettings,
      idleMs: 200,
    });
    const header = message('Good morning');
    const task = { kind: 'header', header, size: header.length, sha256: '', maxBytes: 1 } as const;
    await Promise.all([pool.run(task, 60_000), pool.run(task, 60_000)]);
    await vi.waitFor(async () => expect(await childrenOf(process.pid)).toHaveLength(1), WAIT);
    await pool.run(task, 60_000);
    await pool.close();
  }, 60_000);

  it('starts nothing before the first message', async () => {
    open();
    expect(await childrenOf(process.pid)).toEqual([]);
  });

  it('fails running tasks when closed, without counting a death, and refuses later ones', async () => {
    const reader = open();
    await subjectRead(reader, message('First'));
    const raw = await store(message('never answers'));
    const underWay = reader.read(raw).catch((error: unknown) => error);
    const waiting = reader.read(raw).catch((error: unknown) => error);
    await vi.waitFor(() => expect(existsSync(reached)).toBe(true), WAIT);
    await reader.close();
    for (const error of [await underWay, await waiting])
      expect(error).toMatchObject({ name: 'Error', message: 'the reader was closed' });
    expect(await childrenOf(process.pid)).toEqual([]);
    await expect(reader.read(raw)).rejects.toThrow('the reader was closed');
  }, 60_000);
});

describe('a worker that is killed', () => {
  it.each(['loop', 'never answers', 'Nothing special'])(
    'takes its reading process along (%s)',
    async (subject) => {
      const { key, size } = await store(message(subject));
      const worker = spawn(
        process.execPath,
        [fileURLToPath(new URL('./worker-to-kill.ts', import.meta.url)), folder, key, String(size)],
        { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, TMPDIR: folder } },
      );
      const exited = once(worker, 'exit');
      await once(createInterface({ input: worker.stdout }), 'line');
      const pid = worker.pid ?? 0;
      const children = await childrenOf(pid);
      worker.kill('SIGKILL');
      await exited;
      expect(children.length).toBeGreaterThan(0);
      await vi.waitFor(() => expect(children.filter(isAlive)).toEqual([]), WAIT);
    },
    60_000,
  );
});
