import { fillCounted, message, repeatedField } from './hostile-message.ts';
import type { HostileKind } from './hostile-message.ts';

/** Headers with too much of everything. */

function counted(name: string, unit: (n: number) => string, start = ''): HostileKind {
  return {
    name: `header: ${name}`,
    make: (bytes) =>
      Buffer.concat([
        Buffer.from(start),
        fillCounted(unit, bytes),
        Buffer.from('\r\nFrom: Nobody <nobody@hostile.test>\r\n\r\nshort\r\n'),
      ]),
  };
}

const fields: readonly HostileKind[] = [
  counted('fields', (n) => `X-${n}: z\r\n`),
  repeatedField('shortest fields', 'a:\n'),
  repeatedField('one field', 'y', 'X-Long: '),
  repeatedField('folded lines', '\r\n a', 'X-Long: x'),
  repeatedField('folded lines of nothing', '\r\n ', 'X-Long: x'),
  repeatedField('lines that are no field', 'no field\r\n'),
  repeatedField('lines that are no field, in turns', 'no field\r\nX-A: b\r\n'),
  repeatedField('bare CR', 'X-A: b\r', 'X-B: '),
  repeatedField('mbox lines', 'From x\r\n', 'X-B: c\r\n'),
  repeatedField('dashes', '--b\r\n', 'Content-Type: multipart/mixed; boundary=c\r\n'),
  repeatedField('From', 'From: A <a@b.test>\r\n'),
  repeatedField('To', 'To: a@b.test, c@d.test\r\n'),
  repeatedField('References', 'References: <a@b.test>\r\n'),
  repeatedField(
    'Received',
    'Received: from a.test ([192.0.2.1]) by b.test; Tue, 3 Mar 2026 10:00:00 +0000\r\n',
  ),
  repeatedField(
    'DKIM signatures',
    'DKIM-Signature: v=1; a=rsa-sha256; d=a.test; s=s; h=from; bh=AA==; b=AA==\r\n',
  ),
  repeatedField(
    'Authentication-Results',
    'Authentication-Results: mx.hostile.test; spf=pass smtp.mailfrom=a.test\r\n',
  ),
  repeatedField('one Authentication-Results', '; spf=pass (((', 'Authentication-Results: mx.hostile.test'),
  repeatedField('ARC', 'ARC-Seal: i=1; a=rsa-sha256; d=a.test; s=s; cv=none; b=AA==\r\n'),
  repeatedField('list fields', 'List-Id: <a.test>\r\nPrecedence: bulk\r\n'),
];

const addresses: readonly HostileKind[] = [
  counted('recipients', (n) => `p${n}@crowd.test,\r\n `, 'To: '),
  repeatedField('commas', 'a,', 'To: '),
  repeatedField('shortest addresses', 'a@b,', 'Cc: '),
  repeatedField('groups', 'a:b@c.test;', 'To: '),
  repeatedField('comments', '(a)', 'To: '),
  repeatedField('comments without end', '(', 'To: '),
  repeatedField('quotes', '"a" ', 'To: '),
  repeatedField('quotes without end', '"a', 'To: '),
  repeatedField('angle brackets', '<', 'To: '),
  repeatedField('encoded names', '=?utf-8?q?=C3=A4?= <a@b.test>,', 'From: '),
  repeatedField('brackets and at signs', '[@', 'From: '),
  repeatedField('words', 'a ', 'Reply-To: '),
  repeatedField('quoted local parts', '"a"@"b"@c.test,', 'Bcc: '),
];

const ids: readonly HostileKind[] = [
  counted('references', (n) => `<r${n}@hostile.test>\r\n `, 'References: '),
  counted('references without brackets', (n) => `r${n}@hostile.test `, 'References: '),
  repeatedField('references without end', '<', 'In-Reply-To: '),
  repeatedField('one Message-ID', 'a', 'Message-ID: <'),
];

const words: readonly HostileKind[] = [
  repeatedField('encoded words', '=?utf-8?B?QUJD?= ', 'Subject: '),
  repeatedField('encoded words apart', '=?utf-8?B?QUJD?= a ', 'Subject: '),
  repeatedField('encoded words in fields', 'X-A: =?utf-8?q?=FF=FE?=\r\n'),
  repeatedField('encoded words of no charset', '=?x?q?=E4=F6?= a ', 'X-A: '),
  repeatedField('encoded words without end', '=?utf-8?q?=3F', 'Subject: '),
  repeatedField('encoded words with marks', '=?utf-8?q??=41?=', 'Subject: '),
  repeatedField('word beginnings', '=?', 'Subject: '),
  repeatedField('raw text in B words', '=?utf-8?B?h\u00e4llo w\u00f6rld?= ', 'Subject: '),
  repeatedField('brackets of subjects', '[Case 1] ', 'Subject: '),
  repeatedField('nested brackets', '[', 'Subject: '),
  repeatedField('prefixes', 'Re: Fwd: AW: ', 'Subject: '),
  repeatedField('marks of gateways', '[EXTERNAL] ***SPAM*** ', 'Subject: '),
  repeatedField('date', 'Tue, ', 'Date: '),
  repeatedField('comments in the date', '(', 'Date: '),
];

const parameters: readonly HostileKind[] = [
  counted('continuations', (n) => `; name*${n}*=%41`, 'Content-Type: application/pdf'),
  repeatedField('one continuation', '%C3%A4', "Content-Type: application/pdf; name*=utf-8''"),
  counted('parameters', (n) => `; p${n}=v`, 'Content-Type: text/plain'),
  repeatedField('parameters without values', ';', 'Content-Type: text/plain'),
  repeatedField('quotes in parameters', '; a="b', 'Content-Type: text/plain'),
  repeatedField('comments in parameters', ' (', 'Content-Type: text/plain; a=b'),
  repeatedField('boundary', 'b', 'Content-Type: multipart/mixed; boundary='),
  repeatedField('file name', 'a/', 'Content-Type: application/pdf; name='),
  repeatedField('file name of marks', '\u202e', 'Content-Disposition: attachment; filename='),
  repeatedField('content id', '<', 'Content-ID: '),
];

export const hostileHeaders: readonly HostileKind[] = [
  ...fields,
  ...addresses,
  ...ids,
  ...words,
  ...parameters,
  {
    name: 'header: own relays and forwards',
    make: (bytes) =>
      message(
        Array.from({ length: 50 }, (_, n) => `X-Original-Sender: a${n}@b.test`),
        fillCounted((n) => `X-${n}: a\n`, bytes),
      ),
  },
];
