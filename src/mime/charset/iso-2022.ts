import { isAscii } from 'node:buffer';
import iconv from 'iconv-lite';

/**
 * Stateful 7-bit charsets that iconv-lite lacks: ISO-2022-JP (RFC 1468, 1554, JIS X 0201 kana), ISO-2022-KR (RFC 1557) and HZ (RFC
 * 1843). Each run is decoded in the 8-bit form of the same character set.
 */

const ESC = 0x1b;
const SHIFT_OUT = 0x0e;
const SHIFT_IN = 0x0f;
const TILDE = 0x7e;

type Run = 'ascii' | 'jis-kanji' | 'jis-kana' | 'jis-supplement' | 'gb' | 'ks';

/** What follows ESC in a designation to G0, longest first. */
const designations: readonly (readonly [string, Run])[] = [
  ['$(D', 'jis-supplement'],
  ['$(C', 'ks'],
  ['$(A', 'gb'],
  ['$(@', 'jis-kanji'],
  ['$(B', 'jis-kanji'],
  ['$@', 'jis-kanji'],
  ['$B', 'jis-kanji'],
  ['$A', 'gb'],
  ['(I', 'jis-kana'],
  ['(B', 'ascii'],
  ['(J', 'ascii'],
  ['(H', 'ascii'],
];

type Codec = 'euc-jp' | 'gb18030' | 'cp949';

const codecs: Readonly<Record<Exclude<Run, 'ascii'>, Codec>> = {
  'jis-kanji': 'euc-jp',
  'jis-supplement': 'euc-jp',
  'jis-kana': 'euc-jp',
  gb: 'gb18030',
  ks: 'cp949',
};
/** Runs that end inside a character are decoded on their own, so that it takes nothing from the next; after this many it is dropped. */
const maxBroken = 1_000;

/** Collects runs in the 8-bit form of their character set, which includes ASCII: a text may switch at every character. */
function createRunDecoder(size: number): {
  readonly add: (bytes: Buffer, run: Run) => void;
  readonly end: () => string;
} {
  const output: string[] = [];
  // A character of the supplement or of kana has one more byte in its 8-bit form.
  const collected = Buffer.allocUnsafe(size * 2);
  let length = 0;
  let codec: Codec | null = null;
  let broken = 0;
  const flush = (): void => {
    if (length > 0) output.push(iconv.decode(collected.subarray(0, length), codec ?? 'ascii'));
    length = 0;
    codec = null;
  };
  const addAscii = (bytes: Buffer): void => {
    if (isAscii(bytes)) {
      length += bytes.copy(collected, length);
      return;
    }
    flush();
    output.push(bytes.toString('latin1'));
  };
  /** False if the last character is incomplete. */
  const addWide = (bytes: Buffer, run: Run): boolean => {
    const isPair = run !== 'jis-kana';
    let isLead = false;
    for (const byte of bytes) {
      // Line ends inside a two-byte run come from clients that forget to switch back to ASCII.
      if (byte <= 0x20) {
        collected[length++] = byte;
        isLead = false;
        continue;
      }
      if (run === 'jis-supplement' && !isLead) collected[length++] = 0x8f;
      if (run === 'jis-kana') collected[length++] = 0x8e;
      collected[length++] = byte | 0x80;
      isLead = isPair && !isLead;
    }
    return !isLead;
  };
  return {
    add(bytes, run) {
      if (bytes.length === 0) return;
      if (run === 'ascii') return addAscii(bytes);
      if (codec !== null && codec !== codecs[run]) flush();
      codec = codecs[run];
      if (addWide(bytes, run)) return undefined;
      broken += 1;
      if (broken <= maxBroken) flush();
      else length -= run === 'jis-supplement' ? 2 : 1;
      return undefined;
    },
    end() {
      flush();
      return output.join('');
    },
  };
}

/** ISO-2022-JP, its extensions, and ISO-2022-KR, recognised by their own escape sequences. Never throws. */
export function decodeIso2022(bytes: Buffer): string {
  const runs = createRunDecoder(bytes.length);
  let run: Run = 'ascii';
  let start = 0;
  let index = 0;
  const flush = (end: number): void => {
    if (end > start) runs.add(bytes.subarray(start, end), run);
  };
  while (index < bytes.length) {
    const byte = bytes[index];
    if (byte === ESC) {
      const ahead = bytes.toString('latin1', index + 1, index + 5);
      const found = designations.find(([sequence]) => ahead.startsWith(sequence));
      const korean = ahead.startsWith('$)C');
      flush(index);
      index += korean ? 4 : found ? 1 + found[0].length : 1;
      if (found && !korean) run = found[1];
      start = index;
    } else if (byte === SHIFT_OUT || byte === SHIFT_IN) {
      flush(index);
      run = byte === SHIFT_OUT ? 'ks' : 'ascii';
      index += 1;
      start = index;
    } else if (byte === 0x0a && run !== 'ascii') {
      // RFC 1468: a line ends in ASCII. If a client forgot, switch back here.
      flush(index);
      run = 'ascii';
      start = index;
      index += 1;
    } else {
      index += 1;
    }
  }
  flush(bytes.length);
  return runs.end();
}

/** HZ: `~{` opens GB 2312, `~}` closes it, `~~` is a tilde, `~` before a line end is a soft break. Never throws. */
export function decodeHz(bytes: Buffer): string {
  const runs = createRunDecoder(bytes.length);
  let run: Run = 'ascii';
  let start = 0;
  for (let index = 0; index + 1 < bytes.length; index += 1) {
    if (bytes[index] !== TILDE) continue;
    const next = bytes[index + 1];
    const opens = next === 0x7b && run === 'ascii';
    const closes = next === 0x7d && run === 'gb';
    const tilde = next === TILDE && run === 'ascii';
    const soft = next === 0x0a && run === 'ascii';
    if (!opens && !closes && !tilde && !soft) continue;
    // Of two tildes the first is the character.
    runs.add(bytes.subarray(start, tilde ? index + 1 : index), run);
    if (opens) run = 'gb';
    if (closes) run = 'ascii';
    start = index + 2;
    index += 1;
  }
  runs.add(bytes.subarray(start), run);
  return runs.end();
}
