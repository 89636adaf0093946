import { isUtf8 } from 'node:buffer';
import { cleanText, decodeText } from './charset.ts';
import { repairUtf8 } from './utf-8.ts';

/** RFC 2047 §2 limits a word to 75 characters; clients write longer ones, but a charset name is never longer than this. */
const maxCharsetLength = 40;

/** A name or subject has a dozen words; each costs a charset lookup, and a guess if it is broken. The rest stays undecoded. */
const maxWords = 1_000;

interface Word {
  readonly charset: string;
  /** `raw`: a B word whose text was never encoded. */
  readonly encoding: 'b' | 'q' | 'raw';
  readonly text: string;
  /** Index after the closing `?=`. */
  readonly end: number;
}

function isHexDigit(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
}

/** A `?=` followed by two hex digits may be a raw `?` before an escape: clients forget to encode the question mark. */
function isEscapeAfterMark(value: string, at: number): boolean {
  return isHexDigit(value.codePointAt(at + 2) ?? 0) && isHexDigit(value.codePointAt(at + 3) ?? 0);
}

function findClose(value: string, input: { readonly from: number; readonly encoding: 'b' | 'q' }): number {
  const first = value.indexOf('?=', input.from);
  if (first < 0 || input.encoding === 'b' || !isEscapeAfterMark(value, first)) return first;
  for (let at = value.indexOf('?=', first + 2); at >= 0; at = value.indexOf('?=', at + 2)) {
    if (value.lastIndexOf('=?', at) > first) break;
    if (!isEscapeAfterMark(value, at)) return at;
    if (at - first > 1_000) break;
  }
  return first;
}

const fromBase64 = (text: string): Buffer =>
  Buffer.from(text.replaceAll(/[^A-Za-z0-9+/\-_]/gu, ''), 'base64');

const isStateful = (charset: string): boolean =>
  /^(?:iso-2022|hz|utf-?(?:7|16|32)|ucs|unicode)/iu.test(charset);

/** "=?UTF-8?B?Übergabe am Montag?=": characters outside base64. */
const hasOtherCharacters = (text: string): boolean => /[^\t\x20-\x7E]/u.test(text);

/**
 * Whether the text of a B word is plain text that nobody encoded: it does not decode to text. Only for a lone word: several may
 * split a character. Some charsets use control characters.
 */
function isRawText(text: string, charset: string): boolean {
  const bytes = fromBase64(text);
  const hasControls = bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d);
  if (hasControls && !isStateful(charset)) return /[A-Za-z]{2}/u.test(text) && !/[+/=]/u.test(text);
  // With blanks between its words, which folding may also leave in real base64.
  return /\S\s+\S/u.test(text) && /^utf-?8$/iu.test(charset) && !isUtf8(bytes);
}

/** The encoded word at `start` (which points at `=?`), null if there is none. */
function readWord(value: string, start: number): Word | null {
  const head = /^=\?([^\s?"(),:;<>@[\]]{1,40})\?([bq])\?/iu.exec(
    value.slice(start, start + maxCharsetLength + 6),
  );
  if (head === null) return null;
  const from = start + head[0].length;
  const stated = head[2]?.toLowerCase() === 'b' ? 'b' : 'q';
  const close = findClose(value, { from, encoding: stated });
  // "=" pads base64 only at its end; escapes in the middle mean the other encoding.
  const encoding = close >= 0 && /=[\dA-F]{2}/u.test(value.slice(from, close)) ? 'q' : stated;
  const charset = (head[1] ?? '').split('*', 1)[0] ?? '';
  const inside = close < 0 ? '' : value.slice(from, close);
  if (close >= 0 && encoding === 'b' && hasOtherCharacters(inside))
    return { charset: 'utf-8', encoding: 'raw', text: inside, end: close + 2 };
  if (close >= 0) return { charset, encoding, text: inside, end: close + 2 };
  // A subject cut off at the end of the line by a client or relay.
  const rest = value.slice(from);
  if (rest === '' || /\s/u.test(rest.trim())) return null;
  return { charset, encoding, text: rest.replace(/\?$/u, ''), end: value.length };
}

function decodeQ(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let length = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (byte === 0x3d && isHexDigit(bytes[index + 1] ?? 0) && isHexDigit(bytes[index + 2] ?? 0)) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', index + 1, index + 3), 16);
      index += 2;
    } else {
      bytes[length++] = byte === 0x5f ? 0x20 : byte;
    }
  }
  return bytes.subarray(0, length);
}

function toBytes(word: Pick<Word, 'encoding' | 'text'>): Buffer {
  if (word.encoding === 'raw') return Buffer.from(word.text, 'utf8');
  return word.encoding === 'q' ? decodeQ(word.text) : fromBase64(word.text);
}

