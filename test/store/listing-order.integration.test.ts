/** Each listing uses an index for its order: with 60,000 messages a page must not read and sort them all. */
import { MongoClient } from 'mongodb';
import type { CommandStartedEvent } from 'mongodb';
import { expect, it, onTestFinished } from 'vitest';
import { mountApi } from '../../src/dashboard/api/api.ts';
import type { Database } from '../../src/store/mongo.ts';
import { listWaiting } from '../../src/triage/waiting.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { openPages } from '../support/pages.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { need, newQueues, openFirm } from '../support/servers.ts';
import { newId, rawMessage } from '../support/messages.ts';

interface Find {
  readonly find: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly sort?: ReadonlyMap<string, number>;
}

/** The same database through a client that records its queries. */
async function watched(database: Database): Promise<{ database: Database; finds: Find[] }> {
  const client = new MongoClient(need('MONGODB_URI'), { monitorCommands: true });
  onTestFinished(async () => await client.close());
  const finds: Find[] = [];
  client.on('commandStarted', ({ commandName, command }: CommandStartedEvent) => {
    if (commandName === 'find') finds.push(command as Find);
  });
  const db = client.db(database.db.databaseName);
  return {
    finds,
    database: {
      ...database,
      messages: db.collection(database.messages.collectionName),
      decisions: db.collection(database.decisions.collectionName),
      communications: db.collection(database.communications.collectionName),
      caseUpdates: db.collection(database.caseUpdates.collectionName),
      clients: db.collection(database.clients.collectionName),
      cursors: db.collection(database.cursors.collectionName),
      addressBook: db.collection(database.addressBook.collectionName),
    },
  };
}

/** Fields compared with one value: an index may have them before the sorted ones. */
function fixedFields(filter: Find['filter']): string[] {
  const all = Object.entries(filter).flatMap(([key, value]) =>
    key === '$and'
      ? (value as Find['filter'][]).flatMap((one) => Object.entries(one))
      : [[key, value] as const],
  );
  return all.flatMap(([key, value]) => (key.startsWith('$') || typeof value === 'object' ? [] : [key]));
}

/** Whether an index returns the rows of a query in its order, forwards or backwards. */
function isOrdered({ filter, sort }: Find, keys: readonly Record<string, number>[]): boolean {
  const fixed = new Set(fixedFields(filter));
  const wanted = [...(sort ?? [])];
  return keys.some((key) => {
    const fields = Object.entries(key);
    while (fields[0] !== undefined && fixed.has(fields[0][0])) fields.shift();
    const ways = wanted.map(([name, way], at) => (fields[at]?.[0] === name ? way * fields[at][1] : 0));
    return ways.length > 0 && ways.every((way) => way === ways[0] && way !== 0);
  });
}

it('every page of a listing comes in the order of an index', async () => {
  const firm = await openFirm();
  for (let n = 0; n < 3; n += 1) await firm.receive(rawMessage({ from: 'x@away.test', id: newId() }));
  const { database, finds } = await watched(firm.database);
  const first = await listWaiting(database, { what: 'triage', reason: null, limit: 2, after: null });
  await listWaiting(database, { what: 'triage', reason: null, limit: 2, after: first.next });
  const mailboxService = await mailboxServiceOf(firm.database);
  const triage = { ...firm, database, enqueue: async () => {} };
  const app = openPages({ ...firm, database, mailboxService });
  mountApi(app, {
    triage,
    mailboxService,
    webhooks: noWebhooks(firm.database),
    queues: newQueues(),
    shown: [],
  });
  const [waiting] = await firm.database.messages.find({ state: 'triage' }).toArray();
  const place = `${Date.now()}-${'0'.repeat(24)}`;
  for (const path of [
    '/',
    '/triage',
    `/triage?reason=no-client&after=${place}`,
    `/messages/${waiting?._id.toHexString() ?? ''}?reason=no-client`,
    '/messages',
    `/messages?state=stored&after=${place}`,
    '/messages?q=x@away.test',
    '/cases',
    `/cases?after=${place}`,
    '/clients',
    '/clients/paula',
    '/clients/paula?after=1767225600000.1',
    '/quarantine',
    '/decisions',
    `/decisions?after=${place}`,
    '/mailboxes',
    '/api/triage',
    '/api/messages',
    '/api/messages?state=stored',
    '/api/messages?address=x@away.test',
    '/api/quarantine',
    '/api/communications',
    '/api/communications?client=paula',
    '/api/decisions',
    '/api/clients/paula/timeline',
  ])
    expect([path, (await app.request(path)).status]).toEqual([path, 200]);

  const sorted = finds.filter(({ sort }) => sort !== undefined);
  // Each of the listings was asked for, so none is missing below.
  expect(new Set(sorted.map(({ find }) => find))).toEqual(
    new Set(['messages', 'decisions', 'communications', 'caseUpdates', 'cursors', 'clients']),
  );
  for (const find of sorted) {
    const indexes = await firm.database.db.collection(find.find).listIndexes().toArray();
    const keys = indexes.map(({ key }) => key as Record<string, number>);
    expect([find.filter, find.sort, isOrdered(find, keys)]).toEqual([find.filter, find.sort, true]);
  }
});
