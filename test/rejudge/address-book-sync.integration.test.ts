import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { rebuildBook } from '../../src/rejudge/address-book-sync.ts';
import { addAliasRow, aliasRow, scanClients } from '../../src/store/address-book.ts';
import { lookUpAddresses } from '../../src/store/book-answers.ts';
import type { Database } from '../../src/store/mongo.ts';
import { previewReplay, receivedSince } from '../../src/rejudge/replay.ts';
import { rawMessage, newId } from '../support/messages.ts';
import { newDatabase, openFirm } from '../support/servers.ts';

const clientsAt = async (
  database: Database,
  address: string,
  asWritten: readonly string[] = [],
): Promise<string[]> =>
  ((await lookUpAddresses(database, [address], { asWritten })).entries.get(address) ?? []).map(
    ({ clientId, kind }) => `${clientId} ${kind}`,
  );

describe('the address book', () => {
  it('knows a client that the CRM has just written, and the next message matches', async () => {
    const firm = await openFirm();
    await firm.database.clients.insertMany([
      { _id: 'a', email: 'new@flint.test' },
      { _id: 'b', emails: ['x@flint.test', 'second@flint.test'] },
      { _id: 'c', email: 'Capital@Flint.test' },
    ]);
    for (const [from, clientId] of [
      ['new@flint.test', 'a'],
      ['second@flint.test', 'b'],
      ['Capital@Flint.test', 'c'],
    ] as const)
      expect(
        (await firm.receive(rawMessage({ from, id: newId() }))).links.map((link) => link.clientId),
      ).toEqual([clientId]);
  });

  const lists: readonly [string, object][] = [
    ['a list with semicolons', { email: 'first@list.test; second@list.test' }],
    ['a list with names', { email: 'First <first@list.test>, "Two, Second" <second@list.test>' }],
    ['lines', { email: 'first@list.test\nsecond@list.test' }],
    ['an array', { email: ['first@list.test', 'second@list.test'] }],
    ['a list in a list', { emails: ['first@list.test / second@list.test'] }],
    ['text in place of a list', { emails: 'first@list.test, second@list.test' }],
    ['a link', { email: 'mailto:first@list.test', emails: ['mailto:second@list.test'] }],
  ];
  for (const [what, fields] of lists) {
    it(`finds a client by each of several addresses, at once: ${what}`, async () => {
      const firm = await openFirm();
      await firm.database.clients.insertOne({ _id: 'listed', ...fields });
      for (const from of ['second@list.test', 'First@list.test'])
        expect(
          (await firm.receive(rawMessage({ from, id: newId() }))).links.map((link) => link.clientId),
        ).toEqual(['listed']);
    });

    it(`scans each of them: ${what}`, async () => {
      const database = await newDatabase();
      await database.clients.insertOne({ _id: 'listed', ...fields });
      const done = await rebuildBook(database, { enqueue: async () => {}, progress: () => {} });
      const rows = await database.addressBook.find({ kind: 'primary' }).sort({ address: 1 }).toArray();
      expect([done.gained, rows.map(({ address }) => address)]).toEqual([
        2,
        ['first@list.test', 'second@list.test'],
      ]);
    });
  }

  it('scans ids of every type, page after page', async () => {
    const database = await newDatabase();
    const id = new ObjectId();
    await database.clients.insertMany([
      ...Array.from({ length: 1_100 }, (_, at) => ({ _id: at, email: `n${at}@x.test` })),
      { _id: 'text', email: '"T" <T@x.test>' },
      { _id: id, email: ' O@x.test ' },
    ]);
    const done = await rebuildBook(database, { enqueue: async () => {}, progress: () => {} });
    expect([done.scanned, done.gained]).toEqual([1_102, 1_102]);
    expect(await clientsAt(database, 'n1099@x.test')).toEqual(['1099 primary']);
    expect(await clientsAt(database, 't@x.test')).toEqual(['text primary']);
    expect(await clientsAt(database, 'o@x.test')).toEqual([`${id.toHexString()} primary`]);
  });

  it('finds one client by what it has as an alias among hundreds at one company', async () => {
    const database = await newDatabase();
    await database.clients.insertMany(
      Array.from({ length: 700 }, (_, at) => ({ _id: at, email: `n${at}@mill.test` })),
    );
    await rebuildBook(database, { enqueue: async () => {}, progress: () => {} });
    await addAliasRow(database.addressBook, aliasRow('personal@mill.test', 5));
    const { entries } = await lookUpAddresses(database, ['personal@mill.test', '@mill.test']);
    expect(entries.get('personal@mill.test')?.map(({ clientId, kind }) => `${clientId} ${kind}`)).toEqual([
      '5 alias',
    ]);
  });

  it('ignores entries of a deleted or changed client, and drops them in the next scan', async () => {
    const database = await newDatabase();
    await database.clients.insertMany([
      { _id: 'a', email: '<A@x.test>' },
      { _id: 'b', email: '<B@x.test>' },
    ]);
    await scanClients(database, { after: null });
    await database.clients.deleteOne({ _id: 'a' });
    await database.clients.updateOne({ _id: 'b' }, { $set: { email: 'other@x.test' } });
    expect([await clientsAt(database, 'a@x.test'), await clientsAt(database, 'b@x.test')]).toEqual([[], []]);
    const { gained, lost } = await scanClients(database, { after: null });
    expect([gained, lost]).toEqual([
      [{ address: 'other@x.test', clientId: 'b' }],
      [{ address: 'b@x.test', clientId: 'b' }],
    ]);
    expect(await database.addressBook.countDocuments({ clientId: 'a' })).toBe(0);
  });

  it('keeps aliases through scans, and never writes it to the CRM', async () => {
    const database = await newDatabase();
    await database.clients.insertOne({ _id: 'a', email: 'a@x.test' });
    await addAliasRow(database.addressBook, aliasRow('alias@y.test', 'a'));
    await addAliasRow(database.addressBook, aliasRow('gone@y.test', 'nobody'));
    await scanClients(database, { after: null });
    expect(await clientsAt(database, 'alias@y.test')).toEqual(['a alias']);
    expect(await clientsAt(database, 'gone@y.test')).toEqual([]);
    expect(await database.clients.find().toArray()).toEqual([{ _id: 'a', email: 'a@x.test' }]);
  });
});

