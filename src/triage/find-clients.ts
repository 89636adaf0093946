/** Clients by part of a name, company or address, while a person types. */
import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { ClientDocument } from '../store/clients.ts';
import type { Database } from '../store/mongo.ts';
import { idsMeant } from './named.ts';

export interface FoundClient {
  /** As the CRM wrote it. */
  readonly _id: ClientDocument['_id'];
  readonly clientId: string;
  readonly name: string;
  readonly company: string | null;
  readonly email: string | null;
}

export interface FoundClients {
  readonly clients: readonly FoundClient[];
  /** More match than are told. */
  readonly isCut: boolean;
  /** There are more clients than are searched by name: then only addresses find the others. */
  readonly isPartial: boolean;
}

interface Entry extends FoundClient {
  readonly words: string;
}

interface Names {
  readonly at: number;
  readonly entries: readonly Entry[];
  readonly isPartial: boolean;
}

/** A CRM's clients are read from it in the order of their ids: its collection has no index of names, and is not ours to give one. */
const MAX_NAMES = 50_000;
/** A client that was added is found after this time, by its address at once. */
const FRESH_MS = 30_000;
const MAX_WORDS = 8;
/** Prefixes of addresses in the address book. */
const MAX_ADDRESSES = 50;

/** Without a query the first ones by name. */
export type FindClients = (query: string, limit: number) => Promise<FoundClients>;

export function clientFinder(database: Pick<Database, 'clients' | 'addressBook'>): FindClients {
  let names: Promise<Names> | null = null;
  let isRenewing = false;

  const current = async (): Promise<Names> => {
    names ??= readNames(database);
    names.catch(() => (names = null));
    const known = await names;
    if (performance.now() - known.at > FRESH_MS && !isRenewing) {
      isRenewing = true;
      // Nobody waits for it.
      void readNames(database)
        .then((renewed) => (names = Promise.resolve(renewed)))
        .catch(() => {})
        .finally(() => (isRenewing = false));
    }
    return known;
  };

  return async (query, limit) => {
    const words = foldName(query).split(' ').filter(Boolean).slice(0, MAX_WORDS);
    const [{ entries, isPartial }, byAddress] = await Promise.all([
      current(),
      findByAddress(database, query),
    ]);
    const known = new Set(byAddress.map(({ clientId }) => clientId));
    const byName = entries.filter(
      ({ clientId, words: text }) => !known.has(clientId) && words.every((word) => text.includes(` ${word}`)),
    );
    const all = [...byAddress, ...byName.map(({ words: _, ...client }) => client)];
    return { clients: all.slice(0, limit), isCut: all.length > limit, isPartial };
  };
}

/** Case, accents and signs do not matter: "muller" finds "Müller & Söhne". */
export const foldName = (text: string): string =>
  text
    .slice(0, 500)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const asFound = (client: ClientDocument): FoundClient => ({
  _id: client._id,
  clientId: String(client._id),
  name: textOr(client.name) ?? textOr(client.company) ?? textOr(client.email) ?? 'a client without a name',
  company: textOr(client.company),
  email: textOr(client.email),
});

const textOr = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.slice(0, 500) : null;

const shown = { name: 1, company: 1, email: 1 } as const;

async function readNames({ clients }: Pick<Database, 'clients'>): Promise<Names> {
  const found = await clients
    .find({}, { projection: shown })
    .sort({ _id: 1 })
    .limit(MAX_NAMES + 1)
    .toArray();
  const entries = found.slice(0, MAX_NAMES).map((client) => {
    const entry = asFound(client);
    return { ...entry, words: ` ${foldName(`${entry.name} ${entry.company ?? ''} ${entry.email ?? ''}`)}` };
  });
  entries.sort((a, b) => (a.words < b.words ? -1 : 1));
  return { at: performance.now(), entries, isPartial: found.length > MAX_NAMES };
}

async function findByAddress(
  { clients, addressBook }: Pick<Database, 'clients' | 'addressBook'>,
  query: string,
): Promise<FoundClient[]> {
  const start = query.trim().toLowerCase();
  if (start.length < 3 || /[\s<>]/u.test(start)) return [];
  const address = normaliseAddress(start) ?? start;
  const rows = await addressBook
    .find({ address: { $gte: address, $lt: `${address}\u{10ffff}` } })
    .sort({ address: 1 })
    .limit(MAX_ADDRESSES)
    .toArray();
  const ids = [...new Map(rows.map(({ clientId }) => [String(clientId), clientId])).values()];
  if (!start.includes('@')) ids.push(...idsMeant(query.trim()));
  if (ids.length === 0) return [];
  const found = await clients.find({ _id: { $in: ids } }, { projection: shown }).toArray();
  return found.map(asFound);
}
