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

function decodeRun(bytes: Buffer, run: Run): string {
  if (run === 'ascii') return bytes.toString('latin1');
  const high = Buffer.alloc(bytes.length * (run === 'jis-supplement' ? 2 : 1));
  let length = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index] ?? 0;
    if (run === 'jis-supplement' && index % 2 === 0) high[length++] = 0x8f;
    // Line ends inside a two-byte run come from clients that forget to switch back to ASCII.
    high[length++] = byte > 0x20 ? byte | 0x80 : byte;
  }
  const encoding = {
    'jis-kanji': 'euc-jp',
    'jis-supplement': 'euc-jp',
    'jis-kana': 'shift_jis',
    gb: 'gb18030',
    ks: 'cp949',
  }[run];
  return iconv.decode(high.subarray(0, length), encoding);
}

/** ISO-2022-JP, its extensions, and ISO-2022-KR, recognised by their own escape sequences. Never throws. */
export function decodeIso2022(bytes: Buffer): string {
  const output: string[] = [];
  let run: Run = 'ascii';
  let start = 0;
  let index = 0;
  const flush = (end: number): void => {
    if (end > start) output.push(decodeRun(bytes.subarray(start, end), run));
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
  return output.join('');
}

/** HZ: `~{` opens GB 2312, `~}` closes it, `~~` is a tilde, `~` before a line end is a soft break. Never throws. */
export function decodeHz(bytes: Buffer): string {
  const output: string[] = [];
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
    output.push(decodeRun(bytes.subarray(start, index), run));
    if (tilde) output.push('~');
    if (opens) run = 'gb';
    if (closes) run = 'ascii';
    start = index + 2;
    index += 1;
  }
  output.push(decodeRun(bytes.subarray(start), run));
  return output.join('');
}
