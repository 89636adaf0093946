import { domainToASCII } from 'node:url';

/** RFC 5321 §4.5.3.1; the local part may be longer, because VERP and relay addresses exceed 64 in practice. */
const maxLocalLength = 128;
const maxDomainLength = 253;
const maxLabelLength = 63;

/** atext of RFC 5322 §3.2.3 with RFC 6531 letters; double and trailing dots are allowed, because Japanese carriers use them. */
const dotted = /^[\p{L}\p{N}\p{M}!#$%&'*+\-/=?^_`{|}~.]+$/u;
const label = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/u;
const invisible = /[\p{Cc}\p{Cf}\p{Surrogate}\p{Zl}\p{Zp}]/u;

/** The inner text of a quoted local part, null if the quotes do not match. */
function unquote(local: string): string | null {
  const output: string[] = [];
  for (let index = 1; index < local.length - 1; index += 1) {
    const character = local[index] ?? '';
    if (character === '"') return null;
    if (character === '\\') {
      index += 1;
      if (index >= local.length - 1) return null;
      output.push(local[index] ?? '');
    } else {
      output.push(character);
    }
  }
  return output.join('');
}

function canonicalLocal(local: string): string | null {
  const folded = local.normalize('NFC').toLowerCase();
  if (folded.length > maxLocalLength || invisible.test(folded)) return null;
  if (!folded.startsWith('"')) return dotted.test(folded) && !folded.startsWith('.') ? folded : null;
  if (folded.length < 3 || !folded.endsWith('"')) return null;
  const inner = unquote(folded);
  if (inner === null || inner === '') return null;
  // Unneeded quotes do not make another mailbox (RFC 5321 §4.1.2).
  return dotted.test(inner) ? inner : `"${inner.replaceAll(/["\\]/gu, String.raw`\$&`)}"`;
}

function canonicalDomain(domain: string): string | null {
  const folded = domain.toLowerCase().replace(/\.$/u, '');
  if (folded.length === 0 || folded.length > maxDomainLength || invisible.test(folded)) return null;
  if (folded.startsWith('['))
    return /^\[(?:\d{1,3}(?:\.\d{1,3}){3}|ipv6:[\da-f:.]{2,45})\]$/u.test(folded) ? folded : null;
  // The URL parser would read an all-ASCII name such as "0x7f.1" as an IP number.
  const ascii = /^[ -~]+$/u.test(folded) ? folded : domainToASCII(folded.normalize('NFC'));
  const labels = ascii.split('.');
  const valid = labels.every((part) => part.length <= maxLabelLength && label.test(part));
  // RFC 3696 §2: no top-level domain is all digits; an unbracketed IP number is not a domain.
  return valid && !/^\d+$/u.test(labels.at(-1) ?? '') ? ascii : null;
}

/**
 * The form in which an address is stored and compared: local part in NFC and lower case, unneeded quotes removed; domain in lower
 * case with non-ASCII labels in punycode (UTS 46), so that "büro.example" and "xn--bro-hoa.example" are equal. Null if the text is
 * not `local@domain`.
 */
export function canonicalAddress(text: string): string | null {
  if (text.length > maxLocalLength + maxDomainLength + 200) return null;
  const at = text.lastIndexOf('@');
  if (at < 1) return null;
  const local = canonicalLocal(text.slice(0, at));
  const domain = canonicalDomain(text.slice(at + 1));
  return local === null || domain === null ? null : `${local}@${domain}`;
}
