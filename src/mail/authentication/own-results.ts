import type { OwnRelays } from './own-relays.ts';
import { hopOf } from './received.ts';
import { readReceivedLine } from './received-line.ts';
import { readResultsHeader } from './results-header.ts';
import type { MethodResult } from './results-header.ts';
import type { ShownField } from './raw-field.ts';

/** They always write their results directly below their own Received line, where others leave the first word to the sender. */
const writeBelow: ReadonlySet<string> = new Set(['mx.google.com']);
const traceFields: ReadonlySet<string> = new Set(['received-spf', 'authentication-results']);
/** Where one of these stands, the words of the sender have begun. */
const sendersFields: ReadonlySet<string> = new Set(['from', 'to', 'subject', 'date', 'message-id']);

export interface OwnResults {
  readonly results: readonly MethodResult[];
  /** False where the server got the message from a relay of ours: its SPF is about that relay. */
  readonly isAtBorder: boolean;
}

/**
 * The results that one of our servers wrote: the topmost run of Authentication-Results of a trusted authserv-id (RFC 8601 §5),
 * above the Received line in which the message came from elsewhere. Whatever stands below that line, a sender may have put there
 * in our server's name, and it stands there alone where our server wrote none. Without any Received line only one counts that stands
 * first, above all that a sender writes.
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
    // one that cannot be read may be ours, spoilt by the sender: what stands below it is not
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
 * Where the words of strangers may begin: the first Received line in which the message came from elsewhere, or that does not tell.
 * Without such a line, the first of those of the final delivery; without any, the end.
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

/** Who states results in a place where only our servers write; null where nobody does. */
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
