import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMail } from '../../../src/mail/read.ts';
import { convertOutlook } from '../../../src/mailbox/files/convert-outlook.ts';
import { openFilesSource } from '../../../src/mailbox/files/files.ts';
import { kindOfFile } from '../../../src/mailbox/files/file-kind.ts';
import { locateForImport } from '../../../src/mailbox/files/import-files.ts';
import { readLocated } from '../../../src/mailbox/files/message-files.ts';
import { unpackZip, zipLimits } from '../../../src/mailbox/files/zip-archive.ts';
import { rawMessage } from '../../support/messages.ts';
import { outlookFile, sentFromOutlook } from '../../support/outlook-file.ts';
import { zipOf } from '../../support/zip-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docketmail-import-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

const newFolder = async (): Promise<string> => await mkdtemp(join(folder, 'f-'));

async function imported(
  path: string,
): Promise<{ messages: [string, string][]; refused: Record<string, string> }> {
  const refused: Record<string, string> = {};
  const messages: [string, string][] = [];
  const into = {
    dir: await newFolder(),
    refuse: ({ file, why }: { file: string; why: string }) => void (refused[file.slice(path.length)] = why),
  };
  for await (const located of locateForImport(path, into)) {
    const read = await readLocated(located);
    messages.push([
      read.file.slice(path.length),
      read.kind === 'whole' ? read.raw.toString('latin1') : read.kind,
    ]);
  }
  return { messages, refused };
}

it('knows a draft of a Maildir by the name that it has in an archive', async () => {
  const into = { dir: await newFolder(), refuse: () => {} };
  const path = join(await newFolder(), 'maildir.zip');
  const names = ['cur/1.M1.host:2,DS', 'cur/2.M2.host:2,ST', 'cur/3.M3.host:2,S'];
  await writeFile(path, zipOf(names.map((name) => ({ name, content: rawMessage() }))));
  const source = openFilesSource({ name: 'zip', path, locate: (root) => locateForImport(root, into) });
  const session = await source.openSession();
  await session.open('INBOX');
  const marks: (string | undefined)[] = [];
  for await (const window of session.list({ fromUid: 1 })) marks.push(...window.map(({ mark }) => mark));
  await session.close();
  expect(new Set(marks)).toEqual(new Set(['draft', 'deleted', undefined]));
});

