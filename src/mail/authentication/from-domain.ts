import { domainToASCII } from 'node:url';
import { parseAddressList } from '../../mime/addresses/addresses.ts';
import { organisationOf } from '../organisation.ts';

/** An atom with dots, or a quoted local part, then a host name; no route, comment or second "@" (RFC 5322 §3.4.1). */
const plainAddress = /^(?:[^\s"(),:;<>@[\\\]]{1,256}|"[^"\\@]{0,256}")@([^\s"'(),:;<>@[\\\]]{1,255})$/u;
/** An unquoted display name must not contain anything that another reader could take for an address. */
const plainName = /^[^"(),:;<>@[\\\]]*$/u;
const quotedName = /^"(?:[^"\\]|\\[\s\S])*"$/u;

/** The one author of a message. */
export interface Author {
  /** As the parser reads and shows it. */
  readonly address: string;
  /** In ASCII and lower case. */
  readonly domain: string;
}

/**
 * The one author, from the raw From fields of a message; null unless there is exactly one field with exactly one mailbox that every
 * reader, our parser included, reads alike. RFC 7489 §6.6.1 gives all others no result, because two programs would show two
 * senders.
 */
export function authorOf(fromFields: readonly string[]): Author | null {
  const domain = authorDomain(fromFields);
  const [shown, ...more] = parseAddressList(fromFields[0] ?? '');
  const address = shown?.address ?? null;
  if (domain === null || address === null || more.length > 0) return null;
  return domainToASCII(address.slice(address.lastIndexOf('@') + 1)) === domain ? { address, domain } : null;
}

function authorDomain(fromFields: readonly string[]): string | null {
  const [field] = fromFields;
  if (field === undefined || fromFields.length > 1) return null;
  const value = withoutClosingComment(field.trim());
  const angle = value.endsWith('>') ? value.lastIndexOf('<') : -1;
  if (angle < 0) return domainOf(value);
  const name = value.slice(0, angle).trim();
  const named = plainName.test(name) || quotedName.test(name) || name === '';
  return named ? domainOf(value.slice(angle + 1, -1)) : null;
}

/** The domain of a bare address, in ASCII and lower case; null if it is not one. */
export function domainOf(address: string): string | null {
  const domain = plainAddress.exec(address)?.[1];
  if (domain === undefined) return null;
  return domainToASCII(domain.replace(/\.$/u, '')) || null;
}

/** RFC 7489 §3.1: the same organisation ({@link organisationOf}), or the same domain if `strict`. */
export function isAligned(domain: string, author: string, strict: boolean): boolean {
  const ascii = domainToASCII(domain.replace(/\.$/u, ''));
  if (ascii === '') return false;
  return strict ? ascii === author : organisationOf(ascii) === organisationOf(author);
}

/** "jane@client.test (Jane)": the old way to give a name (RFC 5322 §3.4, appendix A.6.3). */
function withoutClosingComment(value: string): string {
  if (!value.endsWith(')')) return value;
  const open = value.lastIndexOf('(');
  const comment = value.slice(open + 1, -1);
  return open > 0 && plainName.test(comment) ? value.slice(0, open).trim() : value;
}
