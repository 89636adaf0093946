import { MongoBulkWriteError, ObjectId } from 'mongodb';
import type { Collection, Filter } from 'mongodb';
import { entriesOf } from '../decide/client-addresses.ts';
import type { ClientDocument } from './clients.ts';
import { deterministicId } from './ids.ts';

/** Normalised address (or `@domain`) → client: derived from `clients`, plus the aliases that people added. */
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

/** What a client's addresses depend on. */
export type ClientAddresses = Pick<ClientDocument, '_id' | 'email' | 'emails'>;

/** The rows for a CRM document. */
export function rowsOf(client: ClientAddresses): BookDocument[] {
  return entriesOf(client).map(({ address, kind }) => ({
    _id: rowId({ address, clientId: client._id, source: 'crm' }),
    address,
    clientId: client._id,
    kind,
    source: 'crm',
  }));
}

function rowId({
  address,
  clientId,
  source,
}: Pick<BookDocument, 'address' | 'clientId' | 'source'>): ObjectId {
  return deterministicId('book', address, String(clientId), source);
}

/** An alias that a person added: `address` is normalised, or `@domain`. */
export function aliasRow(address: string, clientId: ClientDocument['_id']): BookDocument {
  return {
    _id: rowId({ address, clientId, source: 'learned' }),
    address,
    clientId,
    kind: 'alias',
    source: 'learned',
  };
}

export async function addAliasRow(addressBook: Collection<BookDocument>, row: BookDocument): Promise<void> {
  const { _id, ...fields } = row;
  await addressBook.updateOne({ _id }, { $setOnInsert: fields }, { upsert: true });
}

export async function removeAliasRow(
  addressBook: Collection<BookDocument>,
  row: Pick<BookDocument, '_id'>,
): Promise<void> {
  await addressBook.deleteOne({ _id: row._id });
}

/** An address that a client now has, or no longer has. Without `@domains`: they follow from addresses. */
export interface AddressChange {
  readonly address: string;
  readonly clientId: ClientDocument['_id'];
}

export interface BookChanges {
  readonly gained: readonly AddressChange[];
  /** Only of clients that still exist. A deleted client takes its rows with it, but no mail off its record. */
  readonly lost: readonly AddressChange[];
}

/** How far a scan got; `after` null: it finished and starts again. */
export interface ScanPosition {
  readonly after: ClientDocument['_id'] | null;
  readonly scanned: number;
}

/** Clients read and written per step: what a scan holds in memory. */
const PAGE = 1_000;

/**
 * A comparison only matches values of its own type, so ids of each type are a range of their own, in MongoDB's order of types. The
 * bounds are below every id that a CRM uses.
 */
const RANGES: readonly (number | string | ObjectId)[] = [
  Number.NEGATIVE_INFINITY,
  '',
  new ObjectId('000000000000000000000000'),
];

/** Called before the rows are written, so that a crash in between repeats it. */
type OnChanges = (changes: BookChanges) => Promise<unknown>;

/** Brings the book up to date with the next page of clients, in `_id` order. */
export async function scanClients(
  book: Book,
  { after }: Pick<ScanPosition, 'after'>,
  onChanges?: OnChanges,
): Promise<ScanPosition & BookChanges> {
  const changes: BookChanges[] = [];
  let scanned = 0;
  let from = after ?? RANGES[0] ?? null;
  while (from !== null && scanned < PAGE) {
    const limit = PAGE - scanned;
    const page: ClientAddresses[] = await readClients(book.clients, { _id: { $gt: from } }, limit);
    scanned += page.length;
    const last = page.length < limit ? null : (page.at(-1)?._id ?? null);
    const range = { $gt: from, ...(last === null ? {} : { $lte: last }) };
    changes.push(await bringUpToDate(book, { clients: page, rows: { clientId: range }, onChanges }));
    from = last ?? nextRange(from);
  }
  return {
    after: from,
    scanned,
    gained: changes.flatMap(({ gained }) => gained),
    lost: changes.flatMap(({ lost }) => lost),
  };
}

/** Brings the book up to date with these clients, as requested by a hint. */
export async function refreshClients(
  book: Book,
  ids: readonly ClientDocument['_id'][],
  onChanges?: OnChanges,
): Promise<BookChanges> {
  const clients = await readClients(book.clients, { _id: { $in: [...ids] } }, ids.length);
  return await bringUpToDate(book, { clients, rows: { clientId: { $in: [...ids] } }, onChanges });
}

async function readClients(
  clients: Collection<ClientDocument>,
  filter: Filter<ClientDocument>,
  limit: number,
): Promise<ClientAddresses[]> {
  return await clients
    .find(filter)
    .project<ClientAddresses>({ _id: 1, email: 1, emails: 1 })
    .sort({ _id: 1 })
    .limit(limit)
    .toArray();
}

function nextRange(id: ClientDocument['_id']): ClientDocument['_id'] | null {
  const here = RANGES.findIndex((bound) => typeof bound === typeof id);
  return RANGES[here + 1] ?? null;
}

/**
 * Compares the rows that the clients should have with the existing ones; `rows` are all that these clients, or deleted clients
 * beside them, may have. Reads one range: on compatible engines `$in` and `$nin` with a thousand ids take seconds.
 */
async function bringUpToDate(
  { addressBook }: Book,
  input: {
    readonly clients: readonly ClientAddresses[];
    readonly rows: Filter<BookDocument>;
    readonly onChanges: OnChanges | undefined;
  },
): Promise<BookChanges> {
  const there = new Set(input.clients.map(({ _id }) => String(_id)));
  const missing = new Map(input.clients.flatMap(rowsOf).map((row) => [row._id.toHexString(), row]));
  const stale: BookDocument[] = [];
  let gone: ObjectId[] = [];
  const forget = async (ids: readonly ObjectId[]): Promise<void> => {
    if (ids.length > 0) await addressBook.deleteMany({ _id: { $in: [...ids] } });
  };
  for await (const row of addressBook.find({ ...input.rows, source: 'crm' })) {
    if (missing.delete(row._id.toHexString())) continue;
    if (there.has(String(row.clientId))) stale.push(row);
    else gone.push(row._id);
    // A million clients may be deleted at once.
    if (gone.length < PAGE) continue;
    await forget(gone);
    gone = [];
  }
  await forget(gone);
  const added = [...missing.values()];
  const changes = { gained: addressesIn(added), lost: addressesIn(stale) };
  if (changes.gained.length + changes.lost.length > 0) await input.onChanges?.(changes);
  await forget(stale.map(({ _id }) => _id));
  if (added.length > 0) await insertMissing(addressBook, added);
  return changes;
}

/** Another process may write the same rows at the same time: either is fine. */
async function insertMissing(
  addressBook: Collection<BookDocument>,
  rows: readonly BookDocument[],
): Promise<void> {
  try {
    await addressBook.insertMany([...rows], { ordered: false });
  } catch (error) {
    const failures = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
    if (failures.length === 0 || failures.some(({ code }) => code !== 11000)) throw error;
  }
}

function addressesIn(rows: readonly BookDocument[]): AddressChange[] {
  return rows.flatMap(({ address, clientId, kind }) => (kind === 'primary' ? [{ address, clientId }] : []));
}
