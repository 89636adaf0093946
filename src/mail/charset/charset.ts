import { isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { guessCharset } from './charset-guess.ts';
import { decodeHz, decodeIso2022 } from './iso-2022.ts';

export interface DecodedText {
  readonly text: string;
  /** The charset used, as iconv-lite names it. */
  readonly charset: string;
  /** `unknown`: the label names none; `guessed`: none or a wrong label; `malformed`: right label, some broken bytes. */
  readonly problem: 'unknown' | 'guessed' | 'malformed' | null;
}

/** Labels that mail uses for a charset which iconv-lite knows better by another name: supersets, misspellings, vendor names. */
const aliases: ReadonlyMap<string, string> = new Map([
  ['ascii', 'us-ascii'],
  ['ansi_x3.4-1968', 'us-ascii'],
  ['iso646-us', 'us-ascii'],
  ['7bit', 'us-ascii'],
  ['8bit', 'unlabelled'],
  ['unknown', 'unlabelled'],
  ['unknown-8bit', 'unlabelled'],
  ['x-unknown', 'unlabelled'],
  ['default', 'unlabelled'],
  ['none', 'unlabelled'],
  ['utf8', 'utf-8'],
  ['utf-8mb4', 'utf-8'],
  ['unicode-1-1-utf-8', 'utf-8'],
  ['unicode-1-1-utf-7', 'utf-7'],
  ['x-unicode-2-0-utf-7', 'utf-7'],
  ['utf7', 'utf-7'],
  ['unicode', 'utf-16'],
  ['ucs-2', 'utf-16'],
  ['latin1', 'windows-1252'],
  ['latin-1', 'windows-1252'],
  // Mail labelled Latin-1 holds the printable 0x80–0x9F of Windows (WHATWG Encoding §4.2); likewise below.
  ['iso-8859-1', 'windows-1252'],
  ['iso8859-1', 'windows-1252'],
  ['iso-8859-9', 'windows-1254'],
  ['iso-8859-8-i', 'iso-8859-8'],
  ['iso-8859-8-e', 'iso-8859-8'],
  ['iso-8859-6-i', 'iso-8859-6'],
  ['gb2312', 'gb18030'],
  ['gb-2312', 'gb18030'],
  ['gb_2312-80', 'gb18030'],
  ['x-gbk', 'gb18030'],
  ['gbk', 'gb18030'],
  ['cp936', 'gb18030'],
  ['euc-cn', 'gb18030'],
  ['hz-gb-2312', 'hz'],
  ['big5', 'big5-hkscs'],
  ['x-x-big5', 'big5-hkscs'],
  ['cp950', 'big5-hkscs'],
  ['euc-kr', 'cp949'],
  ['euckr', 'cp949'],
  ['ks_c_5601-1987', 'cp949'],
  ['ks-c-5601-1987', 'cp949'],
  ['ksc5601', 'cp949'],
  ['ks_c_5601', 'cp949'],
  ['x-windows-949', 'cp949'],
  ['shift-jis', 'shift_jis'],
  ['sjis', 'shift_jis'],
  ['x-sjis', 'shift_jis'],
  ['ms_kanji', 'shift_jis'],
  ['windows-31j', 'shift_jis'],
  ['cp932', 'shift_jis'],
  ['x-euc-jp', 'euc-jp'],
  ['x-mac-roman', 'macroman'],
  ['macintosh', 'macroman'],
  ['tis-620', 'cp874'],
  ['iso-8859-11', 'cp874'],
  ['windows-874', 'cp874'],
  ['koi8-ru', 'koi8-u'],
]);

const stateful = /^(?:cs)?iso-?2022-?(?:jp|kr)/;
/** A label longer than any charset name is an attack on the table look-up or on the log. */
const maxLabelLength = 40;

function canonicalCharset(label: string): string | null {
  const name = label
    .slice(0, maxLabelLength)
    .trim()
    .toLowerCase()
    .replaceAll(/["'<>\s]/g, '');
  if (name === '') return 'unlabelled';
  const alias = aliases.get(name) ?? aliases.get(name.replaceAll('_', '-'));
  if (alias !== undefined) return alias;
  if (stateful.test(name)) return 'iso-2022';
  if (name === 'us-ascii' || name === 'hz') return name;
  const windows = /^(?:x-)?(?:cp|win|windows|ms)-?_?(125\d|874)$/.exec(name);
  if (windows?.[1] !== undefined) return `windows-${windows[1]}`;
  // iconv-lite also answers to "base64", "hex" and the like, which are no charsets.
  if (['base64', 'hex', 'binary', 'internal', 'ucs2'].includes(name.replaceAll(/[^a-z0-9]/g, '')))
    return null;
  return iconv.encodingExists(name) ? name : null;
}

/** Whether decoded text of this label can be attacker-chosen markup spelled in ASCII, or needs escape sequences to be read. */
function isSevenBit(charset: string): boolean {
  return (
    charset === 'utf-7' ||
    charset === 'utf-7-imap' ||
    charset === 'iso-2022' ||
    charset === 'hz' ||
    charset.startsWith('utf-16') ||
    charset.startsWith('utf-32')
  );
}

function decodeAs(bytes: Buffer, charset: string): string {
  if (charset === 'iso-2022') return decodeIso2022(bytes);
  if (charset === 'hz') return decodeHz(bytes);
  if (charset === 'us-ascii') return bytes.toString('latin1');
  return iconv.decode(bytes, charset);
}

function hasHighByte(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte >= 0x80) return true;
  return false;
}

function looksLikeIso2022(bytes: Buffer): boolean {
  return (
    bytes.includes('\u001b$B') ||
    bytes.includes('\u001b$@') ||
    bytes.includes('\u001b$)C') ||
    bytes.includes('\u001b(I')
  );
}

function countReplacements(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count += 1;
  return count;
}

/** Letters beyond ASCII that were decoded. */
function countReadable(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x80 && code !== 0xfffd) count += 1;
  }
  return count;
}

