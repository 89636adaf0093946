/** Finds mail by what people type, newest first. */
import type { Filter, ObjectId } from 'mongodb';
import { MongoServerError } from 'mongodb';
import type { ClientDocument } from '../store/clients.ts';
import { soundFields } from '../store/communications.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import type { SearchRowDocument } from '../store/search-rows.ts';
import { beyond, placeIn, placeText } from '../triage/keyset.ts';
import type { Place } from '../triage/keyset.ts';
import { REVIEWS } from '../store/held-updates.ts';
import { newestRows } from '../triage/newest.ts';
import { asksForNothing, QueryError, readQuery } from './query.ts';
import type { Query, Term } from './query.ts';
import { hasPhrases, snippetOf } from './snippet.ts';
import type { Snippet } from './snippet.ts';

export interface Found {
  readonly messageId: string;
  readonly clientId: string | null;
  readonly date: string;
  readonly subject: string;
  readonly from: { readonly name: string; readonly address: string | null } | null;
  readonly snippet: Snippet;
  readonly files: number;
  readonly state: MessageDocument['state'];
}

export interface SearchResult {
  readonly rows: readonly Found[];
  readonly next: string | null;
  /** More was looked through than is sensible. Say it more precisely. */
  readonly isCut: boolean;
}

export interface SearchAsked {
  readonly text: string;
  /** Only on the record of this client. */
  readonly clientId?: ClientDocument['_id'];
  /** `next` of the previous page. */
  readonly after: string | null;
  readonly limit: number;
}

export const MAX_FOUND = 100;
/** Rows whose text is in memory at once: each may have megabytes. */
const LOOK = 26;
/** Rows whose text is read to find a phrase, or that turn out to be gone. */
const MAX_LOOKED_THROUGH = 2_000;
/** Of a search, and of each of its queries: a word may be in every message of millions. */
const TIME_LIMIT_MS = 3_000;
const MAX_HELD = 2_000;
const EXCEEDED_TIME_LIMIT = 50;

type Stores = Pick<Database, 'searchRows' | 'messages' | 'communications' | 'caseUpdates'>;

/** @throws QueryError that says what to write instead */
export async function search(stores: Stores, asked: SearchAsked): Promise<SearchResult> {
  const query = readQuery(asked.text);
  if (asksForNothing(query) && (asked.clientId === undefined || query.none.length === 0))
    throw new QueryError(
      query.none.length > 0
        ? 'Say also what to find, not only what to leave out.'
        : 'Type a word, a name, an address or a case number.',
    );
  const filter = await filterOf(stores, query, asked.clientId);
  const size = Math.min(asked.limit, MAX_FOUND);
  const rows: Found[] = [];
  let place = asked.after === null ? null : placeIn(asked.after);
  if (asked.after !== null && place === null)
    throw new QueryError('That is no place in a search. Begin again without it.');
  const start = place;
  const until = performance.now() + TIME_LIMIT_MS;
  try {
    for (let looked = 0; looked < MAX_LOOKED_THROUGH && performance.now() < until;) {
      const page = await pageOf(stores.searchRows, { filter, place, limit: LOOK });
      for (const [found, row] of await contentsOf(stores, page, query)) {
        if (rows.length === size) return { rows, next: placeOf(place), isCut: false };
        place = { time: row.date, id: row._id };
        if (found !== null) rows.push(found);
      }
      if (page.length < LOOK) return { rows, next: null, isCut: false };
      looked += page.length;
    }
  } catch (error) {
    if (!(error instanceof MongoServerError) || error.code !== EXCEEDED_TIME_LIMIT) throw error;
  }
  // Who has not moved on would only come back here.
  return { rows, next: place === start ? null : placeOf(place), isCut: true };
}

const placeOf = (place: Place | null): string | null =>
  place === null ? null : placeText(place.time, place.id);

