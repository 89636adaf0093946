import { isInNetwork, readIp } from './ip-address.ts';
import type { IpAddress } from './ip-address.ts';

/** What the settings say about our own servers. */
export interface OwnServers {
  /** authserv-ids (RFC 8601 §2.5) of our receiving servers, in lower case. */
  readonly trustedAuthservIds: readonly string[];
  readonly ownRelays: readonly string[];
}

/** The servers that deliver to us: our own, and a hosted gateway in front of them. */
export interface OwnRelays {
  /** Whether this client address is one of ours. */
  readonly hasAddress: (ip: string) => boolean;
  /** Whether a server with this name, or an address in its place, is one of ours. */
  readonly hasHost: (host: string) => boolean;
}

/** An entry of OWN_RELAYS in normal form: an address, a network or a host name; null if it is none of these. */
export function relayEntry(entry: string): string | null {
  const value = entry.trim().toLowerCase();
  const [address = '', bits, ...more] = value.split('/');
  const ip = readIp(address);
  if (ip !== null) {
    if (bits === undefined) return address;
    const isPrefix = /^\d{1,3}$/u.test(bits) && Number(bits) <= (ip.family === 4 ? 32 : 128);
    return isPrefix && more.length === 0 ? `${address}/${Number(bits)}` : null;
  }
  const host = value.replace(/\.$/u, '');
  // a name needs at least one letter: 10.0.0.300 is a typo
  const isHost = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9-]{1,63}$/u.test(host);
  return isHost && host.length <= 253 && /[a-z]/u.test(host) ? host : null;
}

/** `entries`: as returned by {@link relayEntry}. A host name covers itself and its subdomains. */
export function ownRelaysOf(entries: readonly string[]): OwnRelays {
  const networks: { readonly ip: IpAddress; readonly bits: number }[] = [];
  const hosts: string[] = [];
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/');
    const ip = readIp(address);
    if (ip === null) hosts.push(entry);
    else networks.push({ ip, bits: bits === undefined ? (ip.family === 4 ? 32 : 128) : Number(bits) });
  }
  const hasAddress = (text: string): boolean => {
    const ip = readIp(text);
    return ip !== null && networks.some((network) => isInNetwork(ip, network.ip, network.bits));
  };
  return {
    hasAddress,
    hasHost: (host) => {
      const name = host.toLowerCase().replace(/\.$/u, '');
      const literal = name.replace(/^\[(?:ipv6:)?(.*)\]$/u, '$1');
      return hasAddress(literal) || hosts.some((own) => name === own || name.endsWith(`.${own}`));
    },
  };
}
