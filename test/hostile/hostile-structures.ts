import { fill, fillCounted, message, repeatedParts } from './hostile-message.ts';
import type { HostileKind } from './hostile-message.ts';

/** Countless parts, messages and delimiters. */

const text = 'Content-Type: text/plain; charset=utf-8';

function chain(name: string, step: (n: number) => string, first: string): HostileKind {
  return { name: `parts: ${name}`, make: (bytes) => message([first], fillCounted(step, bytes)) };
}

/** As many messages as are read, each with a header that fills the size. */
function messagesWith(name: string, unit: string, start = ''): HostileKind {
  return {
    name: `messages: ${name}`,
    make: (bytes) =>
      message(
        ['Content-Type: multipart/mixed; boundary=b'],
        Buffer.concat(
          Array.from({ length: 60 }, () =>
            Buffer.concat([
              Buffer.from(`--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.test\r\n${start}`),
              fill(unit, Math.floor(bytes / 60)),
              Buffer.from('\r\nTo: c@d.test\r\n\r\nx\r\n'),
            ]),
          ),
        ),
      ),
  };
}

/** As many messages as are read, each with a body that fills the size. */
function messagesOf(name: string, unit: string, type: string): HostileKind {
  return {
    name: `messages: ${name}`,
    make: (bytes) =>
      message(
        ['Content-Type: multipart/mixed; boundary=b'],
        Buffer.concat(
          Array.from({ length: 60 }, () =>
            Buffer.concat([
              Buffer.from(
                `--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.test\r\nContent-Type: ${type}\r\n\r\n`,
              ),
              fill(unit, Math.floor(bytes / 60)),
              Buffer.from('\r\n'),
            ]),
          ),
        ),
      ),
  };
}

const levels = Array.from(
  { length: 28 },
  (_, n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`,
).join('');

/** A plain part, and HTML beside it that has a quote. */
const unlikeAlternatives: HostileKind = {
  name: 'parts: alternatives that are unlike',
  make: (bytes) =>
    message(
      ['Content-Type: multipart/alternative; boundary=b'],
      Buffer.concat([
        Buffer.from(`--b\r\n${text}\r\n\r\n`),
        fillCounted((n) => `These are the words of line ${n}, which nobody quotes.\n`, Math.floor(bytes / 2)),
        Buffer.from('\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Mine.</p><blockquote type="cite">'),
        fillCounted((n) => `<p>Other words that line ${n} does not have.`, Math.floor(bytes / 2)),
        Buffer.from('</blockquote>\r\n--b--\r\n'),
      ]),
    ),
};

export const hostileStructures: readonly HostileKind[] = [
  unlikeAlternatives,
  repeatedParts('empty', () => '--b\r\n\r\n\r\n'),
  repeatedParts('texts', (n) => `--b\r\n${text}\r\n\r\npart ${n}\r\n`),
  repeatedParts('HTML', () => '--b\r\nContent-Type: text/html\r\n\r\n<b>a\r\n'),
  repeatedParts(
    'alternatives',
    () => `--b\r\n${text}\r\n\r\na\r\n--b\r\nContent-Type: text/html\r\n\r\na\r\n`,
    'multipart/alternative',
  ),
  repeatedParts(
    'pictures',
    (n) => `--b\r\nContent-Type: image/png; name=${n}.png\r\nContent-ID: <${n}@a>\r\n\r\nx\r\n`,
    'multipart/related',
  ),
  repeatedParts(
    'files',
    (n) => `--b\r\nContent-Type: application/pdf; name=${n}.pdf\r\n\r\n${'x'.repeat(900)}\r\n`,
  ),
  repeatedParts('messages', () => '--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@b.test\r\n\r\nx\r\n'),
  repeatedParts('digest', () => '--b\r\n\r\nFrom: a@b.test\r\n\r\nx\r\n', 'multipart/digest'),
  repeatedParts(
    'Mac files',
    (n) => `--b\r\nContent-Type: application/applefile; name=${n}\r\n\r\nx\r\n`,
    'multipart/appledouble',
  ),
  repeatedParts(
    'headers of fields',
    (n) => `--b\r\n${'X-A: b\r\n'.repeat(5_000)}Content-Type: application/pdf; name=${n}\r\n\r\nx\r\n`,
  ),
  repeatedParts(
    'calendars',
    () =>
      '--b\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n',
  ),
  repeatedParts(
    'reports',
    () =>
      '--b\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.test\r\nAction: failed\r\n',
    'multipart/report; report-type=delivery-status',
  ),
  repeatedParts(
    'uuencoded files',
    (n) => `--b\r\n${text}\r\n\r\n${`begin 644 f${n}\r\n#0V%T\r\n\`\r\nend\r\n`.repeat(100)}`,
  ),
  repeatedParts('delimiters', () => '--b\r\n'),
  repeatedParts('other delimiters', () => '--x\r\n'),
  repeatedParts('near misses', () => '--bX\r\n'),
  repeatedParts('dashes', () => '--\n'),
  repeatedParts('one dash', () => '-\n'),
  repeatedParts('preamble', () => 'preamble\r\n'),
  chain(
    'multiparts in each other',
    (n) => `--b${n}\r\nContent-Type: multipart/mixed; boundary=b${n + 1}\r\n\r\n`,
    'Content-Type: multipart/mixed; boundary=b0',
  ),
  chain(
    'messages in each other',
    () => 'From: a@b.test\r\nContent-Type: message/rfc822\r\n\r\n',
    'Content-Type: message/rfc822',
  ),
  chain(
    'delimiters under 28 levels',
    (n) => (n === 0 ? levels : '--bx\n'),
    'Content-Type: multipart/mixed; boundary=b0',
  ),
  chain(
    'closing delimiters',
    (n) => (n === 0 ? levels : `--b${n % 28}--\n`),
    'Content-Type: multipart/mixed; boundary=b0',
  ),
  chain('no boundary', () => '--\n', 'Content-Type: multipart/mixed'),
  messagesWith('fields', 'a:\n'),
  messagesWith('addresses', 'a@b,', 'Cc: '),
  messagesWith('references', '<a@b>', 'References: '),
  messagesWith('encoded words', '=?utf-8?q?=C3=A4?= a ', 'Subject: '),
  messagesWith('recipients', 'a@b.test, ', 'To: '),
  messagesOf('short lines', 'a\n', 'text/plain'),
  messagesOf('quotes', '> a\n', 'text/plain'),
  messagesOf('tags', '<p>a', 'text/html'),
  messagesOf(
    'forward heads',
    'From: A <a@b.test>\nSent: 2 March 2026 10:00\nTo: c@d.test\nSubject: S\n\nx\n',
    'text/plain',
  ),
];
