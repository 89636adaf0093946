import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { decodeText } from '../../../src/mime/charset/charset.ts';
import { cpuTime } from '../../support/cpu-time.ts';

function measure(count: number): number {
  const bytes = Buffer.alloc(count, 0xe9);
  const start = cpuTime();
  decodeText({ bytes, label: null });
  return cpuTime() - start;
}

describe('decodeText with a label', () => {
  it.each([
    ['gb2312', 'gb18030', '镕基'],
    ['ks_c_5601-1987', 'cp949', '똠방'],
    ['Shift_JIS', 'shift_jis', '髙橋'],
    ['big5', 'big5-hkscs', '關於'],
    ['"windows-1251"', 'windows-1251', 'Привет'],
    ['cp-850', 'cp850', 'Grüße'],
    ['utf8', 'utf-8', 'Škoda'],
    ['x-mac-cyrillic', 'maccyrillic', 'Привет'],
    ['x-mac-ce', 'maccenteuro', 'Łódź'],
    ['DOS-862', 'cp862', 'שלום'],
  ])('%s reads what mail means by it', (label, encoding, text) => {
    const name = label === 'cp-850' ? 'cp850' : label;
    expect(decodeText({ bytes: iconv.encode(text, encoding), label: name })).toMatchObject({
      text,
      problem: null,
    });
  });

  it('iso-8859-1 reads the typographic signs of Windows', () => {
    expect(decodeText({ bytes: Buffer.from([0x80, 0x20, 0x93, 0x94]), label: 'iso-8859-1' }).text).toBe(
      '€ “”',
    );
  });

  it('hz and ISO-2022-KR are read by their shifts', () => {
    expect(decodeText({ bytes: Buffer.from('a~{<:~}~~b', 'latin1'), label: 'hz-gb-2312' }).text).toBe(
      'a己~b',
    );
    expect(
      decodeText({ bytes: Buffer.from('\u001b$)C\u000e>H\u000f!', 'latin1'), label: 'iso-2022-kr' }).text,
    ).toBe('안!');
  });

  it('UTF-7 is text before anything reads it as markup', () => {
    expect(decodeText({ bytes: Buffer.from('+ADw-b+AD4-'), label: 'utf-7' }).text).toBe('<b>');
  });

  it.each(['base64', 'hex', 'x-klingon', 'x'.repeat(5_000)])('%.20s is no charset', (label) => {
    expect(decodeText({ bytes: Buffer.from('Prämie'), label })).toMatchObject({
      text: 'Prämie',
      problem: 'unknown',
    });
  });

  it('a broken character among good ones does not change the charset', () => {
    const bytes = Buffer.concat([Buffer.from('Prämie '), Buffer.from([0xc3])]);
    expect(decodeText({ bytes, label: 'utf-8' })).toMatchObject({
      text: 'Prämie \ufffd',
      problem: 'malformed',
    });
  });

  it('the bytes override a wrong label', () => {
    const bytes = iconv.encode('Müller & Söhne', 'windows-1252');
    expect(decodeText({ bytes, label: 'utf-8' })).toMatchObject({
      text: 'Müller & Söhne',
      problem: 'guessed',
    });
  });
});

describe('decodeText without a label', () => {
  it.each([
    ['shift_jis', 'お見積りの件について'],
    ['euc-jp', '会議のご案内'],
    ['gb18030', '关于合同的问题'],
    ['big5-hkscs', '關於合約的問題'],
    ['cp949', '회의 일정을 보내드립니다'],
    ['koi8-r', 'Счёт на оплату'],
    ['windows-1251', 'Счёт на оплату'],
    ['windows-1252', 'Müller, Größe und Straße'],
    ['windows-1250', 'Příliš žluťoučký kůň'],
    ['windows-1253', 'Καλημέρα σας'],
    ['windows-1255', 'שלום לך'],
    ['windows-1256', 'مرحبا بك'],
    ['cp874', 'สวัสดีครับ'],
  ])('recognises %s', (encoding, text) => {
    expect(decodeText({ bytes: iconv.encode(text, encoding), label: null })).toMatchObject({
      text,
      problem: 'guessed',
    });
  });

  it('uses a charset named elsewhere in the message if the bytes are ambiguous', () => {
    const bytes = Buffer.from([0xe9, 0xe8]);
    expect(decodeText({ bytes, label: null, hint: 'windows-1251' }).text).toBe('йи');
  });

  it('guesses from a sample, so that size costs nothing', () => {
    measure(10_000);
    const small = measure(1_000_000);
    expect(measure(4_000_000)).toBeLessThan(small * 12 + 200);
  });
});
