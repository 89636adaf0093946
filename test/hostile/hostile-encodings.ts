import { base64Lines, fill, message, repeatedText } from './hostile-message.ts';
import type { HostileKind } from './hostile-message.ts';

/** Charsets that switch, bytes in no charset, and transfer encodings with all that they allow. */

const text = (charset: string): string => `Content-Type: text/plain; charset=${charset}`;
const encoded = (encoding: string): readonly string[] => [`Content-Transfer-Encoding: ${encoding}`];
const unlabelled = 'Content-Type: text/plain';

function base64Text(name: string, unit: string | Buffer, type: string): HostileKind {
  return {
    name,
    make: (bytes) =>
      message([type, ...encoded('base64')], base64Lines(fill(unit, Math.floor((bytes * 3) / 4)))),
  };
}

const charsets: readonly HostileKind[] = [
  repeatedText('charset: ISO-2022-JP in turns', '\u001b$B$"\u001b(B', text('iso-2022-jp')),
  repeatedText('charset: escapes alone', '\u001b', text('iso-2022-jp')),
  repeatedText('charset: ISO-2022-KR in turns', '\u000e0!\u000f', text('iso-2022-kr')),
  repeatedText('charset: HZ in turns', '~{VP~}', text('hz-gb-2312')),
  repeatedText('charset: HZ tildes', '~~', text('hz-gb-2312')),
  repeatedText('charset: UTF-7', '+AGE-', text('utf-7')),
  repeatedText('charset: no UTF-8', Buffer.from('ff0a', 'hex'), text('utf-8')),
  repeatedText('charset: surrogates one by one', Buffer.from('eda0bdedb880', 'hex'), text('utf-8')),
  repeatedText('charset: surrogates alone', Buffer.from('3dd8', 'hex'), text('utf-16le')),
  repeatedText('charset: UTF-16 lines', Buffer.from('61000a00', 'hex'), text('utf-16le')),
  repeatedText('charset: UTF-16 over ASCII', 'a\n', text('utf-16')),
  repeatedText('charset: UTF-32', Buffer.from('610000000a000000', 'hex'), text('utf-32le')),
  repeatedText('charset: none, high bytes', Buffer.from('e4f6fc20', 'hex'), unlabelled),
  repeatedText('charset: none, Shift JIS', Buffer.from('82a082a2', 'hex'), unlabelled),
  repeatedText('charset: four bytes of GB 18030', Buffer.from('81308130', 'hex'), text('gb18030')),
  repeatedText('charset: unknown', Buffer.from('80ff0a', 'hex'), text('x-nobody-knows')),
];

const transfers: readonly HostileKind[] = [
  repeatedText('base64: junk between', 'QUJD!\n', text('utf-8'), encoded('base64')),
  repeatedText('base64: short lines', 'QUJD\n', text('utf-8'), encoded('base64')),
  repeatedText('base64: padding', 'QQ==\n', text('utf-8'), encoded('base64')),
  repeatedText('base64: nothing but padding', '====\n', text('utf-8'), encoded('base64')),
  repeatedText(
    'base64: words below',
    'QUJD\nThis is a footer, see https://a.test\n',
    text('utf-8'),
    encoded('base64'),
  ),
  repeatedText('base64: one line', 'QUJD', 'Content-Type: application/octet-stream', encoded('base64')),
  repeatedText(
    'base64: file in short lines',
    'QUJD\n',
    'Content-Type: application/octet-stream',
    encoded('base64'),
  ),
  repeatedText('base64: file of junk', '!', 'Content-Type: application/octet-stream', encoded('base64')),
  repeatedText(
    'base64: unlabelled',
    'QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejEyMzQ1Njc4\n',
    unlabelled,
  ),
  base64Text('base64 of empty lines', '\n', text('utf-8')),
  base64Text('base64 of line ends mixed', '\r\n\r', text('utf-8')),
  base64Text('base64 of HTML', '<b>', 'Content-Type: text/html'),
  repeatedText('quoted-printable: soft breaks', 'a=\n', text('utf-8'), encoded('quoted-printable')),
  repeatedText(
    'quoted-printable: nothing but soft breaks',
    '=\n',
    text('utf-8'),
    encoded('quoted-printable'),
  ),
  repeatedText('quoted-printable: escapes', '=41', text('utf-8'), encoded('quoted-printable')),
  repeatedText('quoted-printable: line ends', '=0A', text('utf-8'), encoded('quoted-printable')),
  repeatedText('quoted-printable: broken', '=X', text('utf-8'), encoded('quoted-printable')),
  repeatedText('quoted-printable: spaces at the end', '   \n', text('utf-8'), encoded('quoted-printable')),
  repeatedText(
    'quoted-printable: file',
    'a=\n',
    'Content-Type: application/octet-stream',
    encoded('quoted-printable'),
  ),
  repeatedText('x-uuencode', '#0V%T\n', 'Content-Type: application/octet-stream', encoded('x-uuencode')),
  repeatedText(
    'x-uuencode: begin again',
    'begin 644 a\n#0V%T\nend\n',
    'Content-Type: application/octet-stream',
    encoded('x-uuencode'),
  ),
  repeatedText('binary under a text label', Buffer.from('00010203ff', 'hex'), text('utf-8')),
];

export const hostileEncodings: readonly HostileKind[] = [...charsets, ...transfers];
