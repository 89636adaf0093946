import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseLimits, parseMessage } from '../../src/mime/parse.ts';
import type { ParseLimits } from '../../src/mime/parse.ts';
import type { ParsedMessage } from '../../src/mime/parsed-message.ts';
import { readMail } from '../../src/mail/read.ts';
import { compressedCms } from '../hostile/hostile-containers.ts';
import { base64Lines } from '../hostile/hostile-message.ts';
import { hostileKinds } from '../hostile/hostile-messages.ts';

/** Whatever a message contains, what is kept of it is bounded, and omissions are reported. */

const from = 'From: Ann <ann@client.test>\r\n';

async function read(raw: string | Buffer, limits: Partial<ParseLimits> = {}): Promise<ParsedMessage> {
  return parseMessage({
    raw: typeof raw === 'string' ? Buffer.from(raw) : raw,
    limits: { ...parseLimits, ...limits },
  });
}

const codes = ({ warnings }: ParsedMessage): readonly string[] => [
  ...new Set(warnings.map((warning) => warning.split(':', 1)[0] ?? '')),
];
const linesOf = (text: string): number => text.split('\n').length;

function mixed(parts: readonly string[]): string {
  return `${from}Content-Type: multipart/mixed; boundary=b\r\n\r\n${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
}

function cmsPart(content: Buffer): string {
  return `Content-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(compressedCms(content)).toString('latin1')}`;
}

const plainOf = (text: string): Buffer => Buffer.from(`Content-Type: text/plain\r\n\r\n${text}`);

describe('lines of text', () => {
  it.each([
    ['LF', 'a\n'],
    ['CRLF', 'a\r\n'],
    ['CR', 'a\r'],
    ['nothing else', '\n'],
  ])('are cut, with %s', async (_name, line) => {
    const message = await read(`${from}\r\nx\n${line.repeat(2_000)}`, { maxAllTextLines: 100 });
    expect(linesOf(message.text)).toBeLessThanOrEqual(101);
    expect(codes(message)).toContain('text-too-long');
  });

  it('stay as they are up to the limit', async () => {
    const message = await read(`${from}\r\n${'a\n'.repeat(99)}`, { maxAllTextLines: 100 });
    expect(message.text).toBe('a\n'.repeat(99));
    expect(codes(message)).not.toContain('text-too-long');
  });

  it('are counted over all parts, and over messages inside', async () => {
    const part = `Content-Type: text/plain\r\n\r\n${'a\r\n'.repeat(80)}`;
    const inside = `Content-Type: message/rfc822\r\n\r\n${from}\r\n${'a\r\n'.repeat(80)}`;
    const message = await read(mixed([part, inside, part]), { maxAllTextLines: 100 });
    const all = `${message.text}${message.nested.map(({ text }) => text).join('')}`;
    expect(linesOf(all)).toBeLessThanOrEqual(110);
    expect(codes(message)).toContain('text-too-long');
  });

  it('are counted in what was unpacked', async () => {
    const message = await read(mixed([cmsPart(plainOf('a\r\n'.repeat(2_000)))]), { maxAllTextLines: 100 });
    expect(linesOf(message.text)).toBeLessThanOrEqual(101);
    expect(codes(message)).toContain('text-too-long');
  });

  it('are counted in reports and calendars', async () => {
    const report = `Content-Type: message/delivery-status\r\n\r\n${'a: b\r\n'.repeat(300)}`;
    const calendar = `Content-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\n${'X-A:b\r\n'.repeat(300)}END:VCALENDAR\r\n`;
    const message = await read(mixed(['\r\nwords', report, calendar]), { maxAllTextLines: 200 });
    expect(message.reports.reduce((sum, { text }) => sum + linesOf(text), 0)).toBeLessThanOrEqual(205);
  });

  it('of a file that was pasted in do not count', async () => {
    const line = 'M'.concat('0V%T'.repeat(15));
    const message = await read(
      `${from}\r\nsee below\nbegin 644 a.bin\n${`${line}\n`.repeat(500)}\`\nend\nregards\n`,
      { maxAllTextLines: 100 },
    );
    expect(message.text).toBe('see below\nregards\n');
    expect(message.attachments.map(({ filename, size }) => [filename, size])).toEqual([['a.bin', 22_500]]);
  });
});

