import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

/** Rows as the CRM and its people write them, with only the CRM's fields. */
const crm = {
  communications: [
    {
      _id: new ObjectId(),
      clientId: 'paula',
      type: 'Phone call',
      date: new Date('2026-03-01T09:00:00Z'),
      subject: 'Rent',
      message: 'Called about the rent.',
      attachments: [],
    },
    {
      _id: new ObjectId(),
      clientId: 'paula',
      type: 'Phone call',
      date: new Date('2026-03-01T09:00:00Z'),
      subject: 'Rent',
      message: 'Called about the rent.',
      attachments: [],
    },
    {
      _id: new ObjectId(),
      clientId: new ObjectId(),
      type: 'Email',
      date: new Date('2026-02-27T12:00:00Z'),
      subject: 'Next meeting',
      message: 'Hello Ada, when shall we meet?',
      attachments: [],
    },
    {
      _id: 'a-key-of-the-crm',
      clientId: 'paula',
      type: 'Meeting',
      date: '2026-03-01',
      notes: { free: ['form'] },
    },
  ],
  caseUpdates: [
    {
      _id: new ObjectId(),
      clientId: new ObjectId(),
      date: new Date('2026-02-26T08:00:00Z'),
      title: 'First steps',
      description: 'Papers were ordered.',
      status: 'Open',
    },
    {
      _id: new ObjectId(),
      clientId: 'paula',
      date: new Date('2026-02-26T08:00:00Z'),
      title: 'By hand',
      description: 'Closed on the telephone.',
      status: 'Closed',
    },
    {
      _id: new ObjectId(),
      clientId: 'paula',
      date: new Date('2026-02-26T08:00:00Z'),
      title: 'By hand',
      description: 'Closed on the telephone.',
      status: 'Closed',
    },
  ],
};

describe("rows of other kinds in the CRM's collections", () => {
  it('two equal phone calls of one client, the sample documents and free forms live untouched beside ours', async () => {
    const firm = await openFirm();
    const { communications, caseUpdates } = firm.database;
    await communications.insertMany(crm.communications as never);
    await caseUpdates.insertMany(crm.caseUpdates);
    await firm.receive(rawMessage({ subject: '[Case #3: Open] Rent' }));
    await firm.receive(rawMessage({ subject: '[Case Update] Rent' }));
    await communications.insertMany(
      crm.communications.slice(0, 2).map((row) => ({ ...row, _id: new ObjectId() })) as never,
    );

    for (const row of crm.communications)
      expect(await communications.findOne({ _id: row._id as never })).toEqual(row);
    for (const row of crm.caseUpdates) expect(await caseUpdates.findOne({ _id: row._id })).toEqual(row);
    expect(await communications.countDocuments({ messageRef: { $exists: true } })).toBe(2);
    expect(await communications.countDocuments()).toBe(8);
    expect(await caseUpdates.countDocuments()).toBe(5);
  });

  it('a tag without a status follows what a person wrote into the case by hand', async () => {
    const firm = await openFirm();
    await firm.database.caseUpdates.insertMany(crm.caseUpdates);
    await firm.receive(rawMessage({ subject: '[Case Update] Rent' }));
    expect(await firm.database.caseUpdates.findOne({ messageRef: { $exists: true } })).toMatchObject({
      ref: null,
      status: 'Closed',
    });
  });

  it('no unique index and no validator stands on the three collections', async () => {
    const { database } = await openFirm();
    await database.communications.insertMany(crm.communications as never);
    for (const name of ['clients', 'communications', 'caseUpdates']) {
      const indexes = await database.db
        .collection(name)
        .listIndexes()
        .toArray()
        .catch(() => []);
      expect(indexes.filter((index) => index['unique'] === true)).toEqual([]);
      const [info] = await database.db.listCollections({ name }).toArray();
      expect(
        info !== undefined && 'options' in info ? (info.options?.['validator'] ?? null) : null,
      ).toBeNull();
    }
  });

  it('the clientId indexes of the design are there', async () => {
    const { communications, caseUpdates } = (await openFirm()).database;
    for (const collection of [communications, caseUpdates]) {
      const indexes = await collection.listIndexes().toArray();
      expect(indexes.some((index) => Object.keys(index['key'] as object)[0] === 'clientId')).toBe(true);
    }
  });

  it("docketmail writes nothing into the CRM's clients", async () => {
    const firm = await openFirm();
    const before = await firm.database.clients.find().toArray();
    await firm.receive(rawMessage());
    await firm.receive(rawMessage({ from: 'stranger@else.test' }));
    expect(await firm.database.clients.find().toArray()).toEqual(before);
  });

  it("a client's id may be of any type that the CRM chose, and comes back as that", async () => {
    const firm = await openFirm();
    const objectId = new ObjectId();
    await firm.addClients({ _id: objectId, email: 'ada@north.test' }, { _id: 17, email: 'bo@north.test' });
    await firm.receive(rawMessage({ from: 'ada@north.test' }));
    await firm.receive(rawMessage({ from: 'bo@north.test' }));
    const stored = await firm.database.communications.find().toArray();
    expect(stored.map(({ clientId }) => clientId)).toEqual(expect.arrayContaining([objectId, 17]));
  });
});
