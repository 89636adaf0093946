import type { Collection, Filter, ObjectId } from 'mongodb';
import type { BookEntry } from '../verdict.ts';
import { companyDomain } from '../verdict/parties.ts';
import { addressesOf } from './clients.ts';
import type { ClientDocument } from './clients.ts';
import { deterministicId } from './ids.ts';

/** Normalised address (or `@domain`) → client: derived from `clients`, plus what people taught it. */
export interface BookDocument {
  readonly _id: ObjectId;
  readonly address: string;
  readonly clientId: ClientDocument['_id'];
  readonly kind: 'primary' | 'alias' | 'domain';
  readonly source: 'crm' | 'learned';
}

export interface Book {
  readonly addressBook: Collection<BookDocument>;
  readonly clients: Collection<ClientDocument>;
}

/** What the book says, and the clients' own ids as the CRM wrote them. */
export interface BookAnswers {
  readonly entries: ReadonlyMap<string, readonly BookEntry[]>;
  readonly clientIds: ReadonlyMap<string, ClientDocument['_id']>;
}

/** One address on more clients than this is nobody's address; the rest is left out. */
const MAX_CLIENTS_PER_QUESTION = 200;
/** Clients read and written in one step of a scan. */
const PAGE = 1_000;

/**
 * Asks for addresses and `@domains`. A client is believed only as its document stands now: an entry whose client has gone or
 * no longer has the address is left out; a client that the book has not met yet is found by its `email` as written.
 * `asWritten` are spellings that occur in the message, for clients stored in another letter case.
 */
export async function askBook(
  { addressBook, clients }: Book,
  questions: readonly string[],
  asWritten: readonly string[] = [],
): Promise<BookAnswers> {
  if (questions.length === 0) return { entries: new Map(), clientIds: new Map() };
  const rows = await addressBook
    .find({ address: { $in: [...questions] } })
    .limit(questions.length * MAX_CLIENTS_PER_QUESTION)
    .toArray();
  const addresses = questions.filter((question) => !question.startsWith('@'));
  const spellings = [...new Set([...addresses, ...asWritten])];
  const filter: Filter<ClientDocument> = {
    $or: [
      { _id: { $in: [...new Set(rows.map((row) => row.clientId))] } },
      { email: { $in: spellings } },
      { emails: { $in: spellings } },
    ],
  };
  const found = await clients
    .find(filter)
    .project<Pick<ClientDocument, '_id' | 'email' | 'emails'>>({ _id: 1, email: 1, emails: 1 })
    .limit(questions.length * MAX_CLIENTS_PER_QUESTION)
    .toArray();

  const asked = new Set(questions);
  const entries = new Map<string, BookEntry[]>();
  const clientIds = new Map<string, ClientDocument['_id']>();
  const add = (entry: BookEntry): void => {
    const known = entries.get(entry.address) ?? [];
    if (known.some(({ clientId }) => clientId === entry.clientId)) return;
    entries.set(entry.address, [...known, entry]);
  };
  for (const client of found) {
    const clientId = String(client._id);
    clientIds.set(clientId, client._id);
    for (const address of addressesOf(client)) {
      if (asked.has(address)) add({ address, clientId, kind: 'primary' });
      const domain = companyDomain(address);
      if (domain !== null && asked.has(`@${domain}`))
        add({ address: `@${domain}`, clientId, kind: 'domain' });
    }
  }
  for (const { address, clientId, kind, source } of rows)
    if (source === 'learned' && clientIds.has(String(clientId)))
      add({ address, clientId: String(clientId), kind: kind === 'primary' ? 'alias' : kind });
  return { entries, clientIds };
}

/** The rows that the CRM's document asks for. */
function rowsOf(client: Pick<ClientDocument, '_id' | 'email' | 'emails'>): BookDocument[] {
  const addresses = addressesOf(client);
  const domains = [...new Set(addresses.flatMap((address) => companyDomain(address) ?? []))];
  const row = (address: string, kind: BookDocument['kind']): BookDocument => ({
    _id: deterministicId('book', address, String(client._id), 'crm'),
    address,
    clientId: client._id,
    kind,
    source: 'crm',
  });
  return [
    ...addresses.map((address) => row(address, 'primary')),
    ...domains.map((domain) => row(`@${domain}`, 'domain')),
  ];
}

/** How far a scan has come; null: from the beginning. */
export interface ScanPosition {
  readonly after: ClientDocument['_id'] | null;
  readonly scanned: number;
}

/**
 * Brings the book up to date with the next page of clients, in the order of `_id`. `after` null in the answer: the scan has
 * come to the end and begins anew.
 */
export async function scanClients(
  { addressBook, clients }: Book,
  { after }: Pick<ScanPosition, 'after'>,
): Promise<ScanPosition> {
  const page = await clients
    .find(after === null ? {} : { _id: { $gt: after } as never })
    .project<Pick<ClientDocument, '_id' | 'email' | 'emails'>>({ _id: 1, email: 1, emails: 1 })
    .sort({ _id: 1 })
    .limit(PAGE)
    .toArray();
  const last = page.at(-1);
  if (last === undefined) return { after: null, scanned: 0 };
  const wanted = new Map(page.flatMap(rowsOf).map((row) => [row._id.toHexString(), row]));
  const present = await addressBook
    .find({ clientId: { $in: page.map((c) => c._id) }, source: 'crm' })
    .toArray();
  const stale = present.filter((row) => !wanted.has(row._id.toHexString())).map((row) => row._id);
  for (const row of present) wanted.delete(row._id.toHexString());
  if (stale.length > 0) await addressBook.deleteMany({ _id: { $in: stale } });
  if (wanted.size > 0)
    await addressBook.bulkWrite(
      [...wanted.values()].map(({ _id, ...fields }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
      })),
      { ordered: false },
    );
  return { after: page.length < PAGE ? null : last._id, scanned: page.length };
}
