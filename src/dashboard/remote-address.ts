import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';
import type { Context } from 'hono';

/** Where a request comes from, for limits: an IPv4 address, or an IPv6 network of the size that one customer gets. */
export type PlaceOf = (context: Context) => string;

/** `proxies`: addresses and networks whose X-Forwarded-For is trusted. Others are ignored. */
export function createPlaceOf(proxies: readonly string[]): PlaceOf {
  const isProxy = createIsProxy(proxies);
  return (context) => {
    let address = peerOf(context);
    if (address === null) return 'unknown';
    const hops = (context.req.header('x-forwarded-for') ?? '').split(',');
    // Each proxy appends its client: what our last one saw counts, anything before it is the client's claim.
    while (isProxy(address)) {
      const before = addressIn(hops.pop() ?? '');
      if (before === null) break;
      address = before;
    }
    return placeOf(address);
  };
}

/** Whether a proxy of ours sent the request, so that the other fields it sets are trusted too. */
export function createIsFromProxy(proxies: readonly string[]): (context: Context) => boolean {
  const isProxy = createIsProxy(proxies);
  return (context) => {
    const address = peerOf(context);
    return address !== null && isProxy(address);
  };
}

function peerOf(context: Context): string | null {
  const { incoming } = (context.env ?? {}) as { readonly incoming?: IncomingMessage };
  return addressIn(incoming?.socket.remoteAddress ?? '');
}

function createIsProxy(proxies: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const entry of proxies) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return (address) => list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** `203.0.113.9`, `::ffff:203.0.113.9`, `203.0.113.9:4711`, `[2001:db8::1]:4711`, `fe80::1%eth0`; null for anything else. */
function addressIn(text: string): string | null {
  const bare = text
    .trim()
    .replace(/^\[([^\]]*)\](?::\d+)?$/u, '$1')
    .replace(/^([\d.]+):\d+$/u, '$1')
    .replace(/%.*$/u, '')
    .replace(/^::ffff:(?=[\d.]+$)/iu, '');
  return isIP(bare) === 0 ? null : bare;
}

const customerGroups = 4;
const groups = 8;

/** Anyone with one IPv6 address has the other 2^64 of its network. */
function placeOf(address: string): string {
  if (isIP(address) === 4) return address;
  const [head = '', tail] = address.toLowerCase().split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, groups - before.length - after.length);
  const all = [...before, ...Array<string>(zeros).fill('0'), ...after];
  const network = all.slice(0, customerGroups).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}
