import { isAscii, isUtf8 } from 'node:buffer';
import iconv from 'iconv-lite';
import { guessCharset } from './charset-guess.ts';
import { canonicalCharset } from './charset-labels.ts';
import { decodeHz, decodeIso2022 } from './iso-2022.ts';
import { countSequences, repairUtf8 } from './utf-8.ts';

export interface DecodedText {
  readonly text: string;
  /** The charset used, as iconv-lite names it. */
  readonly charset: string;
  /** `unknown`: the label names none; `guessed`: none or a wrong label; `malformed`: right label, some broken bytes. */
  readonly problem: 'unknown' | 'guessed' | 'malformed' | null;
}

/** Whether decoded text with this label can be markup spelled in ASCII by an attacker, or needs escape sequences to be read. */
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

const isWide = (charset: string): boolean => charset.startsWith('utf-16') || charset.startsWith('utf-32');

/** How much is sampled to tell whether characters are two or four bytes wide. */
const wideSample = 4_096;
/** This share of two-byte text is hardly ever all ASCII, or valid UTF-8. */
const minNarrow = 0.9;
const minNarrowSequences = 8;

/** Single-byte text labelled UTF-16 or UTF-32: a program converted the text and kept the label. */
function isNarrow(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, wideSample);
  if (hasWideMark(sample) || sample.includes(0) || sample.length === 0) return false;
  let ascii = 0;
  for (const byte of sample) if ((byte >= 0x20 && byte < 0x7f) || (byte >= 0x09 && byte <= 0x0d)) ascii += 1;
  if (ascii >= sample.length * minNarrow) return true;
  return isUtf8(bytes) && countSequences(bytes, minNarrowSequences) >= minNarrowSequences;
}

export function hasWideMark(bytes: Buffer): boolean {
  return (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
}

/** The highest upper byte of UTF-16 in scripts from Latin to Arabic, their blanks and digits. */
const highestPage = 0x06;
const minPages = 0.8;
const maxStray = 0.2;

/** UTF-16 with a wrong or missing label: every other byte is one of a few, which no single-byte text has. */
export function wideCharset(bytes: Buffer): 'utf-16le' | 'utf-16be' | null {
  const sample = bytes.subarray(0, wideSample - (wideSample % 2));
  if (sample.length < 8 || sample.length % 2 !== 0 || !sample.includes(0)) return null;
  let even = 0;
  let odd = 0;
  for (const [at, byte] of sample.entries()) {
    if (byte > highestPage) continue;
    if (at % 2 === 0) even += 1;
    else odd += 1;
  }
  const pairs = sample.length / 2;
  if (odd >= pairs * minPages && even <= pairs * maxStray) return 'utf-16le';
  return even >= pairs * minPages && odd <= pairs * maxStray ? 'utf-16be' : null;
}

/** Eight-bit bytes labelled as a seven-bit charset, without any of its escapes. */
function isForeignToShifts(bytes: Buffer, charset: string): boolean {
  if (isWide(charset)) return isNarrow(bytes);
  if (!hasHighByte(bytes)) return false;
  return charset !== 'iso-2022' || !bytes.includes(0x1b);
}

function decodeAs(bytes: Buffer, charset: string): string {
  if (charset === 'iso-2022') return decodeIso2022(bytes);
  if (charset === 'hz') return decodeHz(bytes);
  if (charset === 'us-ascii') return bytes.toString('latin1');
  return iconv.decode(bytes, charset);
}

function hasHighByte(bytes: Buffer): boolean {
  return !isAscii(bytes);
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

/** Counts decoded non-ASCII letters. */
function countReadable(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 0x80 && code !== 0xfffd) count += 1;
  }
  return count;
}

function guess(bytes: Buffer, hint: string | null): { readonly charset: string; readonly text: string } {
  const mended = repairUtf8(bytes);
  if (isUtf8(mended)) return { charset: 'utf-8', text: decodeAs(mended, 'utf-8') };
  const charset = guessCharset(bytes, hint);
  return { charset, text: decodeAs(bytes, charset) };
}

