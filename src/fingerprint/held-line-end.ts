import type { LeafDigest } from './leaf-digest.ts';

const LF = 10;
const CR = 13;
const nothing: Buffer = Buffer.alloc(0);
const lineEnds: Readonly<Record<'lf' | 'cr' | 'crlf', Buffer>> = {
  lf: Buffer.from('\n'),
  cr: Buffer.from('\r'),
  crlf: Buffer.from('\r\n'),
};

/** The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1), so it is held until the next bytes. */
export interface HeldLineEnd {
  /** Writes the bytes, except a line end at their end. */
  write(digest: LeafDigest, bytes: Buffer): void;
  drop(): void;
}

export function createHeldLineEnd(): HeldLineEnd {
  let heldEnd = nothing;
  return {
    write: (digest, bytes) => {
      if (heldEnd === lineEnds.cr && bytes.length === 1 && bytes[0] === LF) {
        heldEnd = lineEnds.crlf;
        return;
      }
      if (heldEnd.length > 0) digest.write(heldEnd);
      heldEnd = lineEndOf(bytes);
      const end = bytes.length - heldEnd.length;
      if (end > 0) digest.write(bytes.subarray(0, end));
    },
    drop: () => {
      heldEnd = nothing;
    },
  };
}

function lineEndOf(bytes: Buffer): Buffer {
  const last = bytes[bytes.length - 1];
  if (last === LF) return bytes[bytes.length - 2] === CR ? lineEnds.crlf : lineEnds.lf;
  return last === CR ? lineEnds.cr : nothing;
}