function guess(bytes: Buffer, hint: string | null): { readonly charset: string; readonly text: string } {
  if (isUtf8(bytes)) return { charset: 'utf-8', text: decodeAs(bytes, 'utf-8') };
  const charset = guessCharset(bytes, hint);
  return { charset, text: decodeAs(bytes, charset) };
}

function decodeLabelled(bytes: Buffer, charset: string, hint: string | null): DecodedText {
  const text = decodeAs(bytes, charset);
  const single = charset === 'windows-1252';
  if (single ? isUtf8(bytes) : text.includes('\ufffd')) {
    if (isUtf8(bytes) && charset !== 'utf-8')
      return { text: bytes.toString('utf8'), charset: 'utf-8', problem: 'guessed' };
    // As many readable letters as broken ones are damage; mostly broken ones are a wrong label.
    if (single || countReadable(text) >= countReplacements(text))
      return { text, charset, problem: 'malformed' };
    return { ...guess(bytes, hint), problem: 'guessed' };
  }
  return { text, charset, problem: null };
}

function removeByteOrderMark(text: string): string {
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Text without NUL bytes and lone surrogates, which neither JSON nor databases carry safely. */
export function cleanText(text: string): string {
  const withoutNull = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return withoutNull.replaceAll(/\p{Surrogate}/gu, '');
}

/** The canonical charset of a label for use as a hint, null where it names none. */
export function charsetHint(label: string | null): string | null {
  if (label === null) return null;
  const charset = canonicalCharset(label);
  return charset === 'unlabelled' || charset === 'us-ascii' ? null : charset;
}

/**
 * Bytes to text by their charset label, or by what the bytes themselves show where the label is missing, unknown or wrong.
 * `hint` is a charset declared elsewhere in the message. Never throws; the text may still hold NUL.
 */
export function decodeText(input: {
  readonly bytes: Buffer;
  readonly label: string | null;
  readonly hint?: string | null;
}): DecodedText {
  const { bytes, label, hint = null } = input;
  const charset = label === null ? 'unlabelled' : canonicalCharset(label);
  if (charset !== null && isSevenBit(charset)) {
    return { text: removeByteOrderMark(decodeAs(bytes, charset)), charset, problem: null };
  }
  if (!hasHighByte(bytes)) {
    if (looksLikeIso2022(bytes))
      return { text: decodeIso2022(bytes), charset: 'iso-2022', problem: 'guessed' };
    return {
      text: bytes.toString('latin1'),
      charset: 'us-ascii',
      problem: charset === null ? 'unknown' : null,
    };
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return {
      text: removeByteOrderMark(decodeAs(bytes, 'utf-16')),
      charset: 'utf-16',
      problem: charset === 'unlabelled' ? 'guessed' : null,
    };
  }
  if (charset === null || charset === 'unlabelled' || charset === 'us-ascii') {
    const found = guess(bytes, hint);
    return {
      text: removeByteOrderMark(found.text),
      charset: found.charset,
      problem: charset === null ? 'unknown' : 'guessed',
    };
  }
  const decoded = decodeLabelled(bytes, charset, hint);
  return { ...decoded, text: removeByteOrderMark(decoded.text) };
}
