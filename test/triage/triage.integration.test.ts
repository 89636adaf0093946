import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ingestAgain } from '../../src/ingest/ingest.ts';
import { assign, ignore, undo, unlink } from '../../src/triage/triage.ts';
import type { TriageDeps } from '../../src/triage/triage-deps.ts';
import { confirmUpdates } from '../../src/triage/held.ts';
import { addAlias } from '../../src/triage/alias-rule.ts';
import { detailOf, listWaiting } from '../../src/triage/waiting.ts';
import { messageNamed } from '../../src/triage/named.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import { rawMessage, newId } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const by = 'ines';
const clients = [
  { _id: 'otto', name: 'Otto Brandt', email: 'otto@brandt.test' },
  { _id: 'lena', name: 'Lena Brandt', email: 'lena@brandt.test' },
];

async function openOffice(): Promise<{ firm: Firm; deps: TriageDeps }> {
  const firm = await openFirm();
  await firm.addClients(...clients);
  return {
    firm,
    deps: { ...firm, enqueue: async (ids: readonly ObjectId[]) => void firm.waiting.messages.push(...ids) },
  };
}

const clientsOf = (message: MessageDocument | null): string[] =>
  (message?.links ?? []).map(({ clientId }) => String(clientId));

async function recordOf({ database }: Firm, clientId: string): Promise<string[]> {
  const rows = await database.communications.find({ clientId }).sort({ date: 1 }).toArray();
  return rows.map(({ subject }) => subject);
}

const fromStranger = (given: Parameters<typeof rawMessage>[0] = {}): Buffer =>
  rawMessage({ from: 'Stranger <x@away.test>', ...given });