describe('a replay of what is stored', () => {
  it('says by kind what other rules would change, and changes nothing', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ subject: 'kept', id: newId() }));
    await firm.receive(rawMessage({ from: 'paula+x@kline.test', subject: 'folds', id: newId() }));
    await firm.receive(rawMessage({ from: 'bob@kline.test', subject: 'colleague', id: newId() }));
    const before = await firm.database.messages.find().sort({ _id: 1 }).toArray();
    const kinds: Record<string, string> = {};
    const rules = { ...firm.rules, subAddressing: false, domainMatching: true };
    for await (const { message, kinds: found } of previewReplay(
      { ...firm, rules },
      receivedSince(new Date(0)),
    ))
      kinds[message.subject] = found.join(',');
    expect(kinds).toEqual({ kept: 'nothing', folds: 'nothing', colleague: 'links' });
    expect(await firm.database.messages.find().sort({ _id: 1 }).toArray()).toEqual(before);
    const none = [];
    for await (const change of previewReplay(firm, receivedSince(new Date(Date.now() + 60_000))))
      none.push(change);
    expect(none).toEqual([]);
    const stricter = { ...firm.rules, blocklist: { entries: ['kline.test'], policy: 'drop' as const } };
    const said = [];
    for await (const { kinds: found } of previewReplay(
      { ...firm, rules: stricter },
      receivedSince(new Date(0)),
    ))
      said.push(...found);
    expect(said).toEqual(['verdict', 'verdict', 'verdict']);
  });
});
