import { randomBytes } from 'node:crypto';
import { Binary, Long, MongoClient, ObjectId, type Collection, type Db, type Document } from 'mongodb';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { errorCode } from '../../services/processes.ts';
import { openServices } from '../../services/services.ts';

type Row = Document & { _id?: number | string | ObjectId };

let client: MongoClient;
let db: Db;
let collection: Collection<Row>;
let count = 0;

beforeAll(async () => {
  const env = (await openServices({ only: ['mongodb'] })).env();
  client = new MongoClient(env['MONGODB_URI'] ?? '', { maxPoolSize: 20 });
  await client.connect();
  db = client.db(`services_test_${randomBytes(4).toString('hex')}`);
});

afterAll(async () => {
  await db.dropDatabase();
  await client.close();
});

beforeEach(() => {
  count += 1;
  collection = db.collection(`c${count}`);
});

const codeOf = async (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, errorCode);

const codesOf = (results: readonly PromiseSettledResult<unknown>[]): readonly unknown[] =>
  results.flatMap((result) => (result.status === 'rejected' ? [errorCode(result.reason)] : []));

describe('writes', () => {
  test('insert and read back every BSON type that docketmail stores', async () => {
    const document = {
      _id: new ObjectId(),
      text: 'Grüße 你好',
      int: 5,
      long: Long.fromString('9007199254740993'),
      double: 0.1,
      date: new Date('2024-02-29T12:00:00.123Z'),
      nothing: null,
      flag: true,
      bytes: new Binary(randomBytes(20)),
      list: [1, 'two', { three: 3 }],
      nested: { a: { b: { c: [] } } },
    };
    await collection.insertOne(document);
    expect(await collection.findOne({ text: document.text }, { promoteLongs: false })).toMatchObject({
      text: document.text,
      date: document.date,
      list: [expect.anything(), 'two', expect.anything()],
    });
    expect((await collection.findOne({}, { promoteLongs: false }))?.['long'].toString()).toBe(
      '9007199254740993',
    );
  });

  test('a document of 12 MB survives, one of more than 16 MB is refused', async () => {
    const body = 'x'.repeat(12 * 1024 * 1024);
    await collection.insertOne({ _id: 'big', body });
    expect((await collection.findOne({}))?.['body']).toHaveLength(body.length);
    await expect(collection.insertOne({ body: 'x'.repeat(16.5 * 1024 * 1024) })).rejects.toThrow(
      /Size|too large|larger|BSON/i,
    );
  });

  test('insertMany reports how many', async () => {
    const { insertedCount } = await collection.insertMany(Array.from({ length: 2500 }, (_, n) => ({ n })));
    expect(insertedCount).toBe(2500);
    expect(await collection.countDocuments()).toBe(2500);
  });

  test('a second document with the same _id is a duplicate key error', async () => {
    await collection.insertOne({ _id: 1 });
    const error = await collection.insertOne({ _id: 1 }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 11_000,
      message: expect.stringContaining('E11000 duplicate key error'),
    });
  });

  test('ordered inserts stop at the first error, unordered ones go on', async () => {
    const documents = [{ _id: 1 }, { _id: 1 }, { _id: 2 }];
    const ordered = await collection.insertMany(documents).catch((error: unknown) => error);
    expect(ordered).toMatchObject({ code: 11_000, insertedCount: 1 });
    await collection.deleteMany({});
    const unordered = await collection
      .insertMany(documents, { ordered: false })
      .catch((error: unknown) => error);
    expect(unordered).toMatchObject({
      code: 11_000,
      insertedCount: 2,
      writeErrors: [{ index: 1, code: 11_000 }],
    });
  });

  test('bulkWrite carries out all kinds of writes', async () => {
    await collection.insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 1 },
      { _id: 3, n: 1 },
    ]);
    const result = await collection.bulkWrite(
      [
        { insertOne: { document: { _id: 4 } } },
        { updateOne: { filter: { _id: 1 }, update: { $inc: { n: 1 } } } },
        { updateMany: { filter: { n: 1 }, update: { $set: { seen: true } } } },
        { updateOne: { filter: { _id: 9 }, update: { $set: { n: 9 } }, upsert: true } },
        { replaceOne: { filter: { _id: 2 }, replacement: { replaced: true } } },
        { deleteOne: { filter: { _id: 3 } } },
      ],
      { ordered: false },
    );
    expect(result).toMatchObject({ insertedCount: 1, modifiedCount: 4, upsertedCount: 1, deletedCount: 1 });
  });

  test('an upsert inserts once with $setOnInsert and then only updates', async () => {
    const write = () =>
      collection.updateOne(
        { key: 'a' },
        { $setOnInsert: { first: true }, $inc: { n: 1 }, $max: { uid: 7 } },
        { upsert: true },
      );
    expect(await write()).toMatchObject({ upsertedCount: 1, matchedCount: 0 });
    expect(await write()).toMatchObject({ upsertedCount: 0, matchedCount: 1, modifiedCount: 1 });
    expect(await collection.findOne({ key: 'a' })).toMatchObject({ first: true, n: 2, uid: 7 });
  });

  test('$max never goes back, $addToSet adds once, $push and $pull and $unset work', async () => {
    const tagged = db.collection<{ _id: number; uid: number; tags: string[]; gone?: number }>(
      collection.collectionName,
    );
    await tagged.insertOne({ _id: 1, uid: 10, tags: ['a'], gone: 1 });
    await tagged.updateOne(
      { _id: 1 },
      { $max: { uid: 5 }, $addToSet: { tags: { $each: ['a', 'b'] } }, $unset: { gone: '' } },
    );
    await tagged.updateOne(
      { _id: 1 },
      {
        $push: { tags: { $each: ['c', 'd'], $slice: -3 } },
      },
    );
    await tagged.updateOne({ _id: 1 }, { $pull: { tags: 'c' } });
    expect(await tagged.findOne({})).toEqual({ _id: 1, uid: 10, tags: ['b', 'd'] });
  });

  test('an update by aggregation pipeline works', async () => {
    await collection.insertOne({ _id: 1, a: 1 });
    await collection.updateOne({ _id: 1 }, [{ $set: { b: { $add: ['$a', 1] } } }]);
    expect(await collection.findOne({})).toMatchObject({ b: 2 });
  });

  test('array filters and positional updates work', async () => {
    await collection.insertOne({
      _id: 1,
      list: [
        { k: 'a', n: 1 },
        { k: 'b', n: 1 },
      ],
    });
    await collection.updateOne({ 'list.k': 'b' }, { $set: { 'list.$.n': 2 } });
    await collection.updateOne({}, { $set: { 'list.$[one].n': 3 } }, { arrayFilters: [{ 'one.k': 'a' }] });
    expect((await collection.findOne({}))?.['list']).toEqual([
      { k: 'a', n: 3 },
      { k: 'b', n: 2 },
    ]);
  });

  test('errors carry MongoDB codes', async () => {
    await collection.insertOne({ _id: 1, text: 'x' });
    const one = { _id: 1 };
    expect(await codeOf(collection.updateOne(one, { $inc: { text: 1 } }))).toBe(14);
    expect(await codeOf(collection.updateOne(one, { $set: { 'text.deep': 1 } }))).toBe(28);
    expect(await codeOf(collection.updateOne(one, { $set: { a: 1 }, $inc: { a: 1 } }))).toBe(40);
    expect(await codeOf(collection.updateOne(one, { $set: { _id: 2 } }))).toBe(66);
    expect(await codeOf(collection.find({ a: { $nope: 1 } }).toArray())).toBe(2);
    expect(await codeOf(collection.aggregate([{ $nope: 1 }]).toArray())).toBe(40_324);
    expect(await codeOf(db.command({ nope: 1 }))).toBe(59);
  });

  test('an unacknowledged write gets no answer and is carried out', async () => {
    await collection.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    await expect.poll(() => collection.countDocuments()).toBe(1);
  });
});

