import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ingestAgain } from '../../src/ingest/ingest.ts';
import { search } from '../../src/search/find.ts';
import { indexMessages, rebuildSearch, countMissing } from '../../src/search/index-messages.ts';
import { assign } from '../../src/triage/triage.ts';
import type { TriageDeps } from '../../src/triage/triage-deps.ts';
import { newId, rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const clients = [
  { _id: 'otto', name: 'Otto Brandt', email: 'otto@brandt.test' },
  { _id: 'lena', name: 'Lena Brandt', email: 'lena@brandt.test' },
];

async function openOffice(): Promise<Firm> {
  const firm = await openFirm();
  await firm.addClients(...clients);
  return firm;
}

async function found({ database }: Firm, text: string, clientId?: string): Promise<string[]> {
  const { rows } = await search(database, {
    text,
    ...(clientId !== undefined && { clientId }),
    after: null,
    limit: 100,
  });
  return rows.map(({ subject }) => subject);
}

const fromOtto = (given: Parameters<typeof rawMessage>[0]): Buffer =>
  rawMessage({ from: 'Otto Brandt <otto@brandt.test>', id: newId(), ...given });

describe('search', () => {
  it('finds a mailbox by its whole name, and a place that is none is refused', async () => {
    const firm = await openOffice();
    await firm.receive(fromOtto({ subject: 'In the back' }), { mailbox: 'back-office' });
    await firm.receive(fromOtto({ subject: 'In front' }), { mailbox: 'office' });
    await indexMessages(firm.database);
    expect(await found(firm, 'in:office')).toEqual(['In front']);
    expect(await found(firm, 'in:"Back-Office"')).toEqual(['In the back']);
    await expect(search(firm.database, { text: 'in:office', after: 'elsewhere', limit: 9 })).rejects.toThrow(
      'no place in a search',
    );
  });

  it('finds what is on record and what waits, newest first, and says where', async () => {
    const firm = await openOffice();
    await firm.receive(
      fromOtto({ subject: 'Roof', body: 'The Dachdecker in Lange Straße sent an invoice.' }),
    );
    await firm.receive(fromOtto({ subject: 'Second roof', body: 'No bill yet.' }));
    await firm.receive(
      rawMessage({ from: 'Stranger <x@away.test>', id: newId(), subject: 'Invoice of a stranger' }),
    );
    expect(await found(firm, 'invoice')).toEqual([]);
    expect(await countMissing(firm.database)).toBe(3);
    await indexMessages(firm.database);
    expect(await countMissing(firm.database)).toBe(0);
    expect((await found(firm, 'invoice')).toSorted()).toEqual(['Invoice of a stranger', 'Roof']);
    expect(await found(firm, 'invoice is:triage')).toEqual(['Invoice of a stranger']);
    expect(await found(firm, 'strasse from:otto')).toEqual(['Roof']);
    expect(await found(firm, 'roof -invoice')).toEqual(['Second roof']);
    expect(await found(firm, 'from:otto@brandt.test inv*')).toEqual(['Roof']);
    expect(await found(firm, '"an invoice"')).toEqual(['Roof']);
    expect(await found(firm, '"invoice an"')).toEqual([]);
    expect(await found(firm, 'invoice', 'lena')).toEqual([]);
    expect(await found(firm, 'invoice', 'otto')).toEqual(['Roof']);
    expect(await found(firm, '-invoice', 'otto')).toEqual(['Second roof']);
    const { rows } = await search(firm.database, { text: 'dachdecker', after: null, limit: 1 });
    expect(rows[0]?.snippet.filter(({ isMatch }) => isMatch)).toEqual([
      { text: 'Dachdecker', isMatch: true },
    ]);
  });

  it('follows a message to the client that a person gives it to', async () => {
    const firm = await openOffice();
    const deps: TriageDeps = { ...firm, enqueue: async () => {} };
    const message = await firm.receive(
      rawMessage({ from: 'Stranger <x@away.test>', id: newId(), subject: 'Whose roof is it' }),
    );
    await indexMessages(firm.database);
    expect(await found(firm, 'whose is:triage')).toHaveLength(1);
    await assign(deps, { message, by: 'ines', clients: ['lena'], thread: false, instead: false });
    await ingestAgain(firm, message._id);
    await indexMessages(firm.database);
    expect(await found(firm, 'whose is:triage')).toEqual([]);
    expect(await found(firm, 'whose', 'lena')).toEqual(['Whose roof is it']);
    expect(await firm.database.searchRows.countDocuments({ messageRef: message._id })).toBe(1);
  });

  it('has nothing to do, and nothing to find, before the first message', async () => {
    const firm = await openOffice();
    expect(await indexMessages(firm.database)).toBe(0);
    expect(await countMissing(firm.database)).toBe(0);
    expect(await found(firm, 'anything')).toEqual([]);
  });

  it('finds a message by each mailbox that it came to, and copies of it once', async () => {
    const firm = await openOffice();
    const raw = fromOtto({ subject: 'To both', body: 'One and the same words.' });
    await firm.receive(raw, { mailbox: 'first' });
    await indexMessages(firm.database);
    await firm.receive(raw, { mailbox: 'second' });
    await indexMessages(firm.database);
    expect(await found(firm, 'in:first')).toEqual(['To both']);
    expect(await found(firm, 'in:second')).toEqual(['To both']);
    expect(await found(firm, 'both')).toEqual(['To both']);
    const rows = async () => await firm.database.searchRows.find().sort({ _id: 1 }).toArray();
    const before = await rows();
    await rebuildSearch(firm.database);
    await indexMessages(firm.database);
    expect(await rows()).toEqual(before);
  });

  it('goes through pages without losing or repeating a row, also within one moment', async () => {
    const firm = await openOffice();
    for (let n = 0; n < 7; n += 1) await firm.receive(fromOtto({ subject: `Page ${n}`, body: 'paging' }));
    await indexMessages(firm.database);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await search(firm.database, { text: 'paging', after, limit: 3 });
      seen.push(...page.rows.map(({ subject }) => subject));
      after = page.next;
    } while (after !== null);
    expect(seen).toHaveLength(7);
    expect(new Set(seen).size).toBe(7);
  });

  it('has the same rows after a rebuild, whatever was there', async () => {
    const firm = await openOffice();
    await firm.receive(fromOtto({ subject: 'Kept', body: 'one two three' }));
    await firm.receive(rawMessage({ from: 'Stranger <x@away.test>', id: newId(), subject: 'Waiting' }));
    await indexMessages(firm.database);
    const rows = async () => await firm.database.searchRows.find().sort({ _id: 1 }).toArray();
    const before = await rows();
    await firm.database.searchRows.deleteMany({});
    await firm.database.searchRows.insertOne({
      ...before[0]!,
      _id: new ObjectId(),
      words: ['left', 'over'],
    });
    await rebuildSearch(firm.database);
    expect(await countMissing(firm.database)).toBe(2);
    await indexMessages(firm.database);
    expect(await rows()).toEqual(before);
  });

  it('is not left behind if a message is written while its rows are made', async () => {
    const firm = await openOffice();
    const message = await firm.receive(fromOtto({ subject: 'Old words' }));
    // What another process has written meanwhile.
    const { searchRows } = firm.database;
    const bulkWrite = searchRows.bulkWrite.bind(searchRows);
    let isFirst = true;
    searchRows.bulkWrite = async (...given: Parameters<typeof bulkWrite>) => {
      const result = await bulkWrite(...given);
      if (isFirst) {
        isFirst = false;
        await firm.database.communications.updateOne({}, { $set: { subject: 'New words' } });
        await firm.database.messages.updateOne(
          { _id: message._id },
          { $set: { storedAt: new Date(Date.now() + 1), searchDue: new ObjectId() } },
        );
      }
      return result;
    };
    await indexMessages(firm.database);
    expect(await found(firm, 'new')).toEqual(['New words']);
    expect(await found(firm, 'subject:old')).toEqual([]);
  });

  it('survives rows that other programs left in any shape, and finds what they still say', async () => {
    const firm = await openOffice();
    for (let n = 0; n < 3; n += 1) await firm.receive(fromOtto({ subject: `Odd ${n}`, body: 'shape' }));
    const { communications } = firm.database;
    const [first, second] = await communications.find().sort({ subject: 1 }).toArray();
    const odd = {
      to: null,
      cc: [null, 5, {}],
      attachments: [null, { filename: 7 }],
      from: 'Otto',
      message: 12,
    };
    await communications.updateOne({ _id: first?._id ?? new ObjectId() }, { $set: odd as never });
    await communications.updateOne(
      { _id: second?._id ?? new ObjectId() },
      { $set: { subject: ['a'], attachments: null, date: 'soon' } as never },
    );
    await indexMessages(firm.database);
    expect(await countMissing(firm.database)).toBe(0);
    expect((await found(firm, 'shape')).toSorted()).toEqual(['', 'Odd 2']);
    expect(await found(firm, 'subject:odd')).toHaveLength(2);
  });

  it("is not found on a client's record from which the CRM has moved it", async () => {
    const firm = await openOffice();
    await firm.receive(fromOtto({ subject: 'Moved in the CRM' }));
    await indexMessages(firm.database);
    await firm.database.communications.updateMany({}, { $set: { clientId: 'lena' } });
    expect(await found(firm, 'moved', 'otto')).toEqual([]);
  });

  it('does not show what somebody has deleted from the CRM', async () => {
    const firm = await openOffice();
    await firm.receive(fromOtto({ subject: 'Deleted by hand' }));
    await indexMessages(firm.database);
    await firm.database.communications.deleteMany({});
    expect(await found(firm, 'deleted')).toEqual([]);
  });
});