/** Words with characters outside base64: nobody encoded them. */
const isWordy = (text: string): boolean => /\S\s+\S/u.test(text);
const isForeign = (text: string): boolean => /[^A-Za-z0-9+/=_\-\s]/u.test(text);
// oxlint-disable-next-line no-control-regex
const isNoise = (text: string): boolean => /[\u0000-\u0008\u000e-\u001f\u007f\ufffd]/u.test(text);

/** Text that a program put into a B word without encoding it: characters outside base64, or noise when decoded. */
function isRaw({ encoding, text, charset }: Word, bytes: Buffer): boolean {
  if (encoding === 'q' || text === '') return false;
  if (/[^\s!-~]/u.test(text)) return true;
  const wordy = isWordy(text);
  if (wordy && isForeign(text)) return true;
  if (!wordy && text.replaceAll(/\s/gu, '').length % 4 === 0) return false;
  if (/^utf-?8$/iu.test(charset)) return !isUtf8(repairUtf8(bytes));
  return isNoise(decodeText({ bytes, label: charset }).text);
}

/**
 * Words of one charset are joined before decoding: clients split inside a character (against RFC 2047 §5), or inside a base64
 * quantum.
 */
function decodeWords(words: readonly Word[]): string {
  const [first] = words;
  if (words.length === 1 && first?.encoding === 'b' && isRawText(first.text, first.charset))
    return first.text;
  const pieces: Buffer[] = [];
  let carried = '';
  for (const [index, word] of words.entries()) {
    const text = carried + word.text.replaceAll(/\s/gu, word.encoding === 'b' ? '' : ' ');
    carried = '';
    const next = words[index + 1];
    if (word.encoding === 'b' && next?.encoding === 'b' && !text.endsWith('=') && text.length % 4 !== 0)
      carried = text;
    else pieces.push(toBytes({ encoding: word.encoding, text }));
  }
  const bytes = Buffer.concat(pieces);
  // One of several words may be cut inside a character; a lone word is whole.
  const raw = words.every((word) => isRaw(word, words.length === 1 ? bytes : noBytes));
  return raw
    ? words.map(({ text }) => text).join(' ')
    : decodeText({ bytes, label: words[0]?.charset ?? null }).text;
}

const noBytes = Buffer.alloc(0);

/**
 * Decodes the encoded words (RFC 2047) of a header value and drops the white space between adjacent ones. Also reads words with
 * spaces inside, without padding, without an end, split inside a character, within quotes or joined to other text. Linear in the
 * length; never throws.
 */
export function decodeEncodedWords(value: string): string {
  if (!value.includes('=?')) return cleanText(value);
  const decoded = decodeOnce(value);
  // Two programs encoded the same words, one after the other.
  return twiceEncoded.test(decoded.slice(0, maxTwiceEncoded)) && decoded.length <= maxTwiceEncoded
    ? decodeOnce(decoded)
    : decoded;
}

const twiceEncoded = /^\s{0,9}(?:=\?[^\s?]{1,40}\?[bq]\?[^?\s]{0,998}\?=\s{0,9}){1,50}$/iu;
const maxTwiceEncoded = 4_000;

function decodeOnce(value: string): string {
  const output: string[] = [];
  let pending: Word[] = [];
  let lacksBlank = false;
  const flush = (): void => {
    const words = pending.length > 0 ? decodeWords(pending) : '';
    if (words !== '') output.push(lacksBlank && !/^\s/u.test(words) ? ` ${words}` : words);
    if (words !== '') lacksBlank = false;
    pending = [];
  };
  let index = 0;
  let count = 0;
  while (index < value.length) {
    const start = count < maxWords ? value.indexOf('=?', index) : -1;
    const word = start < 0 ? null : readWord(value, start);
    count += 1;
    if (word === null) {
      const end = start < 0 ? value.length : start + 2;
      const between = value.slice(index, end);
      flush();
      output.push(between);
      index = end;
      continue;
    }
    const between = value.slice(index, start);
    const adjacent = pending.length > 0 && between.trim() === '';
    if (!adjacent) {
      flush();
      output.push(between);
      // RFC 2047 §5 requires white space before a word; relays that prepend "[EXTERNAL]" or "Fwd:" leave none.
      lacksBlank = /[\]:]$/u.test(between.slice(-1));
    } else if (pending[0]?.charset.toLowerCase() !== word.charset.toLowerCase()) {
      flush();
    }
    pending.push(word);
    index = word.end;
  }
  flush();
  return cleanText(output.join(''));
}
