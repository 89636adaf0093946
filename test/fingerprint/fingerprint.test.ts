import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFingerprinter, fingerprintOf, rawFingerprint } from '../../src/fingerprint/fingerprint.ts';
import type { FingerprintResult } from '../../src/fingerprint/fingerprint.ts';

const head = [
  'Message-ID: <Order-17@shop.example>',
  'From: Anna Berg <anna@client.example>',
  'To: office@firm.example',
  'Date: Mon, 2 Mar 2026 10:00:00 +0100',
  'Subject: The contract',
];

function mail(lines: readonly string[], end = '\r\n'): Buffer {
  return Buffer.from(lines.join(end), 'latin1');
}

function readIn(raw: Buffer, pieceBytes: number): FingerprintResult {
  const fingerprinter = createFingerprinter();
  for (let start = 0; start < raw.length; start += pieceBytes) {
    // A copy, wiped afterwards: no piece may be kept.
    const piece = Buffer.from(raw.subarray(start, start + pieceBytes));
    fingerprinter.write(piece);
    piece.fill(0x21);
  }
  return fingerprinter.end();
}

function read(raw: Buffer): FingerprintResult {
  return readIn(raw, raw.length + 1);
}

function withPart({ text, encoding }: { text: string; encoding: string }): Buffer {
  return mail([
    ...head,
    'Content-Type: text/plain; charset=utf-8',
    `Content-Transfer-Encoding: ${encoding}`,
    '',
    text,
  ]);
}

const file = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 256));

function withFile({ text = 'See the file.', boundary = 'b1', content = file, lineLength = 76 } = {}): Buffer {
  const encoded = content.toString('base64').match(new RegExp(`.{1,${lineLength}}`, 'gu')) ?? [];
  return mail([
    ...head,
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    '',
    'This is a message in MIME format.',
    `--${boundary}`,
    'Content-Type: text/plain',
    '',
    text,
    `--${boundary}`,
    'Content-Type: application/pdf; name="contract.pdf"',
    'Content-Transfer-Encoding: base64',
    'Content-Disposition: inline',
    '',
    ...encoded,
    `--${boundary}--`,
    '',
  ]);
}

const plain = mail([...head, '', 'Dear Sirs,', '', 'please find =20 the text.', '']);

describe('copies of one message have one fingerprint', () => {
  const copies: readonly (readonly [string, Buffer, Buffer])[] = [
    ['line ends', plain, Buffer.from(plain.toString('latin1').replaceAll('\r\n', '\n'), 'latin1')],
    [
      'delivery headers',
      plain,
      mail([
        'Delivered-To: office@firm.example',
        'Received: from a (a [192.0.2.1])',
        '\tby b; Mon, 2 Mar 2026 10:00:02 +0100',
        'DKIM-Signature: v=1; a=rsa-sha256; b=abc',
        plain.toString('latin1'),
      ]),
    ],
    [
      'an mbox envelope line',
      plain,
      mail(['From anna@client.example Mon Mar  2 10:00:00 2026', plain.toString()]),
    ],
    ['blank lines at the end', plain, Buffer.concat([plain, Buffer.from('\r\n\r\n')])],
    ['no line end at the end', plain, plain.subarray(0, -2)],
    [
      'folding, letter case, display name, comments and zone of the headers',
      plain,
      mail([
        'SUBJECT: The\r\n contract ',
        'date: 2 Mar 2026 09:00:00 GMT (UTC)',
        'from: "Berg, Anna" (private)\r\n <Anna@Client.example>',
        'Message-Id:\r\n  <order-17@SHOP.example>',
        ...plain.toString('latin1').split('\r\n').slice(5),
      ]),
    ],
    [
      '8bit made quoted-printable by a relay',
      withPart({ text: 'Gr\xc3\xbc\xc3\x9fe  \r\n=3D\r\n\r\nbis bald', encoding: '8bit' }),
      withPart({ text: 'Gr=C3=BC=C3=9Fe =20\r\n=3D3D\r\n\r\nbis=\r\n bald', encoding: 'Quoted-Printable' }),
    ],
    [
      '8bit made base64 by a relay',
      withPart({ text: 'Gr\xc3\xbc\xc3\x9fe\r\nbis bald\r\n', encoding: '8bit' }),
      withPart({ text: Buffer.from('Grüße\r\nbis bald\r\n').toString('base64'), encoding: 'BASE64' }),
    ],
    ['another boundary', withFile(), withFile({ boundary: '=_other' })],
    ['base64 lines of another length', withFile(), withFile({ lineLength: 61 })],
    [
      'preamble and epilogue',
      withFile(),
      Buffer.concat([
        Buffer.from(withFile().toString().replace('This is', 'That was')),
        Buffer.from('scanned: ok'),
      ]),
    ],
    [
      'a subject encoded anew',
      mail([
        'Message-ID: <1@a.example>',
        'Subject: =?utf-8?Q?Gr=C3=BC=C3?= =?UTF-8?B?n2U=?= an alle',
        '',
        'x',
      ]),
      mail(['Message-ID: <1@a.example>', 'Subject: Gr\xc3\xbc\xc3\x9fe\r\n an alle', '', 'x']),
    ],
    [
      'latin1 that became UTF-8 in the subject',
      mail(['Message-ID: <1@a.example>', 'Subject: =?iso-8859-1?q?Gr=FC=DFe?=', '', 'x']),
      mail(['Message-ID: <1@a.example>', 'Subject: =?utf-8?b?R3LDvMOfZQ==?=', '', 'x']),
    ],
  ];

  it.each(copies)('whatever differs in %s', (_, one, other) => {
    expect(fingerprintOf(one)).toMatch(/^v1:[0-9a-f]{64}$/u);
    expect(fingerprintOf(other)).toBe(fingerprintOf(one));
  });

  it.each([1, 2, 3, 7, 77, 78, 1000])('read in pieces of %i bytes', (size) => {
    for (const raw of [plain, withFile(), ...copies.map(([, , copy]) => copy)]) {
      expect(readIn(raw, size)).toEqual(read(raw));
    }
  });
});

