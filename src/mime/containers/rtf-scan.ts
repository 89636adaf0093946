/** The elements of Rich Text Format (RTF 1.9.1, "Contents of an RTF file"). */
export interface RtfHandler {
  readonly open: () => void;
  readonly close: () => void;
  /** `parameter` is null if the word has none. Symbols such as `\~` are words too. */
  readonly word: (name: string, parameter: number | null) => void;
  /** A run of bytes without line ends, which mean nothing in RTF; or one byte given as `\'hh`. Valid until the call returns. */
  readonly bytes: (bytes: Buffer) => void;
}

const maxWordLength = 32;
const backslash = 0x5c;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function isLetter(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a));
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

function isMark(byte: number | undefined): boolean {
  return (
    byte === backslash ||
    byte === openBrace ||
    byte === closeBrace ||
    byte === 0x0a ||
    byte === 0x0d ||
    byte === 0
  );
}

/** Walks RTF once, in linear time, and reports what it finds. Never throws on its own. */
export function scanRtf(rtf: Buffer, handler: RtfHandler): void {
  const single = Buffer.alloc(1);
  let at = 0;

  const passByte = (byte: number): void => {
    single[0] = byte;
    handler.bytes(single);
  };

  const readWord = (): void => {
    const start = at;
    while (isLetter(rtf[at]) && at - start < maxWordLength) at += 1;
    const name = rtf.toString('latin1', start, at);
    const numberStart = at;
    if (rtf[at] === 0x2d && isDigit(rtf[at + 1])) at += 1;
    while (isDigit(rtf[at]) && at - numberStart < 11) at += 1;
    const parameter = at > numberStart ? Number(rtf.toString('latin1', numberStart, at)) : null;
    // One space belongs to the word.
    if (rtf[at] === 0x20) at += 1;
    if (name === 'bin' && parameter !== null && parameter > 0) at += parameter;
    else handler.word(name, parameter);
  };

  const readEscape = (): void => {
    const byte = rtf[at];
    if (isLetter(byte)) return readWord();
    if (byte === undefined) return undefined;
    at += 1;
    if (byte === 0x27) {
      const digits = rtf.toString('latin1', at, at + 2);
      at += 2;
      if (/^[\da-f]{2}$/iu.test(digits)) passByte(Number.parseInt(digits, 16));
    } else if (byte === backslash || byte === openBrace || byte === closeBrace) {
      passByte(byte);
    } else if (byte === 0x0a || byte === 0x0d) {
      handler.word('par', null);
    } else {
      handler.word(String.fromCodePoint(byte), null);
    }
    return undefined;
  };

  while (at < rtf.length) {
    const byte = rtf[at];
    if (isMark(byte)) {
      at += 1;
      if (byte === backslash) readEscape();
      else if (byte === openBrace) handler.open();
      else if (byte === closeBrace) handler.close();
      continue;
    }
    const start = at;
    while (at < rtf.length && !isMark(rtf[at])) at += 1;
    handler.bytes(rtf.subarray(start, at));
  }
}
