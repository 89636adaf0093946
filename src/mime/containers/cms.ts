import { inflateSync } from 'node:zlib';

/** Cryptographic Message Syntax (RFC 5652), as far as it hides a MIME entity that is readable without a key. */

/** The DER form of the content type ids of RFC 5652 §5 and RFC 3274 §1.1. */
export const signedData = Buffer.from('06092a864886f70d010702', 'hex');
const compressedData = Buffer.from('060b2a864886f70d0109100109', 'hex');

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Position after the element. */
  readonly next: number;
  readonly indefinite: boolean;
}

/** One BER element (X.690 §8.1); null if it does not fit into the bytes. An indefinite length extends to the end at most. */
function readElement(bytes: Buffer, at: number, limit: number): Element | null {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || at + 2 > limit || (tag & 0x1f) === 0x1f) return null;
  if (first === 0x80) return { tag, start: at + 2, end: limit, next: limit, indefinite: true };
  if (first < 0x80)
    return at + 2 + first > limit
      ? null
      : { tag, start: at + 2, end: at + 2 + first, next: at + 2 + first, indefinite: false };
  const count = first & 0x7f;
  if (count > 4 || at + 2 + count > limit) return null;
  const length = bytes.readUIntBE(at + 2, count);
  const start = at + 2 + count;
  return start + length > limit
    ? null
    : { tag, start, end: start + length, next: start + length, indefinite: false };
}

const octetString = 0x04;
const constructedOctetString = 0x24;
const maxElements = 100_000;

/** The content octets, which a long signed message has in many chunks. */
function readOctets(bytes: Buffer, start: number, limit: number): Buffer | null {
  const outer = readElement(bytes, start, limit);
  if (outer === null) return null;
  if (outer.tag === octetString) return bytes.subarray(outer.start, outer.end);
  if (outer.tag !== constructedOctetString) return null;
  const pieces: Buffer[] = [];
  let at = outer.start;
  for (let count = 0; at < outer.end && count < maxElements; count += 1) {
    const piece = readElement(bytes, at, outer.end);
    if (piece === null || piece.tag !== octetString) break;
    pieces.push(bytes.subarray(piece.start, piece.end));
    at = piece.next;
  }
  return Buffer.concat(pieces);
}

/** The inflated bytes; null if they are not a zlib stream. */
function inflate(bytes: Buffer, maxBytes: number): Buffer | 'too-large' | null {
  try {
    return inflateSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    // Against zip bombs.
    return error instanceof RangeError ? 'too-large' : null;
  }
}

/**
 * The MIME entity inside a smime.p7m that is signed opaquely (RFC 5652 §5) or compressed (RFC 3274): both are a ContentInfo of
 * version, algorithms and encapsulated content. Null for anything else, `too-large` if it unpacks to more than `maxBytes`. Does not
 * verify signatures. Never throws.
 */
export function readCmsContent(bytes: Buffer, maxBytes: number): Buffer | 'too-large' | null {
  const info = readElement(bytes, 0, bytes.length);
  if (info === null || info.tag !== 0x30) return null;
  const idOf = (id: Buffer): boolean => bytes.subarray(info.start, info.start + id.length).equals(id);
  const id = [signedData, compressedData].find(idOf);
  if (id === undefined) return null;
  const explicit = readElement(bytes, info.start + id.length, info.end);
  const inner = explicit === null ? null : readElement(bytes, explicit.start, explicit.end);
  if (inner === null || inner.tag !== 0x30) return null;
  const version = readElement(bytes, inner.start, inner.end);
  const algorithms = version === null ? null : readElement(bytes, version.next, inner.end);
  if (algorithms === null || algorithms.indefinite) return null;
  const encapsulated = readElement(bytes, algorithms.next, inner.end);
  const type = encapsulated === null ? null : readElement(bytes, encapsulated.start, encapsulated.end);
  if (encapsulated === null || type === null || type.tag !== 0x06) return null;
  const content = readElement(bytes, type.next, encapsulated.end);
  if (content === null || content.tag !== 0xa0) return null;
  const octets = readOctets(bytes, content.start, content.end);
  return octets === null || id === signedData ? octets : inflate(octets, maxBytes);
}
