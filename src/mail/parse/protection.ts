import type { Part } from './part.ts';
import type { ParsedMessage } from '../mail.ts';

export type Protection = NonNullable<ParsedMessage['protection']>;

/** The DER form of the content type ids of RFC 5652 §4, §6.1 and RFC 5083. */
const signedData = Buffer.from('06092a864886f70d010702', 'hex');
const envelopedData = Buffer.from('06092a864886f70d010703', 'hex');
const authEnvelopedData = Buffer.from('060b2a864886f70d0109100117', 'hex');

export function isPkcs7Mime(contentType: string): boolean {
  return contentType === 'application/pkcs7-mime' || contentType === 'application/x-pkcs7-mime';
}

/** What the header of a part says about signatures and encryption (RFC 1847, RFC 3156, RFC 8551). */
export function protectionOfPart(part: Pick<Part, 'contentType' | 'parameters'>): Protection | null {
  const protocol = part.parameters.get('protocol')?.toLowerCase() ?? '';
  if (part.contentType === 'multipart/signed')
    return protocol.includes('pgp') ? 'pgp-signed' : 'smime-signed';
  if (part.contentType === 'multipart/encrypted') return 'pgp-encrypted';
  if (!isPkcs7Mime(part.contentType)) return null;
  const smimeType = part.parameters.get('smime-type')?.toLowerCase() ?? '';
  if (smimeType === 'signed-data') return 'smime-signed';
  return smimeType === 'enveloped-data' || smimeType === 'authenveloped-data' ? 'smime-encrypted' : null;
}

/** What the first bytes of a pkcs7-mime part say where its header has no smime-type. */
export function protectionOfPkcs7(head: Buffer): Protection | null {
  const start = head.subarray(0, 40);
  if (start.includes(signedData)) return 'smime-signed';
  return start.includes(envelopedData) || start.includes(authEnvelopedData) ? 'smime-encrypted' : null;
}

/** PGP written into the text itself (RFC 9580 §6.2, §7), which stands at the start of a line. */
export function protectionOfText(text: string): Protection | null {
  const start = text.slice(0, 10_000);
  if (/^-----BEGIN PGP MESSAGE-----\s?$/mu.test(start)) return 'pgp-encrypted';
  return /^-----BEGIN PGP SIGNED MESSAGE-----\s?$/mu.test(start) ? 'pgp-signed' : null;
}

/** The text inside a cleartext signature: armour lines and hash headers taken off, dash escapes undone (RFC 9580 §7.1). */
export function withoutClearSignature(text: string): string {
  const output: string[] = [];
  let state: 'outside' | 'headers' | 'content' | 'signature' = 'outside';
  for (const line of text.split('\n')) {
    const mark = line.trimEnd();
    if (state === 'outside') {
      if (mark === '-----BEGIN PGP SIGNED MESSAGE-----') state = 'headers';
      else output.push(line);
    } else if (state === 'headers') {
      if (mark === '') state = 'content';
    } else if (state === 'content') {
      if (mark === '-----BEGIN PGP SIGNATURE-----') state = 'signature';
      else output.push(line.startsWith('- ') ? line.slice(2) : line);
    } else if (mark === '-----END PGP SIGNATURE-----') {
      state = 'outside';
    }
  }
  return output.join('\n');
}

interface Element {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
  /** Position after the element. */
  readonly next: number;
  readonly indefinite: boolean;
}

/** One BER element (X.690 §8.1); null where it does not fit into the bytes. An indefinite length reaches to the end at most. */
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

/** The content octets, which long signed mail carries in many chunks. */
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

/**
 * The MIME entity inside an opaque-signed smime.p7m (RFC 5652 §5: ContentInfo, SignedData, encapContentInfo). Null where the
 * bytes are anything else. The signature is not verified. Never throws.
 */
export function readOpaqueSigned(bytes: Buffer): Buffer | null {
  const info = readElement(bytes, 0, bytes.length);
  if (info === null || info.tag !== 0x30) return null;
  if (!bytes.subarray(info.start, info.start + signedData.length).equals(signedData)) return null;
  const explicit = readElement(bytes, info.start + signedData.length, info.end);
  const signed = explicit === null ? null : readElement(bytes, explicit.start, explicit.end);
  if (signed === null || signed.tag !== 0x30) return null;
  const version = readElement(bytes, signed.start, signed.end);
  const digests = version === null ? null : readElement(bytes, version.next, signed.end);
  if (digests === null || digests.indefinite) return null;
  const encapsulated = readElement(bytes, digests.next, signed.end);
  const type = encapsulated === null ? null : readElement(bytes, encapsulated.start, encapsulated.end);
  if (encapsulated === null || type === null || type.tag !== 0x06) return null;
  const content = readElement(bytes, type.next, encapsulated.end);
  return content === null || content.tag !== 0xa0 ? null : readOctets(bytes, content.start, content.end);
}
