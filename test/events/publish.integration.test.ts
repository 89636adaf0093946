import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { payloadOf } from '../../src/events/payload.ts';
import { ingestAgain, ingestGroup, ingestSighting } from '../../src/ingest/ingest.ts';
import { undoImport } from '../../src/ingest/undo-import.ts';
import { eventTypes } from '../../src/store/events.ts';
import { confirmUpdates, rejectUpdates } from '../../src/triage/held.ts';
import { assign, undo, unlink } from '../../src/triage/triage.ts';
import type { TriageDeps } from '../../src/triage/triage-deps.ts';
import { newId, rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const folder = new URL('../../docs/events/', import.meta.url);
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
const schemas = readdirSync(folder).filter((name) => name.endsWith('.json'));
for (const name of schemas) ajv.addSchema(JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as object);

const by = 'ines';
const all = { clientId: null, ref: null, by };
const depsOf = (firm: Firm): TriageDeps => ({
  ...firm,
  enqueue: async (ids: readonly ObjectId[]) => void firm.waiting.messages.push(...ids),
});

/** The published events, in order per entity. Each is validated against its schema. */
async function published({ database }: Firm): Promise<string[]> {
  const events = await database.events.find().sort({ at: 1, entity: 1, revision: 1 }).toArray();
  for (const event of events) {
    const payload = JSON.parse(JSON.stringify(payloadOf(event, ['subject', 'from']))) as object;
    if (!ajv.validate(`${event.type}.json`, payload))
      throw new Error(`${event.type}: ${ajv.errorsText()} in ${JSON.stringify(payload)}`);
  }
  return events.map(({ type, revision }) => `${type} ${revision}`);
}

it('every event type has a schema, and every schema a type', () => {
  expect(schemas.map((name) => name.replace('.json', '')).toSorted()).toEqual(eventTypes.toSorted());
});

describe('a message', () => {
  it('publishes its communication and its case update once, however often it is ingested', async () => {
    const firm = await openFirm();
    const message = await firm.receive(rawMessage({ subject: '[Case #7: Open] Lease' }));
    await ingestAgain(firm, message._id);
    await firm.receive(rawMessage({ subject: '[Case #7: Open] Lease', id: message.messageId }), {
      mailbox: 'archive',
    });
    expect((await published(firm)).toSorted()).toEqual(['caseUpdate.created 1', 'communication.created 1']);
  });

  it.each(['written', 'published', 'dependants-marked'] as const)(
    'publishes the same events in a group as alone, even if the process dies at "%s"',
    async (at) => {
      const raws = [
        rawMessage({ subject: '[Case #7: Open] Lease', date: new Date('2026-03-02T09:00:00Z') }),
        rawMessage({ subject: '[Case #7: Closed] Lease', date: new Date('2026-03-02T10:00:00Z') }),
        rawMessage({ from: 'Nobody <nobody@else.test>', date: new Date('2026-03-02T11:00:00Z') }),
      ];
      const alone = await openFirm();
      for (const raw of raws) await alone.receive(raw);
      const together = await openFirm();
      const ids: ObjectId[] = [];
      for (const raw of raws) ids.push(await together.deliver(raw));
      const step = (name: string): void => {
        if (name === at) throw new Error('killed');
      };
      const killed = await ingestGroup({ ...together, step }, ids);
      expect(killed.map(({ error }) => error)).toEqual(raws.map(() => new Error('killed')));
      await ingestGroup(together, ids);
      expect((await published(together)).toSorted()).toEqual((await published(alone)).toSorted());
      expect(await published(together)).toHaveLength(5);
    },
  );

  it.each(['written', 'published', 'dependants-marked', 'marked-written'] as const)(
    'publishes each event once if the process dies at "%s"',
    async (at) => {
      const firm = await openFirm();
      const id = await firm.deliver(rawMessage({ subject: '[Case #7: Open] Lease' }));
      const step = (name: string): void => {
        if (name === at) throw new Error('killed');
      };
      await expect(ingestSighting({ ...firm, step }, id)).rejects.toThrow('killed');
      expect(await firm.database.communications.countDocuments()).toBe(1);
      await ingestSighting(firm, id);
      expect((await published(firm)).toSorted()).toEqual(['caseUpdate.created 1', 'communication.created 1']);
    },
  );

  it('publishes each event once if two workers ingest it at the same time', async () => {
    const firm = await openFirm();
    const raw = rawMessage({ subject: '[Case #7: Open] Lease', id: 'two@kline.test' });
    const ids = [await firm.deliver(raw), await firm.deliver(raw, { mailbox: 'other' })];
    await Promise.all(ids.map(async (id) => await ingestSighting(firm, id)));
    await firm.ingestWaiting();
    expect((await published(firm)).toSorted()).toEqual(['caseUpdate.created 1', 'communication.created 1']);
  });

  it('that is back-fill publishes nothing', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ subject: '[Case #7: Open] Lease', date: new Date('2020-01-01') }), {
      since: new Date('2026-01-01'),
      internalDate: new Date('2020-01-01'),
    });
    expect(await published(firm)).toEqual([]);
  });

  it('publishes that it waits, is linked, unlinked and linked again', async () => {
    const firm = await openFirm();
    const deps = depsOf(firm);
    const message = await firm.receive(rawMessage({ from: 'x@away.test' }));
    expect(await published(firm)).toEqual(['triage.created 1']);
    await assign(deps, { message, by, clients: ['paula'], thread: false, instead: false });
    await unlink(deps, { message, by, clients: ['paula'] });
    await assign(deps, { message, by, clients: ['paula'], thread: false, instead: false });
    const events = await published(firm);
    expect(events.filter((event) => event.startsWith('communication'))).toEqual([
      'communication.created 1',
      'communication.unlinked 2',
      'communication.linked 3',
    ]);
    expect(events.filter((event) => event.startsWith('triage'))).toEqual([
      'triage.created 1',
      'triage.resolved 2',
      'triage.created 3',
      'triage.resolved 4',
    ]);
  });
});

