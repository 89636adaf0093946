import type { SmtpSession } from './smtp-session.ts';
import { parseDate } from '../../mime/header/dates.ts';

/** RFC 5321 §4.4 with comments; a longer line is not from a mail server that we trust. */
const MAX_RECEIVED_LENGTH = 2_000;

const bracketedIp = /[[(](?:IPv6:)?(\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f:.]{2,45})[\])]/giu;

/**
 * The SMTP session that our own server saw, from its Received line; null where that line does not tell.
 *
 * `received`: the values of the Received fields, topmost first; `returnPath`: the topmost Return-Path, null where absent.
 * Only the last line that accepted mail from elsewhere is read, for all below it are the sender's words. Above it
 * may stand lines without a "from" clause and lines of the final delivery by LMTP (RFC 3848), which no stranger speaks to us.
 * A private client address means that a proxy or filter of ours stood between: then nobody knows the sender's.
 */
export function sessionOf(received: readonly string[], returnPath: string | null): SmtpSession | null {
  const line = received.find((value) => !isInnerHop(value.slice(0, MAX_RECEIVED_LENGTH)));
  if (line === undefined || line.length > MAX_RECEIVED_LENGTH) return null;
  const clause = line.slice(0, byAt(line));
  const named = /\bhelo[ =]([^\s()]{1,255})/iu.exec(clause);
  const helo = named?.[1] ?? /^from\s+([^\s()]{1,255})/iu.exec(clause)?.[1] ?? null;
  // the sender chose the HELO name, which may look like an address; ours is the last one outside it
  const clientIp =
    Array.from((named ? clause.replace(named[0], '') : clause).matchAll(bracketedIp)).at(-1)?.[1] ?? null;
  if (clientIp === null || isPrivate(clientIp)) return null;
  return { clientIp, helo, mailFrom: returnPath === null ? null : returnPath.replace(/^<([^>]*)>$/u, '$1') };
}

/** When our server took the message, ISO 8601; null where it does not say. */
export function receivedAt(received: readonly string[]): string | null {
  const [line] = received;
  if (line === undefined || line.length > MAX_RECEIVED_LENGTH) return null;
  return parseDate(line.slice(line.lastIndexOf(';') + 1));
}

function isInnerHop(line: string): boolean {
  return !/^from\s/iu.test(line) || /\swith\s+(?:utf8)?lmtps?a?\b/iu.test(line);
}

function byAt(line: string): number {
  const by = /\sby\s/iu.exec(line);
  return by === null ? line.length : by.index;
}

/** RFC 6890: loopback, private use, link local, shared address space, unique local. */
function isPrivate(address: string): boolean {
  return /^(?:0|10|127)\.|^169\.254\.|^192\.168\.|^172\.(?:1[6-9]|2\d|3[01])\.|^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|^::1?$|^f[cd][0-9a-f]{2}:|^fe[89ab][0-9a-f]:|^::ffff:(?:10|127|192\.168)\./iu.test(
    address,
  );
}
