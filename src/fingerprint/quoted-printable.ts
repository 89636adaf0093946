import type { Stage } from './stage.ts';

const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const EQUALS = 61;

/** Scratch buffer, never kept between calls: a stage has used its input when it returns. */
const blockBytes = 64 * 1024;
const unquoted = Buffer.allocUnsafeSlow(blockBytes);

const hexValue = new Int8Array(256).fill(-1);
for (let value = 0; value < 16; value += 1) {
  const digit = value.toString(16);
  hexValue[digit.charCodeAt(0)] = value;
  hexValue[digit.toUpperCase().charCodeAt(0)] = value;
}

/** RFC 2045 §6.7 limits a line to 76; longer white space before a line end is kept as is. */
const maxHeldBlanks = 1000;

/** What is half read before the next byte. */
type Reading = 'plain' | 'equals' | 'equals-hex' | 'equals-blanks' | 'equals-cr';

/** Collects bytes for the next stage. */
function createOutput(next: Stage): { readonly put: (byte: number) => void; readonly flush: () => void } {
  let length = 0;
  const flush = (): void => {
    if (length > 0) next.write(unquoted.subarray(0, length));
    length = 0;
  };
  return {
    put: (byte) => {
      if (length === blockBytes) flush();
      unquoted[length++] = byte;
    },
    flush,
  };
}

/**
 * White space before a line end is dropped (RFC 2045 §6.7 rule 3), "=" before one joins the lines, and "=" before anything but two
 * hex digits is literal.
 */
export function quotedPrintableDecoder(next: Stage): Stage {
  let reading: Reading = 'plain';
  let firstHex = 0;
  const blanks = Buffer.allocUnsafe(maxHeldBlanks);
  let held = 0;
  const { put, flush } = createOutput(next);
  const putBlanks = (): void => {
    for (let index = 0; index < held; index += 1) put(blanks[index] ?? SPACE);
    held = 0;
  };
  const readPlain = (byte: number): void => {
    if (byte === SPACE || byte === TAB) {
      if (held === maxHeldBlanks) putBlanks();
      blanks[held++] = byte;
      return;
    }
    if (byte === LF || byte === CR) held = 0;
    else if (held > 0) putBlanks();
    if (byte === EQUALS) reading = 'equals';
    else put(byte);
  };
  /** Reads a byte after "="; false if it must be reread as plain. */
  const readAfterEquals = (byte: number): boolean => {
    switch (reading) {
      case 'plain':
        return false;
      case 'equals':
        if ((hexValue[byte] ?? -1) >= 0) {
          firstHex = byte;
          reading = 'equals-hex';
          return true;
        }
        break;
      case 'equals-hex':
        reading = 'plain';
        if ((hexValue[byte] ?? -1) >= 0) {
          put((hexValue[firstHex] ?? 0) * 16 + (hexValue[byte] ?? 0));
          return true;
        }
        put(EQUALS);
        put(firstHex);
        return false;
      case 'equals-blanks':
        break;
      case 'equals-cr':
        reading = 'plain';
        return byte === LF;
    }
    if (byte === LF || byte === CR) {
      held = 0;
      reading = byte === LF ? 'plain' : 'equals-cr';
      return true;
    }
    if ((byte === SPACE || byte === TAB) && held < maxHeldBlanks) {
      blanks[held++] = byte;
      reading = 'equals-blanks';
      return true;
    }
    reading = 'plain';
    put(EQUALS);
    putBlanks();
    return false;
  };
  return {
    write(bytes) {
      for (let index = 0; index < bytes.length; index += 1) {
        const byte = bytes[index] ?? 0;
        if (reading === 'plain' || !readAfterEquals(byte)) readPlain(byte);
      }
      // The scratch buffer is shared: nothing may stay in it.
      flush();
    },
    end() {
      if (reading === 'equals-hex') {
        put(EQUALS);
        put(firstHex);
      }
      flush();
      next.end();
    },
  };
}
