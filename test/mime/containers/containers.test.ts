import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../../src/mime/parse.ts';
import { readCalendar } from '../../../src/mime/containers/calendar.ts';
import { enrichedToText } from '../../../src/mime/content/enriched.ts';
import { safeFilename } from '../../../src/mime/header/filename.ts';
import { unflow } from '../../../src/mime/content/flowed.ts';
import { isNoticeBeside } from '../../../src/mime/content/plain-notice.ts';
import { isPlainStub } from '../../../src/mime/content/plain-stubs.ts';
import { readParameterised } from '../../../src/mime/header/parameters.ts';
import { readCmsContent } from '../../../src/mime/containers/cms.ts';
import { readTnef } from '../../../src/mime/containers/tnef.ts';
import { extractUuencoded } from '../../../src/mime/containers/uuencode.ts';
import { cpuTime } from '../../support/cpu-time.ts';

const folder = join(import.meta.dirname, '../../fixtures/mail');

/** The decoded body of the base64 part that starts with `start`. */
function bodyOf(trait: string, start: string): Buffer {
  const text = readFileSync(join(folder, `${trait}.eml`), 'latin1');
  const at = text.indexOf(start);
  expect(at).toBeGreaterThan(0);
  return Buffer.from(text.slice(at).split(/\n--|\n\n/u, 1)[0] ?? '', 'base64');
}

/** Of every change of one byte and every cut, those that a reader of hostile bytes does not survive. */
function countThrows(bytes: Buffer, read: (bytes: Buffer) => unknown): number {
  let thrown = 0;
  const attempt = (changed: Buffer): void => {
    try {
      read(changed);
    } catch {
      thrown += 1;
    }
  };
  for (let at = 0; at < bytes.length; at += 1) {
    for (const value of [0x00, 0x7f, 0x80, 0xff]) {
      const changed = Buffer.from(bytes);
      changed[at] = value;
      attempt(changed);
    }
    attempt(bytes.subarray(0, at));
  }
  return thrown;
}

function calendar(lines: readonly string[]): string {
  return ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join(
    '\r\n',
  );
}

describe('readTnef', () => {
  const bytes = bodyOf('tnef-winmail', 'eJ8+');

  it('finds the text and the files', () => {
    const contents = readTnef(bytes);
    expect(contents?.text).toBe('Text inside the winmail file.');
    expect(
      contents?.files.map(({ filename, contentType, content }) => [filename, contentType, content.length]),
    ).toEqual([['Prämie 2026.pdf', 'application/pdf', 77]]);
    expect(contents?.damaged).toBe(false);
  });

  it('says so when the file breaks off', () => {
    expect(readTnef(bytes.subarray(0, -20))?.damaged).toBe(true);
  });

  it('is not TNEF without its signature', () => {
    expect(readTnef(Buffer.from('plain'))).toBeNull();
  });

  it('survives any change', () => {
    expect(countThrows(bytes, readTnef)).toBe(0);
  });
});

describe('readCmsContent', () => {
  const bytes = bodyOf('smime-opaque-signed', 'MII');

  it('finds the content', () => {
    expect(readCmsContent(bytes, 1_000_000)?.toString('latin1')).toContain('Opaque words.');
  });

  it('survives any change', () => {
    expect(countThrows(bytes, (changed) => readCmsContent(changed, 1_000_000))).toBe(0);
  });
});

/** DER with the length in two bytes. */
function der(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag, 0x82, content.length >> 8, content.length & 0xff]), content]);
}

/** RFC 3274: ContentInfo of compressedData. */
function compressed(content: Buffer): Buffer {
  const algorithm = Buffer.from('300d060b2a864886f70d0109100308', 'hex');
  const dataType = Buffer.from('06092a864886f70d010701', 'hex');
  const inner = der(
    0x30,
    Buffer.from('020100', 'hex'),
    algorithm,
    der(0x30, dataType, der(0xa0, der(0x04, deflateSync(content)))),
  );
  return der(0x30, Buffer.from('060b2a864886f70d0109100109', 'hex'), der(0xa0, inner));
}

