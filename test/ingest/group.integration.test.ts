/** Messages that go through ingest together end as they would one by one. */
import { tmpdir } from 'node:os';
import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { ReadingDied } from '../../src/read/reader-process.ts';
import { ingestGroup } from '../../src/ingest/ingest.ts';
import type { IngestDeps } from '../../src/ingest/ingest-deps.ts';
import { startAttempts } from '../../src/store/attempts.ts';
import { markForRejudge } from '../../src/store/rejudge.ts';
import { client, office, rawMessage } from '../support/messages.ts';
import { need, openFirm, openTestResources, testEnvironment } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const at = (hour: number): Date => new Date(Date.UTC(2026, 2, 2, hour));

/** A client writes, a colleague of hers without an address in the book answers twice, and we answer that. */
const thread = (): Buffer[] => [
  rawMessage({ id: 'a@kline.test', subject: '[Case #7: Open] The lease', date: at(9) }),
  rawMessage({ id: 'b@away.test', from: 'Sam <sam@away.test>', answers: ['a@kline.test'], date: at(10) }),
  rawMessage({
    id: 'c@firm.test',
    from: `Office <${office}>`,
    to: 'sam@away.test',
    answers: ['a@kline.test', 'b@away.test'],
    date: at(11),
  }),
  rawMessage({
    id: 'd@away.test',
    from: 'Sam <sam@away.test>',
    answers: ['a@kline.test', 'b@away.test', 'c@firm.test'],
    date: at(12),
  }),
];

async function deliverAll(firm: Firm, raws: readonly Buffer[]): Promise<ObjectId[]> {
  const ids: ObjectId[] = [];
  for (const raw of raws) ids.push(await firm.deliver(raw, { internalDate: at(13) }));
  firm.waiting.sightings.length = 0;
  return ids;
}

async function endState({ database }: Firm): Promise<unknown> {
  const messages = await database.messages.find().sort({ messageId: 1 }).toArray();
  const communications = await database.communications.find().sort({ date: 1 }).toArray();
  const caseUpdates = await database.caseUpdates.find().toArray();
  return {
    messages: messages.map(({ messageId, state, links, verdict, rejudge = 0, caseUpdates: updates }) => ({
      messageId,
      state,
      links: links.map(({ clientId, state: link }) => [clientId, link.kind]),
      reason: verdict?.reason,
      isToJudge: rejudge > 0,
      updates: updates.map(({ ref, status, review, writtenAt }) => [ref, status, review, writtenAt !== null]),
    })),
    communications: communications.map(({ clientId, subject, date, flags }) => [
      clientId,
      subject,
      date,
      flags,
    ]),
    caseUpdates: caseUpdates.map(({ clientId, ref, status, review }) => [clientId, ref, status, review]),
  };
}

async function oneByOne(raws: readonly Buffer[]): Promise<unknown> {
  const firm = await openFirm();
  for (const id of await deliverAll(firm, raws)) firm.waiting.sightings.push(id);
  await firm.ingestWaiting();
  return await endState(firm);
}

describe('a group', () => {
  it('of a thread ends as if its messages had arrived one by one, and rejudges none of its own', async () => {
    const firm = await openFirm();
    const members = await ingestGroup(firm, await deliverAll(firm, thread().toReversed()));
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(firm.waiting.messages).toEqual([]);
    expect(await endState(firm)).toEqual(await oneByOne(thread()));
  });

  it('rejudges other messages that wait for one of its members', async () => {
    const firm = await openFirm();
    const [first = rawMessage(), answer = rawMessage(), ...others] = thread();
    const waiting = await firm.receive(answer);
    expect(waiting.state).toBe('triage');
    await ingestGroup(firm, await deliverAll(firm, [first, ...others]));
    expect(firm.waiting.messages.map(String)).toContain(String(waiting._id));
  });

  it('judges two strangers who claim the same case in the order of their claims', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'omar', name: 'Omar Sy', email: 'omar@sy.test' });
    const subject = '[Case #9: Open] The roof';
    const raws = [
      rawMessage({ from: 'Omar Sy <omar@sy.test>', subject, date: at(12) }),
      rawMessage({ from: `Paula Kline <${client}>`, subject, date: at(9) }),
    ];
    await ingestGroup(firm, await deliverAll(firm, raws));
    const rows = await firm.database.caseUpdates.find().sort({ date: 1 }).toArray();
    expect(rows).toMatchObject([
      { clientId: 'paula', review: null },
      { clientId: 'omar', review: 'foreign-case' },
    ]);
  });

  it('holds two copies of one message and makes one entry', async () => {
    const firm = await openFirm();
    const raw = rawMessage();
    const [first, second] = await deliverAll(firm, [raw, raw]);
    if (first === undefined || second === undefined) throw new Error('nothing was delivered');
    await firm.database.sightings.updateOne({ _id: second }, { $set: { mailbox: 'crm', role: 'dropbox' } });
    const members = await ingestGroup(firm, [first, second]);
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', 'stored']);
    expect(await firm.database.communications.countDocuments()).toBe(1);
    expect(await firm.database.messages.findOne()).toMatchObject({ roles: ['capture', 'dropbox'] });
  });

  it('needs at most one database command per message', async () => {
    const env = testEnvironment(tmpdir());
    const uri = new URL(need('MONGODB_URI'));
    uri.searchParams.set('monitorCommands', 'true');
    const { database } = await openTestResources({ ...env, MONGODB_URI: uri.href });
    const firm = await openFirm({ database });
    const ids = await deliverAll(
      firm,
      Array.from({ length: 40 }, (_, n) => rawMessage({ subject: `Message ${n}`, body: `Words of ${n}.` })),
    );
    let commands = 0;
    const { client: driver } = database;
    driver.on('commandStarted', () => commands++);
    await ingestGroup(firm, ids);
    driver.removeAllListeners('commandStarted');
    expect(await firm.database.communications.countDocuments()).toBe(40);
    expect(commands).toBeGreaterThan(5);
    expect(commands).toBeLessThanOrEqual(40);
  });
});

