import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ingestAgain } from '../../src/ingest/ingest.ts';
import { linkStateOf } from '../../src/store/link-state.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from '../../src/store/migrations.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import type { Database } from '../../src/store/mongo.ts';
import { findToRejudge } from '../../src/store/rejudge.ts';
import { unlink } from '../../src/triage/triage.ts';
import { rawMessage, office } from '../support/messages.ts';
import { newDatabase, openFirm } from '../support/servers.ts';

const receivedAt = new Date('2026-03-02T10:00:05.000Z');
const writtenAt = new Date('2026-03-02T10:00:06.000Z');

/** As written before schema version 1. */
function oldMessage(n: number, links: readonly object[]): MessageDocument {
  const document: unknown = {
    _id: new ObjectId(String(n).padStart(24, '0')),
    fingerprint: `v1:${String(n).padStart(64, '0')}`,
    messageId: `${n}@kline.test`,
    rawKey: 'raw/none.eml',
    date: receivedAt,
    state: 'stored',
    revision: 1,
    variantKey: `variant-${n}`,
    links,
    caseUpdates: [
      {
        clientId: 'paula',
        ref: '7',
        title: 'Lease',
        status: 'Open',
        statusText: null,
        review: null,
        writtenAt,
      },
    ],
    receivedAt,
  };
  return document as MessageDocument;
}

const oldLink = (clientId: unknown, at: Date | null) => ({
  clientId,
  via: 'from',
  address: null,
  writtenAt: at,
});
const clientId = new ObjectId();

/** A database left by the previous version. */
async function oldDatabase(messages: readonly MessageDocument[]): Promise<Database> {
  const database = await newDatabase();
  await database.schema.deleteMany({});
  await database.messages.insertMany([...messages]);
  return database;
}

const all = async ({ messages }: Database): Promise<MessageDocument[]> =>
  await messages.find().sort({ _id: 1 }).toArray();

const statesIn = (documents: readonly MessageDocument[]) =>
  documents.map(({ links }) => links.map(({ state }) => state));

describe('a database of before schema version 1', () => {
  const messages = [
    oldMessage(1, [oldLink('paula', null)]),
    oldMessage(2, [oldLink('paula', writtenAt), oldLink(7, receivedAt), oldLink(clientId, null)]),
    oldMessage(3, []),
  ];
  const states = [
    [{ kind: 'pending' }],
    [{ kind: 'written', at: writtenAt }, { kind: 'covered', by: null }, { kind: 'pending' }],
    [],
  ];

  it('gives each link the state that its times meant, and changes nothing else', async () => {
    const database = await oldDatabase(messages);
    expect(await schemaVersion(database)).toBe(0);
    await migrate(database);
    const migrated = await all(database);
    expect(statesIn(migrated)).toEqual(states);
    const withoutState = migrated.map(({ links, ...message }) => ({
      ...message,
      links: links.map(({ state: _, ...link }) => link),
    }));
    expect(withoutState).toEqual(messages);
    expect(await schemaVersion(database)).toBe(SCHEMA_VERSION);
  });

  it('ends the same if several processes start at once, or a step was interrupted', async () => {
    const database = await oldDatabase([
      ...messages,
      ...Array.from({ length: 1_200 }, (_, n) => oldMessage(n + 10, [oldLink('paula', writtenAt)])),
    ]);
    await Promise.all([migrate(database), migrate(database), migrate(database)]);
    const migrated = await all(database);
    expect(statesIn(migrated.slice(0, 3))).toEqual(states);
    expect(migrated.every(({ links }) => links.every(({ state }) => state !== undefined))).toBe(true);
    expect(await database.schema.countDocuments()).toBe(SCHEMA_VERSION);

    await database.schema.deleteMany({});
    await database.messages.updateOne({ _id: migrated[1]?._id }, { $unset: { 'links.0.state': 1 } });
    await migrate(database);
    expect(await all(database)).toEqual(migrated);
  });

  it('loses the indexes that no query uses, and no other', async () => {
    const database = await oldDatabase(messages);
    const namesOf = async () => (await database.messages.indexes()).map(({ name }) => String(name));
    const used = await namesOf();
    await database.messages.createIndex({ 'caseUpdates.review': 1 }, { sparse: true });
    await database.messages.createIndex({ 'participants.address': 1 });
    expect(new Set(await namesOf())).not.toEqual(new Set(used));
    await Promise.all([migrate(database), migrate(database)]);
    expect(new Set(await namesOf())).toEqual(new Set(used));
    // Nor is one missed that is not there.
    await database.schema.deleteMany({});
    await migrate(database);
    expect(new Set(await namesOf())).toEqual(new Set(used));
  });

  it('is left alone once it is done', async () => {
    const database = await oldDatabase(messages);
    await migrate(database);
    const straggler = oldMessage(4, [oldLink('paula', receivedAt)]);
    await database.messages.insertOne(straggler);
    await migrate(database);
    expect(await database.messages.findOne({ _id: straggler._id })).toEqual(straggler);
  });

  it('keeps what an old process wrote while the step ran', async () => {
    const database = await oldDatabase(messages);
    const [first] = messages;
    const find = database.messages.find.bind(database.messages);
    let isBetween = true;
    // After the step has read a link and before it writes, an old process marks it as written.
    const messagesBetween = Object.assign(Object.create(database.messages) as Database['messages'], {
      find,
      bulkWrite: async (...given: Parameters<Database['messages']['bulkWrite']>) => {
        if (isBetween)
          await database.messages.updateOne(
            { _id: first?._id },
            { $set: { 'links.0.writtenAt': writtenAt } },
          );
        isBetween = false;
        return await database.messages.bulkWrite(...given);
      },
    });
    await migrate({ ...database, messages: messagesBetween });
    const [message] = await all(database);
    const [link] = message?.links ?? [];
    if (message === undefined || link === undefined) throw new Error('the message is gone');
    expect(linkStateOf(message, link)).toEqual({ kind: 'written', at: writtenAt });
  });
});