describe('S/MIME compressed data', () => {
  const entity = Buffer.from('Content-Type: text/plain\r\n\r\nSmall words.\r\n');
  const mail = (content: Buffer): Buffer =>
    Buffer.from(
      `From: ann@client.test\nContent-Type: application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z\nContent-Transfer-Encoding: base64\n\n${compressed(content).toString('base64')}\n`,
    );

  it('is inflated', async () => {
    expect(readCmsContent(compressed(entity), 1_000)).toEqual(entity);
    const message = await parseMessage({ raw: mail(entity) });
    expect([message.text, message.protection]).toEqual(['Small words.\n', null]);
  });

  it('is left packed beyond the limit', async () => {
    const bomb = Buffer.alloc(40_000_000, 'a');
    expect(readCmsContent(compressed(Buffer.alloc(5_000)), 4_999)).toBe('too-large');
    const message = await parseMessage({ raw: mail(bomb) });
    expect([message.text, message.warnings.some((code) => code.startsWith('container-too-large'))]).toEqual([
      '',
      true,
    ]);
  });

  it('of many parts shares one limit', async () => {
    const part = compressed(Buffer.concat([Buffer.from('\r\n'), Buffer.alloc(20_000_000, 'a')])).toString(
      'base64',
    );
    const parts = `--b\nContent-Type: application/pkcs7-mime; smime-type=compressed-data\nContent-Transfer-Encoding: base64\n\n${part}\n`;
    const message = await parseMessage({
      raw: Buffer.from(
        `From: a@client.test\nContent-Type: multipart/mixed; boundary=b\n\n${parts.repeat(3)}--b--\n`,
      ),
    });
    expect(message.warnings.some((code) => code.startsWith('container-too-large'))).toBe(true);
  });

  it('survives any change', () => {
    expect(countThrows(compressed(entity), (changed) => readCmsContent(changed, 1_000))).toBe(0);
  });
});

describe('enrichedToText', () => {
  it.each<readonly [string, 'enriched' | 'richtext', string, string]>([
    ['commands and parameters', 'enriched', '<color><param>red</param>Hello</color>\nBob', 'Hello Bob'],
    [
      'line ends, one of which is a space',
      'enriched',
      'one\ntwo\n\nthree\n\n\nfour',
      'one two\nthree\n\nfour',
    ],
    ['unfilled lines', 'enriched', '<nofill>a\nb</nofill>', 'a\nb'],
    ['doubled brackets', 'enriched', '<<you> a < b', '<you> a < b'],
    ['excerpts', 'enriched', '<excerpt>before</excerpt>now', '> before\nnow'],
    ['commands never closed', 'enriched', 'a<param>b', 'a'],
    ['ends never opened', 'enriched', '</excerpt></param>a', 'a'],
    ['richtext', 'richtext', '<bold>Hello</bold><nl>a<lt>b<comment>not this</comment>\nc', 'Hello\na<b c'],
  ])('reads %s', (_name, kind, source, expected) => {
    expect(enrichedToText(source, kind)).toBe(expected);
  });

  it.each(['<', '<a>', '<excerpt>', '\n', '</excerpt>\n'])(
    'takes time in proportion to the number of %j',
    (piece) => {
      const measure = (count: number): number => {
        const start = cpuTime();
        enrichedToText(piece.repeat(count), 'enriched');
        return cpuTime() - start;
      };
      measure(1_000);
      const small = measure(30_000);
      expect(measure(120_000)).toBeLessThan(small * 12 + 200);
    },
  );
});

describe('readCalendar', () => {
  it('skips lines that are not a property, and finds every end', () => {
    expect(
      readCalendar('BEGIN:VCALENDAR\nMETHOD:REQUEST\nnonsense\nBEGIN:VEVENT\nSUMMARY:Talk'),
    ).toMatchObject({
      method: 'REQUEST',
      summary: 'Talk',
    });
  });

  it.each([
    ['in UTC', 'DTSTART:20260710T120000Z', '2026-07-10T12:00:00.000Z'],
    ['floating', 'DTSTART:20260710T120000', '2026-07-10T12:00:00'],
    ['a whole day', 'DTSTART;VALUE=DATE:20260710', '2026-07-10'],
  ])('reads a start %s', (_name, line, expected) => {
    expect(readCalendar(calendar([line]))?.start).toBe(expected);
  });

  it('gives no address to an organiser who has none', () => {
    expect(readCalendar(calendar(['ORGANIZER;CN=Room:invalid:nomail']))?.organiser).toEqual({
      address: null,
      name: 'Room',
    });
  });

  it.each([
    '',
    'no calendar',
    'BEGIN:VCALENDAR',
    'BEGIN:VCALENDAR\nDTSTART:99999999T999999\n',
    `BEGIN:VCALENDAR${'x'.repeat(300_000)}`,
  ])('answers %.30j without throwing', (text) => {
    expect(() => readCalendar(text)).not.toThrow();
  });
});

