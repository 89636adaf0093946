import type { TransferDecoder } from '../content/transfer.ts';

/** Files that old clients and scanners paste into the text body (POSIX uuencode). */

export interface UuFile {
  readonly filename: string;
  readonly content: Buffer;
}

/** A text body with more is not mail. */
const maxUuFiles = 100;
const maxLineLength = 100;
const noBytes = Buffer.alloc(0);

/** Content-Transfer-Encoding `x-uuencode`: the lines between `begin` and `end`. */
export function createUuDecoder(): TransferDecoder {
  let held = '';
  let inside = false;
  let broken = false;
  const decodeLine = (line: string): Buffer => {
    if (!inside) {
      inside = line.startsWith('begin ');
      return noBytes;
    }
    if (line.trimEnd() === 'end') inside = false;
    const bytes = inside && line !== '' ? decodeUuLine(line) : noBytes;
    broken ||= bytes === null;
    return bytes ?? noBytes;
  };
  return {
    push(bytes) {
      const output: Buffer[] = [];
      let start = 0;
      for (let feed = bytes.indexOf(0x0a); feed >= 0; feed = bytes.indexOf(0x0a, start)) {
        const line = held + bytes.toString('latin1', start, feed);
        held = '';
        start = feed + 1;
        const decoded = decodeLine(line.endsWith('\r') ? line.slice(0, -1) : line);
        if (decoded.length > 0) output.push(decoded);
      }
      // An over-long line is dropped, so that nothing piles up.
      held = (held + bytes.toString('latin1', start)).slice(0, maxLineLength * 10);
      return Buffer.concat(output);
    },
    end: () => decodeLine(held),
    broken: () => broken,
  };
}

/** One line of up to 45 bytes, null if it is not one. */
function decodeUuLine(line: string): Buffer | null {
  const first = line.codePointAt(0) ?? 0;
  if (first < 0x20 || first > 0x60 || line.length > maxLineLength) return null;
  const length = (first - 0x20) & 0x3f;
  if (line.length - 1 < Math.floor((length * 4) / 3)) {
    // Trailing spaces stand for zeros and get lost in transit.
    line = line.padEnd(1 + Math.ceil(length / 3) * 4, ' ');
  }
  const output = Buffer.alloc(Math.ceil(length / 3) * 3);
  const sextet = (index: number): number => ((line.codePointAt(index) ?? 0x20) - 0x20) & 0x3f;
  for (let group = 0; group * 3 < length; group += 1) {
    const at = 1 + group * 4;
    const bits = (sextet(at) << 18) | (sextet(at + 1) << 12) | (sextet(at + 2) << 6) | sextet(at + 3);
    output.writeUIntBE(bits, group * 3, 3);
  }
  return output.subarray(0, length);
}

/** The two POSIX ways to write a file between lines of text: its own alphabet, and base64 (`uuencode -m`). */
interface Alphabet {
  readonly end: string;
  /** The bytes of one line, null if it is not one. */
  readonly decode: (line: string) => Buffer | null;
}

const ownAlphabet: Alphabet = {
  end: 'end',
  decode: (line) => (line === '' ? noBytes : decodeUuLine(line)),
};
const base64Alphabet: Alphabet = {
  end: '====',
  decode: (line) =>
    line.length <= maxLineLength && /^[A-Za-z0-9+/]*={0,2}\s?$/u.test(line)
      ? Buffer.from(line, 'base64')
      : null,
};

interface Begin {
  readonly filename: string;
  readonly alphabet: Alphabet;
}

function readBegin(line: string): Begin | null {
  const begin = line.length < 300 ? /^begin(-base64)? [0-7]{3,4} (\S.{0,255})$/u.exec(line) : null;
  if (begin?.[2] === undefined) return null;
  return { filename: begin[2].trimEnd(), alphabet: begin[1] === undefined ? ownAlphabet : base64Alphabet };
}

interface Block {
  /** Size of its content in bytes; null if there is a foreign line or the text ends before the end mark. */
  readonly length: number | null;
  /** The position after what was looked at. */
  readonly next: number;
}

/** Looks through the block whose first line starts at `start`. */
function measureBlock(text: string, start: number, alphabet: Alphabet): Block {
  let length = 0;
  let at = start;
  while (at < text.length) {
    const feed = text.indexOf('\n', at);
    const end = feed < 0 ? text.length : feed;
    const next = feed < 0 ? text.length : feed + 1;
    const line = text.slice(at, end);
    if (line.trimEnd() === alphabet.end) return { length: length === 0 ? null : length, next };
    const bytes = alphabet.decode(line);
    if (bytes === null) return { length: null, next };
    length += bytes.length;
    at = next;
  }
  return { length: null, next: at };
}

function decodeBlock(
  text: string,
  start: number,
  input: { readonly alphabet: Alphabet; readonly length: number },
): Buffer {
  const content = Buffer.alloc(input.length);
  let length = 0;
  for (let at = start; length < input.length;) {
    const feed = text.indexOf('\n', at);
    length += input.alphabet.decode(text.slice(at, feed))?.copy(content, length) ?? 0;
    at = feed + 1;
  }
  return content;
}

/** Cuts complete `begin 644 name … end` blocks out of a text; a block without `end` or with a foreign line stays text. Linear. */
export function extractUuencoded(
  text: string,
  maxFiles = maxUuFiles,
): { readonly text: string; readonly files: readonly UuFile[] } {
  if (!/^begin[ -]/mu.test(text)) return { text, files: [] };
  const most = Math.min(maxFiles, maxUuFiles);
  const files: UuFile[] = [];
  const output: string[] = [];
  let kept = 0;
  let at = 0;
  while (at >= 0 && at < text.length && files.length < most) {
    const feed = text.indexOf('\n', at);
    const begin =
      text.startsWith('begin', at) && feed >= 0 ? readBegin(text.slice(at, Math.min(feed, at + 300))) : null;
    if (begin === null) {
      const next = text.indexOf('\nbegin', at);
      at = next < 0 ? -1 : next + 1;
      continue;
    }
    const { filename, alphabet } = begin;
    const block = measureBlock(text, feed + 1, alphabet);
    if (block.length !== null) {
      files.push({ filename, content: decodeBlock(text, feed + 1, { alphabet, length: block.length }) });
      output.push(text.slice(kept, at));
      kept = block.next;
    }
    at = block.next;
  }
  return { text: output.join('') + text.slice(kept), files };
}
