/** Decides which URLs may receive events. Users choose them, so they must not reach internal services (SSRF). */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';

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

/** From IANA's special-purpose registries (RFC 6890 and its successors): everything that is not public unicast. */
const notPublic = new BlockList();
for (const [net, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  notPublic.addSubnet(net, prefix, 'ipv4');
/** Only 2000::/3 is allocated. Ranges in it that embed IPv4 addresses or are reserved for documentation are refused too. */
const publicIpv6 = new BlockList();
publicIpv6.addSubnet('2000::', 3, 'ipv6');
const notPublicIpv6 = new BlockList();
for (const [net, prefix] of [
  // Teredo, benchmarking, ORCHID, documentation, 6to4, and others that embed an IPv4 address
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  notPublicIpv6.addSubnet(net, prefix, 'ipv6');

export function isPublicAddress(address: string): boolean {
  // An address with a zone is link-local.
  if (address.includes('%')) return false;
  switch (isIP(address)) {
    case 4:
      return !notPublic.check(address, 'ipv4');
    case 6:
      return publicIpv6.check(address, 'ipv6') && !notPublicIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}

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