describe('beside a process of the version before', () => {
  const forward = [
    '---------- Forwarded message ---------',
    'From: Paula Kline <paula@kline.test>',
    'Date: Mon, 2 Mar 2026 at 10:00',
    'Subject: The lease',
    `To: <${office}>`,
    '',
    'Please have a look at the lease.',
  ].join('\n');
  const toDropbox = rawMessage({
    from: `Office <${office}>`,
    to: 'crm@firm.test',
    date: new Date('2026-03-02T12:00:00Z'),
    subject: 'Fwd: The lease',
    body: forward,
  });
  const crm = { mailbox: 'crm', role: 'dropbox' } as const;

  it('links also work for the old version: nothing for pending, its own time for covered', async () => {
    const firm = await openFirm();
    const direct = await firm.receive(rawMessage());
    const filed = await firm.receive(toDropbox, crm);
    const [written, covered] = [direct.links[0], filed.links[0]];
    expect(written).toMatchObject({ state: { kind: 'written', at: written?.writtenAt } });
    expect(covered).toMatchObject({
      state: { kind: 'covered', by: direct._id },
      writtenAt: filed.receivedAt,
    });
  });

  it.each(['with links that it has judged', 'with links that it has only marked'])(
    'the record stays right %s',
    async (what) => {
      const firm = await openFirm();
      const { messages, communications } = firm.database;
      const direct = await firm.receive(rawMessage());
      const filed = await firm.receive(toDropbox, crm);
      // The old version writes links without a state, or keeps a state it does not know and changes the time beside it.
      const asOld = ({ links }: MessageDocument): unknown[] =>
        links.map(({ state, ...link }) =>
          what.includes('judged') ? link : { ...link, state: { kind: 'pending', was: state.kind } },
        );
      for (const message of [direct, filed])
        await messages.updateOne({ _id: message._id }, { $set: { links: asOld(message) as never } });
      for (const message of [direct, filed]) await ingestAgain(firm, message._id);
      expect(await communications.countDocuments()).toBe(1);

      await unlink({ ...firm, enqueue: async () => {} }, { message: direct, by: 'ines', clients: ['paula'] });
      for (const id of await findToRejudge(messages, 10)) await ingestAgain(firm, id);
      expect(await messages.findOne({ _id: filed._id })).toMatchObject({ state: 'triage', links: [] });
      expect(await communications.countDocuments()).toBe(0);
    },
  );
});