describe('what a file is', () => {
  const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le');
  const cases: readonly [string, Buffer | string, string | RegExp][] = [
    ['a message', rawMessage(), 'message'],
    ['one that begins with empty lines', '\r\n\r\nFrom: a@b.test\r\n\r\nx', 'message'],
    ['one with a byte order mark', '\uFEFFSubject: x\n\ny', 'message'],
    ['one in UTF-16', utf16('From: a@b.test\r\nSubject: x\r\n\r\ny'), 'message'],
    [
      'one behind the envelope of an mbox',
      'From a@b.test Mon Mar  2 10:00:00 2026\nReceived: x\n\ny',
      'message',
    ],
    [
      'one with a header beyond the first kilobytes',
      `X-Long: ${' '.repeat(9_000)}\r\nDate: x\r\n\r\n`,
      'message',
    ],
    [
      'one that holds binary',
      Buffer.concat([Buffer.from('Subject: x\r\n\r\n'), Buffer.from([0, 1, 2, 255])]),
      'message',
    ],
    ['an empty file', '', /an empty file.*leave it out/u],
    ['a blank file', ' \r\n\t\n', /a blank file/u],
    ['a file of NUL bytes', Buffer.alloc(5_000), /a blank file/u],
    ['a script', '#!/bin/sh\nSUBJECT: x\nfrom: y\n', /a script/u],
    [
      'a picture',
      Buffer.from('89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489', 'hex'),
      /png/u,
    ],
    ['a PDF', '%PDF-1.7\n1 0 obj\n', /pdf.*saved as \.eml/u],
    ['a gzip', Buffer.from('1f8b08000000000000034bcec80700', 'hex'), /gz.*unpack/u],
    ['a 7-zip', Buffer.from('377abcaf271c000400000000000000000000', 'hex'), /7z.*unpack/u],
    ['an Outlook data file', Buffer.concat([Buffer.from('!BDN'), Buffer.alloc(600)]), /PST.*readpst/u],
    ['a winmail.dat', Buffer.from('789f3e2200000000', 'hex'), /winmail\.dat/u],
    ['a program', Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001'), Buffer.alloc(64)]), /elf/u],
    ['random bytes', deflateSync(Buffer.alloc(10_000, 'docket')), /binary data|type/u],
    ['an address card', 'BEGIN:VCARD\r\nEMAIL:a@b.test\r\nEND:VCARD\r\n', /address card/u],
    ['a calendar file', 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\n', /calendar file/u],
    ['a web page', '<!doctype html><html>From: x</html>', /web page/u],
    ['prose', 'Dear all,\n\nFrom: here on nothing is a header.\n', /text without any field/u],
    ['JSON', '{"from":"a@b.test"}', /text without any field/u],
    ['a table', 'name,email\nAda,a@b.test\n', /text without any field/u],
    ['one byte', 'x', /text without any field/u],
    ['a zip', zipOf([{ name: 'a.eml', content: rawMessage() }]), 'zip'],
    [
      'an Office document of XML',
      zipOf([
        {
          name: '[Content_Types].xml',
          content: Buffer.from(
            '<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
          ),
        },
        { name: 'word/document.xml', content: Buffer.from('<w/>') },
      ]),
      /docx|zip/u,
    ],
    ['an Outlook message', outlookFile(sentFromOutlook), 'outlook-message'],
  ];
  it.each(cases)('%s', async (_, content, expected) => {
    const bytes = Buffer.from(content as string);
    const found = await kindOfFile(bytes, bytes.length);
    const told = found.kind === 'refused' ? `${found.what}; ${found.fix}` : found.kind;
    expect(told).toMatch(typeof expected === 'string' ? new RegExp(`^${expected}$`, 'u') : expected);
  });
});

describe('files to import', () => {
  it('are its messages, and what is none is named while the others go on', async () => {
    const root = await newFolder();
    await mkdir(join(root, 'in'));
    await writeFile(join(root, 'a.eml'), rawMessage({ id: 'a@kline.test' }));
    await writeFile(join(root, 'b.png'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
    await writeFile(
      join(root, 'in', 'c.mbox'),
      `From x@y Mon Mar  2 10:00:00 2026\n${rawMessage({ id: 'c1@kline.test' }).toString()}\nFrom x@y Mon Mar  2 10:00:00 2026\n${rawMessage({ id: 'c2@kline.test' }).toString()}\n`,
    );
    await writeFile(join(root, 'd.eml'), '');
    await writeFile(
      join(root, 'e.zip'),
      zipOf([
        { name: 'deep/er/one.eml', content: rawMessage({ id: 'e1@kline.test' }) },
        { name: '__MACOSX/x', content: Buffer.from('x') },
        { name: 'note.txt', content: Buffer.from('no mail') },
        { name: 'sent.msg', content: outlookFile(sentFromOutlook) },
        { name: 'inner.zip', content: zipOf([{ name: 'a', content: rawMessage() }]) },
      ]),
    );
    const { messages, refused } = await imported(root);
    expect(messages.map(([file, raw]) => [file, /^Message-ID: <?([^>\r\n]+)/imu.exec(raw)?.[1]])).toEqual([
      ['/a.eml', 'a@kline.test'],
      ['/e.zip/deep/er/one.eml', 'e1@kline.test'],
      ['/e.zip/sent.msg', 'outlook-1@firm.test'],
      ['/in/c.mbox#1', 'c1@kline.test'],
      ['/in/c.mbox#2', 'c2@kline.test'],
    ]);
    expect(refused).toEqual({
      '/b.png': expect.stringMatching(/png.*no message\. Fix: /u) as string,
      '/d.eml': expect.stringMatching(/^an empty file, no message\. Fix: leave it out$/u) as string,
      '/e.zip/note.txt': expect.stringMatching(/text without any field/u) as string,
      '/e.zip/inner.zip': expect.stringMatching(/an archive within an archive. Fix: unpack it/u) as string,
    });
  });
});

describe('a zip that is refused leaves nothing of itself', () => {
  const message = { name: 'a.eml', content: rawMessage() };
  const zeros = Buffer.alloc(40 * 1024 * 1024);
  const cases: readonly [string, () => Buffer, RegExp][] = [
    ['a bomb by its ratio', () => zipOf([message, { name: 'b', content: zeros }]), /200 times its size/u],
    [
      'a bomb that lies about its size',
      () => zipOf([message, { name: 'b', content: zeros, declaredBytes: 100 }]),
      /too many bytes|size/iu,
    ],
    [
      'an encrypted entry',
      () => zipOf([message, { name: 'b', content: Buffer.from('x'), isEncrypted: true }]),
      /"b" is encrypted/u,
    ],
    [
      'a name that leads out of it',
      () => zipOf([message, { name: '../../etc/passwd', content: Buffer.from('x') }]),
      /invalid relative path/u,
    ],
    [
      'an absolute name',
      () => zipOf([message, { name: '/etc/passwd', content: Buffer.from('x') }]),
      /absolute path/u,
    ],
    [
      'one that is cut off',
      () => zipOf([message]).subarray(0, 200),
      /End of central directory|end of central/iu,
    ],
  ];
  it.each(cases)('%s', async (_, make, message_) => {
    const root = await newFolder();
    await writeFile(join(root, 'x.zip'), make());
    const { messages, refused } = await imported(root);
    expect(messages).toEqual([]);
    expect(refused['/x.zip']).toMatch(message_);
    expect(refused['/x.zip']).toMatch(/Fix: unpack it yourself/u);
  });

  it('by number of entries, of bytes, and of one entry', async () => {
    const path = join(await newFolder(), 'x.zip');
    await writeFile(path, zipOf([message, { ...message, name: 'b.eml' }]));
    const bytes = message.content.length;
    for (const [limits, why] of [
      [{ maxEntries: 1 }, /2 entries, over the limit of 1/u],
      [{ maxTotalBytes: bytes + 1 }, /unpacks to over/u],
      [{ maxEntryBytes: bytes - 1 }, /"a\.eml" unpacks to/u],
    ] as const)
      await expect(unpackZip(path, await newFolder(), { ...zipLimits, ...limits })).rejects.toThrow(why);
    const dir = await newFolder();
    await unpackZip(path, dir);
    expect(await readdir(dir)).toEqual(['0', '1']);
  });
});

describe('an Outlook message', () => {
  const converted = async (file: Buffer): Promise<Buffer> => {
    const path = join(await newFolder(), 'x.msg');
    await writeFile(path, file);
    return await convertOutlook(path);
  };

  it('that was sent from Outlook is the message that it was', async () => {
    const mime = await converted(outlookFile(sentFromOutlook));
    const mail = (await readMail({ raw: Readable.from([mime]) })).mail;
    expect(mail).toMatchObject({
      messageId: 'outlook-1@firm.test',
      from: { address: 'office@firm.test', name: 'Ines Firm' },
      to: [{ address: 'paula@kline.test', name: 'Paula Kline' }],
      subject: 'Löschung im Grundbuch',
      attachments: [{ filename: 'Größe.txt', size: 8 }],
    });
    expect(mail.text).toContain('the entry is deleted — see the file.');
    expect((await converted(outlookFile(sentFromOutlook))).equals(mime)).toBe(true);
  });

  it('that was received keeps the header with which it came', async () => {
    const headers =
      'Received: from mx.test by mx.firm.test;\r\n\tMon, 2 Mar 2026 10:00:00 +0000\r\nFrom: Paula <paula@kline.test>\r\nTo: office@firm.test\r\nSubject: The lease\r\nDate: Mon, 2 Mar 2026 10:00:00 +0000\r\nMessage-ID: <in@kline.test>\r\nContent-Type: multipart/mixed;\r\n\tboundary="gone"\r\nMIME-Version: 1.0\r\n\r\n';
    const mime = await converted(
      outlookFile({
        properties: {
          '001A001F': 'IPM.Note',
          '007D001F': headers,
          '0037001F': 'The lease',
          '1000001F': 'Hello.',
          '10130102': Buffer.from('<p>Hello.</p>'),
        },
      }),
    );
    const { mail } = await readMail({ raw: Readable.from([mime]) });
    expect(mail).toMatchObject({
      messageId: 'in@kline.test',
      from: { address: 'paula@kline.test' },
      subject: 'The lease',
    });
    expect(mail.text.trim()).toBe('Hello.');
    expect(mime.toString('latin1')).not.toContain('gone');
  });

  it('that holds none, or is broken, is refused in words', async () => {
    const whole = outlookFile(sentFromOutlook);
    for (const file of [
      whole.subarray(0, 700),
      outlookFile({ properties: {} }),
      Buffer.concat([whole.subarray(0, 512), Buffer.alloc(8_000, 0xff)]),
    ])
      await expect(converted(file)).rejects.toThrow(/\w/u);
  });
});
