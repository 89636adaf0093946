import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { parseLimits, parseMessage } from '../../src/mime/parse.ts';
import type { ParseLimits } from '../../src/mime/parse.ts';
import { cpuTime } from '../support/cpu-time.ts';

const header = [
  'From: Ann <ann@client.test>',
  'Date: Tue, 3 Mar 2026 09:15:00 +0100',
  'Message-ID: <m@client.test>',
  'Subject: Files',
  'MIME-Version: 1.0',
].join('\r\n');

function bytesOf(count: number, seed: number): Buffer {
  const bytes = Buffer.alloc(count);
  let state = seed;
  for (let index = 0; index < count; index += 1) {
    state = (state * 1_103_515_245 + 12_345) & 0x7fffffff;
    bytes[index] = state >> 16;
  }
  return bytes;
}

function mixed(parts: readonly string[]): string {
  return [
    header,
    'Content-Type: multipart/mixed; boundary=m',
    '',
    ...parts.flatMap((part) => ['--m', part]),
    '--m--',
    '',
  ].join('\r\n');
}

function file(name: string, content: Buffer): string {
  const lines = content.toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
  return `Content-Type: application/octet-stream; name=${name}\r\nContent-Transfer-Encoding: base64\r\n\r\n${lines}`;
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function readAll(content: Readable): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of content as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

function inPieces(raw: Buffer, size: number): Readable {
  const pieces: Buffer[] = [];
  for (let start = 0; start < raw.length; start += size) pieces.push(raw.subarray(start, start + size));
  return Readable.from(pieces);
}

function codesOf(warnings: readonly string[]): readonly string[] {
  return [...new Set(warnings.map((warning) => warning.split(':', 1)[0] ?? ''))];
}

function withLimits(limits: Partial<ParseLimits>): ParseLimits {
  return { ...parseLimits, ...limits };
}

describe('the sink', () => {
  const first = bytesOf(300_001, 1);
  const second = bytesOf(77, 2);
  const raw = Buffer.from(
    mixed(['\r\nHello', file('first.bin', first), file('second.bin', second)]),
    'latin1',
  );

  it('receives every attachment in order, with the bytes that the entry describes', async () => {
    const seen: { readonly index: number; readonly bytes: Buffer }[] = [];
    const message = await parseMessage({
      raw,
      sink: async ({ index }, content) => {
        seen.push({ index, bytes: await readAll(content) });
      },
    });
    expect(seen.map(({ index }) => index)).toEqual([0, 1]);
    expect(seen.map(({ bytes }) => sha256(bytes))).toEqual([sha256(first), sha256(second)]);
    expect(message.attachments.map(({ sha256: digest, size }) => [digest, size])).toEqual([
      [sha256(first), 300_001],
      [sha256(second), 77],
    ]);
  });

  it('may leave content unread or destroy it without holding up the rest', async () => {
    const message = await parseMessage({
      raw,
      sink: async ({ index }, content) => {
        if (index === 0) content.destroy();
      },
    });
    expect(message.attachments.map(({ sha256: digest }) => digest)).toEqual([sha256(first), sha256(second)]);
  });

  it('ends the parse with its own error when it fails', async () => {
    const failure = new Error('bucket is full');
    await expect(parseMessage({ raw, sink: () => Promise.reject(failure) })).rejects.toBe(failure);
  });

  it('receives an attached message and what is attached to it', async () => {
    const inner = mixed(['\r\nInner', file('inner.bin', second)]);
    const outer = Buffer.from(mixed(['\r\nOuter', `Content-Type: message/rfc822\r\n\r\n${inner}`]), 'latin1');
    const digests = new Map<number, string>();
    const message = await parseMessage({
      raw: outer,
      sink: async ({ index }, content) => {
        digests.set(index, sha256(await readAll(content)));
      },
    });
    expect(digests.get(0)).toBe(message.attachments[0]?.sha256);
    expect(digests.get(1)).toBe(message.nested[0]?.attachments[0]?.sha256);
    expect(digests.get(1)).toBe(sha256(second));
    expect(digests.get(0)).toBe(sha256(Buffer.from(inner, 'latin1')));
  });

  it('gets the bytes of an attached message unchanged, even if a signed part is unpacked inside it', async () => {
    const signed = readFileSync(
      join(import.meta.dirname, '../fixtures/mail/smime-opaque-signed.eml'),
      'latin1',
    ).replaceAll(/\r?\n/gu, '\r\n');
    const message = await parseMessage({
      raw: Buffer.from(mixed([`Content-Type: message/rfc822\r\n\r\n${signed}`]), 'latin1'),
    });
    expect(message.attachments[0]?.sha256).toBe(sha256(Buffer.from(signed, 'latin1')));
    expect(message.nested[0]?.text).toBe('Opaque words.');
  });

  it('slows the source down when it is slow itself', async () => {
    const big = Buffer.from(mixed([file('big.bin', Buffer.alloc(8_000_000, 7))]), 'latin1');
    let given = 0;
    const source = Readable.from(
      (function* pieces() {
        for (let start = 0; start < big.length; start += 65_536) {
          given += 65_536;
          yield big.subarray(start, start + 65_536);
        }
      })(),
      { highWaterMark: 1 },
    );
    let ahead = 0;
    let received = 0;
    await parseMessage({
      raw: source,
      sink: async (_attachment, content) => {
        for await (const piece of content as AsyncIterable<Buffer>) {
          received += piece.length;
          ahead = Math.max(ahead, (given * 3) / 4 - received);
        }
      },
    });
    expect(received).toBe(8_000_000);
    expect(ahead).toBeLessThan(2_000_000);
  });
});

describe('the bytes', () => {
  it('give the same facts however they are cut into pieces', async () => {
    const raw = Buffer.from(
      mixed([
        '\r\nHello --m\r\n--mm\r\n-',
        file('a.bin', bytesOf(500, 3)),
        `Content-Type: message/rfc822\r\n\r\n${mixed(['\r\nInner'])}`,
      ]),
      'latin1',
    );
    const whole = await parseMessage({ raw });
    expect(whole.text).toBe('Hello --m\n--mm\n-');
    for (const size of [1, 2, 3, 7, 64, 1_000]) {
      expect(await parseMessage({ raw: inPieces(raw, size) })).toEqual(whole);
    }
  });

  it('may be anything', async () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const noise = bytesOf(3_000, seed);
      const message = await parseMessage({ raw: noise });
      expect(message.attachments).toEqual([]);
      expect(codesOf(message.warnings)).toContain('from-missing');
    }
  });

  it('may be a message with any byte changed or its end cut off', async () => {
    const raw = Buffer.from(mixed(['\r\nHello', file('a.bin', bytesOf(90, 4))]), 'latin1');
    for (let at = 0; at < raw.length; at += 3) {
      const changed = Buffer.from(raw);
      changed[at] = (at * 37) & 0xff;
      await expect(parseMessage({ raw: changed })).resolves.toBeDefined();
      await expect(parseMessage({ raw: raw.subarray(0, at) })).resolves.toBeDefined();
    }
  });

  it('may end lines with CR alone', async () => {
    const message = await parseMessage({
      raw: Buffer.from('From: ann@client.test\rSubject: Old Mac\r\rHello\r'),
    });
    expect([message.subject, message.text]).toEqual(['Old Mac', 'Hello\n']);
  });

  it('may be the header alone', async () => {
    const message = await parseMessage({ raw: Buffer.from(header) });
    expect([message.subject, message.text, message.warnings]).toEqual(['Files', '', []]);
  });
});