const toSales = (raw: Buffer): Buffer =>
  Buffer.from(raw.toString('latin1').replace('office@', 'sales@'), 'latin1');

const forward = (sender: string): Buffer =>
  mail([...head, 'Content-Type: message/rfc822', '', `From: ${sender}`, 'Subject: x', '', 'text']);

describe('other messages have other fingerprints', () => {
  it.each([
    ['a word of the text', 'please', 'kindly'],
    ['white space within the text', 'Dear Sirs', 'Dear  Sirs'],
    ['a blank line within the text', 'Sirs,\r\n', 'Sirs,\r\n\r\n'],
    ['the Message-ID', 'Order-17', 'Order-18'],
    ['the From address', 'anna@client', 'anne@client'],
    ['the date', '10:00:00', '10:00:01'],
    ['the subject', 'contract', 'contact'],
  ])('if %s differs', (_, from, to) => {
    const other = Buffer.from(plain.toString('latin1').replace(from, to), 'latin1');
    expect(fingerprintOf(other)).not.toBe(fingerprintOf(plain));
  });

  it('if one byte of a file differs', () => {
    const content = Buffer.from(file);
    content[4321] = 255 - (content[4321] ?? 0);
    expect(fingerprintOf(withFile({ content }))).not.toBe(fingerprintOf(withFile()));
  });

  it('if the bytes of the text differ though their charset makes them look alike', () => {
    const utf8 = mail([...head, 'Content-Type: text/plain; charset=utf-8', '', '\xc3\xbc']);
    const latin1 = mail([...head, 'Content-Type: text/plain; charset=iso-8859-1', '', '\xfc']);
    expect(fingerprintOf(utf8)).not.toBe(fingerprintOf(latin1));
  });

  it('if To differs and there is no Message-ID, but not if there is one', () => {
    const nameless = Buffer.from(plain.toString('latin1').replace(/^Message-ID.*\r\n/u, ''), 'latin1');
    expect(fingerprintOf(toSales(plain))).toBe(fingerprintOf(plain));
    expect(fingerprintOf(toSales(nameless))).not.toBe(fingerprintOf(nameless));
  });

  it('if only the headers of a forwarded message differ', () => {
    expect(fingerprintOf(forward('a@x.example'))).not.toBe(fingerprintOf(forward('b@x.example')));
  });

  it('if a multipart has no boundary, or one that never comes, and its text differs', () => {
    for (const type of ['multipart/mixed', 'multipart/mixed; boundary=never']) {
      const broken = (text: string): Buffer => mail([...head, `Content-Type: ${type}`, '', text]);
      expect(fingerprintOf(broken('one'))).not.toBe(fingerprintOf(broken('two')));
    }
  });

  it('if the empty line after the headers is missing and the text differs', () => {
    const other = mail([...head, 'two text']);
    expect(fingerprintOf(mail([...head, 'one text']))).not.toBe(fingerprintOf(other));
  });
});