/** Two-byte East Asian charsets, whose short texts may happen to be valid UTF-8. */
const doubleByte: ReadonlySet<string> = new Set(['gb18030', 'big5-hkscs', 'cp949', 'shift_jis', 'euc-jp']);
/** This many sequences are not chance: a GB 2312 pair is valid UTF-8 one time in seven. */
const minDoubleByteSequences = 8;
const minSingleByteSequences = 2;

/** Valid UTF-8 with another label: a program converted the text and forgot the label. */
function isUtf8InDisguise(bytes: Buffer, charset: string): boolean {
  if (charset === 'utf-8' || !isUtf8(bytes)) return false;
  if (charset === 'windows-1252') return true;
  const least = doubleByte.has(charset) ? minDoubleByteSequences : minSingleByteSequences;
  return countSequences(bytes, least) >= least;
}

function decodeLabelled(given: Buffer, charset: string, hint: string | null): DecodedText {
  const bytes = charset === 'utf-8' && !isUtf8(given) ? repairUtf8(given) : given;
  if (isUtf8InDisguise(bytes, charset))
    return { text: bytes.toString('utf8'), charset: 'utf-8', problem: 'guessed' };
  const text = decodeAs(bytes, charset);
  if (bytes !== given && isUtf8(bytes)) return { text, charset, problem: 'malformed' };
  if (text.includes('\ufffd')) {
    if (isUtf8(bytes) && charset !== 'utf-8')
      return { text: bytes.toString('utf8'), charset: 'utf-8', problem: 'guessed' };
    // At least as many readable letters as broken ones is damage; mostly broken ones are a wrong label.
    if (charset === 'windows-1252' || countReadable(text) >= countReplacements(text))
      return { text, charset, problem: 'malformed' };
    return { ...guess(bytes, hint), problem: 'guessed' };
  }
  return { text, charset, problem: null };
}

function removeByteOrderMark(text: string): string {
  return text.codePointAt(0) === 0xfeff ? text.slice(1) : text;
}

/** Text without NUL bytes and lone surrogates, which neither JSON nor databases store safely. */
export function cleanText(text: string): string {
  const withoutNull = text.includes('\u0000') ? text.replaceAll('\u0000', '') : text;
  return withoutNull.isWellFormed() ? withoutNull : withoutNull.replaceAll(/\p{Surrogate}/gu, '');
}

/** The canonical charset of a label for use as a hint, null if there is none. */
export function charsetHint(label: string | null): string | null {
  if (label === null) return null;
  const charset = canonicalCharset(label);
  return charset === 'unlabelled' || charset === 'us-ascii' ? null : charset;
}

/**
 * Bytes to text by their charset label, or by the bytes themselves if the label is missing, unknown or wrong. `hint` is a charset
 * declared elsewhere in the message. Never throws; the text may still contain NUL.
 */
export function decodeText(input: {
  readonly bytes: Buffer;
  readonly label: string | null;
  readonly hint?: string | null;
}): DecodedText {
  const { bytes, label, hint = null } = input;
  const charset = label === null ? 'unlabelled' : canonicalCharset(label);
  if (charset !== null && isSevenBit(charset) && !isForeignToShifts(bytes, charset)) {
    return { text: removeByteOrderMark(decodeAs(bytes, charset)), charset, problem: null };
  }
  const wide = wideCharset(bytes);
  if (wide !== null)
    return { text: removeByteOrderMark(decodeAs(bytes, wide)), charset: wide, problem: 'guessed' };
  if (!hasHighByte(bytes)) {
    if (looksLikeIso2022(bytes))
      return { text: decodeIso2022(bytes), charset: 'iso-2022', problem: 'guessed' };
    return {
      text: bytes.toString('latin1'),
      charset: 'us-ascii',
      problem: charset === null ? 'unknown' : isWide(charset) ? 'guessed' : null,
    };
  }
  if (hasWideMark(bytes)) {
    return {
      text: removeByteOrderMark(decodeAs(bytes, 'utf-16')),
      charset: 'utf-16',
      problem: charset === 'unlabelled' ? 'guessed' : null,
    };
  }
  if (charset === null || charset === 'unlabelled' || charset === 'us-ascii' || isSevenBit(charset)) {
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
