import type { JudgeInput } from './judge-input.ts';
import type { BookEntry } from './known-context.ts';
import type { Evidence, Link, Via } from './verdict.ts';
import { isBlocked } from './blocklist.ts';

/** The result of one rule. `stop`: no later rule may run, because what is known speaks against them all. */
export interface Answer {
  readonly outcome: Evidence['outcome'];
  readonly detail: string;
  readonly links?: readonly Link[];
  readonly candidates?: readonly Link[];
  readonly reason?: string;
  readonly ignore?: string;
  readonly stop?: boolean;
}

export const skipped = (detail: string): Answer => ({ outcome: 'skipped', detail });
export const nothing = (detail: string): Answer => ({ outcome: 'nothing', detail });

export const isAlias = (entry: BookEntry): boolean => entry.kind === 'alias';

/**
 * An alias that a person added resolves what the CRM leaves open: which of the clients sharing an address is meant, and whose a
 * domain is. It does not override a client whose own address it is now: the two are ambiguous.
 */
function aliasesFirst(entries: readonly BookEntry[]): readonly BookEntry[] {
  const owners = new Set(entries.filter(({ kind }) => kind === 'primary').map(({ clientId }) => clientId));
  const aliases = entries.filter(
    (entry) => isAlias(entry) && (owners.size === 0 || owners.has(entry.clientId)),
  );
  return aliases.length > 0 ? aliases : entries;
}

/** Looks up each address: one client links, AMBIGUITY handles several, a blocked address never counts. */
export function exact(
  judged: JudgeInput,
  asked: readonly { address: string; via: Via }[],
  prefix = '',
): Answer {
  const links: Link[] = [];
  const candidates: Link[] = [];
  const details: string[] = [];
  for (const { address, via } of asked) {
    if (isBlocked(address, judged.rules)) {
      details.push(`${address} is on the blocklist`);
      continue;
    }
    const entries = distinctClients(aliasesFirst(judged.facts.book.get(address) ?? []));
    const found = entries.map((entry): Link => ({
      clientId: entry.clientId,
      via: entry.kind === 'alias' && via !== 'domain' ? 'alias' : via,
      address: address.startsWith('@') ? address.slice(1) : address,
    }));
    if (found.length <= 1) {
      links.push(...found);
      details.push(found.length === 1 ? `${address} is a client's` : `no client has ${address}`);
    } else if (judged.rules.ambiguity === 'triage') {
      candidates.push(...found);
      details.push(`${address} is on ${found.length} clients`);
    } else {
      links.push(...(judged.rules.ambiguity === 'all' ? found : found.slice(0, 1)));
      details.push(`${address} is on ${found.length} clients, AMBIGUITY takes ${judged.rules.ambiguity}`);
    }
  }
  const detail = prefix + details.join('; ');
  if (links.length > 0) return { outcome: 'found', detail, links, candidates };
  if (candidates.length > 0)
    return { outcome: 'rejected', detail, candidates, reason: 'shared-address', stop: true };
  const blocked = asked.length > 0 && asked.every(({ address }) => isBlocked(address, judged.rules));
  return blocked ? { outcome: 'rejected', detail, reason: 'blocklisted', stop: true } : nothing(detail);
}

/** Oldest client first: an ObjectId begins with its creation time. */
function distinctClients(entries: readonly BookEntry[]): BookEntry[] {
  const seen = new Set<string>();
  return entries
    .filter((entry) => !seen.has(entry.clientId) && seen.add(entry.clientId))
    .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

export function candidatesFor(judged: JudgeInput, address: string | null, via: Via): Link[] {
  if (address === null || isBlocked(address, judged.rules)) return [];
  return distinctClients(judged.facts.book.get(address) ?? []).map(({ clientId }) => ({
    clientId,
    via,
    address,
  }));
}
