/** A header has a line end within this length. */
const preambleBytes = 1_000;

/** The pieces of a message; the first are held until there is enough to tell the kind of line ends. */
export interface Preamble {
  /** The piece to read, with everything held before it; null while held. */
  readonly push: (piece: Buffer) => Buffer | null;
  /** What is still held at the end. */
  readonly end: () => Buffer | null;
  /** What bytes without a single field look like. */
  readonly kind: () => 'empty' | 'binary' | 'no header';
}

function returnsToFeeds(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => (byte === 0x0d ? 0x0a : byte)));
}

export function createPreamble(): Preamble {
  let byteCount = 0;
  const held: Buffer[] = [];
  let begun = false;
  let nullByte = false;
  /** Line ends of old Macs: no line feed in the whole message. */
  let onlyReturns = false;
  const level = (piece: Buffer): Buffer => {
    if (!begun) {
      nullByte = piece.subarray(0, preambleBytes).includes(0);
      onlyReturns = piece.includes(0x0d) && !piece.includes(0x0a);
    }
    begun = true;
    return onlyReturns ? returnsToFeeds(piece) : piece;
  };
  return {
    push(piece) {
      byteCount += piece.length;
      if (byteCount < preambleBytes) {
        held.push(Buffer.from(piece));
        return null;
      }
      return level(held.length === 0 ? piece : Buffer.concat([...held.splice(0), piece]));
    },
    end: () => (held.length === 0 ? null : level(Buffer.concat(held.splice(0)))),
    kind() {
      if (byteCount === 0) return 'empty';
      return nullByte ? 'binary' : 'no header';
    },
  };
}
