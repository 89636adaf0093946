import { describe, expect, it } from 'vitest';
import type { ObjectId } from 'mongodb';
import { PermanentError } from '../../src/errors.ts';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps, IngestStep } from '../../src/ingest/ingest-deps.ts';
import { file, multipart, text } from '../../demo/mime.ts';
import { reopen } from '../../src/store/attempts.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';
import { createSelf } from '../../src/store/processes.ts';
import { deadProcesses } from '../support/dead-processes.ts';

const withFile = multipart('multipart/mixed', 'b', [
  text('Enclosed.'),
  file({ name: 'deed.pdf', type: 'application/pdf', content: Buffer.from('the deed') }),
]);

/** Runs one ingest to the given step and stops there, like a process that dies. */
async function dieAt(firm: Firm, id: ObjectId, step: IngestStep): Promise<void> {
  const dying: IngestDeps = {
    ...firm,
    step: (name) => {
      if (name === step) throw new Error('died here');
    },
  };
  await expect(ingestSighting(dying, id)).rejects.toThrow('died here');
}

describe('attachments are stored before the communication that points at them (invariant 1)', () => {
  it('when communications appear, their files are in blob storage', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage({ body: withFile }));
    await dieAt(firm, id, 'attachments-stored');
    expect(await firm.database.messages.countDocuments()).toBe(0);
    await firm.ingestWaiting();
    const [stored] = await firm.database.communications.find().toArray();
    expect(stored?.attachments).toHaveLength(1);
    expect(await firm.blobs.head(stored?.attachments[0]?.key ?? '')).toEqual({ size: 8 });
  });

  it('a blob store that fails leaves no communication, and the attempt is repeated', async () => {
    const firm = await openFirm();
    const broken: IngestDeps = {
      ...firm,
      blobs: { ...firm.blobs, put: async () => Promise.reject(new Error('disk full')) },
    };
    const id = await firm.deliver(rawMessage({ body: withFile }));
    await expect(ingestSighting(broken, id)).rejects.toThrow('disk full');
    expect(await firm.database.communications.countDocuments()).toBe(0);
    expect(await firm.database.sightings.findOne({ _id: id })).toMatchObject({
      state: 'pending',
      attemptsBy: [],
      error: 'disk full',
    });
    await firm.ingestWaiting();
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });
});

describe('the verdict is persisted once, before any communication is written (invariant 6)', () => {
  it('after a death between verdict and communication the stored verdict is used, whatever has changed since', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage());
    await dieAt(firm, id, 'judged');
    expect(await firm.database.communications.countDocuments()).toBe(0);
    const judged = await firm.database.messages.findOne({});
    expect(judged).toMatchObject({ state: 'judged', revision: 1 });
    await firm.database.clients.updateOne({ _id: 'paula' }, { $set: { email: 'paula@elsewhere.test' } });
    await firm.ingestWaiting();
    const [stored] = await firm.database.communications.find().toArray();
    expect(stored?.clientId).toBe('paula');
    expect(await firm.database.messages.findOne({})).toMatchObject({
      state: 'stored',
      revision: 1,
      verdict: judged?.verdict,
    });
  });

  it('two workers that ingest one sighting at the same moment persist one verdict and write one communication', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage({ subject: '[Case #12: Open] Lease' }));
    await Promise.all([ingestSighting(firm, id), ingestSighting(firm, id), ingestSighting(firm, id)]);
    const { messages, communications, caseUpdates, sightings } = firm.database;
    expect(await messages.findOne({})).toMatchObject({ state: 'stored', revision: 1 });
    expect([
      await messages.countDocuments(),
      await communications.countDocuments(),
      await caseUpdates.countDocuments(),
    ]).toEqual([1, 1, 1]);
    expect(await sightings.findOne({ _id: id })).toMatchObject({ state: 'done' });
  });

  for (const step of [
    'started',
    'read',
    'attachments-stored',
    'received',
    'judged',
    'written',
    'dependants-marked',
    'marked-written',
    'done',
  ] as const)
    it(`a death at "${step}" ends as an undisturbed run does`, async () => {
      const firm = await openFirm();
      const raw = rawMessage({ id: 'same@kline.test', subject: '[Case #12: Open] Lease', body: withFile });
      const id = await firm.deliver(raw);
      await dieAt(firm, id, step);
      await firm.ingestWaiting();
      const { messages, communications, caseUpdates, sightings } = firm.database;
      expect(await messages.find().toArray()).toMatchObject([
        { state: 'stored', revision: 1, links: [{ clientId: 'paula' }] },
      ]);
      expect(await communications.find().toArray()).toMatchObject([
        { clientId: 'paula', attachments: [{ filename: 'deed.pdf' }] },
      ]);
      expect(await caseUpdates.find().toArray()).toMatchObject([{ ref: '12', status: 'Open' }]);
      expect(await sightings.find().toArray()).toMatchObject([
        { state: 'done', attemptsBy: [], error: null },
      ]);
    });
});