async function filterOf(
  { caseUpdates }: Pick<Stores, 'caseUpdates'>,
  { all, none, after, before, isHeld }: Query,
  clientId: ClientDocument['_id'] | undefined,
): Promise<Filter<SearchRowDocument>> {
  // Long words are rare ones, and engines begin with the first.
  const rarestFirst = all.toSorted((a, b) => lengthOf(b) - lengthOf(a));
  const conditions: Filter<SearchRowDocument>[] = [
    ...rarestFirst.map((term) => ({ words: has(term) })),
    ...none.map((term) => ({ words: { $not: has(term) } })),
    ...(after === null ? [] : [{ date: { $gte: after } }]),
    ...(before === null ? [] : [{ date: { $lt: before } }]),
  ];
  const held = isHeld
    ? await caseUpdates
        .find({ review: { $in: [...REVIEWS] } })
        .limit(MAX_HELD)
        .project<{ communicationId?: ObjectId }>({ communicationId: 1 })
        .toArray()
    : [];
  return {
    ...(clientId !== undefined && { clientId }),
    ...(isHeld && { _id: { $in: held.flatMap(({ communicationId }) => communicationId ?? []) } }),
    ...(conditions.length > 0 && { $and: conditions }),
  };
}

const lengthOf = ({ spellings, isPrefix }: Term): number => (spellings[0] ?? '').length - (isPrefix ? 3 : 0);

/** Ranges, not expressions: a pattern would be the user's own program. */
function has({ spellings, isPrefix }: Term) {
  if (!isPrefix) return spellings.length === 1 ? { $eq: spellings[0] ?? '' } : { $in: [...spellings] };
  const [first = ''] = spellings;
  return { $elemMatch: { $gte: first, $lt: `${first}\u{10ffff}` } };
}

async function pageOf(
  searchRows: Stores['searchRows'],
  {
    filter,
    place,
    limit,
  }: { readonly filter: Filter<SearchRowDocument>; readonly place: Place | null; readonly limit: number },
): Promise<SearchRowDocument[]> {
  const further = place === null ? {} : beyond<SearchRowDocument>(place, { field: 'date', way: -1 });
  return await newestRows({ before: place?.time ?? null, wanted: limit }, async (since) => {
    const span = since === null ? {} : { date: { $gte: since } };
    return await searchRows
      .find({ $and: [filter, further, span] }, { projection: { words: 0 }, maxTimeMS: TIME_LIMIT_MS })
      .sort({ date: -1, _id: -1 })
      .limit(limit)
      .toArray();
  });
}

/** The rows with what they say; null for what is gone, or has the words but not the phrase. */
async function contentsOf(
  { messages, communications }: Pick<Stores, 'messages' | 'communications'>,
  page: readonly SearchRowDocument[],
  query: Query,
): Promise<(readonly [Found | null, SearchRowDocument])[]> {
  const [told, records] = await Promise.all([
    messages
      .find({ _id: { $in: page.map(({ messageRef }) => messageRef) } })
      .project<
        Pick<MessageDocument, '_id' | 'state' | 'subject' | 'preview' | 'participants' | 'attachments'>
      >({
        state: 1,
        subject: 1,
        preview: 1,
        participants: 1,
        attachments: 1,
      })
      .toArray(),
    communications
      .find({ _id: { $in: page.flatMap(({ _id, clientId }) => (clientId === null ? [] : [_id])) } })
      .project<CommunicationDocument>({ html: 0 })
      .toArray(),
  ]);
  const messageOf = new Map(told.map((one) => [one._id.toHexString(), one]));
  const communicationOf = new Map(records.map((one) => [one._id.toHexString(), one]));
  return page.map((row) => {
    const message = messageOf.get(row.messageRef.toHexString());
    const communication = communicationOf.get(row._id.toHexString());
    if (message === undefined || (row.clientId !== null && communication === undefined)) return [null, row];
    if (communication !== undefined && String(communication.clientId) !== String(row.clientId))
      return [null, row];
    const recorded = communication === undefined ? null : soundFields(communication);
    const subject = recorded?.subject ?? message.subject;
    const text = recorded?.message ?? message.preview;
    if (!hasPhrases(`${subject}\n${text}`, query)) return [null, row];
    const from = recorded?.from ?? message.participants.find(({ role }) => role === 'from') ?? null;
    return [
      {
        messageId: message._id.toHexString(),
        clientId: row.clientId === null ? null : String(row.clientId),
        date: row.date.toISOString(),
        subject,
        from: from === null ? null : { name: from.name, address: from.address },
        snippet: snippetOf(text, query),
        files: (recorded?.attachments ?? message.attachments).length,
        state: message.state,
      },
      row,
    ];
  });
}