describe('findAndModify', () => {
  test('gives the document before and after', async () => {
    await collection.insertOne({ _id: 1, n: 1 });
    expect(await collection.findOneAndUpdate({}, { $inc: { n: 1 } })).toMatchObject({ n: 1 });
    expect(
      await collection.findOneAndUpdate(
        {},
        { $inc: { n: 1 } },
        { returnDocument: 'after', projection: { _id: 0 } },
      ),
    ).toEqual({ n: 3 });
    expect(await collection.findOneAndReplace({}, { n: 9 }, { returnDocument: 'after' })).toMatchObject({
      n: 9,
    });
    expect(await collection.findOneAndDelete({})).toMatchObject({ n: 9 });
    expect(await collection.findOneAndUpdate({}, { $set: { n: 1 } })).toBeNull();
  });

  test('a compare-and-set has exactly one winner', async () => {
    await collection.insertOne({ _id: 1, state: 'received' });
    const set = (by: number) =>
      collection.findOneAndUpdate({ _id: 1, state: 'received' }, { $set: { state: 'judged', by } });
    const winners = await Promise.all(Array.from({ length: 20 }, (_, by) => set(by)));
    expect(winners.filter(Boolean)).toHaveLength(1);
  });

  test('takes the first by a sort order', async () => {
    await collection.insertMany([{ n: 3 }, { n: 1 }, { n: 2 }]);
    expect(
      await collection.findOneAndUpdate({}, { $set: { taken: true } }, { sort: { n: 1 } }),
    ).toMatchObject({ n: 1 });
  });
});

