import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ingestAgain } from '../../src/ingest/ingest.ts';
import type { DecisionDocument } from '../../src/store/decisions.ts';
import { countHeld } from '../../src/store/held-updates.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import { caseHistory, listCases, mergeCase } from '../../src/triage/cases.ts';
import { confirmUpdates, rejectUpdates } from '../../src/triage/held.ts';
import type { TriageDeps } from '../../src/triage/triage-deps.ts';
import { undo } from '../../src/triage/triage.ts';
import { listWaiting } from '../../src/triage/waiting.ts';
import { client, newId, rawMessage } from '../support/messages.ts';
import type { MessageSpec } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm, FirmOptions } from '../support/servers.ts';

const by = 'ines';
const day = (number: number): Date => new Date(Date.UTC(2026, 1, number, 10));

async function openOffice(options: FirmOptions = {}): Promise<{ firm: Firm; deps: TriageDeps }> {
  const firm = await openFirm(options);
  return {
    firm,
    deps: { ...firm, enqueue: async (ids: readonly ObjectId[]) => void firm.waiting.messages.push(...ids) },
  };
}

const rowsOf = async ({ database }: Firm) => await database.caseUpdates.find().sort({ date: 1 }).toArray();
const heldOf = async ({ database }: Firm) =>
  (await listWaiting(database, { what: 'held', reason: null, limit: 50, after: null })).rows.flatMap(
    ({ held }) => held.map(({ review }) => review),
  );
const all = { clientId: null, ref: null, by };

describe('a held case update that a person rejects', () => {
  const spec: MessageSpec = { id: 'held@kline.test', subject: '[Case #90: Marinating] Lease', date: day(3) };

  it('leaves the list, and undoing the decision holds it again', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage(spec));
    const [decision] = await rejectUpdates(deps, { ...all, message, reason: 'a joke' });
    expect(await rowsOf(firm)).toMatchObject([{ review: 'rejected', confirmedAt: null }]);
    expect(await heldOf(firm)).toEqual([]);
    expect(decision).toMatchObject({ act: 'reject', by, reason: 'a joke' });
    await undo(deps, { id: decision?._id ?? message._id, by });
    expect(await rowsOf(firm)).toMatchObject([{ review: 'unknown-status', rejectedAt: null }]);
    expect(await heldOf(firm)).toEqual(['unknown-status']);
  });

  it('does not come back if the message is rejudged or imported again, or if all records are lost', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage(spec));
    await rejectUpdates(deps, { ...all, message, reason: 'a joke' });
    await ingestAgain(firm, message._id);
    await firm.receive(rawMessage(spec), { mailbox: 'archive' });
    expect((await rowsOf(firm)).map(({ review }) => review)).toEqual(['rejected']);
    await firm.database.messages.deleteMany({});
    await firm.database.sightings.deleteMany({});
    await firm.database.caseUpdates.deleteMany({});
    await firm.receive(rawMessage(spec), { mailbox: 'restored' });
    expect(await rowsOf(firm)).toEqual([]);
    expect(await heldOf(firm)).toEqual([]);
  });

  it('does not come back through a copy with a footer, whichever copy is proven', async () => {
    const { firm, deps } = await openOffice();
    const subject = '[Case #91: Closed] Lease';
    const held = { ...spec, subject, headers: ['Reply-To: stranger@else.test'] };
    const message = await firm.receive(rawMessage(held));
    expect(await heldOf(firm)).toEqual(['unauthenticated']);
    await rejectUpdates(deps, { ...all, message, reason: 'not theirs' });
    const copy = { ...spec, subject, body: 'Please have a look at the lease.\n\nThis is from outside.' };
    await firm.receive(rawMessage(copy), { mailbox: 'other', inOwnSent: true });
    await firm.ingestWaiting();
    expect((await rowsOf(firm)).filter(({ review = null }) => review === null)).toEqual([]);
    expect(await heldOf(firm)).toEqual([]);
  });

  it('stays rejected when the parent that it waited for arrives', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(
      rawMessage({
        id: 'answer@kline.test',
        subject: 'Re: [Case #92: Closed] Lease',
        answers: ['first@firm.test'],
      }),
    );
    expect(await heldOf(firm)).toEqual(['parent-unknown']);
    await rejectUpdates(deps, { ...all, message, reason: 'no' });
    await firm.receive(
      rawMessage({ id: 'first@firm.test', from: 'office@firm.test', to: client, subject: 'Lease' }),
    );
    expect((await rowsOf(firm)).map(({ review }) => review)).toEqual(['rejected']);
  });
});

