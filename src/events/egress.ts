/** Decides which URLs may receive events. Users choose them, so they must not reach internal services (SSRF). */
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { isPublicAddress } from '../public-address.ts';

export interface EgressRules {
  /** Also allow this machine and the local network, and plain http. */
  readonly allowPrivate: boolean;
  /** Resolves a host name to all of its addresses. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

/** The URL is not allowed; the message says why. */
export class EgressRefused extends Error {
  override readonly name = 'EgressRefused';
}

export interface Target {
  readonly url: URL;
  /** The addresses that passed the check, at least one. Connect to no others. */
  readonly addresses: readonly string[];
}

const MAX_URL_LENGTH = 2_000;

/** The checks that need no DNS lookup. @throws EgressRefused */
export function checkUrl(text: string, { allowPrivate }: Pick<EgressRules, 'allowPrivate'>): URL {
  if (text.length > MAX_URL_LENGTH || !URL.canParse(text)) throw new EgressRefused('not a valid URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && !(allowPrivate && url.protocol === 'http:'))
    throw new EgressRefused(
      `${url.protocol.slice(0, -1)} is refused: use https (http only with WEBHOOK_ALLOW_PRIVATE)`,
    );
  if (url.username !== '' || url.password !== '')
    throw new EgressRefused('URLs with a user name or password are refused: verify the signature instead');
  const literal = url.hostname.replace(/^\[(.*)\]$/u, '$1');
  if (isIP(literal) !== 0 && !allowPrivate && !isPublicAddress(literal)) throw privateAddress(literal);
  return url;
}

/**
 * Resolves the URL's host name and checks every address. One private address rejects the URL, because a name that mixes public and
 * private addresses is probably an attack. @throws EgressRefused, or what the resolver throws.
 */
export async function resolveTarget(text: string, rules: EgressRules): Promise<Target> {
  const url = checkUrl(text, rules);
  const host = url.hostname.replace(/^\[(.*)\]$/u, '$1');
  const addresses = isIP(host) === 0 ? await (rules.resolve ?? resolveAll)(host) : [host];
  if (addresses.length === 0) throw new EgressRefused(`${host} has no address`);
  const refused = addresses.find((address) => !isPublicAddress(address));
  if (refused !== undefined && !rules.allowPrivate) throw privateAddress(refused);
  return { url, addresses };
}

const privateAddress = (address: string): EgressRefused =>
  new EgressRefused(`${address} is not a public address: set WEBHOOK_ALLOW_PRIVATE to allow it`);

async function resolveAll(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}
