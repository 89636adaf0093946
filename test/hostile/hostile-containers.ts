import { deflateSync, gzipSync } from 'node:zlib';
import { base64Lines, enclosed, fill, fillCounted, message } from './hostile-message.ts';
import type { HostileKind } from './hostile-message.ts';

/** Unpacked content: CMS, RTF, TNEF, enclosed messages, calendars and reports. */

const compressedData = Buffer.from('060b2a864886f70d0109100109', 'hex');
const signedData = Buffer.from('06092a864886f70d010702', 'hex');
const data = Buffer.from('06092a864886f70d010701', 'hex');

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = Buffer.alloc(4);
  size.writeUInt32BE(length);
  return Buffer.concat([
    Buffer.of(tag),
    length < 128 ? Buffer.of(length) : Buffer.concat([Buffer.of(0x84), size]),
    content,
  ]);
}

/** RFC 3274 §1.1: the bytes as a compressed CMS object. */
export function compressedCms(content: Buffer): Buffer {
  const octets = der(0xa0, der(0x04, deflateSync(content, { level: 9 })));
  const algorithm = der(0x30, Buffer.from('060b2a864886f70d0109100308', 'hex'));
  const inner = Buffer.concat([Buffer.of(2, 1, 0), algorithm, der(0x30, Buffer.concat([data, octets]))]);
  return der(0x30, Buffer.concat([compressedData, der(0xa0, der(0x30, inner))]));
}

function signedCms(content: Buffer): Buffer {
  const octets = der(0xa0, content);
  const inner = Buffer.concat([
    Buffer.of(2, 1, 1),
    der(0x31, Buffer.alloc(0)),
    der(0x30, Buffer.concat([data, octets])),
  ]);
  return der(0x30, Buffer.concat([signedData, der(0xa0, der(0x30, inner))]));
}

const cmsType = 'application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z';
const textInside = 'Content-Type: text/plain; charset=utf-8\r\n\r\n';

/** A part whose body is base64 of a compressed CMS object of such parts, nested some levels deep. */
function nestedCms(levels: number, bytes: number): Buffer {
  const inside =
    levels === 0
      ? Buffer.concat([Buffer.from(textInside), fill('a\n', bytes)])
      : Buffer.concat([
          Buffer.from(`Content-Type: ${cmsType}\r\nContent-Transfer-Encoding: base64\r\n\r\n`),
          base64Lines(nestedCms(levels - 1, bytes)),
        ]);
  return compressedCms(inside);
}

function manyCms(bytes: number): Buffer {
  const part = Buffer.concat([
    Buffer.from(`--b\r\nContent-Type: ${cmsType}\r\nContent-Transfer-Encoding: base64\r\n\r\n`),
    base64Lines(compressedCms(Buffer.concat([Buffer.from(textInside), fill('a\n', 900_000)]))),
    Buffer.from('\r\n'),
  ]);
  return message(
    ['Content-Type: multipart/mixed; boundary=b'],
    Buffer.concat([fill(part, bytes), Buffer.from('\r\n--b--\r\n')]),
  );
}

function partsInCms(bytes: number): Buffer {
  const parts = fill('--c\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n', bytes);
  return compressedCms(
    Buffer.concat([Buffer.from('Content-Type: multipart/mixed; boundary=c\r\n\r\n'), parts]),
  );
}

const rtf =
  (unit: string) =>
  (bytes: number): Buffer =>
    Buffer.concat([Buffer.from(String.raw`{\rtf1\ansi `), fill(unit, bytes), Buffer.from('}')]);

/** An RTF body by itself. */
function rtfText(name: string, unit: string): HostileKind {
  return { name: `RTF: ${name}`, make: (bytes) => message(['Content-Type: text/rtf'], rtf(unit)(bytes)) };
}

function attribute(id: number, content: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUInt8(1, 0);
  head.writeUInt16LE(id, 1);
  head.writeUInt32LE(content.length, 5);
  return Buffer.concat([head, content, Buffer.alloc(2)]);
}

function tnef(attributes: Buffer): Buffer {
  return Buffer.concat([Buffer.from('789f3e220100', 'hex'), attributes]);
}

/** One binary property (MS-OXCDATA §2.11.1) as the properties of a message. */
function binaryProperty(id: number, content: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1, 0);
  head.writeUInt16LE(0x102, 4);
  head.writeUInt16LE(id, 6);
  head.writeUInt32LE(1, 8);
  head.writeUInt32LE(content.length, 12);
  return Buffer.concat([head, content, Buffer.alloc((4 - (content.length % 4)) % 4)]);
}

