import { parseAddressList } from '../../mime/addresses/addresses.ts';
import { organisationOf } from '../organisation.ts';
import { isInNetwork, readIp } from './ip-address.ts';
import { ownRelaysOf } from './own-relays.ts';
import type { OwnRelays, OwnServers } from './own-relays.ts';
import { borderOf, statedBy } from './own-results.ts';
import type { RawMessage } from './raw-header.ts';
import { readReceivedLine } from './received-line.ts';
import { clientOf } from './received.ts';

/** What the headers of existing mail tell about the servers that delivered it, minus what is already configured. */
export interface ServerProposal {
  /** Messages with a Received line. */
  readonly looked: number;
  /** For TRUSTED_AUTHSERV_IDS. */
  readonly authservIds: readonly string[];
  /** For OWN_RELAYS. */
  readonly ownRelays: readonly string[];
}

/** With fewer messages there is no conclusion. */
export const MIN_MESSAGES = 5;
/** A server is taken for our relay, not the senders' own, once this many correspondents came through it. */
const MIN_SENDERS = 3;
const RELAY_SHARE = 0.8;
/** A firm may have several receiving servers, each with its own name. */
const NAME_SHARE = 0.2;
/** RFC 1122 §3.2.1.3, RFC 4291 §2.5.3. */
const IPV4_LOOPBACK = { network: { family: 4, value: 127n << 24n }, bits: 8 } as const;
const IPV6_LOOPBACK = { network: { family: 6, value: 1n }, bits: 128 } as const;
/** Store, filter, gateway, and one to spare. */
const MAX_RELAYS = 4;

/**
 * Finds the relays through which nearly all mail comes, whoever sends it, the names of the servers that receive it from outside,
 * and the names under which these report results. Only reads what the receiving servers alone write.
 */
export function proposeServers(heads: readonly RawMessage[], rules: OwnServers): ServerProposal {
  const mail = heads.filter(({ shown }) => shown.some(({ name }) => name === 'received'));
  if (mail.length < MIN_MESSAGES) return { looked: mail.length, authservIds: [], ownRelays: [] };
  const found: string[] = [];
  let relays = ownRelaysOf(rules.ownRelays);
  while (found.length < MAX_RELAYS) {
    const next = commonClient(mail, relays);
    // The border stays: there is no line below the one that names it.
    if (next === null || relays.hasAddress(next.split('/', 1).join(''))) break;
    found.push(next);
    relays = ownRelaysOf([...rules.ownRelays, ...found]);
  }
  const names = frequent(
    mail.map((head) => borderOf(head.shown, relays).receiver),
    mail.length,
  ).filter((name) => /^[a-z0-9.-]*[a-z][a-z0-9.-]*$/u.test(name) && !relays.hasHost(name));
  const ids = frequent(
    mail.map(({ shown }) => statedBy(shown, relays)),
    mail.length,
  ).filter((id) => !rules.trustedAuthservIds.includes(id));
  return { looked: mail.length, authservIds: ids, ownRelays: [...names, ...found] };
}

/** The address or network from which nearly all mail reaches the last server known to be ours. */
function commonClient(mail: readonly RawMessage[], relays: OwnRelays): string | null {
  const byNetwork = new Map<
    string,
    { readonly ips: Set<string>; readonly senders: Set<string>; count: number }
  >();
  for (const { shown } of mail) {
    const { end } = borderOf(shown, relays);
    const value = shown[end]?.value;
    const line = value === undefined ? null : readReceivedLine(value);
    const ip = line === null ? undefined : clientOf(line)?.ip;
    if (ip === undefined || (isLoopback(ip) && !hasLineBelow(shown, end))) continue;
    const network = networkOf(ip);
    const known = byNetwork.get(network) ?? { ips: new Set(), senders: new Set(), count: 0 };
    known.ips.add(ip);
    known.senders.add(senderOf(shown));
    known.count += 1;
    byNetwork.set(network, known);
  }
  for (const [network, { ips, senders, count }] of byNetwork) {
    if (count < mail.length * RELAY_SHARE || senders.size < MIN_SENDERS) continue;
    return ips.size === 1 ? ([...ips][0] ?? null) : network;
  }
  return null;
}

const hasLineBelow = (shown: RawMessage['shown'], at: number): boolean =>
  shown.slice(at + 1).some(({ name }) => name === 'received');

/** A filter on the same machine is a hop if another one is below it; LMTP delivery alone is not. */
function isLoopback(text: string): boolean {
  const ip = readIp(text);
  return (
    ip !== null && [IPV4_LOOPBACK, IPV6_LOOPBACK].some(({ network, bits }) => isInNetwork(ip, network, bits))
  );
}

function networkOf(ip: string): string {
  if (readIp(ip)?.family === 4) return `${ip.slice(0, ip.lastIndexOf('.'))}.0/24`;
  const groups = ip.split('::', 1).join('').split(':').slice(0, 4);
  return groups.length === 4 ? `${groups.join(':')}::/64` : `${ip}/128`;
}

function senderOf(shown: RawMessage['shown']): string {
  const from = shown.find(({ name }) => name === 'from')?.value ?? '';
  const address = parseAddressList(from)[0]?.address ?? '';
  return organisationOf(address.slice(address.lastIndexOf('@') + 1));
}

function frequent(names: readonly (string | null)[], of: number): string[] {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].flatMap(([name, count]) => (count >= of * NAME_SHARE ? [name] : [])).toSorted();
}

/** The proposal in words, with what to do; null if there is nothing to say. */
export function proposalText({ looked, authservIds, ownRelays }: ServerProposal): {
  readonly detail: string;
  readonly fix: string;
} | null {
  const parts = [
    ...(authservIds.length > 0
      ? [
          {
            detail: `a receiving server states results as ${authservIds.join(', ')}`,
            set: `TRUSTED_AUTHSERV_IDS=${authservIds.join(',')}`,
          },
        ]
      : []),
    ...(ownRelays.length > 0
      ? [
          {
            detail: `mail comes by ${ownRelays.join(', ')}`,
            set: `OWN_RELAYS=${ownRelays.join(',')}`,
          },
        ]
      : []),
  ];
  if (parts.length === 0) return null;
  return {
    detail: `of ${looked} messages: ${parts.map(({ detail }) => detail).join('; ')}`,
    fix: `if these are your own servers, or a gateway that you use, add them: ${parts.map(({ set }) => set).join(' and ')}`,
  };
}