describe('leaves', () => {
  it('are the parts in their order, with the SHA-256 of the decoded bytes of files', () => {
    const { leaves, attachmentDigests } = read(withFile());
    const digest = createHash('sha256').update(file).digest('hex');
    expect(leaves).toEqual([
      { contentType: 'text/plain', attachment: false, size: 13, digest: expect.any(String) },
      { contentType: 'application/pdf', attachment: true, size: 5000, digest },
    ]);
    expect(attachmentDigests).toEqual([digest]);
  });

  it('are found in nested multiparts and messages, and an outer boundary ends the inner parts', () => {
    const raw = mail([
      ...head,
      'Content-Type: multipart/mixed; boundary=outer',
      '',
      '--outer',
      'Content-Type: multipart/alternative; boundary="inner"',
      '',
      '--inner',
      '',
      'one',
      '--inner',
      'Content-Type: text/html',
      '',
      '<p>one</p>',
      '--outer',
      'Content-Type: message/rfc822',
      '',
      'Subject: inside',
      'Content-Type: multipart/mixed; boundary=deep',
      '',
      '--deep',
      'Content-Type: text/plain',
      '',
      'two',
      '--deep--',
      '--outer',
      'Content-Type: text/csv; name=a.csv',
      '',
      '1,2',
      '--outer--',
    ]);
    expect(
      read(raw).leaves.map(({ contentType, attachment, size }) => [contentType, attachment, size]),
    ).toEqual([
      ['text/plain', false, 3],
      ['text/html', false, 10],
      ['message/rfc822', true, expect.any(Number)],
      ['text/plain', true, 3],
      ['text/csv', true, 3],
    ]);
  });

  it.each([
    ['=', ''],
    ['QUI=', 'AB'],
    ['QU\r\nJD', 'ABC'],
    ['QUJDRA==\r\nQUJDRA==\r\n', 'ABCDABCD'],
    ['Q*U J-D!', Buffer.from('QUJ-D', 'base64').toString('latin1')],
    ['QUJD\r\nQUJD\nQUJD\r\n', 'ABCABCABC'],
    ['QUJDQUJ\r\nDQUJD\r\nQUJDQUJ\r\nD', 'ABCABCABCABCABC'],
  ])('base64 %j is read to its end', (encoded, decoded) => {
    const lines = [...head, 'Content-Type: image/png', 'Content-Transfer-Encoding: base64', '', encoded];
    const digest = createHash('sha256').update(Buffer.from(decoded, 'latin1')).digest('hex');
    expect(read(mail(lines)).leaves[0]?.digest).toBe(digest);
    expect(readIn(mail(lines), 1).leaves[0]?.digest).toBe(digest);
  });

  it.each([
    ['a=3D=\r\nb', 'a=b'],
    ['a= \t\r\nb', 'ab'],
    ['a \t\r\nb', 'a\nb'],
    ['a=20\r\nb', 'a \nb'],
    ['a=ZZ=4', 'a=ZZ=4'],
    ['a=\n=\n=41', 'aA'],
    ['a=3d=e4', 'a=\xe4'],
    ['a=  b', 'a=  b'],
    ['a=', 'a'],
  ])('quoted-printable %j is decoded', (encoded, decoded) => {
    const raw = withPart({ text: encoded, encoding: 'quoted-printable' });
    const digest = createHash('sha256').update(Buffer.from(decoded, 'latin1')).digest('hex');
    expect(read(raw).leaves[0]?.digest).toBe(digest);
    expect(readIn(raw, 1).leaves[0]?.digest).toBe(digest);
  });
});

describe('variants', () => {
  it('share a key if only the text differs', () => {
    const banner = withFile({ text: 'CAUTION: external sender.\r\n\r\nSee the file.' });
    expect(read(banner).variantKey).toBe(read(withFile()).variantKey);
    expect(fingerprintOf(banner)).not.toBe(fingerprintOf(withFile()));
  });

  it('have another key if a file differs, and none without a Message-ID', () => {
    expect(read(withFile({ content: file.subarray(1) })).variantKey).not.toBe(read(withFile()).variantKey);
    expect(read(mail(head.slice(1))).variantKey).toBeNull();
  });
});

describe('unreadable mail', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['bytes that are no mail', Buffer.from([0, 255, 254, 10, 13, 10, 1, 2, 3])],
    ['text without a header', Buffer.from('\r\nHello\r\n')],
    ['200 KB without a line end', Buffer.alloc(200_000, 'x')],
  ])('%s is known by its bytes', (_, raw) => {
    expect(fingerprintOf(raw)).toBe(`raw:${createHash('sha256').update(raw).digest('hex')}`);
    expect(fingerprintOf(raw)).toBe(rawFingerprint(raw));
  });
});

