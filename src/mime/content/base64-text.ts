import { createBase64Decoder, isForeignToBase64 } from './transfer.ts';
import type { TransferDecoder } from './transfer.ts';

/** Footers are a few lines; a longer tail is data with something odd in it. */
const maxTailBytes = 16_384;
/** RFC 2045 §6.8 limits a line of base64 to 76. */
const maxLineBytes = 1_000;
const empty = Buffer.alloc(0);

const dataBytes = new Uint8Array(256);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/')
  dataBytes[char.charCodeAt(0)] = 1;

/** Nothing but data, padding and the line end: checked without decoding the line as text. */
function isDataLine(line: Buffer): boolean {
  let at = 0;
  while (dataBytes[line[at] ?? 0] === 1) at += 1;
  if (at === 0) return false;
  while (line[at] === 0x3d || line[at] === 0x0d || line[at] === 0x0a) at += 1;
  return at >= line.length;
}

function isForeignLine(line: Buffer): boolean {
  if (isDataLine(line)) return false;
  const text = line.toString('latin1', 0, maxLineBytes).trim();
  return text !== '' && (/^(?:--|__|==|\*\*)/u.test(text) || isForeignToBase64(line));
}

/** Words, addresses or a drawn line, and no more data below. */
function isFooter(tail: Buffer): boolean {
  const lines = tail.toString('latin1').split(/\r?\n/u);
  if (lines.some((line) => /^(?:[A-Za-z0-9+/]{56,80}$|[A-Za-z0-9+/]{2,80}={1,2}(?:\s|$))/u.test(line)))
    return false;
  return lines.some((line) => /[a-z]{2}[:,.]? [a-z]{2}|https?:|@|^[-_]{2,}\s{0,9}$/iu.test(line));
}

/**
 * Base64 of a text, to which a mailing list or virus scanner appended plain lines: decoded with the rest, they spoil not only the
 * end but the charset of everything.
 */
export function createBase64TextDecoder(): TransferDecoder {
  const inner = createBase64Decoder();
  let held: Buffer = empty;
  let hasData = false;
  let tail: Buffer | null = null;
  let isOnlyData = false;
  let hadFooter = false;

  /** Where the first line begins that is not data; -1 if there is none. */
  const findForeign = (lines: Buffer): number => {
    for (let at = 0; at < lines.length;) {
      const feed = lines.indexOf(0x0a, at);
      const end = feed < 0 ? lines.length : feed + 1;
      const line = lines.subarray(at, end);
      if (hasData && isForeignLine(line)) return at;
      hasData ||= line.length > 2;
      at = end;
    }
    return -1;
  };
  const take = (lines: Buffer): Buffer => {
    const at = findForeign(lines);
    if (at < 0) return inner.push(lines);
    tail = Buffer.concat([lines.subarray(at), held]);
    held = empty;
    return inner.push(lines.subarray(0, at));
  };
  return {
    push(bytes) {
      if (isOnlyData) return inner.push(bytes);
      if (tail !== null) {
        tail = Buffer.concat([tail, bytes]);
        if (tail.length <= maxTailBytes) return empty;
        isOnlyData = true;
        const data = tail;
        tail = null;
        return inner.push(data);
      }
      const data = Buffer.concat([held, bytes]);
      const whole = data.lastIndexOf(0x0a) + 1;
      const cut = data.length - whole > maxLineBytes ? data.length : whole;
      held = Buffer.from(data.subarray(cut));
      return take(data.subarray(0, cut));
    },
    end() {
      if (isOnlyData) return inner.end();
      const rest = held;
      held = empty;
      const last = tail === null ? take(rest) : empty;
      const footer = tail ?? empty;
      if (footer.length === 0) return Buffer.concat([last, inner.end()]);
      hadFooter = footer.length <= maxTailBytes && isFooter(footer);
      if (!hadFooter) return Buffer.concat([last, inner.push(footer), inner.end()]);
      return Buffer.concat([last, inner.end(), Buffer.from('\n'), footer]);
    },
    broken: () => hadFooter || inner.broken(),
  };
}