describe('HTML', () => {
  const html = (body: string): string => `${from}Content-Type: text/html\r\n\r\n${body}`;

  it.each([
    ['tags', '<p>a'],
    ['line breaks', '<br>'],
    ['lines of preformatted text', 'a\n'],
    ['end tags', '</b>'],
  ])('is cut by its %s', async (_name, unit) => {
    const message = await read(html(`<pre>${unit.repeat(2_000)}`), { maxAllHtmlMarks: 100 });
    expect(message.rawHtml?.length).toBeLessThan(100 * unit.length + 10);
    expect(linesOf(message.text)).toBeLessThanOrEqual(202);
    expect(codes(message)).toContain('html-too-long');
  });

  it('is counted over messages inside', async () => {
    const inside = (n: number): string =>
      `Content-Type: message/rfc822\r\n\r\nFrom: a${n}@b.test\r\nContent-Type: text/html\r\n\r\n${'<p>a'.repeat(80)}`;
    const message = await read(mixed([inside(1), inside(2), inside(3)]), { maxAllHtmlMarks: 100 });
    const tags = message.nested.reduce((sum, { rawHtml }) => sum + (rawHtml?.split('<').length ?? 1) - 1, 0);
    expect(tags).toBeLessThanOrEqual(100);
  });
});

describe('headers', () => {
  it('are cut by their lines', async () => {
    const message = await read(`${from}${'X: y\r\n'.repeat(2_000)}\r\nwords`, { maxHeaderLines: 100 });
    expect(message.headers).toHaveLength(100);
    expect(message.warnings).toContain('header-too-long: over 100 lines');
    expect(message.text).toBe('words');
  });

  it('lose one field that is too long, and not those below it', async () => {
    const message = await read(`X-Long: ${'y'.repeat(3_000_000)}\r\n${from}Subject: s\r\n\r\nwords`);
    expect([message.from?.address, message.subject, message.text]).toEqual(['ann@client.test', 's', 'words']);
    expect(codes(message)).toContain('header-too-long');
    expect(message.headers[0]?.raw.length).toBeLessThan(1_000_000);
  });

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ])('end where they end, however many lines are not looked at, with %s', async (_name, end) => {
    const fields = `X: y${end}`.repeat(3_000);
    const raw = Buffer.from(
      `From: ann@client.test${end}Content-Type: multipart/mixed; boundary=b${end}${fields}--x${end}${fields}${end}--b${end}Content-Type: message/rfc822${end}${end}From: bob@client.test${end}${fields}-y: z${end}${fields}${end}inner${end}--b${end}X: y${end}${fields}${end}outer${end}--b--${end}`,
    );
    for (const size of [raw.length, 1_000, 7]) {
      const pieces = Array.from({ length: Math.ceil(raw.length / size) }, (_, n) =>
        raw.subarray(n * size, (n + 1) * size),
      );
      const message = await parseMessage({
        raw: Readable.from(pieces),
        limits: { ...parseLimits, maxHeaderLines: 50, maxHeaderLooks: 60 },
      });
      expect([message.from?.address, message.text.trim(), message.nested[0]?.text.trim()]).toEqual([
        'ann@client.test',
        'outer',
        'inner',
      ]);
      // The file of the inner message is complete, with its original line ends.
      const inner = raw.subarray(raw.indexOf('From: bob'), raw.lastIndexOf(`${end}--b${end}X`)).toString();
      expect(message.attachments.map((file) => file.size)).toEqual([
        inner.replaceAll(/\r?\n/gu, '\r\n').length,
      ]);
    }
  });

  it('are cut even if only bare CRs separate the fields', async () => {
    const message = await read(`${from}X: y${'\rX: y'.repeat(2_000)}\r\n\r\nwords`, { maxHeaderLines: 100 });
    expect(message.headers.length).toBeLessThanOrEqual(100);
    expect(codes(message)).toContain('header-too-long');
  });

  it('are counted over messages inside', async () => {
    const inside = `Content-Type: message/rfc822\r\n\r\n${from}${'X: y\r\n'.repeat(80)}\r\nx`;
    const message = await read(mixed([inside, inside, inside]), { maxAllHeaderLines: 100 });
    expect(message.nested.reduce((sum, { headers }) => sum + headers.length, 0)).toBeLessThanOrEqual(150);
    expect(message.nested).toHaveLength(3);
    expect(message.warnings).toContain('header-too-long: over 10000 lines, in a message inside');
  });

  it('have no more addresses and ids than the limit', async () => {
    const many = (n: number): string => `p${n}@crowd.test`;
    const field = (name: string, start: number): string =>
      `${name}: ${Array.from({ length: 3_000 }, (_, n) => many(start + n)).join(',\r\n ')}\r\n`;
    const ids = `References: ${Array.from({ length: 3_000 }, (_, n) => `<${n}@ids.test>`).join(' ')}\r\n`;
    const message = await read(`${from}${field('To', 0)}${field('To', 3_000)}${ids}${ids}\r\nx`);
    expect(message.to).toHaveLength(5_000);
    expect(message.references).toHaveLength(1_000);
  });
});

