import type { DecidedLink, DecidedMessage } from './decided-message.ts';
import type { BookEntry, Decision } from './known-context.ts';
import type { Verdict } from './verdict.ts';

interface Known {
  readonly decisions: readonly Decision[];
  readonly book: ReadonlyMap<string, readonly BookEntry[]>;
  readonly clients: ReadonlySet<string>;
}

/** The links that a message has, with a mark on those that are to be taken off record. What holds for another reason now stays. */
export function keptLinks({
  message,
  verdict,
  known,
}: {
  readonly message: DecidedMessage;
  readonly verdict: Verdict;
  readonly known: Known;
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
  return message.links.map((link) => {
    const { clientId } = link;
    const reason =
      unlinked.has(clientId) && !linked.has(clientId)
        ? 'unlinked'
        : link.via === 'decision' && !linked.has(clientId)
          ? 'undone'
          : link.via !== 'decision' && isLost(link, message, known)
            ? 'address-removed'
            : undefined;
    if (reason === undefined) return link;
    const otherwise = found.get(clientId);
    const { retract: _, ...bare } = link;
    return otherwise !== undefined && reason !== 'unlinked'
      ? { ...bare, via: otherwise.via, address: otherwise.address }
      : { ...bare, retract: reason };
  });
}

/** Whether the address by which a client was found was taken from it. A client that has gone loses no mail. */
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
 * Additions only. A client that has gone meanwhile is left out. `covered`: the clients that have these words on record already,
 * and the message by which they have.
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
