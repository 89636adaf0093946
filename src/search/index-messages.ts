/** Keeps the rows of search in step with what is stored, beside ingest: an import never waits for it. */
import { ObjectId } from 'mongodb';
import type { AnyBulkWriteOperation } from 'mongodb';
import { communicationId } from '../ingest/record.ts';
import type { CommunicationDocument } from '../store/communications.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';
import { isDuplicateKey } from '../store/duplicate-key.ts';
import type { SearchProgressDocument, SearchRowDocument } from '../store/search-rows.ts';
import { rowOfCommunication, rowOfMessage, SEARCH_VERSION } from './search-row.ts';

type Stores = Pick<Database, 'messages' | 'communications' | 'searchRows' | 'searchProgress'>;

/** Messages per step: a communication may have megabytes. */
const BATCH = 100;
/** Counting costs as much as what is counted. */
const MAX_COUNTED = 10_000;
const MIN_ID = new ObjectId('0'.repeat(24));
/** Decided and written; what was not read has no words. */
const FINDABLE = ['stored', 'triage', 'ignored'] as const;

/** Makes the rows of messages that are due, then of those that are older than search. @returns how many messages were gone through. */
export async function indexMessages(stores: Stores, signal?: AbortSignal): Promise<number> {
  let count = 0;
  for (;;) {
    if (signal?.aborted === true) return count;
    const due = await stores.messages
      .find({ searchDue: { $gt: MIN_ID } })
      .limit(BATCH)
      .toArray();
    const old = due.length > 0 ? null : await nextOld(stores);
    if (due.length === 0 && old === null) return count;
    const found = old?.found ?? due;
    await indexThese(stores, found);
    if (old !== null) await advance(stores, old);
    count += found.length;
  }
}

/** Has all rows made again; searches go on meanwhile. */
export async function rebuildSearch({ searchProgress }: Pick<Stores, 'searchProgress'>): Promise<void> {
  await searchProgress.updateOne(
    { _id: 'messages' },
    { $set: { version: SEARCH_VERSION, after: null, isComplete: false } },
    { upsert: true },
  );
}

/** How many messages a search does not find yet; at most 10,000. */
export async function countMissing({
  messages,
  searchProgress,
}: Pick<Stores, 'messages' | 'searchProgress'>): Promise<number> {
  const [due, progress] = await Promise.all([
    messages.countDocuments({ searchDue: { $gt: MIN_ID } }, { limit: MAX_COUNTED }),
    searchProgress.findOne({ _id: 'messages' }),
  ]);
  const isCurrent = progress?.version === SEARCH_VERSION;
  if (isCurrent && progress.isComplete) return due;
  const after = isCurrent ? progress.after : null;
  const beyond = await messages.countDocuments(after === null ? {} : { _id: { $gt: after } }, {
    limit: MAX_COUNTED,
  });
  return Math.max(due, beyond);
}

interface Old {
  readonly found: readonly MessageDocument[];
  /** As it was read. */
  readonly progress: SearchProgressDocument | null;
}

/** Messages from before search, or before its rules; null if all have been gone through, by these rules or later ones. */
async function nextOld({ messages, searchProgress }: Stores): Promise<Old | null> {
  const progress = await searchProgress.findOne({ _id: 'messages' });
  if (progress !== null && progress.version > SEARCH_VERSION) return null;
  const isCurrent = progress?.version === SEARCH_VERSION;
  if (isCurrent && progress.isComplete) return null;
  const after = isCurrent ? progress.after : null;
  const found = await messages
    .find(after === null ? {} : { _id: { $gt: after } })
    .sort({ _id: 1 })
    .limit(BATCH)
    .toArray();
  return { found, progress };
}

/** Only if nobody else has moved on, or back for a rebuild. */
async function advance({ searchProgress }: Stores, { found, progress }: Old): Promise<void> {
  const next = {
    version: SEARCH_VERSION,
    isComplete: found.length < BATCH,
    after: found.at(-1)?._id ?? progress?.after ?? null,
  };
  if (progress !== null) {
    const { version, after, isComplete } = progress;
    await searchProgress.updateOne({ _id: 'messages', version, after, isComplete }, { $set: next });
    return;
  }
  try {
    await searchProgress.insertOne({ _id: 'messages', ...next });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

async function indexThese(stores: Stores, found: readonly MessageDocument[]): Promise<void> {
  if (found.length === 0) return;
  const { messages, searchRows } = stores;
  const communications = await communicationsOf(stores, found);
  const writes = found.flatMap((message): AnyBulkWriteOperation<SearchRowDocument>[] => {
    const recorded = communications.get(message._id.toHexString()) ?? [];
    // On record by another message with the same words, which has the row.
    const isElsewhere = message.links.some(({ retract }) => retract === undefined);
    const isFindable = FINDABLE.some((one) => one === message.state);
    const rows =
      recorded.length === 0 && isFindable && !isElsewhere
        ? [rowOfMessage(message)]
        : recorded.map((row) => rowOfCommunication(message, row));
    return [
      ...rows.map(({ _id, ...row }) => ({
        replaceOne: { filter: { _id }, replacement: row, upsert: true },
      })),
      { deleteMany: { filter: { messageRef: message._id, _id: { $nin: rows.map(({ _id }) => _id) } } } },
    ];
  });
  if (writes.length > 0) await searchRows.bulkWrite(writes, { ordered: false });
  await settle(messages, found);
}

/** By the message that they were written from: copies share a communication. */
async function communicationsOf(
  { communications }: Pick<Stores, 'communications'>,
  found: readonly MessageDocument[],
): Promise<ReadonlyMap<string, CommunicationDocument[]>> {
  const ids = found.flatMap((message) =>
    message.links.map(({ clientId }) => communicationId(message, clientId)),
  );
  if (ids.length === 0) return new Map();
  const rows = await communications.find({ _id: { $in: ids } }, { projection: { html: 0 } }).toArray();
  return Map.groupBy(rows, ({ messageRef }) => messageRef?.toHexString() ?? '');
}

/**
 * Done, if nothing was written since they were read. Otherwise these rows may have replaced newer ones of another process, and must be
 * made again.
 */
async function settle(messages: Stores['messages'], found: readonly MessageDocument[]): Promise<void> {
  const asRead = ({ _id, storedAt, searchDue }: MessageDocument) => ({
    _id,
    storedAt,
    searchDue: searchDue ?? { $exists: false },
  });
  const { matchedCount } = await messages.bulkWrite(
    found.map((message) => ({
      updateOne: { filter: asRead(message), update: { $unset: { searchDue: true } } },
    })),
    { ordered: false },
  );
  if (matchedCount === found.length) return;
  for (const { _id, storedAt } of found)
    await messages.updateOne({ _id, storedAt: { $ne: storedAt } }, { $set: { searchDue: new ObjectId() } });
}
