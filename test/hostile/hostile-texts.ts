import { fill, fillCounted, message, repeatedText } from './hostile-message.ts';
import type { HostileKind } from './hostile-message.ts';

/** Texts with endless lines, quotes, marks and phrases. */

const flowed = 'Content-Type: text/plain; charset=utf-8; format=flowed';
const fromServer = [
  'From: MAILER-DAEMON <mailer-daemon@hostile.test>',
  'Return-Path: <>',
  'Auto-Submitted: auto-replied',
];
const plain = 'Content-Type: text/plain; charset=utf-8';

const lines: readonly HostileKind[] = [
  repeatedText('short lines, LF', 'a\n'),
  repeatedText('short lines, CRLF', 'a\r\n'),
  repeatedText('empty lines', '\n'),
  repeatedText('lines that a bare CR ends', 'a\r'),
  repeatedText('CR, LF and CRLF mixed', 'a\rb\nc\r\n\r\r\n'),
  repeatedText('one long line', 'word '),
  repeatedText('spaces', ' '),
  repeatedText('tabs and spaces in lines', ' \t \n'),
  repeatedText('NUL', '\0'),
  repeatedText('emoji', '\u{1f600}\n'),
  repeatedText('combining marks', 'a\u0301\u0308'),
  repeatedText('other line separators', 'a\u2028b\u2029c\u0085'),
  repeatedText('web addresses', 'https://a.test/?'),
  repeatedText('mail addresses', 'a@b.test\n'),
];

const replies: readonly HostileKind[] = [
  repeatedText('quoted lines', '> a\n'),
  {
    name: 'quote levels',
    make: (bytes) =>
      message(
        [plain],
        fillCounted((n) => `${'>'.repeat(n % 200)} a\n`, bytes),
      ),
  },
  repeatedText('quote marks in one line', '> '),
  repeatedText('attributions', 'On Mon, 2 Mar 2026 at 10:00, A <a@b.test> wrote:\n'),
  repeatedText('attributions and quotes in turns', 'On Mon, 2 Mar 2026 at 10:00, A wrote:\n> x\nyes\n'),
  repeatedText('attribution without end', 'On a, '),
  repeatedText('attribution words in short lines', 'On\nwrote:\n'),
  repeatedText('signature marks', '-- \nAnn\n'),
  repeatedText('sign-offs', 'Best regards,\nAnn Holm\n'),
  repeatedText('device lines', 'Sent from my iPhone\n\n'),
  repeatedText('cards', 'Ann Holm | Partner\nTel +44 20 7946 0000\n'),
  repeatedText('rules', '________________________________\n'),
  repeatedText('one rule', '_'),
  repeatedText('dashes', '-'),
  repeatedText('help desk lines', '##- Please type your reply above this line -##\n'),
  repeatedText('initials', 'AB> a\n'),
  repeatedText('asterisks', '*a* '),
  {
    name: 'blank lines and device lines',
    make: (bytes) =>
      message(
        [plain],
        Buffer.concat([
          fill('\n', Math.floor(bytes / 2)),
          fill('Sent from my iPhone\n', Math.floor(bytes / 2)),
        ]),
      ),
  },
];

const forwards: readonly HostileKind[] = [
  repeatedText(
    'forward heads',
    '---------- Forwarded message ---------\nFrom: A <a@b.test>\nDate: 2 Mar 2026\nSubject: S\nTo: c@d.test\n\nx\n',
  ),
  repeatedText(
    'Outlook heads',
    'From: A <a@b.test>\nSent: 2 March 2026 10:00\nTo: c@d.test\nSubject: S\n\nx\n',
  ),
  repeatedText('head labels', 'From: a\nSent: b\nTo: c\n'),
  repeatedText('one label', 'From:\n'),
  repeatedText('heads joined in one line', 'From: A To: b@c.test Subject: S Sent: Monday, 2 March 2026 '),
  repeatedText('original message marks', '-----Original Message-----\n'),
  repeatedText('marks and dashes', '-----Original Message----------'),
  repeatedText('angle brackets', 'On <'),
  {
    name: 'forwards in quotes',
    make: (bytes) =>
      message(
        [plain],
        fillCounted((n) => `${'> '.repeat(n % 100)}From: A <a@b.test>\n`, bytes),
      ),
  },
];

const automatic: readonly HostileKind[] = [
  repeatedText('bounce: codes', '550 5.1.1 <a@b.test> unknown\n', plain, fromServer),
  {
    name: 'bounce: recipients',
    make: (bytes) =>
      message(
        [...fromServer, plain],
        fillCounted((n) => `<r${n}@b.test>: host mx.b.test said: 550 5.1.1 unknown\n`, bytes),
      ),
  },
  repeatedText('bounce: transcript', '>>> RCPT TO:<a@b.test>\n<<< 550 5.1.1 unknown\n', plain, fromServer),
  repeatedText('bounce: one line of addresses', 'a@b.test ', plain, fromServer),
  repeatedText('bounce: returned headers', 'To: a@b.test\nSubject: s\n', plain, fromServer),
  repeatedText('out of office', 'I am out of the office until Monday.\n', plain, fromServer),
  repeatedText(
    'challenge',
    'Please click the link below to confirm that you are a person: https://a.test/\n',
    plain,
    fromServer,
  ),
];

const markUp: readonly HostileKind[] = [
  repeatedText('flowed: soft lines', 'a \n', flowed),
  repeatedText('flowed: quotes in turns', '> a \n>> b \n', flowed),
  repeatedText('flowed: only spaces', ' \n', `${flowed}; delsp=yes`),
  repeatedText('uuencode: small files', 'begin 644 a\n#0V%T\n`\nend\n'),
  repeatedText('uuencode: no end', 'begin 644 a\n'),
  repeatedText('uuencode: one file', '#0V%T\n', plain),
  repeatedText('uuencode: base64', 'begin-base64 644 a\nQ2F0\n====\n'),
  repeatedText('enriched', '<bold>a</bold>', 'Content-Type: text/enriched'),
  repeatedText('enriched: excerpts', '<excerpt>a\n\n', 'Content-Type: text/enriched'),
  repeatedText('enriched: brackets', '<', 'Content-Type: text/enriched'),
  repeatedText('richtext', 'a<nl>', 'Content-Type: text/richtext'),
  repeatedText(
    'PGP marks',
    '-----BEGIN PGP SIGNED MESSAGE-----\n\na\n-----BEGIN PGP SIGNATURE-----\n-----END PGP SIGNATURE-----\n',
  ),
];

export const hostileTexts: readonly HostileKind[] = [
  ...lines,
  ...replies,
  ...forwards,
  ...automatic,
  ...markUp,
];
