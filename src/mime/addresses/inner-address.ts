/**
 * Servers put an address that they cannot represent inside one of their own: `IMCEASMTP-jules+40acme+2Eexample@firm.example` is a
 * person at acme.example, and nobody of the firm.
 */
import { canonicalAddress } from './address-syntax.ts';

/** Exchange's encapsulation (MS-OXOABK, "IMCEA"): the type of the address, then the address, with `+XX` for non-letters. */
const IMCEA = /^imcea([a-z0-9.-]*?)-(.+)$/u;
/**
 * X.500 and X.400 names (RFC 2156 §3), and those of Notes: `/o=firm/cn=jules`, `jules/firm/fr`. We have no access to their
 * directory.
 */
const DIRECTORY_NAME = /^\/[a-z0-9.-]{1,20}=|^[^/]+\/[^/]/u;

/** Local parts in which gateways, forwarders and lists keep the address they replaced, its two halves as named groups. */
const CARRIERS: readonly RegExp[] = [
  // Sender Rewriting Scheme, of one or two forwarders, and as Microsoft 365 writes it
  /^srs0[=+-][^=]+=[^=]+=(?<domain>[^=]+)=(?<local>.+)$/u,
  /^srs1[=+-][^=]+=[^=]+==[^=]+=[^=]+=(?<domain>[^=]+)=(?<local>.+)$/u,
  /^[^=]+\+srs=[^=]+=[^=]+=(?<domain>[^=]+)=(?<local>.+)$/u,
  // the "percent hack" and the bang path (RFC 1123 §5.2.16, RFC 976)
  /^(?<local>[^%!]+)%(?<domain>[^%!]+\.[^%!]+)$/u,
  /^(?<domain>[^%!]+\.[^%!]+)!(?<local>[^%!]+)$/u,
  // lists that write for a sender whose domain forbids it
  /^(?<local>.+)=40(?<domain>[^=]+\.[^=]+)$/u,
  // a guest in a tenant of Microsoft 365
  /^(?<local>.+)_(?<domain>[^_]+\.[^_]+)#ext#$/u,
  // gateways that put the whole address in quotes
  /^"(?<local>[^"\\@]+)@(?<domain>[^"\\@]+)"$/u,
];
/** Bounce Address Tag Validation: the sender's own address, after a tag. */
const TAGGED = /^prvs=[^=]+=(?<local>.+)$/u;

/** `address`: null if the inner one is unreadable. */
export interface InnerAddress {
  readonly address: string | null;
}

/** The address inside a canonical address; null if it is an ordinary one. */
export function innerAddress(address: string): InnerAddress | null {
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  const imcea = IMCEA.exec(local);
  if (imcea !== null) return { address: readImcea(imcea[2] ?? '') };
  if (DIRECTORY_NAME.test(local.replace(/^"/u, ''))) return { address: null };
  const tagged = TAGGED.exec(local)?.groups?.['local'];
  if (tagged !== undefined) return { address: canonicalAddress(tagged + address.slice(at)) };
  for (const carrier of CARRIERS) {
    const groups = carrier.exec(local)?.groups;
    const inner = groups && canonicalAddress(`${groups['local']}@${groups['domain']}`);
    if (typeof inner === 'string') return { address: inner };
  }
  return null;
}

function readImcea(encoded: string): string | null {
  const bytes = encoded
    .replaceAll('_', '/')
    .replaceAll(/\+([\da-f]{2})/gu, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)));
  // Non-ASCII characters are written byte by byte, as UTF-8; an address may also contain them directly.
  const text = /[\u0100-\u{10ffff}]/u.test(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
  const bare = text.replace(/^(?:mailto|smtp):/iu, '').replaceAll(/^['"<]+|['">]+$/gu, '');
  return DIRECTORY_NAME.test(bare) ? null : canonicalAddress(bare);
}
