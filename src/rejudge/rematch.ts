import type { Filter, ObjectId } from 'mongodb';
import { previewRejudge, tally } from './preview.ts';
import type { RejudgeDeps, RejudgePreview, Tally } from './preview.ts';
import type { Rules } from '../decide/rules.ts';
import { rowsOf } from '../store/address-book.ts';
import type { AddressChange, BookChanges, BookDocument } from '../store/address-book.ts';
import { idsInBatches, markForRejudge, markLost } from '../store/rejudge.ts';
import { addressesOf } from '../decide/client-addresses.ts';
import type { ClientDocument } from '../store/clients.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { withoutSubAddress } from '../decide/parties.ts';

export type Enqueue = (ids: readonly ObjectId[]) => Promise<void>;

/** What to recheck, and why. */
export interface Rematch {
  /** Messages that have one of these addresses, or come from one of these `@domains`. */
  readonly gained: readonly string[];
  /** Messages linked to a client by an address that it no longer has. */
  readonly lost: readonly AddressChange[];
  /** The only client that gains: messages already on its record need no recheck. */
  readonly gainer?: ClientDocument['_id'];
  /** Rows that the book will have by then; a preview assumes them. */
  readonly supposed?: readonly BookDocument[];
}

/** Addresses per query: a page of clients may gain two thousand. */
const ADDRESSES_AT_ONCE = 500;
/** MongoDB compiles a pattern for each document it checks. */
const MAX_PATTERNS = 50;

/** What a client's document now lists: its addresses, and those of its automatic links that it no longer has. */
export async function rematchOf(
  { messages, clients, addressBook }: Pick<Database, 'messages' | 'clients' | 'addressBook'>,
  {
    clientId,
    rules,
  }: { readonly clientId: ClientDocument['_id']; readonly rules: Pick<Rules, 'domainMatching'> },
): Promise<Rematch | null> {
  const client = await clients.findOne({ _id: clientId }, { projection: { email: 1, emails: 1 } });
  if (client === null) return null;
  const own = addressesOf(client);
  const learned = (await addressBook.find({ clientId, source: 'learned' }).toArray()).map(
    ({ address }) => address,
  );
  const has = new Set([...own, ...learned]);
  const linked: string[] = await messages.distinct('links.address', { 'links.clientId': clientId });
  const foreign = new Set<string>();
  for (const address of linked) {
    if (address === null || has.has(address) || has.has(`@${address}`)) continue;
    if ((await messages.countDocuments(linkedBy({ clientId, address }), { limit: 1 })) > 0)
      foreign.add(address);
  }
  const supposed = rowsOf(client);
  const domains = rules.domainMatching
    ? supposed.flatMap(({ address, kind }) => (kind === 'domain' ? [address] : []))
    : [];
  return {
    gained: [...new Set([...has, ...domains])],
    lost: [...foreign].map((address) => ({ clientId, address })),
    gainer: clientId,
    supposed,
  };
}

/** A rematch for the changes in the book. */
export function rematchAfter({ gained, lost }: BookChanges): Rematch {
  return { gained: [...new Set(gained.map(({ address }) => address))], lost };
}

/** Excludes links made by a person. */
function linkedBy({ clientId, address }: AddressChange): Filter<MessageDocument> {
  return { links: { $elemMatch: { clientId, address, via: { $ne: 'decision' as const } } } };
}

/**
 * Messages that an address may link: those that have it, triaged or stored; by a sub-address or domain only those in triage,
 * because no index finds them.
 */