describe('plain lines after a base64 text', () => {
  const words = 'Grüße aus München, das Dach ist undicht, und wir brauchen bald Hilfe';
  const read = async (body: string, pieceBytes: number) => {
    const raw = `${header}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`;
    const pieces =
      Buffer.from(raw)
        .toString('latin1')
        .match(new RegExp(`[^]{1,${pieceBytes}}`, 'gu')) ?? [];
    const { text } = await parseMessage({
      raw: Readable.from(pieces.map((piece) => Buffer.from(piece, 'latin1'))),
    });
    return text.trimEnd();
  };
  const data = (text: string) => Buffer.from(text).toString('base64').replaceAll(/.{76}/gu, '$&\r\n');

  it.each([
    '_____________\r\nRoofs mailing list\r\nhttps://lists.test/roofs',
    '-- \r\nVom Virenscanner geprüft',
    'Disclaimer: for you alone',
  ])('are read as they came, and spoil no message: %j', async (footer) => {
    const shown = footer.replaceAll('\r\n', '\n');
    for (const text of [words, `${words}.`, `${words}..`])
      for (const pieceBytes of [1, 7, 100_000])
        expect(await read(`${data(text)}\r\n${footer}\r\n`, pieceBytes)).toBe(`${text}\n${shown}`);
  });

  it('are not data lines with something odd in them', async () => {
    const lines = data(`${words} ${words} ${words}`).split('\r\n');
    const [first = '', ...more] = lines;
    expect(await read([first, '!!', ...more].join('\r\n'), 100_000)).toBe(`${words} ${words} ${words}`);
  });
});