describe('unique indexes under contention', () => {
  test('of many equal inserts one succeeds, all others get 11000', async () => {
    await collection.createIndex({ fingerprint: 1 }, { unique: true });
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => collection.insertOne({ fingerprint: 'v1:a' })),
    );
    expect(codesOf(results)).toEqual(Array.from({ length: 19 }, () => 11_000));
  });

  test('rival upserts leave one document and fail with nothing but 11000', async () => {
    await collection.createIndex({ mailbox: 1, uid: 1 }, { unique: true });
    for (let uid = 1; uid <= 10; uid += 1) {
      const upsert = (by: number) =>
        collection.updateOne({ mailbox: 'm', uid }, { $set: { by } }, { upsert: true });
      const results = await Promise.allSettled(Array.from({ length: 8 }, (_, by) => upsert(by)));
      expect(new Set(codesOf(results))).toSatisfy(
        (codes: Set<unknown>) => codes.size === 0 || (codes.size === 1 && codes.has(11_000)),
      );
    }
    expect(await collection.countDocuments()).toBe(10);
  });

  test('rival batches in opposite order insert every key once', async () => {
    await collection.createIndex({ uid: 1 }, { unique: true });
    const uids = Array.from({ length: 20 }, (_, uid) => ({ uid }));
    const batch = (n: number) =>
      collection.insertMany(
        (n % 2 ? uids : uids.toReversed()).map((row) => ({ ...row })),
        { ordered: false },
      );
    const results = await Promise.allSettled(Array.from({ length: 8 }, (_, n) => batch(n)));
    expect(new Set(codesOf(results))).toEqual(new Set([11_000]));
    expect(await collection.countDocuments()).toBe(20);
  });

  test('no increment is lost', async () => {
    await collection.insertOne({ _id: 1, n: 0 });
    await Promise.all(Array.from({ length: 60 }, () => collection.updateOne({ _id: 1 }, { $inc: { n: 1 } })));
    expect(await collection.findOne({})).toMatchObject({ n: 60 });
  });

  test('an update and a findAndModify into a taken key fail with 11000', async () => {
    await collection.createIndex({ k: 1 }, { unique: true });
    await collection.insertMany([
      { _id: 1, k: 1 },
      { _id: 2, k: 2 },
    ]);
    expect(await codeOf(collection.updateOne({ _id: 2 }, { $set: { k: 1 } }))).toBe(11_000);
    expect(await codeOf(collection.findOneAndUpdate({ _id: 2 }, { $set: { k: 1 } }))).toBe(11_000);
  });
});