describe('a held case update that a person confirms', () => {
  it('takes effect as of the date of its message, with another status if one is chosen', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #5: Simmering] Lease', date: day(1) }));
    await firm.receive(rawMessage({ id: newId(), subject: '[Case #5] News', date: day(2) }));
    await firm.receive(rawMessage({ id: newId(), subject: '[Case #5: Closed] End', date: day(3) }));
    await firm.receive(rawMessage({ id: newId(), subject: '[Case #5] More', date: day(4) }));
    const statuses = async () => (await rowsOf(firm)).map(({ status }) => status);
    expect(await statuses()).toEqual(['Open', 'Open', 'Closed', 'Closed']);
    const [decision] = await confirmUpdates(deps, { ...all, message, status: 'On Hold' });
    expect(await statuses()).toEqual(['On Hold', 'On Hold', 'Closed', 'Closed']);
    await ingestAgain(firm, message._id);
    expect(await statuses()).toEqual(['On Hold', 'On Hold', 'Closed', 'Closed']);
    await undo(deps, { id: decision?._id ?? message._id, by });
    expect(await statuses()).toEqual(['Open', 'Open', 'Closed', 'Closed']);
  });

  it('keeps what people change in the CRM afterwards', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #6: Simmering] Lease' }));
    await confirmUpdates(deps, { ...all, message, status: 'On Hold' });
    await firm.database.caseUpdates.updateOne({}, { $set: { status: 'Pending' } });
    await ingestAgain(firm, message._id);
    expect((await rowsOf(firm)).map(({ status }) => status)).toEqual(['Pending']);
  });

  it('is found even if only its row shows that it is held, because another client was first', async () => {
    const { firm, deps } = await openOffice();
    await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
    const late = await firm.receive(
      rawMessage({ subject: '[Case #8: Open] Fence', date: day(5), id: newId() }),
      {
        internalDate: day(5),
      },
    );
    await firm.receive(
      rawMessage({ from: 'omar@reyes.test', subject: '[Case #8: Open] Fence', date: day(2), id: newId() }),
      { internalDate: day(2) },
    );
    expect(await heldOf(firm)).toEqual(['foreign-case']);
    const message = await firm.database.messages.findOne({ _id: late._id });
    await confirmUpdates(deps, { ...all, message: message ?? late, status: null });
    expect(await heldOf(firm)).toEqual([]);
    expect((await rowsOf(firm)).map(({ review = null }) => review)).toEqual([null, null]);
  });

  it('is decided by one of two people who act at the same time; the other sees who it was', async () => {
    const { firm, deps } = await openOffice();
    const messages: MessageDocument[] = [];
    for (let number = 0; number < 12; number += 1)
      messages.push(
        await firm.receive(
          rawMessage({ id: newId(), subject: `[Case #${700 + number}: Simmering] Lease`, date: day(1) }),
        ),
      );
    const outcomes = await Promise.all(
      messages.map(async (message) => {
        const tries = await Promise.allSettled([
          confirmUpdates(deps, { ...all, by: 'ines', message, status: 'Closed' }),
          rejectUpdates(deps, { ...all, by: 'kofi', message, reason: 'no' }),
        ]);
        return tries.flatMap((one): DecisionDocument[] => (one.status === 'fulfilled' ? one.value : []));
      }),
    );
    for (const [index, made] of outcomes.entries()) {
      expect(made).toHaveLength(1);
      const row = await firm.database.caseUpdates.findOne({ ref: String(700 + index) });
      expect(row?.review ?? null).toBe(made[0]?.act === 'confirm' ? null : 'rejected');
    }
    const [message] = messages;
    if (message === undefined) throw new Error('no message');
    await expect(confirmUpdates(deps, { ...all, message, status: 'Open' })).rejects.toMatchObject({
      code: 'already-decided',
      message: expect.stringMatching(/^(?:ines confirmed|kofi rejected) it at .*: undo decision/u) as string,
    });
    expect(await firm.database.decisions.countDocuments()).toBe(12);
  });

  it('takes effect even if the process dies after storing the decision', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #9: Simmering] Lease' }));
    const dying = { ...deps, reader: { ...deps.reader, read: () => Promise.reject(new Error('killed')) } };
    await expect(confirmUpdates(dying, { ...all, message, status: 'Closed' })).rejects.toThrow('killed');
    expect((await firm.database.messages.findOne({ _id: message._id }))?.rejudge).toBeGreaterThan(0);
    await ingestAgain(firm, message._id);
    expect(await rowsOf(firm)).toMatchObject([{ review: null, status: 'Closed' }]);
  });
});

describe('held case updates', () => {
  it('are counted by reason', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #1: Simmering] Lease' }));
    const count = async () => (await countHeld(firm.database.caseUpdates)).get('unknown-status');
    expect(await count()).toBe(1);
    await rejectUpdates(deps, { ...all, message, reason: 'no' });
    expect(await count()).toBe(0);
  });
});