describe('ingesting again re-writes nothing, also what a person deleted (invariant 6)', () => {
  const again: readonly [string, (firm: Firm, raw: Buffer) => Promise<unknown>][] = [
    [
      'the same sighting again',
      async (firm) => {
        const [sighting] = await firm.database.sightings.find().toArray();
        if (sighting === undefined) throw new Error('no sighting');
        await reopen(firm.database.sightings, [sighting._id]);
        firm.waiting.sightings.push(sighting._id);
        await firm.ingestWaiting();
      },
    ],
    ['a second sighting', async (firm, raw) => firm.receive(raw, { mailbox: 'tom' })],
    [
      'a sighting in another role',
      async (firm, raw) => firm.receive(raw, { mailbox: 'crm', role: 'dropbox' }),
    ],
    [
      'a replay',
      async (firm) => {
        const message = await firm.database.messages.findOne({});
        if (message !== null) await ingestAgain(firm, message._id);
      },
    ],
  ];
  for (const [name, act] of again) {
    it(`${name} writes nothing`, async () => {
      const firm = await openFirm();
      const raw = rawMessage({ subject: '[Case #12: Open] Lease' });
      await firm.receive(raw);
      const { communications, caseUpdates } = firm.database;
      const before = [await communications.find().toArray(), await caseUpdates.find().toArray()];
      await act(firm, raw);
      expect([await communications.find().toArray(), await caseUpdates.find().toArray()]).toEqual(before);
    });

    it(`${name} does not bring back what a person deleted`, async () => {
      const firm = await openFirm();
      const raw = rawMessage({ subject: '[Case #12: Open] Lease' });
      await firm.receive(raw);
      const { communications, caseUpdates } = firm.database;
      await communications.deleteMany({});
      await caseUpdates.deleteMany({});
      await act(firm, raw);
      expect([await communications.countDocuments(), await caseUpdates.countDocuments()]).toEqual([0, 0]);
    });

    it(`${name} leaves what a person changed`, async () => {
      const firm = await openFirm();
      const raw = rawMessage();
      await firm.receive(raw);
      const { communications } = firm.database;
      await communications.updateOne(
        {},
        { $set: { subject: 'Corrected by hand', clientId: 'somebody-else' } },
      );
      await act(firm, raw);
      expect(await communications.find().toArray()).toMatchObject([
        { subject: 'Corrected by hand', clientId: 'somebody-else' },
      ]);
    });
  }
});