describe('reads', () => {
  test('sort, skip, limit and projection', async () => {
    await collection.insertMany(Array.from({ length: 20 }, (_, n) => ({ n, other: 'x' })));
    const page = await collection
      .find({ n: { $gte: 5 } }, { projection: { _id: 0, n: 1 } })
      .sort({ n: -1 })
      .skip(1)
      .limit(2)
      .toArray();
    expect(page).toEqual([{ n: 18 }, { n: 17 }]);
  });

  test('the usual filters', async () => {
    await collection.insertMany([
      { a: 1, tags: ['x', 'y'], s: 'Hello' },
      { a: 2, b: { c: 1 }, s: 'world' },
      { a: 3 },
    ]);
    const found = async (filter: Document) =>
      (await collection.find(filter).sort({ a: 1 }).toArray()).map((document) => document['a']);
    expect(await found({ a: { $in: [1, 3] } })).toEqual([1, 3]);
    expect(await found({ $or: [{ a: 1 }, { 'b.c': 1 }] })).toEqual([1, 2]);
    expect(await found({ tags: 'y' })).toEqual([1]);
    expect(await found({ s: /^hel/i })).toEqual([1]);
    expect(await found({ b: { $exists: false } })).toEqual([1, 3]);
    expect(await found({ b: null })).toEqual([1, 3]);
    expect(await found({ a: { $ne: 2, $lt: 3 } })).toEqual([1]);
    expect(await found({ tags: { $elemMatch: { $eq: 'x' } } })).toEqual([1]);
  });

  test('a cursor goes on over many batches, sorted or not, and beside other cursors', async () => {
    await collection.insertMany(Array.from({ length: 1000 }, (_, n) => ({ n })));
    const read = async (sorted: boolean) => {
      const cursor = collection.find({}, { batchSize: 100 });
      return (await (sorted ? cursor.sort({ n: -1 }) : cursor).toArray()).length;
    };
    expect(await Promise.all([read(true), read(false), read(true), read(false)])).toEqual([
      1000, 1000, 1000, 1000,
    ]);
  });

  test('a cursor can be closed early', async () => {
    await collection.insertMany(Array.from({ length: 300 }, (_, n) => ({ n })));
    const cursor = collection.find({}, { batchSize: 10 });
    await cursor.next();
    const { id } = cursor;
    await cursor.close();
    expect(await codeOf(db.command({ getMore: id, collection: collection.collectionName }))).toBe(43);
  });

  test('an unknown cursor is error 43', async () => {
    expect(await codeOf(db.command({ getMore: Long.fromNumber(4711), collection: 'c' }))).toBe(43);
  });

  test('aggregation groups, unwinds, looks up and counts', async () => {
    await collection.insertMany([
      { k: 'a', v: [1, 2] },
      { k: 'b', v: [3] },
    ]);
    const other = db.collection(`${collection.collectionName}_other`);
    await other.insertOne({ k: 'a', name: 'A' });
    const sums = await collection
      .aggregate([{ $unwind: '$v' }, { $group: { _id: '$k', sum: { $sum: '$v' } } }, { $sort: { _id: 1 } }])
      .toArray();
    expect(sums).toEqual([
      { _id: 'a', sum: 3 },
      { _id: 'b', sum: 3 },
    ]);
    const joined = await collection
      .aggregate([
        { $lookup: { from: other.collectionName, localField: 'k', foreignField: 'k', as: 'o' } },
        { $match: { 'o.name': 'A' } },
      ])
      .toArray();
    expect(joined).toHaveLength(1);
    expect(await collection.aggregate([{ $facet: { all: [{ $count: 'n' }] } }]).toArray()).toEqual([
      { all: [{ n: 2 }] },
    ]);
  });

  test('$merge and $out write what a pipeline finds', async () => {
    await collection.insertMany([
      { _id: 1, n: 1 },
      { _id: 2, n: 2 },
    ]);
    await collection
      .aggregate([{ $match: { n: 2 } }, { $merge: { into: `${collection.collectionName}_m` } }])
      .toArray();
    expect(await db.collection(`${collection.collectionName}_m`).countDocuments()).toBe(1);
  });

  test('count and distinct', async () => {
    await collection.insertMany([{ a: 1 }, { a: 1 }, { a: 2 }]);
    expect(await collection.countDocuments({ a: 1 })).toBe(2);
    expect(await collection.estimatedDocumentCount()).toBe(3);
    expect((await collection.distinct('a')).toSorted((a, b) => a - b)).toEqual([1, 2]);
  });
});