describe('a case', () => {
  it('has a history of steps with message, sender and decisions', async () => {
    const { firm, deps } = await openOffice();
    await firm.receive(rawMessage({ subject: '[Case #AB-4: Open] Lease', date: day(1) }));
    const message = await firm.receive(
      rawMessage({ id: newId(), subject: '[Case #ab-4: Simmering] Lease', date: day(2) }),
    );
    await confirmUpdates(deps, { ...all, message, status: 'Closed' });
    const history = await caseHistory(firm.database, 'ab-4');
    expect(history).toMatchObject({
      status: 'Closed',
      clients: ['paula'],
      steps: [
        { status: 'Open', message: { sender: client, mailboxes: ['office'] }, decisions: [] },
        {
          status: 'Closed',
          message: { id: message._id.toHexString() },
          decisions: [{ by, act: 'confirm', caseUpdate: { status: 'Closed' } }],
        },
      ],
    });
    await expect(caseHistory(firm.database, 'nobody')).rejects.toMatchObject({ code: 'no-such-case' });
  });

  it('is listed page by page, most recent first', async () => {
    const { firm } = await openOffice();
    for (const [ref, at] of [
      ['1', 2],
      ['2', 3],
      ['3', 1],
    ] as const)
      await firm.receive(
        rawMessage({ id: newId(), subject: `[Case #${ref}: Open] Lease ${ref}`, date: day(at) }),
      );
    const first = await listCases(firm.database, { limit: 2, after: null });
    const second = await listCases(firm.database, { limit: 2, after: first.next });
    expect([...first.rows, ...second.rows].map(({ ref, updates }) => [ref, updates])).toEqual([
      ['2', 1],
      ['1', 1],
      ['3', 1],
    ]);
    expect(second.next).toBeNull();
  });

  it('that was merged passes late tags on to the surviving case, through several merges', async () => {
    const { firm, deps } = await openOffice();
    const early = await firm.receive(rawMessage({ subject: '[Case #12: Open] Lease', date: day(1) }));
    await mergeCase(firm.database, { ref: '12', mergedInto: '34', by });
    await mergeCase(firm.database, { ref: '34', mergedInto: 'X-56', by });
    await firm.receive(rawMessage({ id: newId(), subject: '[Case #12: Closed] Lease', date: day(2) }));
    await ingestAgain(deps, early._id);
    expect((await rowsOf(firm)).map(({ ref, status }) => [ref, status])).toEqual([
      ['12', 'Open'],
      ['X-56', 'Closed'],
    ]);
    const history = await caseHistory(firm.database, 'x-56');
    expect(history.mergedFrom.toSorted()).toEqual(['12', '34']);
    expect(history.steps.map(({ ref }) => ref)).toEqual(['12', 'X-56']);
    await mergeCase(firm.database, { ref: '12', mergedInto: null, by });
    await firm.receive(rawMessage({ id: newId(), subject: '[Case #12: Pending] Lease', date: day(3) }));
    expect((await rowsOf(firm)).at(-1)).toMatchObject({ ref: '12', status: 'Pending' });
  });

  it('cannot be merged into itself, not even indirectly or by two people at the same time', async () => {
    const { firm } = await openOffice();
    await expect(mergeCase(firm.database, { ref: '1', mergedInto: '1', by })).rejects.toThrow('itself');
    await mergeCase(firm.database, { ref: '1', mergedInto: '2', by });
    await mergeCase(firm.database, { ref: '2', mergedInto: '3', by });
    await expect(mergeCase(firm.database, { ref: '3', mergedInto: '1', by })).rejects.toThrow('itself');
    await Promise.allSettled([
      mergeCase(firm.database, { ref: 'a', mergedInto: 'b', by }),
      mergeCase(firm.database, { ref: 'b', mergedInto: 'a', by }),
    ]);
    const merged = await firm.database.cases.find({ _id: { $in: ['a', 'b'] } }).toArray();
    expect(merged.filter(({ mergedInto }) => mergedInto !== null).length).toBeLessThan(2);
  });
});

describe('a mailbox whose mail moves a case for staff only', () => {
  const rules = { caseAuthority: { partners: 'staff', intake: 'clients' } } as const;
  const subject = '[Case #3: Closed] Lease';

  it("holds a client's tag until the message is seen in a mailbox where clients count, in either order", async () => {
    for (const order of [
      ['partners', 'intake'],
      ['intake', 'partners'],
    ]) {
      const { firm } = await openOffice({ rules });
      for (const mailbox of order) {
        await firm.receive(rawMessage({ id: 'one@kline.test', subject }), { mailbox });
        const [row] = await rowsOf(firm);
        const isHeld = mailbox === 'partners' && order[0] === 'partners';
        expect(row?.review).toBe(isHeld ? 'unauthenticated' : null);
      }
    }
  });

  it('lets staff move it, and holds their tags where only clients count', async () => {
    const { firm } = await openOffice({ rules });
    const byStaff = { from: 'office@firm.test', to: client, subject };
    await firm.receive(rawMessage({ ...byStaff, id: 'a@firm.test' }), { mailbox: 'partners' });
    expect((await rowsOf(firm)).map(({ review }) => review)).toEqual([null]);
    await firm.receive(rawMessage({ ...byStaff, id: 'b@firm.test', date: day(9) }), { mailbox: 'intake' });
    expect((await rowsOf(firm)).map(({ review }) => review)).toContain('unauthenticated');
  });
});