describe('a file of a Mac', () => {
  it('is its data fork, with the resource fork’s name', async () => {
    const parts = [
      'Content-Type: application/applefile; name="%roof.pdf"\r\n\r\nfork',
      'Content-Type: application/pdf\r\n\r\n%PDF-1.4',
    ];
    const inner = parts.map((part) => `--a\r\n${part}\r\n`).join('');
    const raw = mixed([
      'Content-Type: text/plain\r\n\r\nThe plan',
      `Content-Type: multipart/appledouble; boundary=a\r\n\r\n${inner}--a--`,
    ]);
    const { attachments, text } = await parseMessage({ raw: Buffer.from(raw) });
    expect(text).toBe('The plan');
    expect(attachments.map(({ filename, contentType }) => [filename, contentType])).toEqual([
      ['roof.pdf', 'application/pdf'],
    ]);
  });
});

describe('a damaged header', () => {
  it.each<readonly [string, string, string, string]>([
    [
      'a first line that begins with a space',
      ' From: eve@evil.test\nFrom: ann@client.test\nSubject: s\n\nBody',
      'ann@client.test',
      'Body',
    ],
    [
      'a field name on a line of its own',
      'From\n : eve@evil.test\nFrom: ann@client.test\nSubject: s\n\nBody',
      'ann@client.test',
      'Body',
    ],
    [
      'an mbox line',
      'From ann Tue Mar  3 09:15:00 2026\nFrom: ann@client.test\nSubject: s\n\nBody',
      'ann@client.test',
      'Body',
    ],
    ['a space before the colon', 'From : ann@client.test\nSubject : s\n\nBody', 'ann@client.test', 'Body'],
  ])('with %s is still read', async (_trait, raw, from, text) => {
    const message = await parseMessage({ raw: Buffer.from(raw) });
    expect([message.from?.address, message.subject, message.text]).toEqual([from, 's', text]);
  });
});

