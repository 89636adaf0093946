/**
 * What has to change in stored documents when a new version reads them otherwise. One place, in the order of their numbers.
 *
 * Every process that opens the database runs what is not recorded as done, so several may run one step at once, beside processes
 * of the version before. A step therefore only adds: each of its writes is conditional on what it read, running it again changes
 * nothing, and processes of the version before get along with the result. What they still need is taken away by a later version.
 */
import type { AnyBulkWriteOperation, ObjectId } from 'mongodb';
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

const migrations: readonly Migration[] = [{ version: 1, step: 'link-states', run: giveLinksTheirState }];

/** The version of our own collections that this program writes. */
export const SCHEMA_VERSION = Math.max(...migrations.map(({ version }) => version));

/** Makes a database ready for this program: indexes, validators, and what is stored brought up to date. */
export async function prepareDatabase(database: Database): Promise<void> {
  await ensureIndexes(database);
  await migrate(database);
}

/** The version that all documents are known to have; 0 for those of before there were versions. */
export async function schemaVersion({ schema }: Pick<Database, 'schema'>): Promise<number> {
  const [latest] = await schema.find().sort({ _id: -1 }).limit(1).toArray();
  return latest?._id ?? 0;
}

/** Runs the steps that are not recorded as done. One small query where there are none. */
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

/** Writes of one command. */
const BATCH = 500;

/** Version 1: whether a link is pending, written or covered stood in a comparison of two times. */
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

/** Does nothing where somebody changed the link meanwhile: then it is read as `linkStateOf` says until it is judged again. */
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
