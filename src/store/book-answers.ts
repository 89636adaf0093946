import type { Collection, Filter } from 'mongodb';
import type { BookEntry } from '../decide/known-context.ts';
import { addressesOf, entriesOf } from '../decide/client-addresses.ts';
import type { Book, BookDocument, ClientAddresses } from './address-book.ts';
import type { ClientDocument } from './clients.ts';

/** The entries of the address book, and the clients' own ids as the CRM wrote them. */
export interface BookAnswers {
  readonly entries: ReadonlyMap<string, readonly BookEntry[]>;
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
  /** Clients whom the book still knows under what was asked, and whose documents are not there. */
  readonly absent: readonly Pick<BookDocument, 'address' | 'clientId'>[];
}

/** An address of more clients than this is nobody's address; the rest is left out. */
const MAX_CLIENTS_PER_LOOKUP = 200;
/** Reading a collection this small takes less time than a round trip. */
const SMALL_COLLECTION = 5_000;
/** How long to cache which CRM fields are indexed: `doctor --fix` may add indexes at any time. */
const INDEX_CACHE_MS = 60_000;

/**
 * Looks up addresses and `@domains`. Only a client's current document counts: an entry whose client is gone or no longer has the
 * address is left out; a client not in the book yet is found by its `email` as written, so that it matches the very next message;
 * if one field has several addresses, only in a small collection, elsewhere after the next scan. Costs three commands, a fourth if
 * the CRM spells the address differently, whatever the number of clients; in a small collection a fifth for an address that no
 * client has.
 */
export async function lookUpAddresses(
  { addressBook, clients }: Book,
  lookups: readonly string[],
  also: {
    /** Spellings in the message, for clients stored in another letter case. */
    readonly asWritten?: readonly string[];
    /** Alias rows not in the book: the answer as if they were. */
    readonly supposed?: readonly Omit<BookDocument, '_id'>[];
  } = {},
): Promise<BookAnswers> {
  if (lookups.length === 0) return { entries: new Map(), clientIds: new Map(), absent: [] };
  const asked = new Set(lookups);
  const spellings = [
    ...new Set([...lookups.filter((lookup) => !lookup.startsWith('@')), ...(also.asWritten ?? [])]),
  ];
  const limit = lookups.length * MAX_CLIENTS_PER_LOOKUP;
  const isDomain = (lookup: string): boolean => lookup.startsWith('@');
  // Separate limits: a thousand clients at one company must not use up those for an address.
  const [byAddress, byDomain, byEmail] = await Promise.all([
    inBook(
      addressBook,
      lookups.filter((lookup) => !isDomain(lookup)),
    ),
    inBook(addressBook, lookups.filter(isDomain)),
    readByEmail(clients, spellings, limit),
  ]);
  const rows = [
    ...byAddress,
    ...byDomain,
    ...(also.supposed ?? []).filter(({ address }) => asked.has(address)),
  ];
  const answered = new Set([...rows.map(({ address }) => address), ...byEmail.flatMap(addressesOf)]);
  const isOpen = lookups.some((lookup) => !isDomain(lookup) && !answered.has(lookup));
  const listed = isOpen ? await readLists(clients) : [];
  const known = new Set([...byEmail, ...listed].map(({ _id }) => String(_id)));
  const others = rows.flatMap(({ clientId }) => (known.has(String(clientId)) ? [] : [clientId]));
  const byId = others.length === 0 ? [] : await read(clients, { _id: { $in: [...new Set(others)] } }, limit);
  const there = new Set([...known, ...byId.map(({ _id }) => String(_id))]);
  // Where the limit cut the answer off nothing is known of those that are missing.
  const absent = byId.length < limit ? rows.filter(({ clientId }) => !there.has(String(clientId))) : [];
  const answers = answersFrom({
    asked,
    found: [...byEmail, ...listed, ...byId],
    learned: rows.filter(({ source }) => source === 'learned'),
  });
  return { ...answers, absent };
}

async function inBook(
  addressBook: Collection<BookDocument>,
  lookups: readonly string[],
): Promise<BookDocument[]> {
  if (lookups.length === 0) return [];
  return await addressBook
    .find({ address: { $in: [...lookups] } })
    .limit(lookups.length * MAX_CLIENTS_PER_LOOKUP)
    .toArray();
}

