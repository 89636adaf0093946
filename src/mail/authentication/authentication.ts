import { byStrength } from './authentication-result.ts';
import type { AuthenticationResult } from './authentication-result.ts';
import { authorDomain, isAligned } from './from-domain.ts';
import { readResultsHeader } from './results-header.ts';
import type { MethodResult } from './results-header.ts';
import type { Header } from '../../mime/parsed-message.ts';

/** Who the sender is proven to be. A result is null where nothing could be said. */
export interface Authentication {
  readonly spf: AuthenticationResult | null;
  readonly dkim: AuthenticationResult | null;
  readonly dmarc: AuthenticationResult | null;
  readonly arc: AuthenticationResult | null;
  readonly source: 'trusted-header' | 'verified' | null;
  /** True where SPF, DKIM or DMARC passed for the domain of the one From address. Not part of `explain`'s output. */
  readonly alignedPass: boolean;
}

/**
 * The results that our own receiving server wrote into the header (RFC 8601), null where there are none of a server in
 * `trustedAuthservIds` (lower-case). Only the topmost counts: a server puts its own above what came with the message, and
 * what others wrote, or a sender in our server's name, stands below it.
 */
export function readTrustedResults(
  headers: readonly Header[],
  trustedAuthservIds: readonly string[],
): Authentication | null {
  if (trustedAuthservIds.length === 0) return null;
  for (const { name, raw } of headers) {
    if (name !== 'authentication-results') continue;
    const header = readResultsHeader(raw.trim());
    // one that cannot be read may be ours, spoilt by the sender: what stands below it is not
    if (header === null && trustedAuthservIds.some((id) => raw.toLowerCase().includes(id))) return null;
    if (header === null || !trustedAuthservIds.includes(header.authservId)) continue;
    const author = authorDomain(headers.filter((field) => field.name === 'from').map((field) => field.raw));
    const of = (method: string): readonly MethodResult[] =>
      header.results.filter((result) => result.method === method);
    return {
      spf: writtenResult(of('spf')),
      dkim: writtenResult(of('dkim')),
      dmarc: author === null && of('dmarc').length > 0 ? 'permerror' : writtenResult(of('dmarc')),
      arc: writtenResult(of('arc')),
      source: 'trusted-header',
      alignedPass: author !== null && header.results.some((result) => provesAuthor(result, author)),
    };
  }
  return null;
}

/** Words of older servers beside those of RFC 8601 §2.7. */
const resultByWord: ReadonlyMap<string, AuthenticationResult> = new Map([
  ...byStrength.map((result) => [result, result] as const),
  ['none', 'none'],
  ['softfail', 'softfail'],
  ['hardfail', 'fail'],
  ['policy', 'neutral'],
  ['bestguesspass', 'none'],
]);

function writtenResult(results: readonly MethodResult[]): AuthenticationResult | null {
  const known = results.flatMap(({ result }) => resultByWord.get(result) ?? []);
  return byStrength.find((result) => known.includes(result)) ?? known[0] ?? null;
}

function provesAuthor({ method, result, properties }: MethodResult, author: string): boolean {
  if (result !== 'pass') return false;
  const proven = (...names: readonly string[]): boolean => {
    const value = names.map((name) => properties.get(name)).find((property) => property !== undefined);
    if (value === undefined) return false;
    return isAligned(value.slice(value.lastIndexOf('@') + 1), author, false);
  };
  switch (method) {
    case 'dkim':
      return proven('header.d', 'header.i');
    case 'spf':
      return proven('smtp.mailfrom', 'smtp.mail', 'smtp.helo');
    case 'dmarc':
      // some servers leave the domain out: DMARC has no other than the author's
      return !properties.has('header.from') || proven('header.from');
    default:
      return false;
  }
}
