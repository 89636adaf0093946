import { describe, expect, it } from 'vitest';
import { confirmUpdates } from '../../src/triage/held.ts';
import type { Database } from '../../src/store/mongo.ts';
import { client, rawMessage } from '../support/messages.ts';
import type { MessageSpec } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 1, number, 10));
/** INTERNALDATE after every Date header, so that none looks like the future. */
const internalDate = new Date('2026-04-01T00:00:00Z');

async function receiveAll(firm: Firm, messages: readonly MessageSpec[]): Promise<void> {
  for (const given of messages) await firm.receive(rawMessage(given), { internalDate });
}

async function rowsOf({ caseUpdates }: Database): Promise<object[]> {
  const rows = await caseUpdates.find().sort({ date: 1, ref: 1, clientId: 1 }).toArray();
  return rows.map(({ clientId, ref, status, review, date }) => ({
    clientId,
    ref,
    status,
    review,
    day: date.getUTCDate(),
  }));
}

/** Every order of a short list. */
function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations(items.toSpliced(index, 1)).map((rest) => [item, ...rest]),
  );
}

describe('a tag in a reply', () => {
  const parent: MessageSpec = { id: 'tagged@kline.test', subject: '[Case #31: Closed] Lease', date: day(1) };
  const reply: MessageSpec = {
    id: 'reply@kline.test',
    subject: 'Re: [Case #31: Closed] Lease',
    answers: ['tagged@kline.test'],
    date: day(2),
  };

  it('that the parent also has is an echo and makes no update', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [parent, reply]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
    ]);
  });

  it('to an unknown parent is held for review', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: 'parent-unknown', day: 2 },
    ]);
  });

  it('held for its parent is dropped as an echo if the parent arrives with the same tag', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply, parent]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
    ]);
  });

  it('held for its parent takes effect if the parent arrives without it', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply, { ...parent, subject: 'Lease' }]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 2 },
    ]);
  });

  it('with another status than the parent moves the case, in either order of arrival', async () => {
    const reopened: MessageSpec = { ...reply, subject: 'Re: [Case #31: Open] Lease' };
    for (const messages of permutations([parent, reopened])) {
      const firm = await openFirm();
      await receiveAll(firm, messages);
      expect(await rowsOf(firm.database)).toEqual([
        { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
        { clientId: 'paula', ref: '31', status: 'Open', review: null, day: 2 },
      ]);
    }
  });

  it('whose held update a person deleted is not made again when the parent arrives', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply]);
    await firm.database.caseUpdates.deleteMany({});
    await receiveAll(firm, [{ ...parent, subject: 'Lease' }]);
    expect(await rowsOf(firm.database)).toEqual([]);
  });
});

describe("a case's status is derived by date, never by arrival", () => {
  const messages: readonly MessageSpec[] = [
    { id: '1@kline.test', subject: '[Case #7: Open] Roof', date: day(1) },
    { id: '2@kline.test', subject: '[Case #7: On Hold] Roof', date: day(2) },
    { id: '3@kline.test', subject: '[Case #7] Roof: news', date: day(3) },
    { id: '4@kline.test', subject: '[Case #7: Closed] Roof', date: day(4) },
  ];
  it('an update without a status inherits that of the latest one before it, in any order of arrival', async () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const firm = await openFirm();
      await receiveAll(
        firm,
        order.map((index) => messages[index] ?? {}),
      );
      expect(await rowsOf(firm.database)).toEqual(
        ['Open', 'On Hold', 'On Hold', 'Closed'].map((status, index) => ({
          clientId: 'paula',
          ref: '7',
          status,
          review: null,
          day: index + 1,
        })),
      );
    }
  });
});

