import { describe, expect, it } from 'vitest';
import { decompressRtf } from '../../../src/mime/containers/compressed-rtf.ts';
import { parseMessage } from '../../../src/mime/parse.ts';
import { readRtf } from '../../../src/mime/containers/rtf.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const compressedKind = 0x75465a4c;
const uncompressedKind = 0x414c454d;

function withHeader(kind: number, rawSize: number, content: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeUInt32LE(content.length + 12, 0);
  header.writeUInt32LE(rawSize, 4);
  header.writeUInt32LE(kind, 8);
  return Buffer.concat([header, content]);
}

/** Compressed RTF of only literals, eight after each control byte. */
function literally(rtf: string): Buffer {
  const bytes = Buffer.from(rtf, 'latin1');
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 8) pieces.push(Buffer.from([0]), bytes.subarray(at, at + 8));
  return withHeader(compressedKind, bytes.length, Buffer.concat(pieces));
}

function attribute(level: number, id: number, data: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(level, 0);
  head.writeUInt32LE(id, 1);
  head.writeUInt32LE(data.length, 5);
  return Buffer.concat([head, data, Buffer.alloc(2)]);
}

/** A winmail.dat whose only property is the compressed RTF body. */
function winmail(rtf: Buffer): Buffer {
  const property = Buffer.alloc(16);
  property.writeUInt32LE(1, 0);
  property.writeUInt16LE(0x0102, 4);
  property.writeUInt16LE(0x1009, 6);
  property.writeUInt32LE(1, 8);
  property.writeUInt32LE(rtf.length, 12);
  const padding = Buffer.alloc((4 - (rtf.length % 4)) % 4);
  const start = Buffer.from('789f3e220100', 'hex');
  return Buffer.concat([start, attribute(1, 0x0006_9003, Buffer.concat([property, rtf, padding]))]);
}

function mailWith(rtf: Buffer): Buffer {
  const lines = winmail(rtf).toString('base64');
  return Buffer.from(
    `From: ann@client.test\nContent-Type: application/ms-tnef; name=winmail.dat\nContent-Transfer-Encoding: base64\n\n${lines}\n`,
  );
}

describe('decompressRtf', () => {
  it('reads the examples of its specification', () => {
    const simple =
      '2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0';
    const overlapping = '1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0';
    expect(decompressRtf(Buffer.from(simple, 'hex'), 1_000)?.toString('latin1')).toBe(
      '{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n',
    );
    expect(decompressRtf(Buffer.from(overlapping, 'hex'), 1_000)?.toString('latin1')).toBe(
      '{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}',
    );
  });

  it('passes on what is only wrapped', () => {
    const wrapped = withHeader(uncompressedKind, 5, Buffer.from('{\\rtf and more'));
    expect(decompressRtf(wrapped, 1_000)?.toString('latin1')).toBe('{\\rtf');
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['another kind', withHeader(0x12345678, 5, Buffer.from('abcde'))],
  ])('is null for %s', (_name, bytes) => {
    expect(decompressRtf(bytes, 1_000)).toBeNull();
  });

  it('gives what is there when the end is missing, and never more than allowed', () => {
    const whole = literally('{\\rtf1 some words}');
    expect(decompressRtf(whole.subarray(0, 29), 1_000)?.toString('latin1')).toBe('{\\rtf1 some');
    // Every bit a reference of 17 bytes to the same place, and a size that no machine has.
    const bomb = withHeader(compressedKind, 0xffffffff, Buffer.alloc(170_000, 0xff));
    expect(decompressRtf(bomb, 50_000)?.length).toBeLessThanOrEqual(50_000);
  });
});