describe('safeFilename', () => {
  it.each<readonly [string, string | null, readonly string[]]>([
    ['report.pdf', 'report.pdf', []],
    ['../../etc/passwd', 'passwd', ['filename-unsafe']],
    [String.raw`C:\fakepath\report.pdf`, 'report.pdf', ['filename-unsafe']],
    ['..', null, ['filename-unsafe']],
    ['a\u0000\u0007b.txt', 'ab.txt', ['filename-unsafe']],
    ['invoice\u202efdp.exe', 'invoicefdp.exe', ['bidi-in-filename']],
    ['re\u200bport.pdf', 'report.pdf', ['filename-unsafe']],
    ['Prämie übersicht.xls', 'Prämie übersicht.xls', []],
    ['', null, []],
  ])('%j becomes %j', (raw, filename, defects) => {
    expect(safeFilename(raw)).toEqual({ filename, defects });
  });

  it('caps the length and keeps the extension', () => {
    const { filename } = safeFilename(`${'a'.repeat(5_000)}.docx`);
    expect(filename).toHaveLength(180);
    expect(filename?.endsWith('.docx')).toBe(true);
  });
});

describe('readParameterised', () => {
  it.each<readonly [string, string, string, string | undefined]>([
    ['quoted values', 'text/plain; charset="utf-8"', 'charset', 'utf-8'],
    ['comments', 'text/plain (c); charset=utf-8 (Unicode)', 'charset', 'utf-8'],
    ['spaces around the equals sign', 'text/plain; charset = utf-8', 'charset', 'utf-8'],
    ['unquoted spaces', 'a/b; name=two words.pdf', 'name', 'two words.pdf'],
    ['semicolons in quotes', 'a/b; name="a;b.pdf"', 'name', 'a;b.pdf'],
    ['continuations out of order', 'a/b; name*1=c.pdf; name*0=ab', 'name', 'abc.pdf'],
    ['charsets', "a/b; name*=iso-8859-1'de'%E4.pdf", 'name', 'ä.pdf'],
    ['raw percent signs', "a/b; name*=utf-8''100%.pdf", 'name', '100%.pdf'],
    ['encoded words', 'a/b; name="=?utf-8?B?w6QucGRm?="', 'name', 'ä.pdf'],
    ['the extended form over the plain one', "a/b; name=a.pdf; name*=utf-8''%C3%A4.pdf", 'name', 'ä.pdf'],
    ['the first of two', 'a/b; name=a; name=b', 'name', 'a'],
    ['a quote never closed', 'a/b; name="a.pdf; size=3', 'name', 'a.pdf'],
    ['quotes within quotes', 'a/b; name="the "big" one.pdf"; x=1', 'name', 'the "big" one.pdf'],
    ['quoted values without a semicolon between', 'a/b; name="a.pdf" x="b"', 'name', 'a.pdf'],
    ['quotes around quotes', 'a/b; name=""=?utf-8?Q?=C3=A4.pdf?=""; x=1', 'name', 'ä.pdf'],
    ['single quotes', "a/b; name='a b.pdf'", 'name', 'a b.pdf'],
    ['a first semicolon left out', 'attachment name="a.pdf"', 'name', 'a.pdf'],
    ['a comma for a semicolon', 'attachment, name="a.pdf"', 'name', 'a.pdf'],
    ['nothing but a parameter', 'name="a.pdf"', 'name', 'a.pdf'],
    ['a charset split over sections', "a/b; name*0*=utf-8''Gr%C3; name*1*=%BC%C3%9Fe", 'name', 'Grüße'],
    ['sections with one missing', 'a/b; name*0=abc; name*2=def', 'name', 'abcdef'],
    ['a parameter that is not there', 'a/b;;; ;', 'name', undefined],
  ])('reads %s', (_trait, text, name, expected) => {
    expect(readParameterised(text).parameters.get(name)).toBe(expected);
  });
});