describe('indexes and collections', () => {
  test('an index exists when createIndex returns, and creating it again changes nothing', async () => {
    await collection.insertOne({ a: 1 });
    expect(await collection.createIndex({ a: 1, b: -1 }, { name: 'ab' })).toBe('ab');
    await collection.createIndex({ a: 1, b: -1 }, { name: 'ab' });
    expect((await collection.indexes()).map((index) => index['name'])).toEqual(['_id_', 'ab']);
  });

  test('createIndexes makes unique, sparse, partial, multikey and TTL indexes', async () => {
    await collection.createIndexes([
      { key: { u: 1 }, unique: true, sparse: true },
      { key: { p: 1 }, unique: true, partialFilterExpression: { p: { $exists: true } } },
      { key: { references: 1 } },
      { key: { until: 1 }, expireAfterSeconds: 60 },
    ]);
    await collection.insertMany([{ references: ['a', 'b'] }, { references: ['c'] }, { p: 1, u: 1 }]);
    expect(await codeOf(collection.insertOne({ p: 1 }))).toBe(11_000);
    expect(await codeOf(collection.insertOne({ u: 1 }))).toBe(11_000);
    expect(await collection.indexes()).toHaveLength(5);
  });

  test('a unique index over duplicate data is refused with 11000', async () => {
    await collection.insertMany([{ a: 1 }, { a: 1 }]);
    expect(await codeOf(collection.createIndex({ a: 1 }, { unique: true }))).toBe(11_000);
  });

  test('an index with the same name and other options is a conflict', async () => {
    await collection.createIndex({ a: 1 }, { name: 'same' });
    expect(await codeOf(collection.createIndex({ a: 1 }, { name: 'same', unique: true }))).toSatisfy(
      (code: unknown) => code === 85 || code === 86,
    );
  });

  test('indexes of different collections are made at the same time', async () => {
    const others = Array.from({ length: 5 }, (_, n) => db.collection(`${collection.collectionName}_${n}`));
    await Promise.all(others.map((other) => other.createIndex({ a: 1 }, { unique: true })));
    for (const other of others) expect(await other.indexes()).toHaveLength(2);
  });

  test('dropIndex drops, and dropping an unknown one is error 27', async () => {
    await collection.createIndex({ a: 1 }, { name: 'a' });
    await collection.dropIndex('a');
    expect(await collection.indexes()).toHaveLength(1);
    expect(await codeOf(collection.dropIndex('a'))).toBe(27);
  });

  test('a validator refuses with 121, and collMod changes it', async () => {
    const name = collection.collectionName;
    await db.createCollection(name, {
      validator: { $jsonSchema: { required: ['a'], properties: { a: { bsonType: 'string' } } } },
    });
    expect(await codeOf(collection.insertOne({ a: 1 }))).toBe(121);
    await collection.insertOne({ a: 'x' });
    expect(await codeOf(collection.updateOne({}, { $set: { a: 1 } }))).toBe(121);
    await db.command({ collMod: name, validator: {} });
    await collection.insertOne({ a: 1 });
  });

  test('collections are listed, dropped and renamed', async () => {
    const name = collection.collectionName;
    await collection.insertOne({});
    expect(await db.listCollections({ name }).toArray()).toMatchObject([{ name, type: 'collection' }]);
    await collection.rename(`${name}_renamed`);
    expect(await db.listCollections({ name }, { nameOnly: true }).toArray()).toEqual([]);
    await db.dropCollection(`${name}_renamed`);
    expect(await db.listCollections({ name: `${name}_renamed` }).toArray()).toEqual([]);
  });

  test('the indexes of an unknown collection are error 26', async () => {
    expect(await codeOf(collection.indexes())).toBe(26);
  });

  test('databases are listed and dropped', async () => {
    const other = client.db(`${db.databaseName}_other`);
    await other.collection('c').insertOne({});
    const names = async () =>
      (await client.db().admin().listDatabases()).databases.map((database) => database.name);
    expect(await names()).toContain(other.databaseName);
    await other.dropDatabase();
    expect(await names()).not.toContain(other.databaseName);
  });
});

describe('the server', () => {
  test('answers ping, hello, buildInfo and the statistics', async () => {
    await collection.insertOne({});
    expect(await db.command({ ping: 1 })).toMatchObject({ ok: 1 });
    expect(await db.command({ hello: 1 })).toMatchObject({ isWritablePrimary: true, maxWireVersion: 21 });
    expect((await db.command({ buildInfo: 1 }))['versionArray']).toHaveLength(4);
    expect(await db.command({ collStats: collection.collectionName })).toMatchObject({ count: 1 });
    expect(await db.stats()).toMatchObject({ ok: 1 });
  });

  test('accepts sessions', async () => {
    await client.withSession(async (session) => {
      await collection.insertOne({ a: 1 }, { session });
      expect(await collection.findOne({ a: 1 }, { session })).toMatchObject({ a: 1 });
    });
  });

  test('refuses a transaction rather than running its parts one by one', async () => {
    const work = client.withSession((session) =>
      session.withTransaction(() => collection.insertOne({ a: 1 }, { session })),
    );
    await expect(work).rejects.toThrow(/retryable writes|replica set/);
    expect(await collection.countDocuments()).toBe(0);
  });

  test('ends a query that runs longer than maxTimeMS', async () => {
    await collection.insertMany(Array.from({ length: 400 }, (_, n) => ({ n })));
    const joins: Document[] = ['x', 'y', 'z'].flatMap((as) => [
      { $lookup: { from: collection.collectionName, pipeline: [], as } },
      { $unwind: `$${as}` },
    ]);
    const slow = collection.aggregate([...joins, { $count: 'n' }], { maxTimeMS: 50 });
    expect(await codeOf(slow.toArray())).toBe(50);
  });
});
