import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { docx, pdf, png } from '../../demo/files.ts';
import type { ParsedMessage } from '../../src/mime/parsed-message.ts';
import { parseMessage } from '../../src/mime/parse.ts';

/** Messages with wrong labels: what programs, relays and exports did to a header, a charset, an encoding or a file. */

const head = [
  'From: Ada Moss <ada@client.test>',
  'To: office@firm.test',
  'Subject: The roof',
  'Date: Tue, 3 Mar 2026 09:15:00 +0100',
  'Message-ID: <roof@client.test>',
  'MIME-Version: 1.0',
];

async function read(raw: string | Buffer): Promise<ParsedMessage> {
  return parseMessage({ raw: typeof raw === 'string' ? Buffer.from(raw) : raw });
}

const codes = ({ warnings }: ParsedMessage): readonly string[] =>
  warnings.map((warning) => warning.split(':', 1)[0] ?? '');
const lines = (...all: readonly string[]): string => all.join('\r\n');
const wrapped = (content: Buffer | string): string =>
  Buffer.from(content).toString('base64').replaceAll(/.{76}/gu, '$&\r\n');

function withBody(fields: readonly string[], body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${lines(...head, ...fields)}\r\n\r\n`), Buffer.from(body)]);
}

/** A text, and one more part. */
function withPart(fields: readonly string[], body: string | Buffer): Buffer {
  return withBody(
    ['Content-Type: multipart/mixed; boundary=b'],
    Buffer.concat([
      Buffer.from(
        `--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nPlease see the file.\r\n--b\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`,
      ),
      Buffer.from(body),
      Buffer.from('\r\n--b--\r\n'),
    ]),
  );
}

describe('a header whose continuation lines lost their leading blanks', () => {
  const leaks = '\r\nThe roof leaks.\r\n';
  it.each<readonly [string, readonly string[]]>([
    [
      'in a signature',
      [
        'DKIM-Signature: v=1; a=rsa-sha256; d=client.test; s=k;',
        'h=from:to:subject;',
        'bh=AAAA;',
        'b=BBBB',
        ...head,
      ],
    ],
    [
      'in two traces',
      [
        'Received: from a.test',
        'by b.test',
        'with SMTP',
        'Received: from c.test',
        'by d.test',
        'id 1',
        ...head,
      ],
    ],
    ['in the middle', [...head.slice(0, 1), 'X-Trace: one', 'two', 'three', ...head.slice(1)]],
    ['with folded lines among them', ['X-Trace: one', 'two', ' and a half', 'three', ...head]],
    [
      'with a line of its own kind among them',
      ['X-Trace: one', 'two', 'three', 'X-Other: y', 'four', ...head],
    ],
    ['only once', ['X-Trace: one', 'two', ...head]],
  ])('%s is read on', async (_name, fields) => {
    const message = await read(`${lines(...fields)}\r\n${leaks}`);
    expect([
      message.from?.address,
      message.to[0]?.address,
      message.subject,
      message.messageId,
      message.text,
    ]).toEqual(['ada@client.test', 'office@firm.test', 'The roof', 'roof@client.test', 'The roof leaks.\n']);
    expect(codes(message)).toContain('header-malformed');
  });

  it('is read on in a part', async () => {
    const message = await read(
      withBody(
        ['Content-Type: multipart/mixed; boundary=b'],
        lines(
          '--b',
          'Content-Type: application/pdf;',
          'name="roof.pdf";',
          'x-size=3;',
          'Content-Disposition: attachment; filename=roof.pdf',
          'Content-Transfer-Encoding: base64',
          '',
          'QUJD',
          '--b--',
          '',
        ),
      ),
    );
    expect(message.attachments.map(({ filename, size }) => [filename, size])).toEqual([['roof.pdf', 3]]);
  });

  it.each<readonly [string, string]>([
    ['words', 'Dear all,\r\nthe roof leaks.\r\n'],
    ['words and one label', 'Dear all,\r\nplease send it\r\nCc: my brother\r\n'],
    [
      'a forwarded head',
      'see below\r\nand call me\r\nFrom: Bob <bob@else.test>\r\nTo: Ada\r\nSubject: Old\r\n',
    ],
  ])('is distinguished from a body without its blank line: %s', async (_name, body) => {
    const message = await read(`${lines(...head)}\r\n${body}\r\nmore\r\n`);
    expect(message.text.startsWith(body.slice(0, 8))).toBe(true);
    expect([message.subject, message.fromAll.length, message.cc]).toEqual(['The roof', 1, []]);
  });

  it('is distinguished from a text without any header', async () => {
    const message = await read(
      'Please see below.\r\nAda\r\nFrom: Bob <bob@else.test>\r\nTo: Ada\r\nSubject: Old\r\n\r\nwords\r\n',
    );
    expect([message.from, message.text.startsWith('Please see below.')]).toEqual([null, true]);
  });
});

describe('From', () => {
  it.each<readonly [string, readonly string[], string, string, readonly string[]]>([
    [
      'parted at a comma, brackets empty',
      ['From: "Moss, Ada and Sons" <>, "LTD" <ada@client.test>'],
      'ada@client.test',
      'Moss, Ada and Sons, LTD',
      ['from-repeated'],
    ],
    [
      'behind a word without brackets',
      ['From: Moss; Ada <ada@client.test>'],
      'ada@client.test',
      'Moss, Ada',
      ['from-repeated'],
    ],
    [
      'twice in one field',
      ['From: ada@client.test, Ada Moss <ADA@client.test>'],
      'ada@client.test',
      'Ada Moss',
      ['from-repeated'],
    ],
    [
      'in three fields',
      ['From: ada@client.test', 'From: Ada Moss <ada@client.test>', 'From: <ada@client.test>'],
      'ada@client.test',
      'Ada Moss',
      ['from-repeated', 'duplicate-header'],
    ],
  ])('%s is one author', async (_name, fields, address, name, warnings) => {
    const message = await read(`${lines(...fields, ...head.slice(1))}\r\n\r\nx`);
    expect(message.fromAll).toEqual([{ address, name }]);
    expect(codes(message)).toEqual(warnings);
  });

  it('of two people is two authors', async () => {
    const message = await read(
      `From: ada@client.test, bob@client.test\r\n${lines(...head.slice(1))}\r\n\r\nx`,
    );
    expect([message.fromAll.length, codes(message)]).toEqual([2, ['from-many']]);
  });

  it('without any address keeps its names', async () => {
    const message = await read(`From: Ada, Moss\r\n${lines(...head.slice(1))}\r\n\r\nx`);
    expect(message.from?.address).toBeNull();
    expect(codes(message)).toContain('from-missing');
  });
});

describe('a file', () => {
  const picture = png(10, 20, 30);
  const paper = pdf('Lease');
  const word = docx('Lease');
  const noise = Buffer.from(Array.from({ length: 600 }, (_, n) => (n * 167 + (n >> 3) * 89 + 13) & 0xff));
  const encoded = 'Content-Transfer-Encoding: base64';
  it.each<readonly [string, readonly string[], string | Buffer, string | null, number]>([
    [
      'a picture labelled as HTML',
      ['Content-Type: text/html; charset=utf-8', encoded],
      wrapped(picture),
      'image/png',
      picture.length,
    ],
    ['an archive without a type', [encoded], wrapped(word), 'application/zip', word.length],
    [
      'a paper labelled as text',
      ['Content-Type: text/plain; charset=us-ascii', encoded],
      wrapped(paper),
      'application/pdf',
      paper.length,
    ],
    [
      'a paper whose type is a word',
      ['Content-Type: pdf', encoded],
      wrapped(paper),
      'application/pdf',
      paper.length,
    ],
    [
      'a picture whose type has no subtype',
      ['Content-Type: image', encoded],
      wrapped(picture),
      'image/png',
      picture.length,
    ],
    [
      'a picture whose type is empty',
      ['Content-Type: ', 'Content-Disposition: inline', encoded],
      wrapped(picture),
      'image/png',
      picture.length,
    ],
    [
      'a paper whose type and disposition are encoded words',
      [
        'Content-Type: =?iso-8859-1?Q?application/pdf=3B_name=3D=22lease.pdf=22?=',
        'Content-Disposition: =?utf-8?B?YXR0YWNobWVudA==?=',
        encoded,
      ],
      wrapped(paper),
      'application/pdf',
      paper.length,
    ],
    [
      'a paper without a transfer encoding',
      ['Content-Type: application/pdf; name=lease.pdf'],
      wrapped(paper),
      'application/pdf',
      paper.length,
    ],
    [
      'a picture as it is, labelled as text',
      ['Content-Type: text/plain', 'Content-Transfer-Encoding: binary'],
      picture,
      'image/png',
      picture.length,
    ],
    [
      'bytes of no known kind, labelled as text',
      ['Content-Type: text/plain', encoded],
      wrapped(noise),
      null,
      noise.length,
    ],
  ])('%s is a file, and no text', async (_name, fields, body, detectedType, size) => {
    const message = await read(withPart(fields, body));
    expect(message.text).toBe('Please see the file.');
    expect(message.attachments.map((file) => [file.detectedType, file.size])).toEqual([[detectedType, size]]);
  });

  it('is named by its header if that is an encoded word', async () => {
    const [file] = (
      await read(
        withPart(
          ['Content-Type: =?utf-8?B?YXBwbGljYXRpb24vcGRmOyBuYW1lPSJsZWFzZS5wZGYi?=', encoded],
          wrapped(paper),
        ),
      )
    ).attachments;
    expect([file?.filename, file?.contentType]).toEqual(['lease.pdf', 'application/pdf']);
  });

  it('is the whole message', async () => {
    const message = await read(withBody([encoded], wrapped(paper)));
    expect([message.text, message.attachments.length, message.attachments[0]?.contentType]).toEqual([
      '',
      1,
      'application/octet-stream',
    ]);
  });

  it.each<readonly [string, Buffer, string | null]>([
    ['a paper behind a line end', Buffer.concat([Buffer.from('\r\n'), paper]), 'application/pdf'],
    [
      'a paper behind a header of its own',
      Buffer.concat([Buffer.from('SCAN\u0001\u0002 0017 ', 'latin1'), paper]),
      'application/pdf',
    ],
    ['a picture behind line ends', Buffer.concat([Buffer.from('\r\n\r\n'), picture]), 'image/png'],
    [
      'a picture behind a byte order mark',
      Buffer.concat([Buffer.from('efbbbf', 'hex'), picture]),
      'image/png',
    ],
    ['a paper behind two kilobytes', Buffer.concat([Buffer.alloc(2_048, 'x'), paper]), null],
  ])('%s has a type', async (_name, content, detectedType) => {
    const message = await read(
      withPart(['Content-Type: application/octet-stream; name=a.bin', encoded], wrapped(content)),
    );
    expect(message.attachments[0]?.detectedType).toBe(detectedType);
  });

  it.each<readonly [string, readonly string[], string]>([
    ['NUL bytes', ['Content-Type: text/plain'], 'Dear all\0\0\0\0, the roof leaks.\0\0\0\0'],
    [
      'escapes of a terminal',
      ['Content-Type: text/plain'],
      '\u001b[1mThe roof\u001b[0m leaks, \u001b[1mbadly\u001b[0m.',
    ],
    ['a form feed', ['Content-Type: text/plain'], 'Page one\fPage two'],
  ])('is no text with %s', async (_name, fields, body) => {
    const message = await read(withBody(fields, body));
    expect(message.attachments).toEqual([]);
    expect(message.text).not.toBe('');
  });
});

describe('a transfer encoding that the header does not name', () => {
  const words =
    'Grüße aus Köln: die Miete beträgt 1.200 € im Monat.\r\nBitte überweisen Sie sie bis zum 5. März an das neue Konto.\r\n';
  const quoted = Buffer.from(words)
    .toString('latin1')
    .replaceAll(/[\u0080-\u00ff]/gu, (message) => `=${message.charCodeAt(0).toString(16).toUpperCase()}`);
  const latin = iconv
    .encode('Gr\u00fc\u00dfe aus K\u00f6ln, die M\u00fchle \u00f6ffnet.', 'latin1')
    .toString('latin1')
    .replaceAll(/[\u0080-\u00ff]/gu, (message) => `=${message.charCodeAt(0).toString(16).toUpperCase()}`);
  const key = wrapped(Buffer.from(Array.from({ length: 200 }, (_, n) => (n * 91 + 7) & 0xff)));
  const utf8 = 'Content-Type: text/plain; charset=utf-8';
  it.each<readonly [string, readonly string[], string, string, boolean]>([
    ['base64', [utf8], wrapped(words), words, true],
    ['base64 in one line', [utf8], Buffer.from(words).toString('base64'), words, true],
    ['base64 under 7bit', [utf8, 'Content-Transfer-Encoding: 7bit'], wrapped(words), words, true],
    ['base64 under 8bit', [utf8, 'Content-Transfer-Encoding: 8bit'], wrapped(words), words, true],
    [
      'base64 under quoted-printable',
      [utf8, 'Content-Transfer-Encoding: quoted-printable'],
      wrapped(words),
      words,
      true,
    ],
    ['quoted-printable', [utf8], quoted, words, true],
    ['quoted-printable under 8bit', [utf8, 'Content-Transfer-Encoding: 8bit'], quoted, words, true],
    ['quoted-printable under base64', [utf8, 'Content-Transfer-Encoding: base64'], quoted, words, true],
    [
      'quoted-printable of Latin-1',
      ['Content-Type: text/plain; charset=iso-8859-1'],
      latin,
      'Grüße aus Köln, die Mühle öffnet.',
      true,
    ],
    [
      'soft breaks',
      [utf8],
      `The roof leaks and the wall below it is wet, so that nobody can =\r\nsleep in the room, and the tenants of the second floor want =\r\nto know when you come.`,
      'The roof leaks and the wall below it is wet, so that nobody can sleep in the room, and the tenants of the second floor want to know when you come.',
      true,
    ],
    ['sums', [utf8], '2 + 2 =\r\n4\r\n3 + 3 =\r\n6\r\n', '2 + 2 =\n4\n3 + 3 =\n6\n', false],
    ['settings', [utf8], 'MODE=DARK\r\nTYPE=FACE\r\nCASE=BA\r\n', 'MODE=DARK\nTYPE=FACE\nCASE=BA\n', false],
    ['a word of base64', [utf8], 'SGVsbG8gd29ybGQ=', 'SGVsbG8gd29ybGQ=', false],
    ['a key of base64', [utf8], key, key, false],
    ['an equation', [utf8], 'a=20 and b=C3, so c=A0', 'a=20 and b=C3, so c=A0', false],
    [
      'addresses of pages',
      [utf8],
      'https://a.test/?x=1&y=2=\r\nhttps://a.test/?z=3=\r\n',
      'https://a.test/?x=1&y=2=\nhttps://a.test/?z=3=\n',
      false,
    ],
  ])('%s', async (_name, fields, body, text, guessed) => {
    const message = await read(withBody(fields, body));
    expect(message.text.trim()).toBe(text.replaceAll('\r\n', '\n').trim());
    expect(codes(message).includes('encoding-guessed')).toBe(guessed);
  });

  it('is told for HTML', async () => {
    const message = await read(
      withBody(
        ['Content-Type: text/html'],
        wrapped('<meta charset=utf-8><p>Die Miete beträgt <b>1.200 €</b>.</p>'),
      ),
    );
    expect(message.text).toBe('Die Miete beträgt 1.200 €.');
  });
});

describe('a charset that is another', () => {
  const russian = 'Здравствуйте, крыша протекает. Пожалуйста, приезжайте.';
  const type = (charset: string): string => `Content-Type: text/plain; charset=${charset}`;
  const encoded = 'Content-Transfer-Encoding: base64';
  it.each<readonly [string, readonly string[], Buffer | string, string]>([
    ['UTF-16 over ASCII', [type('utf-16')], 'The roof leaks.', 'The roof leaks.'],
    ['UTF-16LE over UTF-8', [type('utf-16le')], russian, russian],
    ['UTF-32 over ASCII', [type('utf-32')], 'The roof leaks.', 'The roof leaks.'],
    [
      'UCS-2 over Windows-1252',
      [type('ucs-2')],
      iconv.encode('The café roof leaks, it is near the door.', 'windows-1252'),
      'The café roof leaks, it is near the door.',
    ],
    [
      'UTF-8 over UTF-16',
      [type('utf-8'), encoded],
      wrapped(iconv.encode('The roof – leaks.', 'utf-16le')),
      'The roof – leaks.',
    ],
    [
      'none over UTF-16BE',
      ['Content-Type: text/plain', encoded],
      wrapped(iconv.encode('The roof – leaks.', 'utf-16be')),
      'The roof – leaks.',
    ],
    [
      'ASCII over UTF-16 with its mark',
      [type('us-ascii'), encoded],
      wrapped(Buffer.concat([Buffer.from('fffe', 'hex'), iconv.encode(russian, 'utf-16le')])),
      russian,
    ],
    ['ISO-2022-JP over UTF-8', [type('iso-2022-jp')], russian, russian],
    ['GB 2312 over UTF-8', [type('gb2312')], russian, russian],
    ['Windows-1252 over UTF-8', [type('windows-1252')], 'Grüße aus Köln', 'Grüße aus Köln'],
    [
      'UTF-16 over UTF-16',
      [type('utf-16'), encoded],
      wrapped(iconv.encode('屋根が漏れています。', 'utf-16le')),
      '屋根が漏れています。',
    ],
    [
      'UTF-16BE over UTF-16BE',
      [type('utf-16be'), encoded],
      wrapped(iconv.encode('屋顶漏水了,请尽快来。', 'utf-16be')),
      '屋顶漏水了,请尽快来。',
    ],
  ])('%s', async (_name, fields, body, text) => {
    expect((await read(withBody(fields, body))).text.trim()).toBe(text);
  });
});

describe('a B word that nobody encoded', () => {
  it.each<readonly [string, string]>([
    ['=?UTF-8?B?Rechnung für März?=', 'Rechnung für März'],
    ['=?utf-8?B?Your invoice 2026, please pay?=', 'Your invoice 2026, please pay'],
    ['=?UTF-8?B?Übergabe?= am =?UTF-8?B?Montag früh?=', 'Übergabe am Montag früh'],
    ['=?iso-8859-1?B?Die Mühle?=', 'Die Mühle'],
    ['Re: =?utf-8?B?屋根が漏れています?=', 'Re: 屋根が漏れています'],
    ['=?utf-8?B?SGVs bG8s IHRoZSByb29m?=', 'Hello, the roof'],
    ['=?utf-8?B?R3LDvMOfZQ?=', 'Grüße'],
    ['=?utf-8?B?R3LDvMO?= =?utf-8?B?fZQ==?=', 'Grüße'],
    ['=?utf-8?B??=', ''],
    ['=?utf-8?Q?=3D=3Futf-8=3FQ=3FGr=3DC3=3DBC=3DC3=3D9Fe=3F=3D?=', 'Grüße'],
  ])('%s', async (given, subject) => {
    const message = await read(
      `Subject: ${given}\r\n${lines(...head.slice(0, 2), ...head.slice(3))}\r\n\r\nx`,
    );
    expect(message.subject).toBe(subject);
  });

  it('is read in a name', async () => {
    const message = await read(
      `From: =?UTF-8?B?Jörg Müller?= <j@client.test>\r\n${lines(...head.slice(1))}\r\n\r\nx`,
    );
    expect(message.from).toEqual({ address: 'j@client.test', name: 'Jörg Müller' });
  });
});

describe('a saved message', () => {
  const inner = lines(
    'From: Bob <bob@else.test>',
    'To: ada@client.test',
    'Subject: Inner',
    'Date: Mon, 2 Mar 2026 08:00:00 +0000',
    '',
    'Inner words',
    '',
  );
  it.each<readonly [string, readonly string[], boolean]>([
    [
      'labelled as text',
      ['Content-Type: text/plain; name=roof.eml', 'Content-Disposition: attachment; filename=roof.eml'],
      true,
    ],
    [
      'labelled as HTML',
      ['Content-Type: text/html; name=roof.eml', 'Content-Disposition: attachment; filename=roof.eml'],
      true,
    ],
    ['labelled by its system', ['Content-Type: application/x-extension-eml; name=ROOF.EML'], true],
    ['labelled as an archive', ['Content-Type: application/x-mimearchive; name=roof.eml'], true],
    ['labelled as news', ['Content-Type: message/news'], true],
    [
      'labelled as bytes, without an extension',
      ['Content-Type: application/octet-stream; name="The roof"'],
      true,
    ],
    ['labelled as bytes, without a name', ['Content-Type: application/octet-stream'], true],
    ['under another name', ['Content-Type: application/octet-stream; name=roof.txt'], false],
  ])('%s', async (_name, fields, unwrapped) => {
    const message = await read(withPart([...fields, 'Content-Transfer-Encoding: base64'], wrapped(inner)));
    expect(message.nested.map(({ subject, text }) => [subject, text])).toEqual(
      unwrapped ? [['Inner', 'Inner words\n']] : [],
    );
    expect(message.attachments).toHaveLength(1);
  });

  it.each([
    ['by name only', ['Content-Type: application/octet-stream; name=a.eml'], 'just some words\r\n'],
    [
      'by two fields only',
      ['Content-Type: application/octet-stream; name=notes'],
      'Note: x\r\nSubject: y\r\n\r\nwords',
    ],
  ] as const)('is none %s', async (_name, fields, body) => {
    const message = await read(withPart([...fields, 'Content-Transfer-Encoding: base64'], wrapped(body)));
    expect([message.nested.length, message.attachments.length]).toEqual([0, 1]);
  });
});

describe('a message that is nothing but a calendar', () => {
  const calendar = (method: string, ...event: readonly string[]): string =>
    lines('BEGIN:VCALENDAR', `METHOD:${method}`, 'VERSION:2.0', ...event, 'END:VCALENDAR', '');
  const talk = [
    'BEGIN:VEVENT',
    'UID:1',
    'SUMMARY:Lease talk',
    'DTSTART;TZID=Europe/London:20260310T100000',
    'DTEND;TZID=Europe/London:20260310T113000',
    'LOCATION:Mill House',
    String.raw`DESCRIPTION:Please bring the lease\, signed.\nAda`,
    'END:VEVENT',
  ];
  it.each<readonly [string, string, string]>([
    [
      'an invitation',
      calendar('REQUEST', ...talk),
      'Lease talk\n2026-03-10 10:00–11:30 (Europe/London)\nMill House\n\nPlease bring the lease, signed.\nAda',
    ],
    [
      'a cancellation',
      calendar('CANCEL', ...talk),
      'Lease talk\n2026-03-10 10:00–11:30 (Europe/London)\nMill House\n\nPlease bring the lease, signed.\nAda',
    ],
    [
      'a whole day',
      calendar(
        'REQUEST',
        'BEGIN:VEVENT',
        'SUMMARY:Moving',
        'DTSTART;VALUE=DATE:20260310',
        'DTEND;VALUE=DATE:20260311',
        'END:VEVENT',
      ),
      'Moving\n2026-03-10',
    ],
    [
      'several days',
      calendar(
        'REQUEST',
        'BEGIN:VEVENT',
        'SUMMARY:Moving',
        'DTSTART;VALUE=DATE:20260330',
        'DTEND;VALUE=DATE:20260402',
        'END:VEVENT',
      ),
      'Moving\n2026-03-30 – 2026-04-01',
    ],
    [
      'a duration',
      calendar(
        'REQUEST',
        'BEGIN:VEVENT',
        'SUMMARY:Call',
        'DTSTART:20260310T233000Z',
        'DURATION:PT1H',
        'END:VEVENT',
      ),
      'Call\n2026-03-10 23:30 – 2026-03-11 00:30 (UTC)',
    ],
    [
      'a task',
      calendar('REQUEST', 'BEGIN:VTODO', 'SUMMARY:Sign it', 'DUE:20260310T120000Z', 'END:VTODO'),
      'Sign it',
    ],
    [
      'an event without a time',
      calendar('REQUEST', 'BEGIN:VEVENT', 'SUMMARY:Some day', 'LOCATION:Here', 'END:VEVENT'),
      'Some day\nHere',
    ],
    [
      'two events',
      calendar(
        'PUBLISH',
        'BEGIN:VEVENT',
        'SUMMARY:One',
        'DTSTART:20260310T100000',
        'END:VEVENT',
        'BEGIN:VEVENT',
        'SUMMARY:Two',
        'DTSTART:20260311T100000',
        'END:VEVENT',
      ),
      'One\n2026-03-10 10:00\n\nTwo\n2026-03-11 10:00',
    ],
  ])('shows %s', async (_name, body, text) => {
    const message = await read(
      withBody(['Content-Type: text/calendar; charset=utf-8; method=REQUEST'], body),
    );
    expect([message.text, message.textSource]).toEqual([text, 'plain']);
    expect(message.attachments).toHaveLength(1);
  });

  it.each<readonly [string, string, string]>([
    ['an empty text', '\r\n', 'Lease talk'],
    ['a text of its own', 'Can you come?', 'Can you come?'],
  ])('beside %s', async (_name, text, start) => {
    const raw = withBody(
      ['Content-Type: multipart/mixed; boundary=b'],
      lines(
        '--b',
        'Content-Type: text/plain',
        '',
        text,
        '--b',
        'Content-Type: application/ics; name=invite.ics',
        '',
        calendar('REQUEST', ...talk),
        '--b--',
        '',
      ),
    );
    expect((await read(raw)).text.startsWith(start)).toBe(true);
  });
});

describe('a pasted picture', () => {
  const large = Buffer.concat([png(1, 2, 3), Buffer.alloc(150_000, 'photo')]);
  const small = png(4, 5, 6);
  const url = (content: Buffer, type = 'image/png'): string =>
    `data:${type};base64,${content.toString('base64')}`;
  const html = 'Content-Type: text/html; charset=utf-8';
  it.each<readonly [string, string, readonly number[]]>([
    ['in double quotes', `<p>a<img src="${url(large)}">b`, [large.length]],
    ['in single quotes', `<p>a<img src='${url(large)}'>b`, [large.length]],
    ['without quotes', `<p>a<img src=${url(large)} alt=crack>b`, [large.length]],
    ['in a style', `<p style="background: url(${url(large)})">a</p>b`, [large.length]],
    [
      'with line ends in it',
      `<p>a<img src="${url(large).replaceAll(/.{100}/gu, '$&\r\n')}">b`,
      [large.length],
    ],
    ['twice', `<p>a<img src="${url(large)}"><img src="${url(large)}">b`, [large.length, large.length]],
    ['of a kind that is not shown', `<p>a<img src="${url(small, 'image/bmp')}">b`, [small.length]],
    [
      'beside a small one',
      `<p>a<img src="${url(small)}"><img src="${url(large, 'image/jpeg')}">b`,
      [large.length],
    ],
    ['that is small', `<p>a<img src="${url(small)}">b`, []],
  ])('%s', async (_name, body, sizes) => {
    const message = await read(withBody([html], body));
    expect(message.attachments.map(({ size, inline }) => [size, inline])).toEqual(
      sizes.map((size) => [size, true]),
    );
    expect(message.text.replaceAll(/\[crack\]/gu, '')).toMatch(/^a\s*b$/u);
    for (const { contentId } of message.attachments) expect(message.rawHtml).toContain(`cid:${contentId}`);
    expect(message.html?.includes('data:image/png')).toBe(body.includes(url(small)));
  });

  it('is shown by its reference', async () => {
    const message = await read(withBody([html], `<img src="${url(large)}" alt="crack">`));
    expect(message.html).toContain(`<img src="cid:${message.attachments[0]?.contentId}" alt="crack" />`);
  });

  it('is found in quoted-printable, in pieces of any size', async () => {
    const soft = `<p>a<img src=3D"${url(large).replaceAll('=', '=3D').replaceAll(/.{70}/gu, '$&=\r\n')}">b`;
    const raw = withBody([html, 'Content-Transfer-Encoding: quoted-printable'], soft);
    const message = await read(raw);
    expect(message.attachments.map(({ size }) => size)).toEqual([large.length]);
  });

  it('makes no HTML too long', async () => {
    const many = Array.from({ length: 60 }, () => `<img src="${url(large)}">`).join('');
    const message = await read(withBody([html], `${many}<p>the end`));
    expect([message.text.trim(), message.attachments.length, codes(message)]).toEqual(['the end', 60, []]);
  });

  it('of hundreds of small ones makes no HTML too long', async () => {
    const logo = Buffer.concat([small, Buffer.alloc(30_000, 'logo')]);
    const many = Array.from({ length: 150 }, () => `<img src="${url(logo)}">`).join('');
    const message = await read(withBody([html], `${many}<p>the end`));
    expect([message.text.trim(), codes(message)]).toEqual(['the end', []]);
    expect(message.attachments.length).toBeGreaterThan(100);
  });
});
