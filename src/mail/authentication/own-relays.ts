import { isInNetwork, readIp } from './ip-address.ts';
import type { IpAddress } from './ip-address.ts';

/** What the settings say of our own servers. */
export interface OwnServers {
  /** authserv-ids (RFC 8601 §2.5) of those that take mail, lower-cased. */
  readonly trustedAuthservIds: readonly string[];
  readonly ownRelays: readonly string[];
}

/** The servers by which mail reaches us: our own, and a hosted gateway before them. */
export interface OwnRelays {
  /** Whether a client with this address is one of them. */
  readonly hasAddress: (ip: string) => boolean;
  /** Whether a server of this name, or with this address in its place, is one of them. */
  readonly hasHost: (host: string) => boolean;
}

/** An entry of OWN_RELAYS in its normal form: an address, a network or a host name; null where it is none. */
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
  // names only, with a letter at least: 10.0.0.300 is a slip
  const isHost = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9-]{1,63}$/u.test(host);
  return isHost && host.length <= 253 && /[a-z]/u.test(host) ? host : null;
}

/** `entries`: as {@link relayEntry} gives them. A host name stands for itself and for what is below it. */
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
