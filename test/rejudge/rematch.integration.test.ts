import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { clientChanged, syncAddressBook } from '../../src/rejudge/address-book-sync.ts';
import { previewRematch, rematchOf } from '../../src/rejudge/rematch.ts';
import { addAliasRow, aliasRow } from '../../src/store/address-book.ts';
import { assign, unlink } from '../../src/triage/triage.ts';
import { rawMessage, newId } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const by = 'ines';

const enqueueInto = (firm: Firm) => async (ids: readonly ObjectId[]) =>
  void firm.waiting.messages.push(...ids);

async function changed(firm: Firm, clientId: string, fields: Record<string, unknown>): Promise<void> {
  await firm.database.clients.updateOne({ _id: clientId }, { $set: fields }, { upsert: true });
}

async function hint(firm: Firm, clientId: string): Promise<number> {
  const result = await clientChanged(firm.database, {
    clientId,
    rules: firm.rules,
    enqueue: enqueueInto(firm),
  });
  await firm.ingestWaiting();
  return result?.marked ?? 0;
}

async function preview(firm: Firm, clientId: string) {
  const rematch = await rematchOf(firm.database, { clientId, rules: firm.rules });
  if (rematch === null) throw new Error('no such client');
  const { changes } = await previewRematch(firm, rematch);
  return { links: changes.links, unlinks: changes.unlinks };
}

async function record({ database }: Firm, clientId: string): Promise<string[]> {
  return (await database.communications.find({ clientId }).toArray())
    .map(({ subject }) => subject)
    .toSorted();
}

