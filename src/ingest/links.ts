import type { BookAnswers } from '../store/book-answers.ts';
import type { DecisionsInForce } from '../store/decisions.ts';
import type { MessageDocument, MessageLink } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { Verdict } from '../decide/judge.ts';

/** The links that a message has, with a mark on those that are to be taken off record. What holds for another reason now stays. */
export async function keptLinks(
  { clients }: Database,
  input: { message: MessageDocument; verdict: Verdict; decided: DecisionsInForce; book: BookAnswers },
): Promise<MessageLink[]> {
  const { message, verdict, decided, book } = input;
  const saying = (act: 'link' | 'unlink'): Set<string> =>
    new Set(
      decided.decisions
        .filter(
          (d) => d.act === act && (act === 'unlink' || d.subject === 'message' || d.subject === 'thread'),
        )
        .flatMap((d) => d.clientIds),
    );
  const [linked, unlinked] = [saying('link'), saying('unlink')];
  const found = new Map(verdict.clients.map((link) => [link.clientId, link]));
  const kept: MessageLink[] = [];
  for (const link of message.links) {
    const clientId = String(link.clientId);
    const reason =
      unlinked.has(clientId) && !linked.has(clientId)
        ? 'unlinked'
        : link.via === 'decision' && !linked.has(clientId)
          ? 'undone'
          : link.via !== 'decision' && (await isLost(clients, { link, message, book }))
            ? 'address-removed'
            : undefined;
    const otherwise = found.get(clientId);
    const { retract, ...bare } = link;
    if (reason === undefined) kept.push(retract === undefined ? link : { ...bare, retract });
    else if (otherwise !== undefined && reason !== 'unlinked')
      kept.push({ ...bare, via: otherwise.via, address: otherwise.address });
    else kept.push({ ...bare, retract: reason });
  }
  return kept;
}

/** Whether the address by which a client was found was taken from it. A client that has gone loses no mail. */
async function isLost(
  clients: Database['clients'],
  { link, message, book }: { link: MessageLink; message: MessageDocument; book: BookAnswers },
): Promise<boolean> {
  const clientId = String(link.clientId);
  const { address } = link;
  if (
    address === null ||
    !(message.lost ?? []).some((lost) => String(lost.clientId) === clientId && lost.address === address)
  )
    return false;
  const entries = [...(book.entries.get(address) ?? []), ...(book.entries.get(`@${address}`) ?? [])];
  if (entries.some((entry) => entry.clientId === clientId)) return false;
  return (
    book.clientIds.has(clientId) || (await clients.countDocuments({ _id: link.clientId }, { limit: 1 })) > 0
  );
}

/** Additions only. A link to words that the client has on record already counts as written. */
export function mergeLinks(input: {
  message: MessageDocument;
  verdict: Verdict;
  ids: ReadonlyMap<string, MessageLink['clientId']>;
  alreadyStored: ReadonlySet<string>;
}): MessageLink[] {
  const { message, verdict, ids, alreadyStored } = input;
  const present = new Set(message.links.map((link) => String(link.clientId)));
  const added = verdict.clients.flatMap(({ clientId, via, address }): MessageLink[] => {
    const id = ids.get(clientId);
    if (id === undefined || present.has(clientId)) return [];
    return [
      { clientId: id, via, address, writtenAt: alreadyStored.has(clientId) ? message.receivedAt : null },
    ];
  });
  return [...message.links, ...added];
}

/**
 * The clients' ids as the CRM wrote them. A client that has gone meanwhile is left out, and with it the link: `book` was asked
 * just now, all others of the `known` ids are looked up.
 */
export async function clientIdsOf(
  { clients }: Database,
  input: { verdict: Verdict; book: BookAnswers; known: ReadonlyMap<string, MessageLink['clientId']> },
): Promise<Map<string, MessageLink['clientId']>> {
  const ids = new Map(input.book.clientIds);
  const wanted = input.verdict.clients.flatMap(({ clientId }) =>
    ids.has(clientId) ? [] : (input.known.get(clientId) ?? []),
  );
  if (wanted.length === 0) return ids;
  const present = await clients
    .find({ _id: { $in: wanted } })
    .project<{ _id: MessageLink['clientId'] }>({ _id: 1 })
    .toArray();
  for (const { _id } of present) ids.set(String(_id), _id);
  return ids;
}