describe('a member of a group', () => {
  const failing = (firm: Firm, key: string | undefined, error: Error): IngestDeps => ({
    ...firm,
    reader: {
      ...firm.reader,
      read: async (raw, stop) =>
        raw.key === key ? Promise.reject(error) : await firm.reader.read(raw, stop),
    },
  });
  const keyOf = async (firm: Firm, id: ObjectId | undefined): Promise<string | undefined> =>
    (await firm.database.sightings.findOne({ ...(id && { _id: id }) }))?.rawKey ?? undefined;

  it('that fails does not stop the others, and can be retried', async () => {
    const firm = await openFirm();
    const ids = await deliverAll(firm, thread());
    const deps = failing(firm, await keyOf(firm, ids[1]), new Error('connection reset'));
    const members = await ingestGroup(deps, ids);
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', undefined, 'stored', 'stored']);
    expect(String(members[1]?.error)).toContain('connection reset');
    expect(await firm.database.sightings.findOne({ _id: ids[1] })).toMatchObject({
      state: 'pending',
      attempts: 1,
      attemptsBy: [],
      error: 'connection reset',
    });
    expect((await ingestGroup(firm, ids)).map(({ outcome }) => outcome?.outcome)).toEqual([
      'nothing-to-do',
      'stored',
      'nothing-to-do',
      'nothing-to-do',
    ]);
    expect(await firm.database.communications.countDocuments()).toBe(4);
  });

  it('that kills its reader is charged one death, the others none', async () => {
    const firm = await openFirm();
    const ids = await deliverAll(firm, thread());
    const deps = failing(firm, await keyOf(firm, ids[0]), new ReadingDied('too long'));
    await ingestGroup(deps, ids);
    expect(await firm.database.sightings.findOne({ _id: ids[0] })).toMatchObject({ attemptsBy: ['died:0'] });
    expect(await firm.database.sightings.countDocuments({ state: 'done', attemptsBy: [] })).toBe(3);
  });

  it('is read alone if a process died over the group', async () => {
    const firm = await openFirm();
    const ids = await deliverAll(firm, thread());
    await startAttempts(firm.database.sightings, ids, 'the process that died');
    const marked: number[] = [];
    const deps: IngestDeps = {
      ...firm,
      reader: {
        ...firm.reader,
        read: async (raw, stop) => {
          const own = { state: 'pending', attemptsBy: { $size: 2 } } as const;
          marked.push(await firm.database.sightings.countDocuments(own));
          return await firm.reader.read(raw, stop);
        },
      },
    };
    const members = await ingestGroup(deps, ids);
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(marked).toEqual([1, 1, 1, 1]);
  });

  it('that is too large for the database fails alone', async () => {
    const firm = await openFirm();
    const ids = await deliverAll(firm, thread());
    const { messages } = firm.database;
    const key = await keyOf(firm, ids[2]);
    const bulkWrite = messages.bulkWrite.bind(messages);
    messages.bulkWrite = async (operations, options) => {
      if (JSON.stringify(operations).includes(key ?? '')) throw new Error('BSONObj size is invalid');
      return await bulkWrite(operations, options);
    };
    const members = await ingestGroup(firm, ids);
    messages.bulkWrite = bulkWrite;
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', 'stored', undefined, 'stored']);
    expect(String(members[2]?.error)).toContain('BSONObj size is invalid');
  });

  it('that changes during judging is judged again, and so are those that relied on it', async () => {
    const firm = await openFirm();
    const ids = await deliverAll(firm, thread());
    let turns = 0;
    const { messages } = firm.database;
    const bulkWrite = messages.bulkWrite.bind(messages);
    messages.bulkWrite = async (operations, options) => {
      // Once, another worker changes the message that all others answer.
      if (JSON.stringify(operations).includes('judgedBy') && turns++ === 0)
        await markForRejudge(messages, { messageId: 'a@kline.test' });
      return await bulkWrite(operations, options);
    };
    const members = await ingestGroup(firm, ids);
    messages.bulkWrite = bulkWrite;
    expect(turns).toBe(2);
    expect(members.map(({ outcome }) => outcome?.outcome)).toEqual(['stored', 'stored', 'stored', 'stored']);
    expect(await firm.database.communications.countDocuments()).toBe(4);
    const revisions = await messages.find().sort({ messageId: 1 }).toArray();
    expect(revisions.map(({ revision }) => revision)).toEqual([2, 2, 2, 2]);
  });
});