describe('a case update', () => {
  const updatesOf = async (firm: Firm): Promise<string[]> =>
    (await published(firm)).filter((event) => event.startsWith('caseUpdate'));

  it('publishes that it is held, each decision, and its undo', async () => {
    const firm = await openFirm();
    const deps = depsOf(firm);
    const message = await firm.receive(rawMessage({ subject: '[Case #7: Simmering] Lease' }));
    const [confirmed] = await confirmUpdates(deps, { ...all, message, status: 'Closed' });
    await undo(deps, { id: confirmed?._id ?? message._id, by });
    await rejectUpdates(deps, { ...all, message, reason: 'no' });
    await ingestAgain(firm, message._id);
    expect(await updatesOf(firm)).toEqual([
      'caseUpdate.held 1',
      'caseUpdate.confirmed 2',
      'caseUpdate.undone 3',
      'caseUpdate.rejected 4',
    ]);
  });

  it('publishes whether it took effect or was an echo once its parent arrives', async () => {
    for (const [subject, expected] of [
      ['Lease', ['caseUpdate.held 1', 'caseUpdate.created 2']],
      ['[Case #8: Closed] Lease', ['caseUpdate.held 1', 'caseUpdate.undone 2', 'caseUpdate.created 1']],
    ] as const) {
      const firm = await openFirm();
      await firm.receive(
        rawMessage({ subject: 'Re: [Case #8: Closed] Lease', answers: ['first@kline.test'] }),
      );
      await firm.receive(rawMessage({ id: 'first@kline.test', subject }));
      await firm.ingestWaiting();
      expect((await updatesOf(firm)).toSorted()).toEqual([...expected].toSorted((a, b) => (a < b ? -1 : 1)));
    }
  });

  it('publishes that it became held because a late message shows who owns the case', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'omar', email: 'omar@reyes.test' });
    const day = (number: number): Date => new Date(Date.UTC(2026, 1, number, 10));
    await firm.receive(rawMessage({ subject: '[Case #9: Open] Fence', date: day(5), id: newId() }), {
      internalDate: day(5),
    });
    await firm.receive(
      rawMessage({ from: 'omar@reyes.test', subject: '[Case #9: Open] Fence', date: day(2), id: newId() }),
      { internalDate: day(2) },
    );
    expect((await updatesOf(firm)).toSorted()).toEqual([
      'caseUpdate.created 1',
      'caseUpdate.created 1',
      'caseUpdate.held 2',
    ]);
  });
});

it('a message that cannot be read is published as quarantined', async () => {
  const firm = await openFirm({ maxMessageBytes: 50_000_000 });
  const id = await firm.deliver(rawMessage({}));
  const reader = {
    ...firm.reader,
    read: () => Promise.reject(Object.assign(new Error('no'), { name: 'ReadingDied' })),
  };
  for (let death = 0; death < 4; death += 1)
    await ingestSighting(
      { ...firm, reader, self: { id: 'me', deadAmong: async () => new Set(['me']) } },
      id,
    ).catch(() => {});
  expect(await published(firm)).toEqual(['message.quarantined 1']);
});

it('undoing an import publishes what it removes', async () => {
  const firm = await openFirm();
  await firm.receive(rawMessage({ subject: '[Case #7: Open] Lease' }), { mailbox: 'import' });
  await undoImport(firm, { mailboxes: ['import'], dryRun: false });
  expect((await published(firm)).toSorted()).toEqual([
    'caseUpdate.created 1',
    'caseUpdate.undone 2',
    'communication.created 1',
    'communication.unlinked 2',
  ]);
});
