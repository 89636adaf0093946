import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/mongo.ts';
import { client, letter } from '../support/messages.ts';
import type { Letter } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 1, number, 10));
/** INTERNALDATE after every Date header, so that none looks like the future. */
const internalDate = new Date('2026-04-01T00:00:00Z');

async function receiveAll(firm: Firm, letters: readonly Letter[]): Promise<void> {
  for (const given of letters) await firm.receive(letter(given), { internalDate });
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
  const parent: Letter = { id: 'tagged@kline.test', subject: '[Case #31: Closed] Lease', date: day(1) };
  const reply: Letter = {
    id: 'reply@kline.test',
    subject: 'Re: [Case #31: Closed] Lease',
    answers: ['tagged@kline.test'],
    date: day(2),
  };

  it('that also stands in the parent is an echo and makes no update', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [parent, reply]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
    ]);
  });

  it('to a parent that nobody knows is held for review', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: 'parent-unknown', day: 2 },
    ]);
  });

  it('held for its parent goes away when the parent lands with the same tag: it was an echo', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply, parent]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
    ]);
  });

  it('held for its parent takes effect when the parent lands without it', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply, { ...parent, subject: 'Lease' }]);
    expect(await rowsOf(firm.database)).toEqual([
      { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 2 },
    ]);
  });

  it('with another status than the parent moves the case, whichever arrives first', async () => {
    const reopened: Letter = { ...reply, subject: 'Re: [Case #31: Open] Lease' };
    for (const letters of permutations([parent, reopened])) {
      const firm = await openFirm();
      await receiveAll(firm, letters);
      expect(await rowsOf(firm.database)).toEqual([
        { clientId: 'paula', ref: '31', status: 'Closed', review: null, day: 1 },
        { clientId: 'paula', ref: '31', status: 'Open', review: null, day: 2 },
      ]);
    }
  });

  it('whose held update was deleted by a person is not made again when the parent lands', async () => {
    const firm = await openFirm();
    await receiveAll(firm, [reply]);
    await firm.database.caseUpdates.deleteMany({});
    await receiveAll(firm, [{ ...parent, subject: 'Lease' }]);
    expect(await rowsOf(firm.database)).toEqual([]);
  });
});

describe("a case's status is derived by date, never by arrival", () => {
  const letters: readonly Letter[] = [
    { id: '1@kline.test', subject: '[Case #7: Open] Roof', date: day(1) },
    { id: '2@kline.test', subject: '[Case #7: On Hold] Roof', date: day(2) },
    { id: '3@kline.test', subject: '[Case #7] Roof: news', date: day(3) },
    { id: '4@kline.test', subject: '[Case #7: Closed] Roof', date: day(4) },
  ];
  it('an update without a status inherits that of the latest one before it, in whatever order they arrive', async () => {
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const firm = await openFirm();
      await receiveAll(
        firm,
        order.map((index) => letters[index] ?? {}),
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
  const letters: readonly Letter[] = [
    { id: 'owner@kline.test', subject: '[Case #8: Open] Fence', date: day(1) },
    { id: 'other@reyes.test', from: 'omar@reyes.test', subject: '[Case #8: Closed] Fence', date: day(2) },
    { id: 'late@kline.test', subject: '[Case #8] Fence', date: day(3) },
  ];
  it('is that of the earliest update, and the other one is held, in every order of arrival', async () => {
    for (const arriving of permutations(letters)) {
      const firm = await openFirm();
      await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
      await receiveAll(firm, arriving);
      expect(await rowsOf(firm.database)).toEqual([
        { clientId: 'paula', ref: '8', status: 'Open', review: null, day: 1 },
        { clientId: 'omar', ref: '8', status: 'Closed', review: 'foreign-case', day: 2 },
        { clientId: 'paula', ref: '8', status: 'Open', review: null, day: 3 },
      ]);
    }
  });

  it('two workers that meet both at the same moment end the same', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
    for (const given of letters) await firm.deliver(letter(given), { internalDate });
    await Promise.all([firm.ingestWaiting(), firm.ingestWaiting(), firm.ingestWaiting()]);
    expect(await rowsOf(firm.database)).toMatchObject([
      { review: null },
      { review: 'foreign-case' },
      { review: null },
    ]);
  });
});

it('a tag moves a case only for someone with authority (invariant 12)', async () => {
  const firm = await openFirm();
  const subject = '[Case #5: Closed] Lease';
  const tries: readonly Letter[] = [
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

describe('a case number in other letters', () => {
  it('is the same case: it keeps its status, and another client waits for a person', async () => {
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

describe('a forward with nothing typed', () => {
  it('makes a case update that says what the message inside says', async () => {
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