describe('what is unpacked', () => {
  it('grows no more than a hundredfold', async () => {
    const message = await read(mixed([cmsPart(plainOf('a'.repeat(3_000_000)))]));
    expect(message.text.trim()).toBe('');
    expect(message.warnings).toContain('container-too-large: application/pkcs7-mime');
    expect(message.attachments).toHaveLength(1);
  });

  it('grows no more than a hundredfold even with a thousand containers', async () => {
    const part = cmsPart(plainOf('a'.repeat(900_000)));
    const message = await read(mixed(Array.from({ length: 40 }, () => part)));
    const packed = 40 * part.length;
    expect(message.text.length).toBeLessThan(Math.max(2_200_000, packed * 100));
    expect(codes(message)).toContain('container-too-large');
  });

  it('may be small and packed well', async () => {
    const message = await read(mixed([cmsPart(plainOf('a'.repeat(500_000)))]));
    expect(message.text).toHaveLength(500_000);
  });

  it('shares one limit over all parts, and over containers within each other', async () => {
    const part = cmsPart(plainOf('ab '.repeat(1_000)));
    const inner = Buffer.from(`Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n${part}\r\n--c--\r\n`);
    const message = await read(mixed([part, cmsPart(inner), part, part]), { maxUnpackedBytes: 7_000 });
    expect(message.text.length).toBeLessThan(7_000);
    expect(codes(message)).toContain('container-too-large');
  });

  it('gives no more parts than a message may have', async () => {
    const inner = Buffer.from(
      `Content-Type: multipart/mixed; boundary=c\r\n\r\n${'--c\r\nContent-Type: application/pdf\r\n\r\nx\r\n'.repeat(50)}--c--\r\n`,
    );
    const message = await read(mixed(Array.from({ length: 10 }, () => cmsPart(inner))), { maxParts: 60 });
    expect(message.attachments.length).toBeLessThanOrEqual(60);
    expect(codes(message)).toContain('too-many-parts');
  });

  it('gives no more files than are kept', async () => {
    const block = (n: number): string => `begin 644 f${n}\n#0V%T\n\`\nend\n`;
    const text = Array.from({ length: 30 }, (_, n) => block(n)).join('');
    const parts = Array.from({ length: 3 }, () => `Content-Type: text/plain\r\n\r\n${text}`);
    const message = await read(mixed(parts), { maxUnpackedFiles: 40 });
    expect(message.attachments).toHaveLength(40);
    expect(message.text).toContain('begin 644 f29');
  });
});

describe('every hostile kind', () => {
  const bytes = 30_000;
  it.each(hostileKinds.map((kind) => [kind.name, kind] as const))('%s', async (_name, kind) => {
    const raw = kind.make(bytes);
    const { mail } = await readMail({ raw: Readable.from([raw]) });
    expect(linesOf(mail.text)).toBeLessThanOrEqual(parseLimits.maxAllTextLines + parseLimits.maxParts);
    expect(mail.text.length).toBeLessThanOrEqual(parseLimits.maxAllTextBytes);
    expect(mail.html?.length ?? 0).toBeLessThanOrEqual(8 * parseLimits.maxHtmlChars);
    expect(mail.headers.length).toBeLessThanOrEqual(parseLimits.maxHeaderLines);
    expect(mail.attachments.length).toBeLessThanOrEqual(parseLimits.maxParts + parseLimits.maxUnpackedFiles);
    expect(mail.to.length).toBeLessThanOrEqual(5_000);
    expect(mail.nested.length).toBeLessThanOrEqual(parseLimits.maxNestedMessages);
    expect(mail.warnings.length).toBeLessThanOrEqual(parseLimits.maxWarnings);
  });

  it('has a name of its own', () => {
    expect(new Set(hostileKinds.map(({ name }) => name)).size).toBe(hostileKinds.length);
  });
});
