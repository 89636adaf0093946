/**
 * Changes to stored documents that a new version needs. In one place, in numerical order.
 *
 * Every process that opens the database runs what is not recorded as done, so several may run one step at once, beside processes of
 * the previous version. A step therefore only adds, or drops what no version reads: each write is conditional on what it read,
 * rerunning it changes nothing, and processes of the previous version work with the result. A later version removes what they still
 * need.
 */
import { MongoServerError, type AnyBulkWriteOperation, type ObjectId } from 'mongodb';
import { linkStateOf } from './link-state.ts';
import type { MessageDocument, MessageLink } from './message-document.ts';
import { ensureIndexes } from './mongo.ts';
import { retryDuplicate } from './duplicate-key.ts';
import type { Database } from './mongo.ts';

interface Migration {
  readonly version: number;
  readonly step: string;
  readonly run: (database: Database) => Promise<void>;
}

const migrations: readonly Migration[] = [
  { version: 1, step: 'link-states', run: giveLinksTheirState },
  { version: 2, step: 'unused-indexes', run: dropUnusedIndexes },
];

/** The version of our own collections that this program writes. */
export const SCHEMA_VERSION = Math.max(...migrations.map(({ version }) => version));

/** Prepares a database for this program: indexes, validators, migrations. */
export async function prepareDatabase(database: Database): Promise<void> {
  await ensureIndexes(database);
  await migrate(database);
}

/** The version that all documents are known to have; 0 from before there were versions. */
export async function schemaVersion({ schema }: Pick<Database, 'schema'>): Promise<number> {
  const [latest] = await schema.find().sort({ _id: -1 }).limit(1).toArray();
  return latest?._id ?? 0;
}

/** Runs the steps not recorded as done. One small query if there are none. */
export async function migrate(database: Database): Promise<void> {
  const version = await schemaVersion(database);
  for (const migration of migrations.filter((one) => one.version > version)) {
    await migration.run(database);
    const { step } = migration;
    await retryDuplicate(() =>
      database.schema.updateOne(
        { _id: migration.version },
        { $setOnInsert: { step, appliedAt: new Date() } },
        { upsert: true },
      ),
    );
  }
}

/** Writes per command. */
const BATCH = 500;

/** Version 1: whether a link is pending, written or covered was a comparison of two times. */
async function giveLinksTheirState({ messages }: Database): Promise<void> {
  const stateless = messages
    .find({ links: { $elemMatch: { state: { $exists: false } } } })
    .project<Pick<MessageDocument, '_id' | 'receivedAt' | 'links'>>({ receivedAt: 1, links: 1 });
  let writes: AnyBulkWriteOperation<MessageDocument>[] = [];
  const flush = async (): Promise<void> => {
    if (writes.length > 0) await messages.bulkWrite(writes, { ordered: false });
    writes = [];
  };
  for await (const { _id, receivedAt, links } of stateless) {
    for (const link of links) if (!('state' in link)) writes.push(stateOfLink(_id, { link, receivedAt }));
    if (writes.length >= BATCH) await flush();
  }
  await flush();
}

/** Does nothing if the link was changed meanwhile: then it is read as `linkStateOf` says until it is rejudged. */
function stateOfLink(
  _id: ObjectId,
  { link, receivedAt }: { readonly link: MessageLink; readonly receivedAt: Date },
): AnyBulkWriteOperation<MessageDocument> {
  const { clientId, writtenAt } = link;
  return {
    updateOne: {
      filter: { _id, links: { $elemMatch: { clientId, writtenAt, state: { $exists: false } } } },
      update: { $set: { 'links.$.state': linkStateOf({ receivedAt }, { writtenAt }) } },
    },
  };
}

/**
 * Of `messages`, by the names that the driver gave them. Held case updates are listed from the CRM's collection, and the index of
 * addresses now ends with the order of a listing.
 */
const UNUSED_INDEXES = ['caseUpdates.review_1', 'participants.address_1'];
/** IndexNotFound, NamespaceNotFound. */
const NOT_THERE: ReadonlySet<number> = new Set([26, 27]);

/** Version 2: indexes that no query uses cost each write. A process of the previous version may create them again. */
async function dropUnusedIndexes({ messages }: Database): Promise<void> {
  for (const name of UNUSED_INDEXES)
    await messages.dropIndex(name).catch((error: unknown) => {
      if (!(error instanceof MongoServerError) || !NOT_THERE.has(Number(error.code))) throw error;
    });
}