describe('extractUuencoded', () => {
  it('leaves a block without an end in the text', () => {
    const text =
      'begin 644 a.txt\n#86)C\nno end here, with a line that is much too long to be uuencoded '.padEnd(
        200,
        'x',
      );
    expect(extractUuencoded(text)).toEqual({ text, files: [] });
  });

  it('takes several files out, trailing spaces lost on the way included', () => {
    const text = 'one\nbegin 644 a.txt\n#86)C\n`\nend\ntwo\nbegin 600 b c.txt\n!80\n \nend\nthree';
    const extracted = extractUuencoded(text);
    expect(extracted.text).toBe('one\ntwo\nthree');
    expect(extracted.files.map((found) => [found.filename, found.content.toString('latin1')])).toEqual([
      ['a.txt', 'abc'],
      ['b c.txt', 'a'],
    ]);
  });

  it('takes files in base64 out, and nothing that lacks their end', () => {
    const file = 'begin-base64 644 a.txt\nSGVsbG8g\nQm9iIQ==\n====\n';
    const open = 'begin-base64 644 b.txt\nSGVsbG8g\nend';
    const extracted = extractUuencoded(`one\n${file}two\n${open}`);
    expect(extracted.text).toBe(`one\ntwo\n${open}`);
    expect(extracted.files.map((found) => [found.filename, found.content.toString('latin1')])).toEqual([
      ['a.txt', 'Hello Bob!'],
    ]);
  });
});

describe('unflow', () => {
  it.each([
    ['joins soft breaks', 'one \ntwo\nthree', false, 'one two\nthree'],
    ['deletes the space under DelSp', 'on \ne', true, 'one'],
    ['undoes space stuffing', ' From here\n > not a quote', false, 'From here\n> not a quote'],
    ['keeps depths apart', '> a \nb', false, '> a \nb'],
    ['never flows the signature line', 'a\n-- \nAnn', false, 'a\n-- \nAnn'],
  ])('%s', (_name, text, delSp, expected) => {
    expect(unflow(text, delSp)).toBe(expected);
  });
});

describe('isNoticeBeside', () => {
  const message =
    'Dear Ann, the chairs for order 7781 arrive on Friday between nine and ten. Regards, the store';
  it.each([
    ['Denne meddelelse kan kun vises som HTML.', message, true],
    ['このメールは専用の画面でご覧ください。', 'ご注文の椅子は金曜日の朝九時から十時の間に届きます。', true],
    ['-- ', message, true],
    ['The chairs arrive on Friday.', message, false],
    ['The chairs arrive\non Friday: https://store.test/orders/7781?from=mail', message, false],
    ['ご注文の椅子は\n金曜日の朝に', 'ご注文の椅子は金曜日の朝に届きます。', false],
    ['OK', message, false],
    ['Please call me back before Friday.', '[logo]', false],
    [
      'Denne meddelelse kan kun vises som HTML i et nyere program.',
      'The chairs arrive on Friday before ten.',
      true,
    ],
    ['Other words. '.repeat(40), message, false],
    ['', message, false],
  ])('%.40j: %3$s', (plain, html, expected) => {
    expect(isNoticeBeside(plain, html)).toBe(expected);
  });

  it('needs about four times as long for four times as many messages', () => {
    const measure = (count: number): number => {
      const start = cpuTime();
      isNoticeBeside('xyz '.repeat(90), 'xy'.repeat(count));
      return cpuTime() - start;
    };
    measure(10_000);
    const small = measure(50_000);
    expect(measure(200_000)).toBeLessThan(small * 12 + 200);
  });
});

describe('isPlainStub', () => {
  it.each([
    ['', true],
    ['Your email client does not support HTML.', true],
    ['This is a multi-part message in MIME format.', true],
    ['Ihr E-Mail-Programm unterstützt leider kein HTML.', true],
    ['Please send the contract as HTML.', false],
    [`Your mail client cannot show HTML. ${'But here is the whole story. '.repeat(30)}`, false],
  ])('%.40j: %s', (text, expected) => {
    expect(isPlainStub(text)).toBe(expected);
  });
});
