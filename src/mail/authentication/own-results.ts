import type { OwnRelays } from './own-relays.ts';
import { hopOf } from './received.ts';
import { readReceivedLine } from './received-line.ts';
import { readResultsHeader } from './results-header.ts';
import type { MethodResult } from './results-header.ts';
import type { ShownField } from './raw-field.ts';

/** They always write results directly below their own Received line; others let the sender's fields come first. */
const writeBelow: ReadonlySet<string> = new Set(['mx.google.com']);
const traceFields: ReadonlySet<string> = new Set(['received-spf', 'authentication-results']);
/** From one of these on, the fields are the sender's. */
const sendersFields: ReadonlySet<string> = new Set(['from', 'to', 'subject', 'date', 'message-id']);

export interface OwnResults {
  readonly results: readonly MethodResult[];
  /** False if the server got the message from one of our relays: its SPF result is about that relay. */
  readonly isAtBorder: boolean;
}

/**
 * The results that one of our servers wrote: the topmost run of Authentication-Results of a trusted authserv-id (RFC 8601 §5),
 * above the Received line where the message arrived from outside. A sender can forge anything below that line, and if our server
 * wrote nothing, the forgery stands alone. Without Received lines only a result above all the sender's fields counts.
 */
export function ownResults(
  fields: readonly ShownField[],
  {
    trustedAuthservIds,
    relays,
  }: { readonly trustedAuthservIds: readonly string[]; readonly relays: OwnRelays },
): OwnResults | null {
  if (trustedAuthservIds.length === 0) return null;
  const { end, receiver } = borderOf(fields, relays);
  const results: MethodResult[] = [];
  let writer: string | null = null;
  let last = 0;
  for (const [at, { name, value }] of fields.entries()) {
    if (sendersFields.has(name)) break;
    if (name !== 'authentication-results') continue;
    const isBelow = at > end;
    if (isBelow && (writer !== null || !isDirectlyBelow(fields, { end, at }))) break;
    const header = readResultsHeader(value);
    // an unreadable one may be ours, broken by the sender: what is below it is not ours
    if (header === null && trustedAuthservIds.some((id) => value.toLowerCase().includes(id))) return null;
    if (header === null || !trustedAuthservIds.includes(header.authservId)) continue;
    if (isBelow && (header.authservId !== receiver || !writeBelow.has(receiver))) break;
    if (writer !== null && writer !== header.authservId) break;
    writer = header.authservId;
    last = at;
    results.push(...header.results);
    if (isBelow || end === fields.length) break;
  }
  if (writer === null) return null;
  const next = fields.slice(last).find(({ name }) => name === 'received');
  return {
    results,
    isAtBorder: last > end || next === undefined || hopOf(next.value, relays).kind !== 'own',
  };
}

/**
 * Where strangers may start to write: the first Received line where the message came from outside, or that does not tell. If none,
 * the first line of the final delivery; without any, the end.
 */
export function borderOf(
  fields: readonly ShownField[],
  relays: OwnRelays,
): { readonly end: number; readonly receiver: string | null } {
  let first: number | null = null;
  for (const [at, { name, value }] of fields.entries()) {
    if (name !== 'received') continue;
    first ??= at;
    const { kind } = hopOf(value, relays);
    if (kind !== 'inner' && kind !== 'own')
      return { end: at, receiver: readReceivedLine(value)?.by?.toLowerCase() ?? null };
  }
  return { end: first ?? fields.length, receiver: null };
}

/** Who writes results in a place that only our servers write to; null if nobody does. */
export function statedBy(fields: readonly ShownField[], relays: OwnRelays): string | null {
  const { end, receiver } = borderOf(fields, relays);
  const stated = fields.flatMap(({ name, value }, at) => {
    const isOwn =
      at < end || (receiver !== null && writeBelow.has(receiver) && isDirectlyBelow(fields, { end, at }));
    const id = name === 'authentication-results' && isOwn ? readResultsHeader(value)?.authservId : undefined;
    return id === undefined || (at > end && id !== receiver) ? [] : [id];
  });
  return stated[0] ?? null;
}

function isDirectlyBelow(
  fields: readonly ShownField[],
  { end, at }: { readonly end: number; readonly at: number },
): boolean {
  return fields.slice(end + 1, at).every(({ name }) => traceFields.has(name));
}