describe('triage', () => {
  it('lists what waits with its reason, page by page, oldest first', async () => {
    const { firm } = await openOffice();
    for (const subject of ['one', 'two', 'three']) await firm.receive(fromStranger({ subject, id: newId() }));
    const first = await listWaiting(firm.database, { what: 'triage', reason: null, limit: 2, after: null });
    const second = await listWaiting(firm.database, {
      what: 'triage',
      reason: null,
      limit: 2,
      after: first.next,
    });
    expect(first.total).toBe(3);
    expect([...first.rows, ...second.rows].map(({ subject, reason }) => [subject, reason])).toEqual([
      ['one', 'no-client'],
      ['two', 'no-client'],
      ['three', 'no-client'],
    ]);
    expect(second.next).toBeNull();
    expect(
      (await listWaiting(firm.database, { what: 'triage', reason: 'shared-address', limit: 9, after: null }))
        .total,
    ).toBe(0);
  });

  it('shows evidence, candidates by name, and a client that the CRM might create', async () => {
    const { firm } = await openOffice();
    const message = await firm.receive(
      rawMessage({ from: 'Nora Vale <nora@vale-works.test>', headers: ['Reply-To: otto@brandt.test'] }),
    );
    const detail = await detailOf(firm.database, message);
    expect(detail.candidates).toEqual([
      {
        clientId: 'otto',
        via: 'reply-to',
        address: 'otto@brandt.test',
        name: 'Otto Brandt',
        email: 'otto@brandt.test',
      },
    ]);
    expect(detail.evidence.map(({ rule }) => rule)).toContain('reply-to');
    expect(detail.suggestion).toEqual({
      name: 'Nora Vale',
      email: 'nora@vale-works.test',
      domain: 'vale-works.test',
    });
    expect(await firm.database.clients.countDocuments()).toBe(3);
  });

  it('assigns to one or several clients, and writes one communication for each', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(fromStranger({ subject: 'Estate' }));
    const { message: now, decision } = await assign(deps, {
      message,
      by,
      clients: ['otto', 'lena'],
      thread: false,
      instead: false,
    });
    expect(now?.state).toBe('stored');
    expect(clientsOf(now)).toEqual(['otto', 'lena']);
    expect([await recordOf(firm, 'otto'), await recordOf(firm, 'lena')]).toEqual([['Estate'], ['Estate']]);
    expect({ by: decision.by, act: decision.act, undoneAt: decision.undoneAt }).toEqual({
      by: 'ines',
      act: 'link',
      undoneAt: null,
    });
    await assign(deps, { message, by, clients: ['otto', 'lena'], thread: false, instead: false });
    expect(await firm.database.decisions.countDocuments()).toBe(1);
  });

  it('undo of an assignment takes it off the record and back to triage', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(fromStranger());
    const { decision } = await assign(deps, {
      message,
      by,
      clients: ['otto'],
      thread: false,
      instead: false,
    });
    const { message: now } = await undo(deps, { id: decision._id, by: 'tom' });
    expect({ state: now?.state, links: now?.links }).toEqual({ state: 'triage', links: [] });
    expect(await recordOf(firm, 'otto')).toEqual([]);
    const row = await firm.database.decisions.findOne({ _id: decision._id });
    expect({ undoneBy: row?.undoneBy, undone: row?.undoneAt instanceof Date }).toEqual({
      undoneBy: 'tom',
      undone: true,
    });
    await expect(undo(deps, { id: decision._id, by })).rejects.toThrow('no such decision is in force');
  });

  it('a communication that somebody edited survives the undo', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(fromStranger());
    const { decision } = await assign(deps, {
      message,
      by,
      clients: ['otto'],
      thread: false,
      instead: false,
    });
    await firm.database.communications.updateOne(
      { clientId: 'otto' },
      { $set: { subject: 'Estate, see file 7' } },
    );
    await undo(deps, { id: decision._id, by });
    expect(await recordOf(firm, 'otto')).toEqual(['Estate, see file 7']);
  });

  it('a link that a person removed is not re-created by judging again (invariant 11)', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: 'Lease' }));
    expect(clientsOf(message)).toEqual(['paula']);
    const { message: now, decision } = await unlink(deps, { message, by, clients: ['paula'] });
    expect({ state: now?.state, record: await recordOf(firm, 'paula') }).toEqual({
      state: 'triage',
      record: [],
    });
    await ingestAgain(firm, message._id);
    expect(await recordOf(firm, 'paula')).toEqual([]);
    const { message: back } = await undo(deps, { id: decision._id, by });
    expect([clientsOf(back), await recordOf(firm, 'paula')]).toEqual([['paula'], ['Lease']]);
  });

  it('assigned instead, a message leaves the wrong client with its case update', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #81: Open] Lease' }));
    expect(await firm.database.caseUpdates.countDocuments({ clientId: 'paula' })).toBe(1);
    const { message: now } = await assign(deps, {
      message,
      by,
      clients: ['otto'],
      thread: false,
      instead: true,
    });
    expect(clientsOf(now)).toEqual(['otto']);
    expect([await recordOf(firm, 'paula'), (await recordOf(firm, 'otto')).length]).toEqual([[], 1]);
    expect(await firm.database.caseUpdates.countDocuments({ clientId: 'paula' })).toBe(0);
  });

  it('a later act overrules an earlier one, and its undo brings the earlier back', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(fromStranger());
    await assign(deps, { message, by, clients: ['otto'], thread: false, instead: false });
    const { decision, message: off } = await unlink(deps, { message, by, clients: ['otto'] });
    expect(clientsOf(off)).toEqual([]);
    const { message: on } = await undo(deps, { id: decision._id, by });
    expect([clientsOf(on), await recordOf(firm, 'otto')]).toEqual([['otto'], ['The lease']]);
  });

  it('assigns a thread: what waits in it and what is still to come', async () => {
    const { firm, deps } = await openOffice();
    const root = newId();
    const first = await firm.receive(fromStranger({ id: root, subject: 'Boat' }));
    await firm.receive(rawMessage({ from: 'y@else.test', subject: 'Re: Boat', answers: [root] }));
    const { marked } = await assign(deps, {
      message: first,
      by,
      clients: ['lena'],
      thread: true,
      instead: false,
    });
    await firm.ingestWaiting();
    await firm.receive(rawMessage({ from: 'z@third.test', subject: 'Re: Boat 2', answers: [root] }));
    expect(marked).toBe(1);
    expect(await recordOf(firm, 'lena')).toEqual(['Boat', 'Re: Boat', 'Re: Boat 2']);
  });

  it.each([
    ['sender', 'x@away.test', 1],
    ['domain', 'other@away.test', 2],
  ] as const)(
    'ignores always by %s: what waits and what comes, until it is undone',
    async (always, later, marked) => {
      const { firm, deps } = await openOffice();
      const message = await firm.receive(fromStranger({ subject: 'Offer 1' }));
      await firm.receive(fromStranger({ subject: 'Offer 2', id: newId() }));
      await firm.receive(rawMessage({ from: 'other@away.test', subject: 'Offer 3', id: newId() }));
      const acted = await ignore(deps, { message, by, always });
      await firm.ingestWaiting();
      expect(acted.marked).toBe(marked);
      const next = await firm.receive(rawMessage({ from: later, subject: 'Offer 4', id: newId() }));
      const other = await firm.receive(
        rawMessage({ from: 'x@far-away.test', subject: 'Offer 5', id: newId() }),
      );
      expect([acted.message?.state, other.state]).toEqual(['ignored', 'triage']);
      expect(next.state).toBe('ignored');
      await undo(deps, { id: acted.decision._id, by });
      await firm.ingestWaiting();
      expect(await firm.database.messages.countDocuments({ state: 'ignored' })).toBe(0);
    },
  );

  it.each(['sender', 'domain'] as const)('never ignores all mail of our own: by %s', async (always) => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ from: 'ines@firm.test', to: 'Stranger <x@away.test>' }));
    expect(message.state).toBe('triage');
    await expect(ignore(deps, { message, by, always })).rejects.toThrow('is ours');
    const next = await firm.receive(
      rawMessage({ from: 'ines@firm.test', to: 'otto@brandt.test', id: newId() }),
    );
    expect(clientsOf(next)).toEqual(['otto']);
  });

  it.each(['the one that came first', 'the one that came last'])(
    'decides about all copies of a message, whatever their footer, those to come too: by %s',
    async (which) => {
      const { firm, deps } = await openOffice();
      const copy = (footer: string): Buffer => rawMessage({ id: 'boat@kline.test', body: `Hello.${footer}` });
      const copies = [await firm.receive(copy('')), await firm.receive(copy('\n\nScanned by the tower.'))];
      const message = copies[which === 'the one that came first' ? 0 : 1];
      if (message === undefined) throw new Error('two copies');
      expect(await recordOf(firm, 'paula')).toHaveLength(1);
      const { decision } = await unlink(deps, { message, by, clients: ['paula'] });
      await firm.ingestWaiting();
      await firm.receive(copy('\n\nScanned by the harbour.'));
      expect(await recordOf(firm, 'paula')).toEqual([]);
      await undo(deps, { id: decision._id, by });
      await firm.ingestWaiting();
      expect(await recordOf(firm, 'paula')).toHaveLength(1);
    },
  );

  it('asks about a recipient who may be one of two clients, and records the message for the other at once', async () => {
    const { firm, deps } = await openOffice();
    await firm.addClients({ _id: 'emil', email: 'otto@brandt.test' });
    const message = await firm.receive(
      rawMessage({ from: 'ines@firm.test', to: 'paula@kline.test, otto@brandt.test' }),
    );
    expect([message.state, message.verdict?.reason, clientsOf(message)]).toEqual([
      'triage',
      'shared-address',
      ['paula'],
    ]);
    expect(await recordOf(firm, 'paula')).toHaveLength(1);
    const assigned = await assign(deps, { message, by, clients: ['emil'], thread: false, instead: false });
    expect([assigned.message?.state, clientsOf(assigned.message)]).toEqual(['stored', ['paula', 'emil']]);
  });

  it('ignores once: the next message of the same sender waits again', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(fromStranger());
    expect((await ignore(deps, { message, by, always: null })).message?.state).toBe('ignored');
    expect((await firm.receive(fromStranger({ id: newId(), subject: 'Again' }))).state).toBe('triage');
    const stored = await firm.receive(rawMessage());
    await expect(ignore(deps, { message: stored, by, always: null })).rejects.toThrow(
      'on the record of paula',
    );
  });

  it.each([
    ['an alias', 'x@away.test', 'alias', 2],
    ['a company domain', 'away.test', 'domain', 3],
  ] as const)(
    'learns %s with the count of messages that follow, and forgets it again',
    async (_, what, via, follow) => {
      const { firm, deps } = await openOffice();
      await firm.receive(fromStranger({ subject: 'A', id: newId() }));
      await firm.receive(fromStranger({ subject: 'B', id: newId() }));
      await firm.receive(rawMessage({ from: 'y@mail.away.test', subject: 'C', id: newId() }));
      const asked = { what, client: { _id: 'otto' }, by };
      const planned = await addAlias(deps, { ...asked, dryRun: true });
      expect(planned.preview.changes.links).toBe(follow);
      expect(await firm.database.addressBook.countDocuments({ source: 'learned' })).toBe(0);

      const learned = await addAlias(deps, { ...asked, dryRun: false });
      await firm.ingestWaiting();
      expect((await recordOf(firm, 'otto')).length).toBe(follow);
      const next = await firm.receive(fromStranger({ subject: 'D', id: newId() }));
      expect(next.links.map((link) => [link.clientId, link.via])).toEqual([['otto', via]]);
      expect((await firm.database.clients.findOne({ _id: 'otto' }))?.email).toBe('otto@brandt.test');

      await undo(deps, { id: learned.decision?._id ?? next._id, by });
      await firm.ingestWaiting();
      expect(await recordOf(firm, 'otto')).toEqual([]);
      expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(4);
    },
  );

  it.each([
    ['address:x@away.test', 'x@away.test', 'sender'],
    ['domain:away.test', 'away.test', 'domain'],
  ] as const)(
    'learn after ignore of %s replaces it, and the other way round',
    async (subject, what, always) => {
      const { firm, deps } = await openOffice();
      const first = await firm.receive(fromStranger({ subject: 'A', id: newId() }));
      await firm.receive(fromStranger({ subject: 'B', id: newId() }));
      const ignored = await ignore(deps, { message: first, by, always });
      await firm.ingestWaiting();
      expect(await firm.database.messages.countDocuments({ state: 'ignored' })).toBe(2);

      const learned = await addAlias(deps, { what, client: { _id: 'otto' }, by: 'eve', dryRun: false });
      await firm.ingestWaiting();
      expect(learned.replaced.map(({ _id, undoneBy }) => [_id, undoneBy])).toEqual([
        [ignored.decision._id, 'eve'],
      ]);
      expect((await recordOf(firm, 'otto')).toSorted()).toEqual(['A', 'B']);

      const linked = await messageNamed(firm.database, first._id.toHexString());
      await unlink(deps, { message: linked, clients: ['otto'], by });
      const message = await messageNamed(firm.database, first._id.toHexString());
      const again = await ignore(deps, { message, by, always });
      await firm.ingestWaiting();
      expect(again.replaced?.map(({ _id }) => _id)).toEqual([learned.decision?._id]);
      expect(await recordOf(firm, 'otto')).toEqual([]);
      expect(await firm.database.addressBook.countDocuments({ source: 'learned' })).toBe(0);
      expect((await firm.receive(fromStranger({ subject: 'C', id: newId() }))).state).toBe('ignored');
      const inForce = await firm.database.decisions.find({ subject, undoneAt: null }).toArray();
      expect(inForce.map(({ _id }) => _id)).toEqual([again.decision._id]);
    },
  );

  it('an address that is learned is known although the rest of its domain is ignored', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ from: 'y@away.test', subject: 'Offer', id: newId() }));
    await ignore(deps, { message, by, always: 'domain' });
    await addAlias(deps, { what: 'x@away.test', client: { _id: 'otto' }, by, dryRun: false });
    await firm.receive(fromStranger({ subject: 'Mine', id: newId() }));
    expect(await recordOf(firm, 'otto')).toEqual(['Mine']);
    expect(
      (await firm.receive(rawMessage({ from: 'y@away.test', subject: 'Offer 2', id: newId() }))).state,
    ).toBe('ignored');
  });

  it('adds no alias for free mail, ourselves or a suffix', async () => {
    const { deps } = await openOffice();
    for (const [what, why] of [
      ['gmail.com', 'anyone can have an address'],
      ['office@firm.test', 'is ours'],
      ['ada+crm@mail.firm.test', 'is ours'],
      ['IMCEASMTP-otto+40brandt+2Etest@firm.test', 'is ours'],
      ['@firm.test', 'firm.test is ours'],
      ['co.uk', "not a company's domain"],
      ['!!', 'is not a domain'],
      ['mail.acme-invented.co.uk', 'say acme-invented.co.uk'],
    ] as const)
      await expect(addAlias(deps, { what, client: { _id: 'otto' }, by, dryRun: false })).rejects.toThrow(why);
  });

  it.each([
    ['the domain of an own address', { ownAddresses: ['desk@desk-works.test'] }, 'desk-works.test'],
    ['the domain above that of staff', { staffDomains: ['mail.desk-works.test'] }, '@desk-works.test'],
    ['a mailbox', { ownAddresses: ['desk@desk-works.test'] }, 'Desk <desk@desk-works.test>'],
  ])('gives no client %s', async (_, rules, what) => {
    const { deps } = await openOffice();
    const own = { ...deps, rules: { ...deps.rules, ...rules } };
    for (const dryRun of [true, false])
      await expect(addAlias(own, { what, client: { _id: 'otto' }, by, dryRun })).rejects.toThrow('is ours');
    expect(await deps.database.addressBook.countDocuments({ source: 'learned' })).toBe(0);
  });

  it('proposes no new client for who is one, but the other whom a message went to', async () => {
    const { firm } = await openOffice();
    await firm.addClients({ _id: 'twin', name: 'Otto Brandt', email: 'otto@brandt.test' });
    const received = await firm.receive(rawMessage({ from: 'Otto <otto@brandt.test>' }));
    const tagged = await firm.receive(rawMessage({ from: 'Otto <otto+shop@brandt.test>', id: newId() }));
    const to = 'otto@brandt.test, Nora Vale <nora@vale-works.test>';
    const sent = await firm.receive(rawMessage({ from: 'Ada <ada@firm.test>', to, id: newId() }));
    const proposed = await Promise.all(
      [received, tagged, sent].map(async (message) => (await detailOf(firm.database, message)).suggestion),
    );
    expect(proposed.map((client) => client?.email ?? null)).toEqual([null, null, 'nora@vale-works.test']);
  });

  it('confirms a held case update, which a later judging does not hold again, and undoes it', async () => {
    const { firm, deps } = await openOffice();
    const message = await firm.receive(rawMessage({ subject: '[Case #90: Marinating] Lease' }));
    expect(
      (await listWaiting(firm.database, { what: 'held', reason: null, limit: 5, after: null })).rows.map(
        ({ held }) => held[0]?.review,
      ),
    ).toEqual(['unknown-status']);
    const asked = { message, clientId: null, ref: null, by };
    await expect(confirmUpdates(deps, { ...asked, status: null })).rejects.toThrow('say which status');
    const [decision] = await confirmUpdates(deps, { ...asked, status: 'Closed' });
    await ingestAgain(firm, message._id);
    const row = async () => await firm.database.caseUpdates.findOne({ clientId: 'paula' });
    expect(await row()).toMatchObject({ status: 'Closed', review: null });
    await undo(deps, { id: decision?._id ?? message._id, by });
    expect(await row()).toMatchObject({ status: 'Open', review: 'unknown-status', confirmedAt: null });
    expect(
      (await listWaiting(firm.database, { what: 'held', reason: null, limit: 5, after: null })).total,
    ).toBe(1);
  });

  it('finds a message by id, fingerprint and Message-ID', async () => {
    const { firm } = await openOffice();
    const message = await firm.receive(fromStranger({ id: 'named@away.test' }));
    for (const name of [
      message._id.toHexString(),
      message.fingerprint,
      '<named@away.test>',
      'named@away.test',
    ])
      expect((await messageNamed(firm.database, name))._id).toEqual(message._id);
    await expect(messageNamed(firm.database, 'nobody@away.test')).rejects.toThrow('no such message');
  });
});