/** Compressed RTF (MS-OXRTFCP) that refers to its own output: two bytes give 17. */
function rtfBomb(bytes: number): Buffer {
  const literal = Buffer.from(String.raw`{\rtf1 \par\par\par\par\par\par`);
  const start = Buffer.concat(
    Array.from({ length: 4 }, (_, n) => Buffer.concat([Buffer.of(0), literal.subarray(n * 8, n * 8 + 8)])),
  );
  // References go round the dictionary, each to the bytes 24 before.
  let write = 207 + literal.length;
  const pieces: Buffer[] = [start];
  for (let size = 0; size < bytes; size += 17) {
    const references = [0xff];
    for (let n = 0; n < 8; n += 1) {
      const reference = (((write - 17 + 4_096) % 4_096) << 4) | 0x0f;
      references.push(reference >> 8, reference & 0xff);
      write = (write + 17) % 4_096;
    }
    pieces.push(Buffer.from(references));
  }
  const body = Buffer.concat(pieces);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(body.length + 12, 0);
  head.writeUInt32LE(0x7fffffff, 4);
  head.writeUInt32LE(0x75465a4c, 8);
  return Buffer.concat([head, body]);
}

const winmail = 'application/ms-tnef; name=winmail.dat';
const noBytes = Buffer.alloc(0);

function calendarOf(name: string, unit: (n: number) => string): HostileKind {
  return {
    name: `calendar: ${name}`,
    make: (bytes) =>
      message(
        ['Content-Type: text/calendar; method=REQUEST; charset=utf-8'],
        Buffer.concat([
          Buffer.from(
            'BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Meeting\r\nDTSTART:20260303T100000Z\r\n',
          ),
          fillCounted(unit, bytes),
          Buffer.from('END:VEVENT\r\nEND:VCALENDAR\r\n'),
        ]),
      ),
  };
}

function reportOf(name: string, unit: (n: number) => string, type = 'message/delivery-status'): HostileKind {
  return {
    name: `report: ${name}`,
    make: (bytes) =>
      message(
        ['Content-Type: multipart/report; report-type=delivery-status; boundary=b', 'Return-Path: <>'],
        Buffer.concat([
          Buffer.from(
            `--b\r\nContent-Type: text/plain\r\n\r\nundeliverable\r\n--b\r\nContent-Type: ${type}\r\n\r\nReporting-MTA: dns; mx.hostile.test\r\n\r\n`,
          ),
          fillCounted(unit, bytes),
          Buffer.from('\r\n--b--\r\n'),
        ]),
      ),
  };
}

/** Nested messages, each base64 of the next. */
function encodedMessages(levels: number, innermost: Buffer): Buffer {
  if (levels === 0) return innermost;
  return message(
    ['Content-Type: application/octet-stream; name=inner.eml', 'Content-Transfer-Encoding: base64'],
    base64Lines(encodedMessages(levels - 1, innermost)),
  );
}

