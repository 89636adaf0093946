import { isUtf8 } from 'node:buffer';

/** The two ways that honest UTF-8 arrives broken: surrogates written one by one, and a last character cut in half. */

/** The lead byte of a surrogate half (ED A0–BF); with its pair it makes one character (Unicode TR 26, CESU-8). */
const surrogateLead = 0xed;
const replacement = Buffer.from('\ufffd', 'utf8');
/** Bytes of the longest character. */
const longest = 4;

function halfAt(bytes: Buffer, at: number, first: number): number {
  const middle = bytes[at + 1] ?? 0;
  const last = bytes[at + 2] ?? 0;
  const fits =
    bytes[at] === surrogateLead && middle >= first && middle < first + 0x10 && (last & 0xc0) === 0x80;
  return fits ? 0xd000 | ((middle & 0x3f) << 6) | (last & 0x3f) : -1;
}

/** CESU-8, as some databases and Java write emoji, to UTF-8. */
function joinSurrogates(bytes: Buffer): Buffer {
  if (!bytes.includes(surrogateLead)) return bytes;
  // Six bytes become four.
  const output = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  let start = 0;
  for (let at = bytes.indexOf(surrogateLead); at >= 0; at = bytes.indexOf(surrogateLead, at + 1)) {
    const high = halfAt(bytes, at, 0xa0);
    const low = high < 0 ? -1 : halfAt(bytes, at + 3, 0xb0);
    if (low < 0) continue;
    length += bytes.copy(output, length, start, at);
    length += output.write(String.fromCharCode(high, low), length, 'utf8');
    start = at + 6;
    at += 5;
  }
  if (start === 0) return bytes;
  length += bytes.copy(output, length, start);
  return output.subarray(0, length);
}

/** If everything but an unfinished last character is UTF-8: the position of that character, else -1. */
function unfinishedAt(bytes: Buffer): number {
  for (let at = bytes.length - 1; at >= 0 && at > bytes.length - longest; at -= 1) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0xc2 && byte <= 0xf4) return isUtf8(bytes.subarray(0, at)) ? at : -1;
    if ((byte & 0xc0) !== 0x80) return -1;
  }
  return -1;
}

/** Repairs bytes that are almost UTF-8 (a character cut in half is U+FFFD); others are returned as given. */
export function repairUtf8(given: Buffer): Buffer {
  if (isUtf8(given)) return given;
  const bytes = joinSurrogates(given);
  const cut = unfinishedAt(bytes);
  // "Café" in Latin-1 ends in a lead byte too: only if the rest is UTF-8 was it cut.
  if (cut < 0 || countSequences(bytes.subarray(0, cut), 1) === 0) return bytes;
  return Buffer.concat([bytes.subarray(0, cut), replacement]);
}

/** Counts non-ASCII characters in UTF-8 bytes, up to `limit`. */
export function countSequences(bytes: Buffer, limit: number): number {
  let count = 0;
  for (let at = 0; at < bytes.length && count < limit; at += 1) if ((bytes[at] ?? 0) >= 0xc0) count += 1;
  return count;
}