describe('one poison message neither blocks nor starves (invariant 8)', () => {
  it('an attempt is marked before parsing, and the mark goes with an error that the process survived', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage());
    let during: readonly string[] = [];
    const failing: IngestDeps = {
      ...firm,
      reader: {
        ...firm.reader,
        read: async () => {
          during = (await firm.database.sightings.findOne({ _id: id }))?.attemptsBy ?? [];
          throw new Error('connection reset');
        },
      },
    };
    for (let attempt = 0; attempt < 5; attempt += 1)
      await expect(ingestSighting(failing, id)).rejects.toThrow('connection reset');
    expect(during).toHaveLength(1);
    expect(await firm.database.sightings.findOne({ _id: id })).toMatchObject({
      state: 'pending',
      attemptsBy: [],
      attempts: 5,
      error: 'connection reset',
    });
    await firm.ingestWaiting();
    expect(await firm.database.sightings.findOne({ _id: id })).toMatchObject({ state: 'done' });
  });

  it('after three deaths it is quarantined with raw bytes, error and header, and a replay reads it again', async () => {
    const firm = await openFirm();
    const raw = rawMessage({ id: 'poison@kline.test', subject: 'Poison' });
    const id = await firm.deliver(raw);
    const attemptsBy = await deadProcesses(firm, 3);
    await firm.database.sightings.updateOne({ _id: id }, { $set: { attemptsBy } });
    const deps = { ...firm, self: createSelf(firm.database.processes) };
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'quarantined' });
    const sighting = await firm.database.sightings.findOne({ _id: id });
    expect(sighting).toMatchObject({ state: 'failed', error: 'the process died 3 times over it' });
    const message = await firm.database.messages.findOne({ _id: sighting?.messageRef ?? id });
    expect(message).toMatchObject({
      state: 'quarantined',
      error: 'the process died 3 times over it',
      subject: 'Poison',
      messageId: 'poison@kline.test',
    });
    const kept = await (await firm.blobs.get(message?.rawKey ?? '')).toArray();
    expect(Buffer.concat(kept).equals(raw)).toBe(true);
    expect(await firm.database.communications.countDocuments()).toBe(0);
    await reopen(firm.database.sightings, [id]);
    expect(await ingestSighting(firm, id)).toMatchObject({ outcome: 'stored', communications: 1 });
  });

  it('two deaths are no quarantine', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage());
    const attemptsBy = await deadProcesses(firm, 2);
    await firm.database.sightings.updateOne({ _id: id }, { $set: { attemptsBy } });
    const deps = { ...firm, self: createSelf(firm.database.processes) };
    expect(await ingestSighting(deps, id)).toMatchObject({ outcome: 'stored' });
  });

  it('only a permanent error ends the attempts: it is quarantined at once (invariant 9)', async () => {
    const firm = await openFirm();
    const id = await firm.deliver(rawMessage());
    const refusing: IngestDeps = {
      ...firm,
      reader: {
        ...firm.reader,
        read: async () => Promise.reject(new PermanentError('unreadable', 'no mail at all')),
      },
    };
    expect(await ingestSighting(refusing, id)).toMatchObject({
      outcome: 'quarantined',
      warnings: ['unreadable: no mail at all'],
    });
    expect(await firm.database.sightings.findOne({ _id: id })).toMatchObject({ state: 'failed' });
  });
});

describe('back-filled mail is stored but moves no case (invariant 13)', () => {
  const since = new Date('2026-03-10T00:00:00Z');
  const tagged = rawMessage({ id: 'old@kline.test', subject: '[Case #12: Closed] Lease' });

  it('older than the since of its mailbox', async () => {
    const firm = await openFirm();
    expect(await firm.receive(tagged, { since })).toMatchObject({ state: 'stored', backfill: true });
    expect([
      await firm.database.communications.countDocuments(),
      await firm.database.caseUpdates.countDocuments(),
    ]).toEqual([1, 0]);
  });

  const late = new Date('2026-03-12T09:00:00Z');
  const clocks: readonly [string, Date, Date][] = [
    ['a year behind', new Date('2025-03-12T09:00:00Z'), new Date('2025-03-12T09:00:00Z')],
    ['in 1970', new Date(7_000), late],
    ['in 1980', new Date('1980-01-01T00:04:00Z'), late],
  ];
  for (const [clock, date, stored] of clocks) {
    const wrong = rawMessage({ id: 'clock@kline.test', subject: '[Case #12: Closed] Lease', date });

    it(`of a sender whose clock is ${clock}, who writes now, it moves the case`, async () => {
      const firm = await openFirm();
      const message = await firm.receive(wrong, { since, internalDate: late });
      expect([message.backfill, message.date]).toEqual([false, stored]);
      const updates = await firm.database.caseUpdates.find().toArray();
      expect(updates.map(({ ref, status, review }) => [ref, status, review ?? null])).toEqual([
        ['12', 'Closed', null],
      ]);
    });
  }

  it('that lay in the folder when it was listed first, whatever the server says of its arrival', async () => {
    const firm = await openFirm();
    const message = await firm.receive(tagged, { since, internalDate: late, wasThere: true });
    expect(message.backfill).toBe(true);
    expect(await firm.database.caseUpdates.countDocuments()).toBe(0);
  });

  it('newer than it, the same message moves the case', async () => {
    const firm = await openFirm();
    await firm.receive(tagged, { since: new Date('2026-03-01T00:00:00Z') });
    expect(await firm.database.caseUpdates.countDocuments({ ref: '12' })).toBe(1);
  });

  for (const order of ['first', 'last'] as const)
    it(`seen ${order} in a mailbox for which it is no back-fill, it moves the case`, async () => {
      const firm = await openFirm();
      const places = [
        { mailbox: 'old', since },
        { mailbox: 'new', since: null },
      ];
      for (const seen of order === 'last' ? places : places.toReversed()) await firm.receive(tagged, seen);
      expect(await firm.database.caseUpdates.countDocuments({ ref: '12' })).toBe(1);
      expect(await firm.database.communications.countDocuments()).toBe(1);
    });
});