describe('limits', () => {
  it('leave out the rest of a header that is too long', async () => {
    const raw = Buffer.from(`Subject: kept\nX-Long: ${'a'.repeat(2_000)}\nX-Late: lost\n\nBody`);
    const message = await parseMessage({ raw, limits: withLimits({ maxHeaderBytes: 1_000 }) });
    expect([message.subject, message.text]).toEqual(['kept', 'Body']);
    expect(codesOf(message.warnings)).toContain('header-too-long');
  });

  it('stop at too many parts', async () => {
    const message = await parseMessage({
      raw: Buffer.from(mixed(Array.from({ length: 100_000 }, () => '\r\na'))),
    });
    expect(codesOf(message.warnings)).toEqual(['too-many-parts', 'truncated-multipart']);
    expect(message.text.length).toBeLessThan(3_000);
  });

  it('keep multiparts nested too deep as a file', async () => {
    const levels = Array.from(
      { length: 200 },
      (_, index) => `Content-Type: multipart/mixed; boundary=b${index}\r\n\r\n--b${index}\r\n`,
    );
    const message = await parseMessage({ raw: Buffer.from(`${header}\r\n${levels.join('')}\r\nDeep`) });
    expect(codesOf(message.warnings)).toContain('too-deep');
    expect(message.attachments).toHaveLength(1);
  });

  it('bound messages within messages', async () => {
    const message = await parseMessage({
      raw: Buffer.from(`${header}\r\n${'Content-Type: message/rfc822\r\n\r\n'.repeat(5_000)}`),
    });
    let depth = 0;
    for (let at = message.nested[0]; at !== undefined; at = at.nested[0]) depth += 1;
    expect(depth).toBeLessThanOrEqual(parseLimits.maxDepth);
    expect(codesOf(message.warnings).length + depth).toBeGreaterThan(0);
  });

  it('cut text that is too long', async () => {
    const message = await parseMessage({
      raw: Buffer.from(`${header}\r\n\r\n${'word '.repeat(1_000)}`),
      limits: withLimits({ maxTextBytes: 100 }),
    });
    expect(message.text).toHaveLength(100);
    expect(codesOf(message.warnings)).toEqual(['text-too-long']);
  });

  it('cut HTML that is too long', async () => {
    const raw = Buffer.from(`${header}\r\nContent-Type: text/html\r\n\r\n${'<p>word</p>'.repeat(1_000)}`);
    const message = await parseMessage({ raw, limits: withLimits({ maxHtmlChars: 110 }) });
    expect(message.rawHtml).toHaveLength(110);
    expect(codesOf(message.warnings)).toEqual(['html-too-long']);
  });

  it('leave a container that is too large packed', async () => {
    const raw = Buffer.from(`${header}\r\nContent-Type: application/ms-tnef\r\n\r\n${'x'.repeat(500)}`);
    const message = await parseMessage({ raw, limits: withLimits({ maxContainerBytes: 100 }) });
    expect(codesOf(message.warnings)).toEqual(['container-too-large']);
    expect(message.attachments).toHaveLength(1);
  });

  it('bound the number of warnings', async () => {
    const parts = Array.from(
      { length: 500 },
      (_, index) => `Content-Type: application/x; name="a/${index}"\r\n\r\nx`,
    );
    expect((await parseMessage({ raw: Buffer.from(mixed(parts)) })).warnings).toHaveLength(
      parseLimits.maxWarnings,
    );
  });
});

