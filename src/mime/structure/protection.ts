import { signedData } from '../containers/cms.ts';
import type { Part } from './part.ts';
import type { ParsedMessage } from '../parsed-message.ts';

export type Protection = NonNullable<ParsedMessage['protection']>;

/** The DER form of the content type ids of RFC 5652 §6.1 and RFC 5083. */
const envelopedData = Buffer.from('06092a864886f70d010703', 'hex');
const authEnvelopedData = Buffer.from('060b2a864886f70d0109100117', 'hex');

export function isPkcs7Mime(contentType: string): boolean {
  return contentType === 'application/pkcs7-mime' || contentType === 'application/x-pkcs7-mime';
}

/** RFC 8551 §3.6. */
export function isCompressed(part: Pick<Part, 'parameters'>): boolean {
  return part.parameters.get('smime-type')?.toLowerCase() === 'compressed-data';
}

/** What a part's header says about signatures and encryption (RFC 1847, RFC 3156, RFC 8551). */
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

/** What the first bytes of a pkcs7-mime part say if its header has no smime-type. */
export function protectionOfPkcs7(head: Buffer): Protection | null {
  const start = head.subarray(0, 40);
  if (start.includes(signedData)) return 'smime-signed';
  return start.includes(envelopedData) || start.includes(authEnvelopedData) ? 'smime-encrypted' : null;
}

/** PGP in the text itself (RFC 9580 §6.2, §7), at the start of a line. */
export function protectionOfText(text: string): Protection | null {
  const start = text.slice(0, 10_000);
  if (/^-----BEGIN PGP MESSAGE-----\s?$/mu.test(start)) return 'pgp-encrypted';
  return /^-----BEGIN PGP SIGNED MESSAGE-----\s?$/mu.test(start) ? 'pgp-signed' : null;
}

/** The text inside a cleartext signature: without armour lines and hash headers, dash escapes undone (RFC 9580 §7.1). */
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