describe('re-matching', () => {
  it('10 adding an email to a client links earlier triaged and stored mail, and the preview says how much', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ from: 'dora@flint.test', subject: 'A', id: newId() }));
    await firm.receive(rawMessage({ from: 'dora+shop@flint.test', subject: 'B', id: newId() }));
    await firm.receive(
      rawMessage({
        from: 'office@firm.test',
        to: 'paula@kline.test, dora@flint.test',
        subject: 'C',
        id: newId(),
      }),
    );
    await firm.receive(rawMessage({ from: 'other@flint.test', subject: 'D', id: newId() }));
    await changed(firm, 'dora', { name: 'Dora Flint', email: ' "Dora@Flint.test" ' });
    expect(await preview(firm, 'dora')).toEqual({ links: 3, unlinks: 0 });
    await hint(firm, 'dora');
    expect(await record(firm, 'dora')).toEqual(['A', 'B', 'C']);
    expect(await preview(firm, 'dora')).toEqual({ links: 0, unlinks: 0 });
    expect(await hint(firm, 'dora')).toBe(0);
  });

  it('10 removing an email retracts the one entry of all copies of a message', async () => {
    const firm = await openFirm();
    for (const footer of ['', '\n\nScanned by the tower.'])
      await firm.receive(rawMessage({ id: 'boat@kline.test', body: `Hello.${footer}` }));
    expect(await record(firm, 'paula')).toHaveLength(1);
    await changed(firm, 'paula', { email: 'new@kline.test' });
    await hint(firm, 'paula');
    expect(await record(firm, 'paula')).toEqual([]);
  });

  it('10 removing an email only retracts automatic links', async () => {
    const firm = await openFirm();
    const byHand = await firm.receive(rawMessage({ subject: 'by hand', from: 'x@away.test', id: newId() }));
    await firm.receive(rawMessage({ subject: 'automatic', id: newId() }));
    const edited = await firm.receive(rawMessage({ subject: 'edited', id: newId() }));
    await assign(
      { ...firm, enqueue: enqueueInto(firm) },
      { message: byHand, by, clients: ['paula'], thread: false, instead: false },
    );
    await firm.database.communications.updateOne(
      { messageRef: edited._id },
      { $set: { subject: 'edited by a person' } },
    );
    await changed(firm, 'paula', { email: 'new@kline.test' });
    await hint(firm, 'paula');
    expect(await record(firm, 'paula')).toEqual(['by hand', 'edited by a person']);
    expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(1);
    await changed(firm, 'paula', { email: 'paula@kline.test' });
    await hint(firm, 'paula');
    expect(await record(firm, 'paula')).toEqual(['automatic', 'by hand', 'edited by a person']);
  });

  it('11 neither removing nor adding an email re-creates what a person removed', async () => {
    const firm = await openFirm();
    const deleted = await firm.receive(rawMessage({ subject: 'deleted in the CRM', id: newId() }));
    const unlinked = await firm.receive(rawMessage({ subject: 'unlinked', id: newId() }));
    await firm.database.communications.deleteOne({ messageRef: deleted._id });
    await unlink({ ...firm, enqueue: enqueueInto(firm) }, { message: unlinked, by, clients: ['paula'] });
    for (const email of ['new@kline.test', 'paula@kline.test']) {
      await changed(firm, 'paula', { email });
      await hint(firm, 'paula');
    }
    expect(await record(firm, 'paula')).toEqual([]);
  });

  it('a deleted client keeps its mail and gets no more', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ subject: 'before', id: newId() }));
    await firm.database.clients.deleteOne({ _id: 'paula' });
    expect(
      await clientChanged(firm.database, {
        clientId: 'paula',
        rules: firm.rules,
        enqueue: enqueueInto(firm),
      }),
    ).toBeNull();
    const after = await firm.receive(rawMessage({ subject: 'after', id: newId() }));
    expect([await record(firm, 'paula'), after.state]).toEqual([['before'], 'triage']);
  });

  /** Deletes all clients and reinserts them unchanged, like a CRM import. */
  async function absentDuring(firm: Firm, work: () => Promise<unknown>): Promise<void> {
    const all = await firm.database.clients.find().toArray();
    await firm.database.clients.deleteMany({});
    await work();
    await firm.database.clients.insertMany(all);
  }

  async function scan(firm: Firm): Promise<void> {
    await syncAddressBook(firm.database, { owner: 'a', enqueue: enqueueInto(firm), everyMs: 0 });
    await firm.ingestWaiting();
  }

  for (const scanned of ['never', 'while they are away', 'as they come back'] as const)
    it(`clients absent for a moment get the mail of that moment, the book being scanned ${scanned}`, async () => {
      const firm = await openFirm();
      await firm.addClients(
        { _id: 7, email: 'seven@flint.test' },
        { _id: 'dora', email: 'dora@flint.test; d@flint.test' },
      );
      await addAliasRow(firm.database.addressBook, aliasRow('nick@flint.test', 'dora'));
      const thread = await firm.receive(rawMessage({ subject: 'before', id: 'before@kline.test' }));
      expect(thread.state).toBe('stored');
      await absentDuring(firm, async () => {
        for (const from of ['paula@kline.test', 'seven@flint.test', 'd@flint.test', 'nick@flint.test'])
          expect(await firm.receive(rawMessage({ from, subject: from, id: newId() }))).toMatchObject({
            state: 'triage',
          });
        const to = 'Dora <dora@flint.test>, 7 <seven@flint.test>';
        await firm.receive(rawMessage({ from: 'Ada <ada@firm.test>', to, subject: 'sent', id: newId() }));
        const answers = ['before@kline.test'];
        await firm.receive(rawMessage({ from: 'x@away.test', subject: 'thread', answers, id: newId() }));
        if (scanned === 'while they are away') await scan(firm);
      });
      if (scanned === 'as they come back') await scan(firm);
      await scan(firm);
      expect(await Promise.all(['paula', 'dora'].map((id) => record(firm, id)))).toEqual([
        ['before', 'paula@kline.test', 'thread'],
        ['d@flint.test', 'nick@flint.test', 'sent'],
      ]);
      expect(await firm.database.communications.countDocuments({ clientId: 7 })).toBe(2);
      expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(0);
      expect(await firm.database.messages.countDocuments({ absentClients: { $exists: true } })).toBe(0);
      await scan(firm);
      expect(firm.waiting.messages).toEqual([]);
    });

  it('a client that stays away is asked for without end, and nothing else is judged again', async () => {
    const firm = await openFirm();
    await firm.database.clients.deleteOne({ _id: 'paula' });
    const { revision, _id } = await firm.receive(rawMessage());
    for (let times = 0; times < 3; times += 1) await scan(firm);
    expect(await firm.database.messages.findOne({ _id })).toMatchObject({ state: 'triage', revision });
    await firm.database.clients.insertOne({ _id: 'paula', email: 'paula@kline.test' });
    await scan(firm);
    expect(await firm.database.messages.findOne({ _id })).toMatchObject({ state: 'stored' });
  });

  it('the rolling scan finds what the CRM changed, and one process at a time does it', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ from: 'dora@flint.test', subject: 'A', id: newId() }));
    await firm.receive(rawMessage({ subject: 'B', id: newId() }));
    await changed(firm, 'dora', { email: 'DORA@flint.test' });
    await changed(firm, 'paula', { email: 'new@kline.test' });
    const step = (owner: string) =>
      syncAddressBook(firm.database, { owner, enqueue: enqueueInto(firm), everyMs: 600_000 });
    expect(await step('one')).toMatchObject({ scanned: 2, gained: 2, lost: 1 });
    expect(await step('two')).toBeNull();
    await firm.ingestWaiting();
    expect([await record(firm, 'dora'), await record(firm, 'paula')]).toEqual([['A'], []]);
    expect(await step('one')).toMatchObject({ gained: 0, lost: 0, marked: 0 });
  });

  it('retracts nothing while addresses disappear in masses', async () => {
    const firm = await openFirm();
    await firm.addClients(
      ...Array.from({ length: 60 }, (_, at) => ({ _id: `c${at}`, email: `c${at}@mass.test` })),
    );
    await firm.receive(rawMessage({ from: 'c7@mass.test', subject: 'A', id: newId() }));
    await firm.database.clients.updateMany({}, { $set: { email: '' } });
    const kept = await syncAddressBook(firm.database, {
      owner: 'one',
      enqueue: enqueueInto(firm),
      everyMs: 600_000,
    });
    await firm.ingestWaiting();
    expect([kept?.withheld, kept?.marked, await record(firm, 'c7')]).toEqual([61, 0, ['A']]);
  });
});
