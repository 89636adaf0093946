import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { ParsedMessage } from '../../src/mime/parsed-message.ts';
import { parseMessage } from '../../src/mime/parse.ts';

/** Messages as broken programs write them, and how a careful person reads them. */

const header = [
  'From: Ann <ann@client.test>',
  'Date: Tue, 3 Mar 2026 09:15:00 +0100',
  'Message-ID: <m@client.test>',
  'Subject: s',
  '',
].join('\n');
const file =
  'Content-Type: application/pdf; name=a.pdf\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nQUJD';
const inner = 'From: carl@else.test\nSubject: inner\n\nInner words\n';

function parts(declaration: string, delimiter: string, bodies: readonly string[]): string {
  const lines = bodies.flatMap((body) => [`--${delimiter}`, body]);
  return [`${header}Content-Type: multipart/${declaration}`, '', ...lines, `--${delimiter}--`, ''].join('\n');
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function read(raw: string | Buffer): Promise<ParsedMessage> {
  return parseMessage({ raw: typeof raw === 'string' ? Buffer.from(raw) : raw });
}

async function textAndFiles(raw: string | Buffer): Promise<readonly [string, readonly (string | null)[]]> {
  const message = await read(raw);
  return [message.text.trim(), message.attachments.map(({ filename }) => filename)];
}

describe('a multipart', () => {
  const both = ['\none', file];
  it.each<readonly [string, string]>([
    ['whose boundary is in single quotes', parts("mixed; boundary='b'", 'b', both)],
    ['whose boundary differs in case', parts('mixed; boundary=abc', 'ABC', both)],
    [
      'whose boundary has specials without quotes',
      parts('mixed; boundary=--=_Part:1(2)', '--=_Part:1(2)', both),
    ],
    ['whose boundary is in pieces', parts('mixed; boundary*0=a; boundary*1=b', 'ab', both)],
    [
      'whose boundary is over 70 characters',
      parts(`mixed; boundary=${'x'.repeat(150)}`, 'x'.repeat(150), both),
    ],
    ['whose boundary is empty', parts('mixed; boundary=""', 'b', both)],
    [
      'whose boundary ends in spaces',
      parts('mixed; boundary="b "', 'b ', both).replace('--b --', '--b -- \t'),
    ],
    ['whose delimiters end in spaces', parts('mixed; boundary=b', 'b', both).replaceAll('--b\n', '--b \t\n')],
    ['without a semicolon before the boundary', parts('mixed boundary="b"', 'b', both)],
    [
      'without a blank line below its header',
      parts('mixed; boundary=b', 'b', both).replace('\n\n--b', '\n--b'),
    ],
    ['without an end', parts('mixed; boundary=b', 'b', both).replace('\n--b--\n', '')],
    [
      'with an encoding that it does not have',
      parts('mixed; boundary=b\nContent-Transfer-Encoding: base64', 'b', both),
    ],
    [
      'whose inner boundary begins with the outer one',
      parts('mixed; boundary=ab', 'ab', [
        'Content-Type: multipart/mixed; boundary=abc\n\n--abc\n\none\n--abc--',
        file,
      ]),
    ],
    [
      'whose inner multipart has the same boundary',
      parts('mixed; boundary=b', 'b', [
        'Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b--',
        file,
      ]),
    ],
    [
      'whose inner multipart never ends',
      parts('mixed; boundary=b', 'b', ['Content-Type: multipart/mixed; boundary=c\n\n--c\n\none', file]),
    ],
  ])('%s is taken apart', async (_name, raw) => {
    expect(await textAndFiles(raw)).toEqual(['one', ['a.pdf']]);
  });

  it('ends even if its end follows the last words of the message directly', async () => {
    const glued = parts('mixed; boundary=bnd', 'bnd', ['\none']).replace('\n--bnd--', '--bnd--');
    for (const raw of [glued, glued.trimEnd(), glued.replaceAll('\n', '\r\n')]) {
      const message = await read(raw);
      expect([message.text.trim(), message.warnings]).toEqual(['one', []]);
    }
    const within = parts('mixed; boundary=bnd', 'bnd', ['\none--bnd-- two']);
    expect((await read(within)).text.trim()).toBe('one--bnd-- two');
  });

  it('related has its root where `start` says', async () => {
    const picture = 'Content-Type: image/png; name=p.png\nContent-ID: <i@x>\n\nx';
    const page = 'Content-Type: text/html\nContent-ID: <root@x>\n\n<p>Hi <img src="cid:i@x"></p>';
    const message = await read(parts('related; boundary=b; start="<root@x>"', 'b', [picture, page]));
    expect([message.text.trim(), message.attachments.map(({ inline }) => inline)]).toEqual(['Hi', [true]]);
  });

  it('keeps the bytes of a text that is not in its encoding', async () => {
    const garbled =
      'Content-Type: text/plain; name=n.txt\nContent-Transfer-Encoding: base64\n\n#nothing of that kind#';
    const message = await read(
      parts('mixed; boundary=b', 'b', ['\none', garbled.replace('; name=n.txt', '')]),
    );
    expect(message.text.trim()).toBe('one\n#nothing of that kind#');
    expect(message.attachments.map(({ size }) => size)).toEqual(['#nothing of that kind#'.length]);
  });
});

describe('a header', () => {
  it.each<readonly [string, string | Buffer]>([
    ['below a byte order mark', `\ufeff${header}\nhello\n`],
    ['below blank lines', `\n\r\n${header}\nhello\n`],
    ['below an mbox line', `From ann@client.test Tue Mar  3 09:15:00 2026\n${header}\nhello\n`],
    ['with CR CR LF line ends', `${header}\nhello\n`.replaceAll('\n', '\r\r\n')],
    ['with CR line ends', `${header}\nhello\n`.replaceAll('\n', '\r')],
    ['without a blank line below it', `${header}hello\n`],
    ['with spaces before colons', `${header}\nhello\n`.replaceAll(': ', ' : ')],
  ])('%s is read', async (_name, raw) => {
    const message = await read(raw);
    expect([message.from?.address, message.subject, message.text.trim()]).toEqual([
      'ann@client.test',
      's',
      'hello',
    ]);
  });

  it('does not hide a second From after a bare CR', async () => {
    const message = await read('Subject: s\rFrom: ceo@bank.test\nFrom: ann@client.test\n\nb');
    expect(message.fromAll.map(({ address }) => address)).toEqual(['ceo@bank.test', 'ann@client.test']);
    expect(message.warnings).toContain('from-many: 2 addresses');
  });

  it.each<readonly [string, string]>([
    ['=?utf-8?Q?Gr=C3?=\n =?utf-8?Q?=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?B?R3LD?= =?utf-8?Q?=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?B?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?utf-8?B?R3LD\n vMOfZQ==?=', 'Grüße'],
    ['=?utf-8?B?R3LDvMOfZQ=?=', 'Grüße'],
    ['=?iso-8859-1?Q?Gr=C3=BC=C3=9Fe?=', 'Grüße'],
    ['=?windows-1251?Q?=D0=9F=D1=80=D0=B8=D0=B2=D0=B5=D1=82?=', 'Привет'],
    ['=?utf-8?Q?Hi=0D=0ABcc:_x@y.test?=', 'Hi Bcc: x@y.test'],
  ])('reads the subject %j', async (subject, expected) => {
    expect((await read(`From: a@client.test\nSubject: ${subject}\n\nb`)).subject).toBe(expected);
  });
});

describe('a body', () => {
  const text = (type: string, encoding: string, body: string | Buffer): Buffer =>
    Buffer.concat([
      Buffer.from(`${header}Content-Type: ${type}\nContent-Transfer-Encoding: ${encoding}\n\n`),
      Buffer.from(body),
    ]);
  it.each<readonly [string, Buffer, string]>([
    ['base64 under another spelling', text('text/plain', 'base-64', base64('Grüße')), 'Grüße'],
    [
      'quoted-printable under another spelling',
      text('text/plain', 'quoted/printable', 'Gr=C3=BC=C3=9Fe'),
      'Grüße',
    ],
    [
      'base64 in padded runs',
      text('text/plain', 'base64', `${base64('Hello')}\n${base64(' Bob')}`),
      'Hello Bob',
    ],
    [
      'base64 cut into small groups',
      text('text/plain', 'base64', base64('Hello Bob, how are you?').replaceAll(/.{7}/gu, '$&  ')),
      'Hello Bob, how are you?',
    ],
    [
      'base64 with foreign characters in it',
      text('text/plain', 'base64', base64('Grüße an Bob und Ann').replace(/^.{9}/u, '$&!*')),
      'Grüße an Bob und Ann',
    ],
    [
      'words labelled base64 that are messages alone',
      text('text/plain', 'base64', 'Hello Bob these are messages alone and no data'),
      'Hello Bob these are messages alone and no data',
    ],
    [
      'words labelled base64 that begin with one alone',
      text('text/plain', 'base64', 'Hello\n\nplease call me. Ann'),
      'Hello\n\nplease call me. Ann',
    ],
    [
      'a word in base64 and a footer below it',
      text('text/plain', 'base64', `${base64('Hello')}\n-- \nsent to users@lists.example`),
      'Hello\n-- \nsent to users@lists.example',
    ],
    [
      'RTF as the whole of it',
      text('text/rtf', '7bit', "{\\rtf1\\ansi\\ansicpg1252 Dear Bob,\\par caf\\'e9}"),
      'Dear Bob,\ncafé',
    ],
    ['a soft line break at its end', text('text/plain', 'quoted-printable', 'Hello=20=\nBob='), 'Hello Bob'],
    ['a type that lacks its semicolon', text('text/html charset=utf-8', '8bit', '<b>Grüße</b>'), 'Grüße'],
    ['a text of unknown kind', text('text/x-notes', '8bit', 'Grüße'), 'Grüße'],
    ['UTF-8 labelled as a code page', text('text/plain; charset=windows-1251', '8bit', 'Привет'), 'Привет'],
    [
      'UTF-8 labelled as seven-bit Japanese',
      text('text/plain; charset=iso-2022-jp', '8bit', '契約書'),
      '契約書',
    ],
    [
      'Shift-JIS labelled as seven-bit Japanese',
      text('text/plain; charset=iso-2022-jp', '8bit', iconv.encode('契約書の件', 'shift_jis')),
      '契約書の件',
    ],
    [
      'EUC-JP under a vendor name',
      text('text/plain; charset=eucJP-ms', '8bit', iconv.encode('契約', 'euc-jp')),
      '契約',
    ],
    [
      'emoji written as two surrogates',
      text('text/plain; charset=utf-8', '8bit', Buffer.from('eda0bdedb880206f6b', 'hex')),
      '😀 ok',
    ],
    [
      'UTF-8 cut inside its last character',
      text('text/plain', '8bit', Buffer.from('Grüße ü').subarray(0, -1)),
      'Grüße \ufffd',
    ],
    [
      'Latin-1 that ends in a lead byte',
      text('text/plain', '8bit', Buffer.from('Caf\u00e9', 'latin1')),
      'Café',
    ],
    [
      'the charset that HTML names itself',
      text('text/html', '8bit', iconv.encode('<meta charset="iso-8859-2"><p>ľščť</p>', 'iso-8859-2')),
      'ľščť',
    ],
    [
      'UTF-8 in HTML that names another charset',
      text('text/html', '8bit', '<meta charset="iso-8859-1"><p>Grüße</p>'),
      'Grüße',
    ],
    [
      'prose that begins like uuencode',
      text('text/plain', '7bit', 'begin 100 years ago\nend'),
      'begin 100 years ago\nend',
    ],
  ])('with %s is read', async (_name, raw, expected) => {
    expect((await read(raw)).text.trim()).toBe(expected);
  });
});

describe('a message inside', () => {
  it.each<readonly [string, string]>([
    ['below blank lines', `Content-Type: message/rfc822\n\n\n${inner}`],
    ['in base64', `Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n${base64(inner)}`],
    [
      'attached as bytes',
      `Content-Type: application/octet-stream; name=old.eml\nContent-Transfer-Encoding: base64\n\n${base64(inner)}`,
    ],
  ])('%s is found', async (_name, part) => {
    const message = await read(parts('mixed; boundary=b', 'b', ['\none', part]));
    expect(message.nested.map(({ subject, text }) => [subject, text.trim()])).toEqual([
      ['inner', 'Inner words'],
    ]);
    expect(message.attachments).toHaveLength(1);
  });

  it('is not one in a file that only has its name', async () => {
    const part = 'Content-Type: application/octet-stream; name=old.eml\n\n\u0001\u0002 nothing';
    expect((await read(parts('mixed; boundary=b', 'b', ['\none', part]))).nested).toEqual([]);
  });

  it('ends with the delimiter of the message around it, also in the middle of its header', async () => {
    const cut = 'Content-Type: message/rfc822\n\nSubject: cut\nContent-Type: multipart/mixed; boundary=q';
    const message = await read(parts('mixed; boundary=b', 'b', ['\none', cut, file]));
    expect(message.nested.map(({ subject }) => subject)).toEqual(['cut']);
    expect(message.attachments.map(({ filename }) => filename)).toEqual([null, 'a.pdf']);
  });
});

describe('an alternative', () => {
  const html = 'Content-Type: text/html\n\n<p>The chairs for order 7781 arrive on Friday morning.</p>';
  const notice = '\nDenne meddelelse vises kun i HTML.';
  it('is read from its HTML if the plain part only speaks about it', async () => {
    const message = await read(parts('alternative; boundary=b', 'b', [notice, html]));
    expect([message.text, message.textSource]).toEqual([
      'The chairs for order 7781 arrive on Friday morning.',
      'html',
    ]);
  });

  it('does not apply to parts side by side: both are shown', async () => {
    const message = await read(parts('mixed; boundary=b', 'b', [notice, html]));
    expect(message.text).toBe(
      'Denne meddelelse vises kun i HTML.\nThe chairs for order 7781 arrive on Friday morning.',
    );
  });

  const renderings = ['Content-Type: text/plain\n\nhello', 'Content-Type: text/html\n\n<p>hello</p>'];
  it.each(['text/x-amp-html', 'text/watch-html'])('has no file in its %s', async (type) => {
    const [plain = '', page = ''] = renderings;
    const other = `Content-Type: ${type}\n\n<p>for a program</p>`;
    expect(await textAndFiles(parts('alternative; boundary=b', 'b', [plain, other, page]))).toEqual([
      'hello',
      [],
    ]);
    const named = `Content-Disposition: attachment; filename=page.html\n${other}`;
    expect(await textAndFiles(parts('alternative; boundary=b', 'b', [...renderings, named]))).toEqual([
      'hello',
      ['page.html'],
    ]);
    const message = await read(`${header}${other}`);
    expect([message.text, message.attachments.map(({ contentType }) => contentType)]).toEqual(['', [type]]);
  });
});

describe('what cannot be read here', () => {
  it.each<readonly [string, string, string]>([
    [
      'a piece of a larger message',
      'Content-Type: message/partial; id=x@example.com; number=2; total=3',
      'message-partial: 2 of 3',
    ],
    [
      'an encrypted text',
      'Content-Type: application/pkcs7-mime; smime-type=enveloped-data',
      'encrypted: S/MIME',
    ],
    [
      'a type named twice',
      'Content-Type: text/plain\nContent-Type: text/html',
      'duplicate-header: content-type 2 times',
    ],
  ])('is said of %s', async (_name, field, warning) => {
    expect((await read(`${header}${field}\n\nbytes\n`)).warnings).toContain(warning);
  });

  it('is said of OpenPGP within the text', async () => {
    const armour = '-----BEGIN PGP MESSAGE-----\n\nhQEMA0\n-----END PGP MESSAGE-----\n';
    expect((await read(`${header}\n${armour}`)).warnings).toContain('encrypted: OpenPGP');
  });
});

describe('what a message turns out to be', () => {
  it.each<readonly [string, string]>([
    [
      'an end directly behind the last words',
      parts('mixed; boundary=bnd', 'bnd', ['\none']).replace('\n--bnd--', '--bnd--'),
    ],
    ['plain text labelled base64', `${header}Content-Transfer-Encoding: base64\n\nHello Bob, plain words.\n`],
    ['a line end before the header', `\r\n${header}\nhello\n`],
    ['CR line ends', `${header}\nhello\n`.replaceAll('\n', '\r')],
  ])('does not depend on how it is cut into pieces: %s', async (_name, raw) => {
    const bytes = Buffer.from(raw);
    const whole = await parseMessage({ raw: bytes });
    const single = Array.from(bytes, (byte) => Buffer.from([byte]));
    expect(await parseMessage({ raw: Readable.from(single) })).toEqual(whole);
  });
});

describe('an invitation', () => {
  it('has its method from the header if the object cannot be read', async () => {
    const raw = `${header}Content-Type: text/calendar; method=cancel\n\nnothing of that kind\n`;
    expect((await read(raw)).calendar).toEqual({
      method: 'CANCEL',
      start: null,
      organiser: null,
      summary: null,
    });
  });
});
