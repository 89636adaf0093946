import type { DecidedLink, DecidedMessage } from './decided-message.ts';
import { isBetter } from './doubtful-copy.ts';
import type { BookEntry, Decision } from './known-context.ts';
import type { Relations } from './relations.ts';
import type { Verdict } from './verdict.ts';

interface Known {
  readonly relations: Pick<Relations, 'variants'>;
  readonly decisions: readonly Decision[];
  readonly book: ReadonlyMap<string, readonly BookEntry[]>;
  readonly clients: ReadonlySet<string>;
}

/** The links of a message, with those to remove marked. A link that now has another reason stays. */
export function keptLinks({
  message,
  verdict,
  known,
  isDisplaced,
}: {
  readonly message: DecidedMessage;
  readonly verdict: Verdict;
  readonly known: Known;
  /** A better proven message shows that this one is not what it says. */
  readonly isDisplaced: boolean;
}): DecidedLink[] {
  const saying = (act: 'link' | 'unlink'): Set<string> =>
    new Set(
      known.decisions
        .filter(
          (d) => d.act === act && (act === 'unlink' || d.subject === 'message' || d.subject === 'thread'),
        )
        .flatMap((d) => d.clientIds),
    );
  const [linked, unlinked] = [saying('link'), saying('unlink')];
  const found = new Map(verdict.clients.map((link) => [link.clientId, link]));
  const isGone = isDisplaced || message.takenOver === 'displaced';
  return message.links.map((link) => {
    const { clientId } = link;
    const isByPerson = link.via === 'decision';
    const reason =
      unlinked.has(clientId) && !linked.has(clientId)
        ? 'unlinked'
        : isByPerson && !linked.has(clientId)
          ? 'undone'
          : !isByPerson && isLost(link, message, known)
            ? 'address-removed'
            : !isByPerson && isGone && !found.has(clientId)
              ? 'displaced'
              : undefined;
    if (reason === undefined) return deferredToBetter(link, message, known);
    const otherwise = found.get(clientId);
    const { retract: _, ...bare } = link;
    return otherwise !== undefined && reason !== 'unlinked'
      ? { ...bare, via: otherwise.via, address: otherwise.address }
      : { ...bare, retract: reason };
  });
}

/** A proven copy records its own words for the client, replacing those of an unproven one. */
function deferredToBetter(link: DecidedLink, message: DecidedMessage, { relations }: Known): DecidedLink {
  const by = relations.variants.find(
    (copy) =>
      isBetter(copy, message) &&
      copy.links.some(({ clientId, retract }) => clientId === link.clientId && retract === undefined),
  );
  if (by === undefined || link.state.kind === 'covered') return link;
  if (link.state.kind === 'written') return { ...link, retract: 'outranked' };
  return { ...link, state: { kind: 'covered', by: by.id } };
}

/** Whether the address by which a client was found was removed from it. A deleted client loses no mail. */
function isLost(
  { clientId, address }: DecidedLink,
  { lost }: DecidedMessage,
  { book, clients }: Known,
): boolean {
  if (address === null || !lost.some((one) => one.clientId === clientId && one.address === address))
    return false;
  const entries = [...(book.get(address) ?? []), ...(book.get(`@${address}`) ?? [])];
  return !entries.some((entry) => entry.clientId === clientId) && clients.has(clientId);
}

/**
 * Additions only, without clients deleted since. `covered`: the clients that already have these words on record, and the message
 * through which they do.
 */
export function withNewLinks(
  kept: readonly DecidedLink[],
  {
    verdict,
    clients,
    covered,
  }: {
    readonly verdict: Verdict;
    readonly clients: ReadonlySet<string>;
    readonly covered: ReadonlyMap<string, string>;
  },
): DecidedLink[] {
  const present = new Set(kept.map(({ clientId }) => clientId));
  const added = verdict.clients.flatMap((link): DecidedLink[] => {
    if (!clients.has(link.clientId) || present.has(link.clientId)) return [];
    const by = covered.get(link.clientId);
    return [{ ...link, state: by === undefined ? { kind: 'pending' } : { kind: 'covered', by } }];
  });
  return [...kept, ...added];
}
