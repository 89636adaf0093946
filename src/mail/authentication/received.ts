import type { SmtpSession } from './smtp-session.ts';
import { parseDate } from '../../mime/header/dates.ts';
import { readIp } from './ip-address.ts';
import type { OwnRelays } from './own-relays.ts';
import { readReceivedLine } from './received-line.ts';
import type { ReceivedLine } from './received-line.ts';

/** Longer routes are loops. */
const MAX_OWN_HOPS = 20;

/**
 * What one Received line says, reading from the top:
 * - `inner`: a step of the final delivery, with no sender that could be a stranger;
 * - `own`: one of our relays handed the message on, so the next line is that relay's word;
 * - `border`: the message came from outside in this session; `byOwn` if one of our servers says so by name;
 * - `unknown`: it does not say, or not in a way that only our server could have written.
 */
export type Hop =
  | { readonly kind: 'inner' | 'own' | 'unknown' }
  | {
      readonly kind: 'border';
      readonly clientIp: string;
      readonly helo: string | null;
      readonly byOwn: boolean;
    };

export function hopOf(value: string, relays: OwnRelays): Hop {
  const line = readReceivedLine(value);
  if (line === null) return { kind: 'unknown' };
  if (isInner(line)) return { kind: 'inner' };
  const client = line.from === null ? null : clientOf(line);
  if (client === null) return { kind: 'unknown' };
  if (relays.hasAddress(client.ip)) return { kind: 'own' };
  // a proxy or filter of ours was in between, so the real client is unknown
  if (isPrivate(client.ip)) return { kind: 'unknown' };
  const byOwn = line.by !== null && relays.hasHost(line.by);
  return { kind: 'border', clientIp: client.ip, helo: client.helo, byOwn };
}

/**
 * The SMTP session in which the message reached one of our relays from outside; null if the border or the envelope sender is unknown.
 *
 * `fields`: the header, topmost first. Only lines written by our relays are read: the first Received that names one of them, and each
 * below one whose client is ours. Everything below the border is the sender's word, a Return-Path there as well: the final delivery
 * writes it above (RFC 5321 §4.4). Exchange alone writes it further down, in place of any that was there.
 */
export function sessionOf(
  fields: readonly { readonly name: string; readonly value: string }[],
  { relays }: { readonly relays: OwnRelays },
): SmtpSession | null {
  let isOwnWord = false;
  let hops = 0;
  let returnPath: string | null = null;
  for (const { name, value } of fields) {
    if (name === 'return-path') returnPath ??= value;
    if (name !== 'received') continue;
    hops += 1;
    const hop = hopOf(value, relays);
    if (hop.kind === 'unknown' || hops > MAX_OWN_HOPS) return null;
    if (hop.kind === 'own') isOwnWord = true;
    if (hop.kind !== 'border') continue;
    if (!isOwnWord && !hop.byOwn) return null;
    const written = returnPath ?? (isExchange(value) ? onlyReturnPath(fields) : null);
    if (written === null) return null;
    return { clientIp: hop.clientIp, helo: hop.helo, mailFrom: written.replace(/^<([^>]*)>$/u, '$1') };
  }
  return null;
}

/** In the part after "by", which the server writes. */
const isExchange = (received: string): boolean =>
  / with Microsoft SMTP Server\b/u.test(received.slice(received.lastIndexOf(' by ')));

function onlyReturnPath(fields: Parameters<typeof sessionOf>[0]): string | null {
  const found = fields.filter(({ name }) => name === 'return-path');
  return found.length === 1 ? (found[0]?.value ?? null) : null;
}

/** When our server received the message, ISO 8601; null if it does not say. */
export function receivedAt(received: readonly string[]): string | null {
  const [value] = received;
  const line = value === undefined ? null : readReceivedLine(value);
  return line === null ? null : parseDate(line.date);
}

/**
 * LMTP (RFC 3848), which no stranger speaks to us, and lines between servers without a "from" clause. A message submitted on the
 * machine itself (by a web form, say) is not inner: whoever submitted it wrote everything below.
 */
function isInner({ from, with: protocol, comments }: ReceivedLine): boolean {
  if (protocol !== null && /^(?:UTF8)?LMTPS?A?$/u.test(protocol)) return true;
  if (from !== null) return false;
  return protocol === null
    ? comments.some((comment) => /^qmail \d+ invoked from network$/iu.test(comment))
    : /^(?:UTF8)?E?SMTPS?A?$/u.test(protocol);
}

/**
 * The client as the server saw it. The address is in a comment (RFC 5321 §4.4: TCP-info), or before one with the HELO name (Exim
 * without a name, `from [192.0.2.5] (helo=mx.client.test)`). The client chooses HELO names and identities (RFC 1413): if more than
 * one address is named, none counts.
 */
export function clientOf({ from, fromComments }: ReceivedLine): { ip: string; helo: string | null } | null {
  const named = fromComments.flatMap((comment) => heloIn(comment) ?? []);
  if (named.length > 1) return null;
  const seen = fromComments.flatMap((comment) => addressesIn(withoutHelo(comment)));
  const own = named.length === 0 ? [] : addressesIn(from ?? '');
  const addresses = [...new Set([...seen, ...own])];
  const [ip] = addresses;
  if (ip === undefined || addresses.length > 1) return null;
  return { ip, helo: named[0] ?? from };
}

const heloWord = /\bhelo[ =]([^\s()]{1,255})/iu;
const heloIn = (comment: string): string | null => heloWord.exec(comment)?.[1] ?? null;
const withoutHelo = (comment: string): string => comment.replace(heloWord, '');

/** Bracketed addresses, and a comment that is only an address ("(192.0.2.5)", as Exchange and qmail write it). */
function addressesIn(text: string): string[] {
  const bracketed = Array.from(
    text.matchAll(/\[(?:IPv6:)?([0-9a-f:.]{2,45})\](?::\d{1,5}\b)?/giu),
    ([, ip = '']) => ip,
  );
  const bare = text.trim().replace(/^IPv6:/iu, '');
  return [...bracketed, bare].flatMap((ip) => (readIp(ip) === null ? [] : [plainForm(ip)]));
}

/** `::ffff:192.0.2.5` → `192.0.2.5`. */
const plainForm = (ip: string): string => ip.toLowerCase().replace(/^::ffff:(?=\d+\.)/u, '');

/** RFC 6890: loopback, private use, link local, shared address space, unique local. */
function isPrivate(address: string): boolean {
  return /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^::1?$|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:/iu.test(
    address,
  );
}
