/** Content-Transfer-Encoding (RFC 2045 §6) decoded piece by piece, so that no part is ever held whole. */

export interface TransferDecoder {
  /** Decodes one piece; undecided bytes are kept for the next. */
  readonly push: (bytes: Buffer) => Buffer;
  readonly end: () => Buffer;
  /** True once there were bytes that the encoding does not allow. */
  readonly broken: () => boolean;
}

const empty = Buffer.alloc(0);
/** RFC 2045 §6.7 limits a line to 76; an endless line must not be buffered forever. */
const maxHeldLine = 65_536;

const skip = 64;
const pad = 65;
const junk = 66;

const sextets = new Uint8Array(256).fill(junk);
for (const [value, character] of Array.from(
  'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
).entries()) {
  sextets[character.codePointAt(0) ?? 0] = value;
}
// The URL alphabet (RFC 4648 §5), which some senders use.
sextets[0x2d] = 62;
sextets[0x5f] = 63;
sextets[0x3d] = pad;
for (const blank of [0x09, 0x0a, 0x0d, 0x20]) sextets[blank] = skip;

/**
 * Decodes whole lines of pure base64 natively, several times faster; null for anything else. Such lines give three bytes per four
 * characters; foreign characters or padding give fewer.
 */
function decodeRegularLines(bytes: Buffer): Buffer | null {
  const firstEnd = bytes.indexOf(0x0a);
  const lineEndBytes = bytes[firstEnd - 1] === 0x0d ? 2 : 1;
  let lines = 0;
  // Where encoders put the next line end, or wherever it is.
  for (
    let at = firstEnd;
    at >= 0;
    at = bytes[at + firstEnd + 1] === 0x0a ? at + firstEnd + 1 : bytes.indexOf(0x0a, at + 1)
  )
    lines += 1;
  const characters = bytes.length - lines * lineEndBytes;
  if (characters % 4 !== 0) return null;
  const decoded = Buffer.from(bytes.toString('latin1'), 'base64');
  return decoded.length === (characters / 4) * 3 ? decoded : null;
}

/** Base64: skips junk, supplies missing padding, and joins several padded runs. */
export function createBase64Decoder(): TransferDecoder {
  let bits = 0;
  let held = 0;
  let broken = false;
  /** After padding, the rest of the line is a note, not data. */
  let padded = false;
  const decodeEach = (bytes: Buffer): Buffer => {
    const output = Buffer.allocUnsafe(Math.ceil((bytes.length * 3) / 4) + 3);
    let length = 0;
    for (let index = 0; index < bytes.length; index += 1) {
      const value = sextets[bytes[index] ?? 0] ?? junk;
      if (padded) {
        if (value === skip) padded = bytes[index] !== 0x0a;
        else broken ||= value !== pad;
      } else if (value < skip) {
        bits = (bits << 6) | value;
        held += 1;
        if (held === 4) {
          output[length] = bits >> 16;
          output[length + 1] = bits >> 8;
          output[length + 2] = bits;
          length += 3;
          bits = 0;
          held = 0;
        }
      } else if (value === pad) {
        if (held === 2) output[length++] = bits >> 4;
        if (held === 3) {
          output[length++] = bits >> 10;
          output[length++] = bits >> 2;
        }
        if (held === 1) broken = true;
        padded = held > 0;
        bits = 0;
        held = 0;
      } else if (value === junk) {
        broken = true;
      }
    }
    return output.subarray(0, length);
  };
  return {
    push(bytes) {
      const first = bytes.indexOf(0x0a) + 1;
      const head = decodeEach(bytes.subarray(0, first));
      const last = bytes.lastIndexOf(0x0a) + 1;
      const middle =
        held === 0 && !padded && last > first ? decodeRegularLines(bytes.subarray(first, last)) : null;
      if (middle === null) return Buffer.concat([head, decodeEach(bytes.subarray(first))]);
      return Buffer.concat([head, middle, decodeEach(bytes.subarray(last))]);
    },
    end() {
      if (held === 1) broken = true;
      if (held === 2) return Buffer.from([bits >> 4]);
      if (held === 3) return Buffer.from([bits >> 10, bits >> 2]);
      return empty;
    },
    broken: () => broken,
  };
}

/** Words read as base64 give noise; this many bytes of clean text are not chance. */
const minClearBytes = 16;
/** Encoders fill their lines (RFC 2045 §6.8); a shorter one is the last. */
const shortLine = 16;