export const hostileContainers: readonly HostileKind[] = [
  enclosed('CMS of short lines', cmsType, (bytes) =>
    compressedCms(Buffer.concat([Buffer.from(textInside), fill('a\n', bytes * 30)])),
  ),
  enclosed('CMS of zeros', cmsType, (bytes) => compressedCms(Buffer.alloc(bytes * 30))),
  enclosed('CMS in CMS', cmsType, (bytes) => nestedCms(3, bytes * 30)),
  { name: 'container: CMS many times', make: manyCms },
  enclosed('parts in CMS', cmsType, (bytes) => partsInCms(bytes * 10)),
  enclosed('octets in pieces', 'application/pkcs7-mime; smime-type=signed-data; name=smime.p7m', (bytes) =>
    signedCms(Buffer.concat([Buffer.of(0x24, 0x80), fill(Buffer.from('040161', 'hex'), bytes)])),
  ),
  enclosed('gzip', 'application/gzip; name=a.gz', (bytes) => gzipSync(Buffer.alloc(bytes * 30))),
  enclosed('gzip many times', 'application/gzip; name=a.gz', (bytes) =>
    fill(gzipSync(Buffer.alloc(1_000_000)), bytes),
  ),
  rtfText('groups', '{'),
  rtfText('groups that are closed', '{a}'),
  rtfText('paragraphs', '\\par '),
  rtfText('characters', "\\'e4"),
  rtfText('Unicode', '\\u228?'),
  rtfText('fonts in turns', '\\f1 a\\f2 b'),
  rtfText('binary', '\\bin1 a'),
  {
    name: 'RTF: font table',
    make: (bytes) =>
      message(
        ['Content-Type: text/rtf'],
        fillCounted((n) => (n === 0 ? String.raw`{\rtf1{\fonttbl` : `{\\f${n}\\fcharset204 A;}`), bytes),
      ),
  },
  {
    name: 'RTF: HTML inside',
    make: (bytes) =>
      message(
        ['Content-Type: text/rtf'],
        Buffer.concat([
          Buffer.from(String.raw`{\rtf1\ansi\fromhtml1 `),
          fill(String.raw`{\*\htmltag <b>}a`, bytes),
        ]),
      ),
  },
  enclosed('TNEF attributes', winmail, (bytes) =>
    tnef(fill(attribute(0x8004, Buffer.from('subject')), bytes)),
  ),
  enclosed('TNEF files', winmail, (bytes) =>
    tnef(
      fill(
        Buffer.concat([
          attribute(0x9002, noBytes),
          attribute(0x8010, Buffer.from('a.txt')),
          attribute(0x800f, Buffer.from('x')),
        ]),
        bytes,
      ),
    ),
  ),
  enclosed('TNEF properties', winmail, (bytes) =>
    tnef(
      attribute(
        0x9003,
        Buffer.concat([Buffer.from('ffffff7f', 'hex'), fill(Buffer.from('0300010001000000', 'hex'), bytes)]),
      ),
    ),
  ),
  enclosed('TNEF body', winmail, (bytes) => tnef(attribute(0x800c, fill('a\n', bytes)))),
  enclosed('TNEF HTML', winmail, (bytes) =>
    tnef(attribute(0x9003, binaryProperty(0x1013, fill('<p>a', bytes)))),
  ),
  enclosed('TNEF with compressed RTF', winmail, (bytes) =>
    tnef(attribute(0x9003, binaryProperty(0x1009, rtfBomb(bytes)))),
  ),
  {
    name: 'container: TNEF many times',
    make: (bytes) => {
      const file = base64Lines(tnef(attribute(0x9003, binaryProperty(0x1009, rtfBomb(100_000)))));
      const part = (n: number): string =>
        `--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a${n}@b.test\r\nContent-Type: ${winmail}\r\nContent-Transfer-Encoding: base64\r\n\r\n${file.toString('latin1')}\r\n`;
      return message(['Content-Type: multipart/mixed; boundary=b'], fillCounted(part, bytes));
    },
  },
  {
    name: 'container: messages in base64',
    make: (bytes) =>
      encodedMessages(4, message(['Content-Type: text/plain'], fill('a\n', Math.floor(bytes / 3.5)))),
  },
  {
    name: 'container: messages in base64, side by side',
    make: (bytes) => {
      const inner = base64Lines(message(['Content-Type: text/html'], fill('<p>a', 200_000))).toString(
        'latin1',
      );
      const part = (n: number): string =>
        `--b\r\nContent-Type: application/octet-stream; name=${n}.eml\r\nContent-Transfer-Encoding: base64\r\n\r\n${inner}\r\n`;
      return message(['Content-Type: multipart/mixed; boundary=b'], fillCounted(part, bytes));
    },
  },
  calendarOf('lines', (n) => `X-P${n}:a\r\n`),
  calendarOf('attendees', (n) => `ATTENDEE;CN=A${n}:mailto:a${n}@b.test\r\n`),
  calendarOf('folded lines', () => ' a\r\n'),
  calendarOf('parameters', (n) => `X-A;P${n}="b":c\r\n`),
  calendarOf('events', () => 'END:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\n'),
  calendarOf('components in each other', () => 'BEGIN:VALARM\r\n'),
  calendarOf('description', (n) => (n === 0 ? 'DESCRIPTION:' : String.raw`a\n`)),
  reportOf(
    'recipients',
    (n) => `Final-Recipient: rfc822; r${n}@b.test\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n`,
  ),
  reportOf('empty groups', () => '\r\n'),
  reportOf('fields', () => 'Diagnostic-Code: smtp; 550 5.1.1\r\n'),
  reportOf('codes in one field', (n) =>
    n === 0 ? 'Final-Recipient: rfc822; a@b.test\r\nDiagnostic-Code: smtp; ' : '550 5.1.1 ',
  ),
  reportOf('returned headers', (n) => `X-${n}: a\r\n`, 'text/rfc822-headers'),
  reportOf('returned recipients', (n) => `To: r${n}@b.test\r\n`, 'text/rfc822-headers'),
  reportOf('returned message', (n) => (n === 0 ? 'From: a@b.test\r\n\r\n' : 'a\r\n'), 'message/rfc822'),
];
