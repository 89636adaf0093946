/** An address as a number, so that networks are number ranges. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

const OCTET = 8n;
const GROUP = 16n;
const GROUPS = 8;
/** `::ffff:192.0.2.5` (RFC 4291 §2.5.5.2). */
const MAPPED_PREFIX = 0xffffn;
const IPV4_BITS = 32n;

/** Reads an address without brackets, port or zone; null if it is not one. An IPv4-mapped IPv6 address becomes IPv4. */
export function readIp(text: string): IpAddress | null {
  const four = readFour(text);
  if (four !== null) return { family: 4, value: four };
  const six = text.length > 45 ? null : readSix(text);
  if (six === null) return null;
  return six >> IPV4_BITS === MAPPED_PREFIX
    ? { family: 4, value: six & ((1n << IPV4_BITS) - 1n) }
    : { family: 6, value: six };
}

/** Whether `ip` is in the network given by the first `bits` of `network`. */
export function isInNetwork(ip: IpAddress, network: IpAddress, bits: number): boolean {
  const rest = BigInt((network.family === 4 ? 32 : 128) - bits);
  return ip.family === network.family && ip.value >> rest === network.value >> rest;
}

function readFour(text: string): bigint | null {
  if (!/^\d{1,3}(?:\.\d{1,3}){3}$/u.test(text)) return null;
  const octets = text.split('.').map(BigInt);
  if (octets.some((octet) => octet > 255n)) return null;
  return octets.reduce((value, octet) => (value << OCTET) | octet, 0n);
}

function readSix(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const groups = halves.map(groupsOf);
  const [before, after = []] = groups;
  if (before === undefined || before === null || after === null) return null;
  const missing = GROUPS - before.length - after.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [...before, ...Array.from({ length: missing }, () => 0n), ...after];
  return all.reduce((value, group) => (value << GROUP) | group, 0n);
}

/** The last two groups may be written as an IPv4 address. */
function groupsOf(text: string): readonly bigint[] | null {
  if (text === '') return [];
  const groups: bigint[] = [];
  const pieces = text.split(':');
  for (const [at, piece] of pieces.entries()) {
    const four = at === pieces.length - 1 ? readFour(piece) : null;
    if (four !== null) groups.push(four >> GROUP, four & 0xffffn);
    else if (/^[0-9a-f]{1,4}$/iu.test(piece)) groups.push(BigInt(`0x${piece}`));
    else return null;
  }
  return groups;
}