/** Whether a line, without its blanks and foreign characters (RFC 2045 §6.8), decodes to ASCII or UTF-8 text. */
function holdsClearText(line: string, least: number): boolean {
  const bytes = createBase64Decoder().push(Buffer.from(line, 'latin1'));
  if (bytes.length < least || bytes.some((byte) => byte < 0x20 && (byte < 0x09 || byte > 0x0d))) return false;
  try {
    // The line may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** Whether the first lines of a body cannot be base64: clients put this label on plain text. */
export function isForeignToBase64(bytes: Buffer): boolean {
  const [line = '', ...more] = bytes
    .toString('latin1', 0, 1_000)
    .trimStart()
    .split('\n')
    .map((each) => each.trimEnd());
  if (!looksLikeBase64(line)) return !holdsClearText(line, minClearBytes);
  // "Hello", and words below it.
  const next = more.find((each) => each !== '') ?? '';
  return line.length < shortLine && !looksLikeBase64(next) && !holdsClearText(line, 1);
}

function looksLikeBase64(line: string): boolean {
  const words = line.split(/[ \t]+/u, 3);
  const first = words[0] ?? '';
  if (!/^[A-Za-z0-9+/_-]*(?:=.*)?$/u.test(first)) return false;
  return first.includes('=') || words.length < 2 || (words.length === 2 && first.length % 4 === 0);
}

function hexValue(code: number | undefined): number {
  if (code === undefined) return -1;
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  return -1;
}

/** One line with its end. White space at the end is transport padding (RFC 2045 §6.7 rule 3). */
function decodeQuotedLine(
  line: Buffer,
  output: Buffer,
  start: number,
): { readonly length: number; readonly broken: boolean } {
  let length = start;
  let broken = false;
  let content = line.length;
  while (content > 0 && (line[content - 1] === 0x0a || line[content - 1] === 0x0d)) content -= 1;
  const lineEnd = content;
  while (content > 0 && (line[content - 1] === 0x20 || line[content - 1] === 0x09)) content -= 1;
  const ended = lineEnd < line.length;
  const soft = content > 0 && line[content - 1] === 0x3d;
  if (!ended && !soft) content = lineEnd;
  const last = soft ? content - 1 : content;
  for (let index = 0; index < last; index += 1) {
    const byte = line[index] ?? 0;
    if (byte !== 0x3d) {
      output[length++] = byte;
      continue;
    }
    const high = hexValue(index + 1 < last ? line[index + 1] : undefined);
    const low = hexValue(index + 2 < last ? line[index + 2] : undefined);
    if (high >= 0 && low >= 0) {
      output[length++] = high * 16 + low;
      index += 2;
    } else {
      output[length++] = byte;
      broken = true;
    }
  }
  if (!soft && ended) length += line.copy(output, length, lineEnd);
  return { length, broken };
}

/** Quoted-printable; an `=` without two hex digits stays as it is. */
export function createQuotedPrintableDecoder(): TransferDecoder {
  let held = empty;
  let broken = false;
  const decode = (bytes: Buffer): Buffer => {
    const output = Buffer.allocUnsafe(bytes.length);
    let length = 0;
    let start = 0;
    while (start < bytes.length) {
      const feed = bytes.indexOf(0x0a, start);
      const end = feed < 0 ? bytes.length : feed + 1;
      const decoded = decodeQuotedLine(bytes.subarray(start, end), output, length);
      ({ length } = decoded);
      broken ||= decoded.broken;
      start = end;
    }
    return output.subarray(0, length);
  };
  return {
    push(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      let cut = all.lastIndexOf(0x0a) + 1;
      if (all.length - cut > maxHeldLine) {
        // Cut an endless line without splitting an escape.
        const escape = all.indexOf(0x3d, all.length - 3);
        cut = escape < 0 ? all.length : escape;
      }
      held = Buffer.from(all.subarray(cut));
      return decode(all.subarray(0, cut));
    },
    end() {
      const rest = decode(held);
      held = empty;
      return rest;
    },
    broken: () => broken,
  };
}

/** 7bit, 8bit, binary and unknown encodings (RFC 2045 §6.4: unknown means opaque). */
export function createIdentityDecoder(): TransferDecoder {
  return { push: (bytes) => bytes, end: () => empty, broken: () => false };
}

/**
 * Line ends in the canonical form of RFC 2049 §4 (CRLF), so that a message stored with bare line feeds yields the same text files
 * as the one from the IMAP server.
 */
export function createCanonicalLines(decoder: TransferDecoder): TransferDecoder {
  let previous = 0;
  const canonical = (bytes: Buffer): Buffer => {
    let bare = 0;
    let before = previous;
    for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) {
      if ((at === 0 ? before : bytes[at - 1]) !== 0x0d) bare += 1;
    }
    if (bytes.length === 0) return bytes;
    previous = bytes[bytes.length - 1] ?? 0;
    if (bare === 0) return bytes;
    const output = Buffer.allocUnsafe(bytes.length + bare);
    let length = 0;
    for (const byte of bytes) {
      if (byte === 0x0a && before !== 0x0d) output[length++] = 0x0d;
      output[length++] = byte;
      before = byte;
    }
    return output;
  };
  return {
    push: (bytes) => canonical(decoder.push(bytes)),
    end: () => canonical(decoder.end()),
    broken: decoder.broken,
  };
}