describe('readRtf', () => {
  it.each<readonly [string, string, string]>([
    ['paragraphs and lines', String.raw`{\rtf1\ansi One\par Two\line three}`, 'One\nTwo\nthree'],
    ['the code page of the document', String.raw`{\rtf1\ansi\ansicpg1251 \'c4\'e0}`, 'Да'],
    [
      'the code page of a font',
      String.raw`{\rtf1\ansi{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\f0 \'e4\f1 \'c4\f0 \'e4}`,
      'äДä',
    ],
    ['characters of two bytes', String.raw`{\rtf1\ansi\ansicpg932 \'8c\'5f\'96\'f1}`, '契約'],
    ['Unicode and its replacements', String.raw`{\rtf1\ansi \u8364?5 {\uc0 \u252 x}\u228 ay}`, '€5 üxäy'],
    ['Unicode beyond 16 bits', String.raw`{\rtf1\ansi \u-10179?\u-8704?}`, '😀'],
    ['table rows', String.raw`{\rtf1\ansi Name\cell Ann\cell\row Next}`, 'Name\tAnn\nNext'],
    [
      'no fonts, styles, pictures, field codes or hidden text',
      String.raw`{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\stylesheet{Normal;}}{\*\generator X;}{\pict 8950}{\field{\*\fldinst HYPERLINK "http://x.test"}{\fldrslt link}}{\v secret}!}`,
      'link!',
    ],
    ['binary data skipped by their length', String.raw`{\rtf1\ansi a\bin3 }}}b}`, 'ab'],
    ['escaped braces', String.raw`{\rtf1\ansi \{a\\b\}}`, String.raw`{a\b}`],
    ['groups never closed', String.raw`{\rtf1\ansi {{{deep`, 'deep'],
    ['an escape cut off', String.raw`{\rtf1\ansi a\'f`, 'a'],
    ['text that Outlook wrapped', String.raw`{\rtf1\ansi\fromtext Hello\par\par World}`, 'Hello\n\nWorld'],
  ])('reads %s', (_name, rtf, expected) => {
    expect(readRtf(Buffer.from(rtf, 'latin1'))).toEqual({ kind: 'plain', text: expected });
  });

  it('takes wrapped HTML out again', () => {
    const rtf = String.raw`{\rtf1\ansi\ansicpg1252\fromhtml1{\fonttbl{\f0 Arial;}}{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Gr\'fc\'dfe {\*\htmltag84 &lt;}\htmlrtf <\htmlrtf0 {\*\htmltag84 <b>}\htmlrtf {\b \htmlrtf0 now{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 \htmlrtf\par}\htmlrtf0{\*\htmltag72 </p>}{\*\mhtmltag84 <a>}}`;
    expect(readRtf(Buffer.from(rtf, 'latin1'))).toEqual({
      kind: 'html',
      text: '<p>Grüße &lt;<b>now</b></p>',
    });
  });

  it('is null if the bytes are not RTF', () => {
    expect(readRtf(Buffer.from('plain'))).toBeNull();
  });

  it.each(['{', '}{', String.raw`\par`, String.raw`\'e9`, String.raw`\f1\'e9\f0\'e9`, String.raw`\u252?`])(
    'takes time in proportion to the number of %j',
    (piece) => {
      const measure = (count: number): number => {
        const fonts = String.raw`{\rtf1{\fonttbl{\f0\fcharset204 a;}{\f1\fcharset161 b;}}`;
        const rtf = Buffer.from(fonts + piece.repeat(count), 'latin1');
        const start = cpuTime();
        readRtf(rtf);
        return cpuTime() - start;
      };
      measure(1_000);
      const small = measure(30_000);
      expect(measure(120_000)).toBeLessThan(small * 12 + 200);
    },
  );
});

describe('a winmail.dat with an RTF-only body', () => {
  it('is read as text', async () => {
    const message = await parseMessage({
      raw: mailWith(literally(String.raw`{\rtf1\ansi Dear Bob,\par yours, J\'f6rg\par}`)),
    });
    expect([message.text, message.textSource]).toEqual(['Dear Bob,\nyours, Jörg', 'plain']);
  });

  it('is read as HTML if that is inside', async () => {
    const message = await parseMessage({
      raw: mailWith(
        literally(String.raw`{\rtf1\ansi\fromhtml1 {\*\htmltag64 <p>}Dear Bob{\*\htmltag72 </p>}}`),
      ),
    });
    expect([message.text, message.textSource, message.rawHtml]).toEqual([
      'Dear Bob',
      'html',
      '<p>Dear Bob</p>',
    ]);
  });

  it('survives any change', async () => {
    const whole = winmail(literally(String.raw`{\rtf1\ansi Dear Bob\par}`));
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = 0xff;
      const raw = `From: a@client.test\nContent-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n${changed.toString('base64')}\n`;
      await expect(parseMessage({ raw: Buffer.from(raw) })).resolves.toBeDefined();
    }
  });
});