describe('a case of another client', () => {
  const messages: readonly MessageSpec[] = [
    { id: 'owner@kline.test', subject: '[Case #8: Open] Fence', date: day(1) },
    { id: 'other@reyes.test', from: 'omar@reyes.test', subject: '[Case #8: Closed] Fence', date: day(2) },
    { id: 'late@kline.test', subject: '[Case #8] Fence', date: day(3) },
  ];
  it('belongs to the client whose message arrived first, and the other is held, in any order of ingestion', async () => {
    for (const ingested of permutations(messages)) {
      const firm = await openFirm();
      await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
      for (const given of ingested)
        await firm.receive(rawMessage(given), { internalDate: given.date ?? internalDate });
      expect(await rowsOf(firm.database)).toEqual([
        { clientId: 'paula', ref: '8', status: 'Open', review: null, day: 1 },
        { clientId: 'omar', ref: '8', status: 'Closed', review: 'foreign-case', day: 2 },
        { clientId: 'paula', ref: '8', status: 'Open', review: null, day: 3 },
      ]);
    }
  });

  it('cannot be taken over with an old Date header', async () => {
    for (const date of [new Date('1970-01-01T00:00:00Z'), new Date('2020-05-05T10:00:00Z'), day(1)]) {
      const firm = await openFirm();
      await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
      const subject = '[Case #8: Closed] Fence';
      await firm.receive(rawMessage({ ...messages[0] }), { internalDate: day(1) });
      await firm.receive(rawMessage({ id: 'old@reyes.test', from: 'omar@reyes.test', subject, date }), {
        internalDate: day(2),
      });
      await firm.receive(rawMessage({ ...messages[2] }), { internalDate: day(3) });
      const rows = await firm.database.caseUpdates.find().sort({ claimedAt: 1 }).toArray();
      expect(rows.map(({ clientId, status, review }) => [clientId, status, review])).toEqual([
        ['paula', 'Open', null],
        ['omar', 'Closed', 'foreign-case'],
        ['paula', 'Open', null],
      ]);
    }
  });

  it('has one owner if two workers ingest both messages at the same time', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
    for (const given of messages) await firm.deliver(rawMessage(given), { internalDate });
    await Promise.all([firm.ingestWaiting(), firm.ingestWaiting(), firm.ingestWaiting()]);
    const rows = await firm.database.caseUpdates.find().toArray();
    expect(rows).toHaveLength(3);
    const owners = new Set(rows.flatMap(({ clientId, review }) => (review === null ? [clientId] : [])));
    expect(owners.size).toBe(1);
    for (const { clientId, review } of rows)
      expect(review).toBe(owners.has(clientId) ? null : 'foreign-case');
  });

  it('stays with its owner even if the owner’s update is removed, and is shared if a person says so', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
    await receiveAll(firm, messages.slice(0, 2));
    await firm.database.caseUpdates.deleteOne({ clientId: 'paula' });
    await receiveAll(firm, messages.slice(2));
    const held = await firm.database.messages.findOne({ messageId: 'other@reyes.test' });
    if (held === null) throw new Error('the message is gone');
    const reviewOf = async (clientId: string): Promise<unknown> =>
      (await firm.database.caseUpdates.findOne({ clientId }))?.review;
    expect(await reviewOf('omar')).toBe('foreign-case');
    expect(await reviewOf('paula')).toBe(null);
    await confirmUpdates(
      { ...firm, enqueue: firm.rejudgeSoon },
      {
        message: held,
        clientId: null,
        ref: null,
        status: null,
        by: 'ines',
      },
    );
    expect(await reviewOf('omar')).toBe(null);
    expect(await reviewOf('paula')).toBe(null);
    const again: MessageSpec = {
      id: 'again@reyes.test',
      from: 'omar@reyes.test',
      subject: '[Case #8: Open] Fence',
    };
    await receiveAll(firm, [{ ...again, date: day(5) }]);
    expect(await firm.database.caseUpdates.countDocuments({ clientId: 'omar', review: null })).toBe(2);
  });
});

it('a tag moves a case only for someone with authority (invariant 12)', async () => {
  const firm = await openFirm();
  const subject = '[Case #5: Closed] Lease';
  const tries: readonly MessageSpec[] = [
    { subject, from: 'stranger@else.test' },
    { subject, from: `"${client}" <stranger@else.test>` },
    { subject, headers: ['Reply-To: stranger@else.test'] },
    { subject, headers: ['Auto-Submitted: auto-replied'] },
    { subject: 'Lease', body: `Subject: ${subject}\n\n> ${subject}` },
  ];
  await receiveAll(firm, tries);
  expect(await firm.database.caseUpdates.find({ review: null }).toArray()).toEqual([]);
  expect(await rowsOf(firm.database)).toMatchObject([{ review: 'unauthenticated' }]);
  await receiveAll(firm, [{ subject }]);
  expect(await firm.database.caseUpdates.countDocuments({ review: null, status: 'Closed' })).toBe(1);
});

describe('a case number in other messages', () => {
  it('is the same case: it keeps its status, and an update by another client is held', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'otto', email: 'otto@brandt.test' });
    await receiveAll(firm, [
      { subject: '[Case #AB-12: On Hold] Lease', date: day(1) },
      { id: 'small@kline.test', subject: '[case #ab-12] Lease, once more', date: day(2) },
      { id: 'otto@brandt.test', from: 'otto@brandt.test', subject: '[Case #Ab-12: Closed]', date: day(3) },
    ]);
    expect(await rowsOf(firm.database)).toMatchObject([
      { clientId: 'paula', status: 'On Hold', review: null },
      { clientId: 'paula', status: 'On Hold', review: null },
      { clientId: 'otto', status: 'Closed', review: 'foreign-case' },
    ]);
  });
});

describe('a forward without a comment', () => {
  it('makes a case update with the text of the inner message', async () => {
    const firm = await openFirm();
    const inside = `---------- Forwarded message ---------\nFrom: Paula Kline <${client}>\nDate: Sun, 1 Feb 2026 at 10:00\nSubject: [Case #33: Closed] Lease\nTo: <office@firm.test>\n\nThe lease is signed.\n\nKind regards\nPaula\n`;
    await receiveAll(firm, [
      {
        from: 'Ann <ann@firm.test>',
        to: 'crm@firm.test',
        subject: 'Fwd: [Case #33: Closed] Lease',
        body: inside,
        date: day(2),
      },
    ]);
    const [update] = await firm.database.caseUpdates.find().toArray();
    expect(update).toMatchObject({ ref: '33', status: 'Closed', description: 'The lease is signed.' });
  });
});