/** Not in one query with the ids: for `_id` or another field, compatible engines read the whole collection. */
async function readByEmail(
  clients: Collection<ClientDocument>,
  spellings: readonly string[],
  limit: number,
): Promise<ClientAddresses[]> {
  if (spellings.length === 0) return [];
  const { fields } = await fieldsToAsk(clients);
  const byEmail = fields.map((field): Filter<ClientDocument> => ({ [field]: { $in: [...spellings] } }));
  return byEmail.length === 0 ? [] : await read(clients, { $or: byEmail }, limit);
}

/** The field has more than an address: another one, a name, a remark. */
const MORE_THAN_ONE = String.raw`@.*[\s,;/|<(@＠，；]|[\s,;/|<(:＠].*@|＠`;

/** Clients with several addresses in one field, which no index finds: all of a small collection. */
async function readLists(clients: Collection<ClientDocument>): Promise<ClientAddresses[]> {
  if (!(await fieldsToAsk(clients)).isSmall) return [];
  const listed = ['email', 'emails'].map((field): Filter<ClientDocument> => ({
    [field]: { $regex: MORE_THAN_ONE },
  }));
  return await read(clients, { $or: listed }, SMALL_COLLECTION);
}

/**
 * Stops the cursor after `limit` instead of passing it: PostgreSQL-based engines take a limit on an `$or` as a reason to read the
 * collection from its start.
 */
async function read(
  clients: Collection<ClientDocument>,
  filter: Filter<ClientDocument>,
  limit: number,
): Promise<ClientAddresses[]> {
  const found: ClientAddresses[] = [];
  for await (const client of clients.find(filter).project<ClientAddresses>({ _id: 1, email: 1, emails: 1 })) {
    found.push(client);
    if (found.length >= limit) break;
  }
  return found;
}

function answersFrom(input: {
  asked: ReadonlySet<string>;
  found: readonly ClientAddresses[];
  learned: readonly Omit<BookDocument, '_id'>[];
}): Omit<BookAnswers, 'absent'> {
  const entries = new Map<string, BookEntry[]>();
  const clientIds = new Map<string, ClientDocument['_id']>();
  const add = (entry: BookEntry): void => {
    const known = entries.get(entry.address) ?? [];
    if (known.some(({ clientId, kind }) => clientId === entry.clientId && kind === entry.kind)) return;
    entries.set(entry.address, [...known, entry]);
  };
  for (const client of input.found) {
    const clientId = String(client._id);
    clientIds.set(clientId, client._id);
    for (const { address, kind } of entriesOf(client))
      if (input.asked.has(address)) add({ address, clientId, kind });
  }
  for (const { address, clientId } of input.learned)
    if (clientIds.has(String(clientId))) add({ address, clientId: String(clientId), kind: 'alias' });
  return { entries, clientIds };
}

const indexCache = new WeakMap<Collection<ClientDocument>, AskedFields & { readonly at: number }>();

interface AskedFields {
  readonly fields: readonly string[];
  readonly isSmall: boolean;
}

/**
 * The CRM fields that can be queried without a full scan. Without an index a lookup would get slower with every client, so then
 * only the book answers, which the rolling scan maintains; `doctor` reports the missing index.
 */
async function fieldsToAsk(clients: Collection<ClientDocument>): Promise<AskedFields> {
  const known = indexCache.get(clients);
  if (known !== undefined && Date.now() - known.at < INDEX_CACHE_MS) return known;
  const indexes = await clients
    .listIndexes()
    .toArray()
    .catch(() => []);
  const indexed = ['email', 'emails'].filter((field) =>
    indexes.some(({ key }) => Object.keys(key as object)[0] === field),
  );
  const isSmall = (await clients.estimatedDocumentCount()) <= SMALL_COLLECTION;
  const asked = { fields: isSmall && indexed.length < 2 ? ['email', 'emails'] : indexed, isSmall };
  indexCache.set(clients, { ...asked, at: Date.now() });
  return asked;
}