describe('hostile messages take time in proportion to their length', () => {
  const text = `${header}\n`;
  it.each<readonly [string, (count: number) => string]>([
    [
      'delimiter look-alikes',
      (count) => `${text}Content-Type: multipart/mixed; boundary=x\n\n${'--xy\n'.repeat(count * 10)}`,
    ],
    ['dashes without an end', (count) => `${text}\n${'-'.repeat(count * 50)}`],
    ['folded lines', (count) => `${text}X: a\n${' b\n'.repeat(count * 10)}\nb`],
    ['fields', (count) => `${text}${'X: a\n'.repeat(count * 5)}\nb`],
    ['references', (count) => `${text}References: ${'<'.repeat(count * 20)}\n\nb`],
    ['parameters', (count) => `Content-Type: text/plain; ${'a*0=b;'.repeat(count * 10)}\n\nb`],
    ['open comments', (count) => `Content-Type: text/plain; ${'('.repeat(count * 20)}\n\nb`],
    [
      'soft line breaks',
      (count) => `${text}Content-Transfer-Encoding: quoted-printable\n\n${'= \n'.repeat(count * 30)}`,
    ],
    [
      'trailing spaces',
      (count) => `${text}Content-Transfer-Encoding: quoted-printable\n\n${' '.repeat(count * 50)}`,
    ],
    ['uuencode beginnings', (count) => `${text}\n${'begin 644 a\n!!!\n'.repeat(count * 5)}`],
    [
      'flowed lines',
      (count) =>
        `${text}Content-Type: text/plain; format=flowed\n\n${'> '.repeat(count * 10)}\n${' \n'.repeat(count * 10)}`,
    ],
    [
      'escape sequences',
      (count) => `${text}Content-Type: text/plain; charset=iso-2022-jp\n\n${'\u001b$B'.repeat(count * 10)}`,
    ],
    [
      'boundaries of any length',
      (count) =>
        `Content-Type: multipart/mixed; boundary=${'x'.repeat(count * 20)}\n\n${'--y\n'.repeat(count * 5)}`,
    ],
    [
      'delimiters in a header',
      (count) => `Content-Type: multipart/mixed; boundary=x\n${'--y\nA: b\n'.repeat(count)}\nb`,
    ],
    ['bare returns', (count) => `${text}X: ${'\rA'.repeat(count * 10)}\n\nb`],
    ['blank lines before a header', (count) => `${'\n'.repeat(count * 20)}${text}\nb`],
    ['open quotes', (count) => `Content-Type: text/plain; ${'a="b"c'.repeat(count * 5)}\n\nb`],
    [
      'halves of surrogates',
      (count) =>
        `${text}Content-Type: text/plain; charset=utf-8\n\n${'\u00ed\u00a0\u00bd'.repeat(count * 10)}`,
    ],
    [
      'beginnings of meta tags',
      (count) => `${text}Content-Type: text/html\n\n${'<meta '.repeat(count * 5)}\u00fc`,
    ],
    [
      'components of a calendar',
      (count) =>
        `${text}Content-Type: text/calendar\n\nBEGIN:VCALENDAR\n${'x\nBEGIN:A\nEND:B\n'.repeat(count)}`,
    ],
    [
      'enriched commands',
      (count) => `${text}Content-Type: text/enriched\n\n${'<excerpt><<\n'.repeat(count * 5)}`,
    ],
    [
      'calendar parameters',
      (count) => `${text}Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nX;${'a=b;'.repeat(count * 5)}\n`,
    ],
  ])('%s', async (_name, build) => {
    const measure = async (count: number): Promise<number> => {
      const raw = Buffer.from(build(count), 'latin1');
      const start = cpuTime();
      await parseMessage({ raw });
      return cpuTime() - start;
    };
    await measure(500);
    const small = await measure(3_000);
    expect(await measure(12_000)).toBeLessThan(small * 12 + 300);
  });
});

describe('memory', () => {
  it('does not grow with the size of an attachment', async () => {
    const blocks = 3_000;
    const line = `${'QUJD'.repeat(19)}\r\n`;
    const block = Buffer.from(line.repeat(1_000));
    const beginning = Buffer.from(
      `${header}\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n`,
    );
    const source = Readable.from(
      (function* pieces() {
        yield beginning;
        for (let index = 0; index < blocks; index += 1) yield block;
      })(),
    );
    const before = process.memoryUsage();
    let peak = 0;
    const message = await parseMessage({
      raw: source,
      sink: async (_attachment, content) => {
        content.on('data', () => {
          peak = Math.max(peak, process.memoryUsage().rss - before.rss);
        });
        await once(content, 'end');
      },
    });
    const size = blocks * 1_000 * 57;
    expect(message.attachments[0]?.size).toBe(size);
    // Uncollected garbage counts too, so the limit is wide: far less than the file, which is 171 MB.
    expect(peak).toBeLessThan(size * 0.7);
  });
});