const deep = (depth: number): string[] =>
  Array.from({ length: depth }, (_, level) => [
    `Content-Type: multipart/mixed; boundary=b${level}`,
    '',
    `--b${level}`,
  ]).flat();

/** Milliseconds of CPU time: the machine may be busy. */
function timeOf(raw: Buffer): number {
  const times = [0, 1, 2, 3, 4].map(() => {
    const start = process.cpuUsage();
    fingerprintOf(raw);
    return process.cpuUsage(start).user / 1000;
  });
  return Math.min(...times);
}

const parts = (last: string): Buffer =>
  mail([
    ...head,
    'Content-Type: multipart/mixed; boundary=b',
    '',
    ...Array<string>(1500).fill('--b\r\n\r\nx'),
    last,
  ]);

const nested = (last: string): Buffer => mail([...head, ...deep(80), '', last]);

const headers = (last: string): Buffer => mail([...head, 'X: y\r\n'.repeat(400_000), '', last]);

describe('hostile mail', () => {
  const hostile: readonly (readonly [string, (n: number) => Buffer])[] = [
    [
      'parts without end',
      (n) =>
        mail([
          ...head,
          'Content-Type: multipart/mixed; boundary=b',
          '',
          ...Array<string>(n).fill('--b\r\n\r\nx'),
        ]),
    ],
    ['multiparts in multiparts', (n) => mail([...head, ...deep(n), '', 'x'])],
    [
      'messages in messages',
      (n) => mail([...head, ...Array<string>(n).fill('Content-Type: message/rfc822\r\n'), 'x']),
    ],
    [
      'lines of two dashes',
      (n) =>
        mail([...head, 'Content-Type: multipart/mixed; boundary=b', '', ...Array<string>(n * 8).fill('--')]),
    ],
    ['a line of dashes', (n) => mail([...head, '', '-'.repeat(n * 20)])],
    ['padding only', (n) => mail([...head, 'Content-Transfer-Encoding: base64', '', 'A='.repeat(n * 10)])],
    [
      'blanks in quoted-printable',
      (n) => mail([...head, 'Content-Transfer-Encoding: quoted-printable', '', ' '.repeat(n * 20)]),
    ],
    [
      'equals signs in quoted-printable',
      (n) => mail([...head, 'Content-Transfer-Encoding: quoted-printable', '', '='.repeat(n * 20)]),
    ],
    ['an endless header', (n) => mail([`Subject: ${'x'.repeat(n * 20)}`, ...head, '', 'x'])],
    [
      'an endless folded header',
      (n) => mail(['Subject: x', ...Array<string>(n * 5).fill(' =?utf-8?q?a?='), ...head, '', 'x']),
    ],
    ['brackets in From', (n) => mail([`From: ${'<'.repeat(n * 20)}`, '', 'x'])],
    ['comments in From', (n) => mail([`From: ${'('.repeat(n * 20)}`, '', 'x'])],
    [
      'parameters without end',
      (n) => mail([...head, `Content-Type: multipart/mixed${'; a="b'.repeat(n * 4)}`, '', 'x']),
    ],
    ['stray header lines', (n) => mail([...head, ...Array<string>(n * 4).fill('no header'), '', 'x'])],
    ['blank lines', (n) => mail([...head, '', '\r\n'.repeat(n * 10), 'x'])],
  ];

  it.each(hostile)('%s takes time in proportion, and reads alike in any pieces', (_, make) => {
    expect(readIn(make(300), 13)).toEqual(read(make(300)));
    fingerprintOf(make(2000));
    const small = timeOf(make(4000));
    const large = timeOf(make(16_000));
    // Four times the bytes; sixteen times the time would be quadratic.
    expect(large).toBeLessThan(Math.max(small, 5) * 10);
  });

  it('counts what lies beyond the limits', () => {
    expect(fingerprintOf(parts('one'))).not.toBe(fingerprintOf(parts('two')));
    expect(read(parts('one')).leaves).toHaveLength(1000);
    expect(fingerprintOf(headers('one'))).not.toBe(fingerprintOf(headers('two')));
    expect(readIn(headers('one'), 4099)).toEqual(read(headers('one')));
    expect(fingerprintOf(nested('one'))).not.toBe(fingerprintOf(nested('two')));
  }, 60_000);
});