function* bearing({ gained, gainer }: Rematch): Generator<Filter<MessageDocument>> {
  const without = gainer === undefined ? {} : { 'links.clientId': { $ne: gainer } };
  const exact = gained.filter((address) => !address.startsWith('@'));
  for (let at = 0; at < exact.length; at += ADDRESSES_AT_ONCE)
    yield {
      'participants.address': { $in: exact.slice(at, at + ADDRESSES_AT_ONCE) },
      state: { $in: ['triage', 'stored', 'judged', 'received', 'ignored'] },
      ...without,
    };
  if (gained.length > MAX_PATTERNS) return;
  const patterns = gained.map((address) =>
    address.startsWith('@')
      ? `^[^@]+@(?:[^@]*\\.)?${escaped(address.slice(1))}$`
      : withoutSubAddress(address) === null
        ? `^${escaped(address.slice(0, address.lastIndexOf('@')))}\\+[^@]*${escaped(address.slice(address.lastIndexOf('@')))}$`
        : null,
  );
  for (const pattern of patterns)
    if (pattern !== null) yield { state: 'triage', 'participants.address': { $regex: pattern } };
}

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/-]/gu, String.raw`\$&`);

/** What a rematch would do, message by message: each is judged once, nothing is written. */
export async function* rematchPreviews(deps: RejudgeDeps, rematch: Rematch): AsyncGenerator<RejudgePreview> {
  const { lost } = rematch;
  const seen = new Set<string>();
  const supposed = rematch.supposed === undefined ? {} : { supposed: rematch.supposed };
  async function* fresh(changes: AsyncIterable<RejudgePreview>) {
    for await (const change of changes) {
      const id = change.message._id.toHexString();
      if (!seen.has(id)) yield change;
      seen.add(id);
    }
  }
  for (const change of lost) yield* fresh(previewRejudge(deps, linkedBy(change), { ...supposed, lost }));
  for (const filter of bearing(rematch)) yield* fresh(previewRejudge(deps, filter, supposed));
}

/** Previews a rematch: every message is judged, nothing is written. */
export async function previewRematch(
  deps: RejudgeDeps,
  rematch: Rematch,
  progress: (examined: number) => void = () => {},
): Promise<Tally> {
  return await tally(rematchPreviews(deps, rematch), (_, examined) => progress(examined));
}

/** Clients per query. */
const CLIENTS_AT_ONCE = 200;

/**
 * Clients that were missing when a message of theirs was judged, and are back: a CRM import that deletes and reinserts them changes
 * nothing in the book, whose changes alone select mail to rematch. Returns how many messages will be rejudged.
 */
export async function rematchReturned(
  { messages, clients }: Pick<Database, 'messages' | 'clients'>,
  enqueue: Enqueue,
): Promise<number> {
  const found = await messages.distinct('absentClients', { absentClients: { $exists: true } });
  const absent = found.flatMap((id) => id ?? []);
  let marked = 0;
  for (let at = 0; at < absent.length; at += CLIENTS_AT_ONCE) {
    const asked = { _id: { $in: absent.slice(at, at + CLIENTS_AT_ONCE) } };
    const returned = await clients.find(asked).project<Pick<ClientDocument, '_id'>>({ _id: 1 }).toArray();
    if (returned.length === 0) continue;
    const theirs = {
      absentClients: { $in: returned.map(({ _id }) => _id) },
      // Marked ones already wait for their turn.
      rejudge: { $exists: false },
    };
    for await (const ids of idsInBatches(messages, theirs)) {
      await markForRejudge(messages, { _id: { $in: ids } });
      await enqueue(ids);
      marked += ids.length;
    }
  }
  return marked;
}

/**
 * Marks everything that a rematch concerns and queues it. The marks are durable: the reconciler re-adds what the queue loses.
 * Returns how many messages will be rejudged.
 */
export async function startRematch(
  { messages }: Pick<Database, 'messages'>,
  rematch: Rematch,
  enqueue: Enqueue,
): Promise<number> {
  let marked = 0;
  for (const change of rematch.lost) {
    for await (const ids of idsInBatches(messages, linkedBy(change))) {
      await markLost(messages, { _id: { $in: ids } }, change);
      await enqueue(ids);
      marked += ids.length;
    }
  }
  for (const filter of bearing(rematch))
    for await (const ids of idsInBatches(messages, filter)) {
      await markForRejudge(messages, { _id: { $in: ids } });
      await enqueue(ids);
      marked += ids.length;
    }
  return marked;
}
