import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { assignUids } from '../../../src/mailbox/files/file-uids.ts';
import { openFilesSource } from '../../../src/mailbox/files/files.ts';
import type { ListedMessage, MailboxSession } from '../../../src/mailbox/mailbox.ts';
import { mboxRanges, unquoted } from '../../../src/mailbox/files/mbox.ts';
import type { MessageFile } from '../../../src/mailbox/files/message-files.ts';
import { MissingPathError, readMessageFiles } from '../../../src/mailbox/files/message-files.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const fromLine = 'From ann@example.com Thu Jan  1 09:05:00 2026';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docketmail-files-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function put(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(join(path, '..'), { recursive: true });
    await writeFile(path, content);
  }
}

async function* chunked(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function splitMbox(text: string, chunkSize: number): Promise<string[]> {
  const bytes = Buffer.from(text, 'latin1');
  const ranges = await collect(mboxRanges(chunked(bytes, chunkSize), (at) => bytes.subarray(at, at + 512)));
  return ranges.map(({ start, end }) => bytes.toString('latin1', start, end));
}

async function unquote(text: string, chunkSize: number): Promise<string> {
  const pieces = await collect(unquoted(chunked(Buffer.from(text, 'latin1'), chunkSize)));
  return Buffer.concat(pieces).toString('latin1');
}

describe('an mbox', () => {
  const first = 'Subject: one\n\nHello\n';
  const second = 'Subject: two\n\nBye\n';
  const table = [
    {
      name: 'is cut at its From lines',
      text: `${fromLine}\n${first}\n${fromLine}\n${second}\n`,
      messages: [first, second],
    },
    {
      name: 'may end without the empty line',
      text: `${fromLine}\n${first}\n${fromLine}\n${second}`,
      messages: [first, second],
    },
    {
      name: 'may end without a line end',
      text: `${fromLine}\nSubject: one\n\nHello`,
      messages: ['Subject: one\n\nHello'],
    },
    {
      name: 'may have CRLF lines',
      text: `${fromLine}\nS: 1\n\nx\n\n${fromLine}\nS: 2\n\ny\n`.replaceAll('\n', '\r\n'),
      messages: ['S: 1\r\n\r\nx\r\n', 'S: 2\r\n\r\ny\r\n'],
    },
    {
      name: 'keeps all but one of the empty lines at the end of a message',
      text: `${fromLine}\n${first}\n\n\n${fromLine}\n${second}`,
      messages: [`${first}\n\n`, second],
    },
    {
      name: 'may have From lines without a date',
      text: `From ann\n${first}\nFrom bob\n${second}\n`,
      messages: [first, second],
    },
    {
      name: 'may have From lines with a zone',
      text: `From a Thu Jan  1 09:05:00 CET 2026\n${first}\nFrom b Thu Jan  1 09:05 +0100 2026\n${second}\n`,
      messages: [first, second],
    },
    {
      name: 'may lack the empty line between messages',
      text: `${fromLine}\n${first}${fromLine}\n${second}\n`,
      messages: [first, second],
    },
    {
      name: 'may have nothing but a dash in its From lines, and no empty line above them',
      text: `From - \n${first}From - \nReceived: by a\n${second}\n`,
      messages: [first, `Received: by a\n${second}`],
    },
    {
      name: 'may have nothing but an address in its From lines, and no empty line above them',
      text: `From ann@client.test\n${first}From ???@???\nX-Mozilla-Status: 0001\n${second}\n`,
      messages: [first, `X-Mozilla-Status: 0001\n${second}`],
    },
    {
      name: 'is not cut at an address above words, or at words above a field',
      text: `${fromLine}\nS: 1\n\nyou get it\nFrom ann@client.test\nnot from me\nFrom Monday on\nTo: everybody\n\n`,
      messages: ['S: 1\n\nyou get it\nFrom ann@client.test\nnot from me\nFrom Monday on\nTo: everybody\n'],
    },
    {
      name: 'is not cut at a sentence that begins with From',
      text: `${fromLine}\n${first}\nFrom here on it gets better.\nReally.\n\n`,
      messages: [`${first}\nFrom here on it gets better.\nReally.\n`],
    },
    {
      name: 'is not cut inside a paragraph',
      text: `${fromLine}\nS: 1\n\nwe come\nFrom afar: and go\n\n`,
      messages: ['S: 1\n\nwe come\nFrom afar: and go\n'],
    },
    {
      name: 'is not cut at quoted From lines',
      text: `${fromLine}\nS: 1\n\n>${fromLine}\nS: x\n\n`,
      messages: [`S: 1\n\n>${fromLine}\nS: x\n`],
    },
    {
      name: 'may hold a message without content',
      text: `${fromLine}\n\n${fromLine}\n${second}\n`,
      messages: ['', second],
    },
    {
      name: 'gives text before its first From line as a message',
      text: `\n${first}\n${fromLine}\n${second}\n`,
      messages: [first, second],
    },
    {
      name: 'is not cut at a sentence that begins with From, above words with a colon',
      text: `${fromLine}\n${first}\nFrom now on\nSubject: to change\n\n`,
      messages: [`${first}\nFrom now on\nSubject: to change\n`],
    },
    {
      name: 'is not cut at a date in a sentence that begins with From',
      text: `${fromLine}\n${first}\nFrom Thu Jan  1 09:05:00 2026 on: we are closed.\n\nSee you\n`,
      messages: [`${first}\nFrom Thu Jan  1 09:05:00 2026 on: we are closed.\n\nSee you\n`],
    },
    {
      name: 'may have dates of other forms',
      text: `From a 2026-01-01T09:05:00Z\n${first}\nFrom b jeu. janv.  1 09:05:00 2026\n${second}`,
      messages: [first, second],
    },
    {
      name: 'may have an empty line above a header',
      text: `${fromLine}\n${first}\n${fromLine}\n\n${second}`,
      messages: [first, `\n${second}`],
    },
    {
      name: 'may hold a message without content between others',
      text: `${fromLine}\n${first}\n${fromLine}\n\n${fromLine}\n${second}`,
      messages: [first, '', second],
    },
    {
      name: 'may have CR lines',
      text: `${fromLine}\n${first}\n${fromLine}\n${second}`.replaceAll('\n', '\r'),
      messages: [first, second].map((message) => message.replaceAll('\n', '\r')),
    },
    { name: 'of nothing but empty lines holds no message', text: '\n\r\n\n', messages: [] },
    { name: 'of no bytes holds no message', text: '', messages: [] },
  ];
  it.each(table)('$name', async ({ text, messages }) => {
    for (const chunkSize of [1, 2, 7, 64, 100_000])
      expect(await splitMbox(text, chunkSize)).toEqual(messages);
  });

  const inside = `one\n\n${fromLine}\nSubject: inside\n\ntwo\n`;
  const withLength = (length: number): string => `Subject: one\nContent-Length: ${length}\n\n${inside}`;
  it.each([
    {
      name: 'and an empty line',
      after: `\n${fromLine}\n${second}`,
      messages: [withLength(inside.length), second],
    },
    {
      name: 'and no empty line',
      after: `${fromLine}\n${second}`,
      messages: [withLength(inside.length), second],
    },
    { name: 'at the end of the file', after: '', messages: [withLength(inside.length)] },
    { name: 'and an empty line at the end of the file', after: '\n', messages: [withLength(inside.length)] },
  ])('is cut where a Content-Length ends, if a message ends there: $name', async ({ after, messages }) => {
    const text = `${fromLine}\n${withLength(inside.length)}${after}`;
    expect(await splitMbox(text, 7)).toEqual(messages);
  });

  it('is cut at its From lines if a Content-Length ends elsewhere', async () => {
    for (const wrong of [3, inside.length - 1, inside.length + 5, 999_999])
      expect(await splitMbox(`${fromLine}\n${withLength(wrong)}\n${fromLine}\n${second}`, 7)).toHaveLength(3);
  });

  it('tells the delivery date of each message in UTC', async () => {
    const text = `${fromLine}\nS: 1\n\nx\n\nFrom bob\nS: 2\n\ny\n`;
    const ranges = await collect(mboxRanges(chunked(Buffer.from(text), 10)));
    expect(ranges.map(({ date }) => date)).toEqual(['2026-01-01T09:05:00.000Z', null]);
  });

  it.each([
    { name: 'takes one mark off a quoted From line', text: '>From a\n', plain: 'From a\n' },
    { name: 'takes one of several marks off', text: 'x\n>>>From a\n', plain: 'x\n>>From a\n' },
    {
      name: 'leaves other quoted lines',
      text: '>Fromage\n> From a\n>\n>>\n>From\n',
      plain: '>Fromage\n> From a\n>\n>>\n>From\n',
    },
    { name: 'leaves marks inside a line', text: 'a >From b\n', plain: 'a >From b\n' },
    { name: 'sees the marks after CRLF', text: 'a\r\n>From b\r\n', plain: 'a\r\nFrom b\r\n' },
    { name: 'keeps an unfinished last line', text: 'a\n>Fro', plain: 'a\n>Fro' },
    {
      name: 'leaves a line of thousands of marks',
      text: `${'>'.repeat(5000)}From a\n>From b\n`,
      plain: `${'>'.repeat(5000)}From a\nFrom b\n`,
    },
  ])('$name', async ({ text, plain }) => {
    for (const chunkSize of [1, 2, 5, 4096, 100_000]) expect(await unquote(text, chunkSize)).toBe(plain);
  });

  it.each([
    { name: 'one endless line', unit: 'a', times: 4_000_000 },
    { name: 'nothing but line ends', unit: '\n', times: 400_000 },
    { name: 'nothing but From lines', unit: 'From \n', times: 100_000 },
    { name: 'nothing but marks', unit: '>', times: 4_000_000 },
    { name: 'From lines with endless blanks', unit: `From ${' '.repeat(5000)}\n`, times: 300 },
  ])('of $name takes linear time', async ({ unit, times }) => {
    const cost = async (n: number): Promise<number> => {
      const bytes = Buffer.from(unit.repeat(n), 'latin1');
      const from = cpuTime();
      await collect(mboxRanges(chunked(bytes, 65_536)));
      await collect(unquoted(chunked(bytes, 65_536)));
      return cpuTime() - from;
    };
    await cost(times / 4);
    const [small, large] = [await cost(times / 4), await cost(times)];
    expect(large).toBeLessThan(small * 12 + 50);
  });
});

function shown(file: MessageFile): string {
  const name = file.file.replace(`${folder}/`, '');
  if (file.kind === 'whole') return `${name}: ${file.raw.toString()}`;
  return file.kind === 'stream' ? `${name}: stream of ${file.size}` : `${name}: unreadable`;
}

const read = async (paths: readonly string[], options = {}): Promise<string[]> =>
  (await collect(readMessageFiles(paths, options))).map(shown);

describe('readMessageFiles', () => {
  it.each(['utf16le', 'utf16be'] as const)('names a file in %s and what to do', async (encoding) => {
    const bytes = Buffer.from('\uFEFFFrom: a@b.test\r\nSubject: x\r\n\r\ny\r\n', 'utf16le');
    await writeFile(join(folder, 'x.eml'), encoding === 'utf16le' ? bytes : bytes.swap16());
    await put({ 'y.eml': 'Y' });
    const [first, second] = await collect(readMessageFiles([folder]));
    expect(first).toMatchObject({ kind: 'unreadable', error: expect.stringContaining('iconv') as string });
    expect(second).toMatchObject({ kind: 'whole' });
  });

  it('reads a folder recursively in name order and leaves hidden files out', async () => {
    await put({
      'b.eml': 'B',
      'a/2.txt': 'A2',
      'a/1': 'A1',
      'B.eml': 'upper',
      '.hidden': 'no',
      '.git/x': 'no',
      'c.x/y.mbox': `${fromLine}\nS: 1\n\nx\n`,
    });
    expect(await read([folder])).toEqual([
      'B.eml: upper',
      'a/1: A1',
      'a/2.txt: A2',
      'b.eml: B',
      'c.x/y.mbox#1: S: 1\n\nx\n',
    ]);
  });

  it('names files as the path was given', async () => {
    await put({ 'a.eml': 'A', 'm.mbox': `${fromLine}\nS: 1\n\n${fromLine}\nS: 2\n` });
    const files = await collect(readMessageFiles([`${folder}/`, `${folder}/./a.eml`]));
    expect(files.map(({ file }) => file)).toEqual([
      `${folder}/a.eml`,
      `${folder}/m.mbox#1`,
      `${folder}/m.mbox#2`,
      `${folder}/./a.eml`,
    ]);
  });

  it('removes a From line, and keeps a From field with a blank before its colon', async () => {
    await put({
      'a.eml': `${fromLine}\nS: 1\n`,
      'b.eml': 'From : a@b.test\nS: 1\n',
      c: 'From \t: a@b.test\n',
    });
    expect(await read([folder])).toEqual([
      'a.eml: S: 1\n',
      'b.eml: From : a@b.test\nS: 1\n',
      'c: From \t: a@b.test\n',
    ]);
  });

  it('reads a hidden file given by name', async () => {
    await put({ '.mail': 'S: 1\n' });
    expect(await read([join(folder, '.mail')])).toEqual(['.mail: S: 1\n']);
  });

  it.each([
    {
      name: 'archive',
      content: `${fromLine}\nS: 1\n\n>From x\n\n${fromLine}\nS: 2\n`,
      files: ['archive#1: S: 1\n\nFrom x\n', 'archive#2: S: 2\n'],
    },
    { name: 'archive.mbox', content: `${fromLine}\nS: 1\n`, files: ['archive.mbox#1: S: 1\n'] },
    { name: 'no-from.mbox', content: 'S: 1\n', files: ['no-from.mbox#1: S: 1\n'] },
    { name: 'empty.mbox', content: '', files: ['empty.mbox: unreadable'] },
    {
      name: 'one.eml',
      content: `${fromLine}\r\nS: 1\r\n\r\n>From x\r\n${fromLine}\r\nS: 2\r\n`,
      files: [`one.eml: S: 1\r\n\r\n>From x\r\n${fromLine}\r\nS: 2\r\n`],
    },
    { name: 'plain', content: 'S: 1\n\nx\n', files: ['plain: S: 1\n\nx\n'] },
    { name: 'note.txt', content: 'Fromage\n', files: ['note.txt: Fromage\n'] },
    {
      name: 'endless.eml',
      content: 'From nobody without a line end',
      files: ['endless.eml: From nobody without a line end'],
    },
    { name: 'empty.eml', content: '', files: ['empty.eml: '] },
    { name: 'picture.png', content: '\u0001\u0002', files: ['picture.png: \u0001\u0002'] },
  ])('tells by name and first line what $name is', async ({ name, content, files }) => {
    await put({ [name]: content });
    expect(await read([folder])).toEqual(files);
  });

  it('refuses paths that do not exist before it reads anything', async () => {
    await put({ 'a.eml': 'A' });
    const reading = readMessageFiles([join(folder, 'a.eml'), join(folder, 'none'), join(folder, 'a.eml/x')]);
    await expect(reading.next()).rejects.toThrow(MissingPathError);
    await expect(readMessageFiles([join(folder, 'none')]).next()).rejects.toMatchObject({
      paths: [join(folder, 'none')],
    });
  });

  it('lists what it cannot read, and continues', async () => {
    await put({ 'a.eml': 'A', 'c.eml': 'C' });
    await symlink(join(folder, 'nowhere'), join(folder, 'b.eml'));
    expect(await read([folder])).toEqual(['a.eml: A', 'b.eml: unreadable', 'c.eml: C']);
  });

  it('follows links to files, and none to folders', async () => {
    await put({ 'a.eml': 'A', 'sub/b.eml': 'B' });
    await symlink(folder, join(folder, 'sub/loop'));
    await symlink(join(folder, 'a.eml'), join(folder, 'z.eml'));
    expect(await read([folder])).toEqual(['a.eml: A', 'sub/b.eml: B', 'z.eml: A']);
  });

  it('reads one message from standard input', async () => {
    const stdin = Readable.from([Buffer.from(`${fromLine}\nSub`), Buffer.from('ject: x\n')]);
    expect(await read(['-'], { stdin })).toEqual(['-: Subject: x\n']);
  });

  it('reads what a shell gives as /dev/fd, a pipe without a path', async () => {
    await put({ 'a.eml': 'Subject: x\n' });
    const child = spawnSync('bash', [
      '-c',
      `node "$0" explain --json <(cat "$1")`,
      new URL('../../../src/cli.ts', import.meta.url).pathname,
      join(folder, 'a.eml'),
    ]);
    expect(child.stdout.toString()).toContain('"file":"/dev/fd/');
    expect(child.status).toBe(0);
  });

  it('does not hold an endless standard input', async () => {
    let produced = 0;
    const stdin = Readable.from(
      (async function* endless() {
        for (;;) {
          produced += 1000;
          yield Buffer.alloc(1000);
        }
      })(),
    );
    expect(await read(['-'], { stdin, maxBufferBytes: 10_000 })).toEqual(['-: unreadable']);
    expect(produced).toBeLessThan(200_000);
  });

  it('gives a large message as a stream', async () => {
    await put({
      'a.eml': `${fromLine}\n${'x'.repeat(5000)}`,
      'b.mbox': `${fromLine}\n>From me\n${'y'.repeat(5000)}\n`,
    });
    const files = await collect(readMessageFiles([folder], { maxBufferBytes: 1000 }));
    expect(files.map(shown)).toEqual(['a.eml: stream of 5000', 'b.mbox#1: stream of 5010']);
    const contents = await Promise.all(
      files.map(async (file) => (file.kind === 'stream' ? buffer(file.open()) : null)),
    );
    expect(contents.map((content) => content?.toString().slice(0, 8))).toEqual(['xxxxxxxx', 'From me\n']);
  });
});

async function listAll(path: string): Promise<readonly ListedMessage[]> {
  const source = openFilesSource({ name: 'import', path });
  const session = await source.openSession();
  await session.open('INBOX');
  return (await collect(session.list({ fromUid: 1 }))).flat();
}

const openAt = async (path: string): Promise<MailboxSession> =>
  openFilesSource({ name: 'import', path }).openSession();

describe('a folder of files as a mailbox', () => {
  it('lists the same occurrences in a second run', async () => {
    await put({ 'a.eml': 'A', 'b.mbox': `${fromLine}\nS: 1\n\n${fromLine}\nS: 2\n` });
    const first = await listAll(folder);
    expect(first).toHaveLength(3);
    expect(await listAll(`${folder}/.`)).toEqual(first);
  });

  it('keeps the UIDs when files are added before, between and after', async () => {
    await put({ 'b.eml': 'B', 'd.mbox': `${fromLine}\nS: 1\n\n${fromLine}\nS: 2\n` });
    const before = await listAll(folder);
    await put({
      'a.eml': 'A',
      'c.eml': 'B',
      'd.mbox': `${fromLine}\nS: 0\n\n${fromLine}\nS: 1\n\n${fromLine}\nS: 2\n`,
      'e.eml': 'E',
    });
    const after = (await listAll(folder)).map(({ uid }) => uid);
    expect(after).toHaveLength(7);
    expect(new Set(after).size).toBe(7);
    for (const { uid } of before) expect(after).toContain(uid);
  });

  it('takes a file with other content for another message', async () => {
    await put({ 'a.eml': 'A' });
    const [before] = await listAll(folder);
    await put({ 'a.eml': 'B' });
    expect((await listAll(folder))[0]?.uid).not.toBe(before?.uid);
  });

  it('tells equal messages in one mbox apart', async () => {
    await put({ 'a.mbox': `${fromLine}\nS: 1\n\n${fromLine}\nS: 1\n\n` });
    const uids = (await listAll(folder)).map(({ uid }) => uid);
    expect(new Set(uids).size).toBe(2);
  });

  it('lists in name order, with the date of the mbox and the size after unquoting', async () => {
    await put({ 'a.mbox': `${fromLine}\n>From x\n\n`, 'b.eml': 'four' });
    expect(await listAll(folder)).toMatchObject([
      { size: 7, internalDate: '2026-01-01T09:05:00.000Z' },
      { size: 4, internalDate: null },
    ]);
  });

  it('says that its UIDs do not ascend, and derives UIDVALIDITY from the path', async () => {
    await put({ 'x/a.eml': 'A', 'y/a.eml': 'A' });
    const [x, again, y] = await Promise.all(
      ['x', 'x/../x', 'y'].map(async (name) => (await openAt(join(folder, name))).open('INBOX')),
    );
    expect(x).toMatchObject({ uidsAscend: false, uidNext: null, exists: 1 });
    expect(again?.uidValidity).toBe(x?.uidValidity);
    expect(y?.uidValidity).not.toBe(x?.uidValidity);
  });

  it('lists an unreadable file, and fails to fetch it', async () => {
    await symlink(join(folder, 'nowhere'), join(folder, 'b.eml'));
    const session = await openAt(folder);
    await session.open('INBOX');
    const listed = (await collect(session.list({ fromUid: 1 }))).flat();
    expect(await collect(session.fetch(listed))).toMatchObject([
      { kind: 'failed', error: { code: 'message-refused' } },
    ]);
  });

  it('follows no link out of the folder, and links within it', async () => {
    await put({ 'in/a.eml': 'A', 'in/sub/b.eml': 'B', 'out/secret.eml': 'secret', 'in-not/c.eml': 'secret' });
    await symlink(join(folder, 'out/secret.eml'), join(folder, 'in/out.eml'));
    await symlink('../../out/secret.eml', join(folder, 'in/sub/relative.eml'));
    await symlink('../in-not/c.eml', join(folder, 'in/beside.eml'));
    await symlink('/etc/hostname', join(folder, 'in/system'));
    await symlink('out.eml', join(folder, 'in/over-two.eml'));
    await symlink(join(folder, 'out'), join(folder, 'in/folder'));
    await symlink('..', join(folder, 'in/sub/loop'));
    await symlink('self.eml', join(folder, 'in/self.eml'));
    await symlink('sub/b.eml', join(folder, 'in/within.eml'));
    await symlink('in', join(folder, 'named'));
    for (const name of ['in', 'named', 'in/', 'in/../in']) {
      const session = await openAt(join(folder, name));
      await session.open('INBOX');
      const listed = (await collect(session.list({ fromUid: 1 }))).flat();
      const fetched = await collect(session.fetch(listed));
      const whole = fetched.flatMap((one) => (one.kind === 'whole' ? [one.raw.toString()] : []));
      expect(whole.toSorted()).toEqual(['A', 'B', 'B']);
      const failed = fetched.flatMap((one) => (one.kind === 'failed' ? [one.error.message] : []));
      expect(failed.filter((error) => error.includes('leads out of the folder'))).toHaveLength(5);
      expect(failed).toHaveLength(6);
    }
  });

  it('reads a link that was named', async () => {
    await put({ 'a.eml': 'A' });
    await symlink('a.eml', join(folder, 'link.eml'));
    const session = await openAt(join(folder, 'link.eml'));
    await session.open('INBOX');
    const listed = (await collect(session.list({ fromUid: 1 }))).flat();
    expect(await collect(session.fetch(listed))).toMatchObject([{ kind: 'whole', raw: Buffer.from('A') }]);
  });

  it('reads nothing through a link that takes the place of a file meanwhile', async () => {
    await put({ 'in/a.eml': 'A', 'secret.eml': 'secret' });
    const session = await openAt(join(folder, 'in'));
    await session.open('INBOX');
    const listed = (await collect(session.list({ fromUid: 1 }))).flat();
    await rm(join(folder, 'in/a.eml'));
    await symlink('../secret.eml', join(folder, 'in/a.eml'));
    expect(await collect(session.fetch(listed))).toMatchObject([{ kind: 'failed' }]);
  });

  it('reports a file that went after the listing as missing', async () => {
    await put({ 'a.eml': 'A' });
    const session = await openAt(folder);
    await session.open('INBOX');
    const listed = (await collect(session.list({ fromUid: 1 }))).flat();
    await rm(join(folder, 'a.eml'));
    expect(await collect(session.fetch(listed))).toMatchObject([{ kind: 'missing' }]);
  });

  it('has no folder when its path is gone', async () => {
    const session = await openAt(join(folder, 'gone'));
    await expect(session.open('INBOX')).rejects.toMatchObject({ code: 'folder-missing' });
  });
});

const colliding = (identity: string, round: number): number =>
  round === 0 ? 7 : identity.length * 100 + round;

describe('assignUids', () => {
  it('gives numbers that IMAP code and JSON can carry', () => {
    const uids = [...assignUids(Array.from({ length: 1000 }, (_, at) => `file ${at}`)).values()];
    expect(uids.every((uid) => Number.isSafeInteger(uid) && uid > 0)).toBe(true);
    expect(new Set(uids).size).toBe(1000);
  });

  it('gives a contested number to neither file', () => {
    expect([...assignUids(['a', 'bb'], colliding)]).toEqual([
      ['a', 101],
      ['bb', 201],
    ]);
  });

  it('gives the same numbers in any order', () => {
    const ahead = assignUids(['a', 'bb', 'ccc'], colliding);
    const behind = assignUids(['ccc', 'bb', 'a'], colliding);
    for (const [identity, uid] of ahead) expect(behind.get(identity)).toBe(uid);
  });

  it('never lets a newcomer take the number of an old file', () => {
    const old = assignUids(['bb'], colliding).get('bb');
    expect([...assignUids(['a', 'bb'], colliding).values()]).not.toContain(old);
  });
});
