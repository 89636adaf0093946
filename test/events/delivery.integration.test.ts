import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ObjectId } from 'mongodb';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { runEvents } from '../../src/app/events.ts';
import { deliver } from '../../src/events/deliver.ts';
import type { DeliverDeps } from '../../src/events/deliver.ts';
import { dispatchEvents, dueDeliveries, deleteOldEvents } from '../../src/events/dispatch.ts';
import {
  addEndpoint,
  changeEndpoint,
  replayEvents,
  rotateSecret,
  testEndpoint,
} from '../../src/events/endpoints.ts';
import type { WebhookDeps } from '../../src/events/endpoints.ts';
import { openSecretStore } from '../../src/events/secrets.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { addDeliveryJobs, startDeliverWorkers } from '../../src/queue/deliver-workers.ts';
import { eventsAfter, assignSequence, publishStates } from '../../src/store/events.ts';
import type { EntityState } from '../../src/store/events.ts';
import type { Database } from '../../src/store/mongo.ts';
import { newKeyFile } from '../support/no-webhooks.ts';
import { newDatabase, newQueues } from '../support/servers.ts';
import { answering, cutAfterAnswer, firstThen, ok, openReceiver, silent } from './receiver.ts';
import type { Receiver } from './receiver.ts';

const WAIT = { timeout: 240_000, interval: 100 };
/** Milliseconds instead of minutes and hours. */
const pauses = [0, 100, 200, 300, 400, 500, 600, 700, 800, 900];

const stateOf = (entity: string, state = 'linked', mailbox = 'office'): EntityState => ({
  entity,
  state,
  typeAfter: (last) => (last === null ? 'communication.created' : 'communication.linked'),
  data: {
    communicationId: '0123456789abcdef01234567',
    messageId: '0123456789abcdef01234567',
    mailboxes: [mailbox],
    clientId: 'paula',
    direction: 'inbound',
    date: '2026-03-02T10:00:00.000Z',
  },
  details: { subject: 'The lease', from: 'paula@kline.test' },
});

const publish = async (database: Database, count: number, state?: string): Promise<void> =>
  await publishStates(
    database.events,
    Array.from({ length: count }, (_, index) => stateOf(`communication:${index}`, state)),
    { isNew: state === undefined },
  );

interface Relay {
  readonly database: Database;
  readonly deps: DeliverDeps;
  readonly webhooks: WebhookDeps;
  readonly add: (receiver: Receiver, more?: Partial<Parameters<typeof addEndpoint>[1]>) => Promise<ObjectId>;
}

async function openRelay(): Promise<Relay> {
  const database = await newDatabase();
  const secrets = openSecretStore(database.webhookSecrets, newKeyFile());
  const rules = { allowPrivate: true, timeoutMs: 5_000 };
  const webhooks: WebhookDeps = { database, secrets, egress: rules, enqueue: async () => {} };
  return {
    database,
    deps: { database, secrets, rules, pauses },
    webhooks,
    add: async (receiver, more = {}) => {
      const spec = { types: null, mailboxes: null, include: [], isEnabled: true, by: 'ines', ...more };
      const { endpoint, secret } = await addEndpoint(webhooks, { url: receiver.url, ...spec });
      receiver.secrets = [secret];
      return endpoint._id;
    },
  };
}

/** Workers and the timer of a process, until the test ends. */
function startProcess({ database, deps }: Relay) {
  const queues = newQueues();
  const [log, stopping] = [createLog('silent'), new AbortController()];
  const settings = { redis: queues, queues, log, metrics: createMetrics() };
  const workers = startDeliverWorkers({ ...settings, events: deps });
  const config = { events: { keepDays: 30, allowPrivate: true } } as never;
  const directory = { all: () => [], refresh: async () => false };
  const running = runEvents({
    resources: { config, database, directory },
    queues,
    log,
    signal: stopping.signal,
  });
  onTestFinished(async () => {
    stopping.abort();
    await running;
    await workers.close(5_000);
  });
  return queues;
}

const statesOf = async ({ database }: Relay, endpoint: ObjectId) =>
  Object.fromEntries(
    await Promise.all(
      (['pending', 'delivered', 'failed'] as const).map(
        async (state) => [state, await database.deliveries.countDocuments({ endpoint, state })] as const,
      ),
    ),
  );

describe('2,000 events', () => {
  it('all reach a receiver that fails, redirects, throttles and disconnects, even though Redis loses its data', async () => {
    const relay = await openRelay();
    const refusals = [
      answering(500),
      answering(302, { location: 'http://127.0.0.1:1/' }),
      answering(429, { 'retry-after': '1' }),
      silent,
      answering(503, { 'retry-after': '1' }),
      cutAfterAnswer,
    ];
    const receiver = await openReceiver(firstThen(refusals, ok));
    const endpoint = await relay.add(receiver);
    await publish(relay.database, 2_000);
    const queues = startProcess(relay);
    await vi.waitFor(() => expect(receiver.acknowledged.size).toBeGreaterThan(200), WAIT);
    const keys = await queues.redis.keys(`${queues.prefix}:*`);
    expect(keys.length).toBeGreaterThan(0);
    await queues.redis.del(...keys);
    await vi.waitFor(() => expect(receiver.acknowledged.size).toBe(2_000), WAIT);
    await vi.waitFor(async () => expect((await statesOf(relay, endpoint)).delivered).toBe(2_000), WAIT);
    expect(receiver.wrong).toEqual([]);
    expect(new Set(receiver.received.map(({ entity }) => entity)).size).toBe(2_000);
    expect(receiver.received.length).toBeLessThan(2_000 + 40);
  }, 500_000);
});

describe('an endpoint', () => {
  it('that never answers does not delay the others', async () => {
    const relay = await openRelay();
    const [dead, well] = [await openReceiver(silent), await openReceiver(ok)];
    const [deadId, wellId] = [await relay.add(dead), await relay.add(well)];
    await publish(relay.database, 100);
    startProcess(relay);
    await vi.waitFor(() => expect(well.acknowledged.size).toBe(100), WAIT);
    await vi.waitFor(async () => expect((await statesOf(relay, wellId)).delivered).toBe(100), WAIT);
    expect(await statesOf(relay, deadId)).toMatchObject({ delivered: 0 });
    expect(well.wrong).toEqual([]);
  });

  it('that answers 410 is disabled at once, and gets its pending deliveries once it is enabled again', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(firstThen([answering(410)], ok));
    const endpoint = await relay.add(receiver);
    await publish(relay.database, 3);
    const [first] = await dispatchEvents(relay.database);
    if (first === undefined) throw new Error('nothing is due');
    expect(await deliver(relay.deps, first.id)).toMatchObject({ outcome: 'failed', disabled: 'gone' });
    expect(await dueDeliveries(relay.database)).toEqual([]);
    expect(await relay.database.endpoints.findOne()).toMatchObject({ isEnabled: false, disabledFor: 'gone' });
    await changeEndpoint(relay.webhooks, endpoint, { isEnabled: true });
    for (const { id } of await dueDeliveries(relay.database)) await deliver(relay.deps, id);
    expect(await statesOf(relay, endpoint)).toMatchObject({ delivered: 3, pending: 0 });
  });

  it('that has failed for five days is disabled', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(answering(500));
    const endpoint = await relay.add(receiver);
    await publish(relay.database, 1);
    const [due] = await dispatchEvents(relay.database);
    if (due === undefined) throw new Error('nothing is due');
    await relay.database.endpoints.updateOne(
      { _id: endpoint },
      { $set: { failingSince: new Date(Date.now() - 6 * 24 * 60 * 60_000) } },
    );
    expect(await deliver(relay.deps, due.id)).toMatchObject({ outcome: 'failed', disabled: 'failing' });
    expect(await relay.database.endpoints.findOne()).toMatchObject({ isEnabled: false });
  });

  it('only gets the types, mailboxes and fields that it asked for', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(ok);
    await relay.add(receiver, {
      mailboxes: ['intake'],
      types: ['communication.created'],
      include: ['subject'],
    });
    await publishStates(
      relay.database.events,
      [stateOf('communication:a'), stateOf('communication:b', 'linked', 'intake')],
      { isNew: true },
    );
    for (const { id } of await dispatchEvents(relay.database)) await deliver(relay.deps, id);
    expect(receiver.received.map(({ entity }) => entity)).toEqual(['communication:b']);
    expect(receiver.received[0]?.body).toContain('The lease');
    expect(receiver.received[0]?.body).not.toContain('paula@kline.test');
  });

  it('can verify with the old or the new secret during a rotation', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(ok);
    const endpoint = await relay.add(receiver);
    const [old] = receiver.secrets;
    const fresh = await rotateSecret(relay.webhooks, endpoint);
    for (const secret of [old ?? '', fresh]) {
      receiver.secrets = [secret];
      const { _id } = await testEndpoint(relay.webhooks, endpoint);
      expect(await deliver(relay.deps, _id)).toMatchObject({ outcome: 'delivered' });
    }
    await relay.database.webhookSecrets.updateOne(
      { _id: endpoint.toHexString() },
      { $set: { previousUntil: new Date(Date.now() - 60_000) } },
    );
    receiver.secrets = [old ?? ''];
    const { _id } = await testEndpoint(relay.webhooks, endpoint);
    await deliver(relay.deps, _id);
    expect(receiver.wrong).toHaveLength(1);
  });
});

it('secrets are stored sealed, and adding an endpoint needs a key', async () => {
  const { database, webhooks, add } = await openRelay();
  const receiver = await openReceiver(ok);
  await add(receiver);
  const stored = JSON.stringify(await database.webhookSecrets.find().toArray());
  expect(stored).not.toContain(receiver.secrets[0]?.slice('whsec_'.length) ?? 'none');
  const keyless = { ...webhooks, secrets: openSecretStore(database.webhookSecrets, null) };
  const spec = { types: null, mailboxes: null, include: [], isEnabled: true, by: 'ines' } as const;
  await expect(addEndpoint(keyless, { url: receiver.url, ...spec })).rejects.toThrow('SECRETS_KEY_FILE');
  expect(await database.endpoints.countDocuments()).toBe(1);
});

describe('a delivery', () => {
  it('is sent once even if several processes run its job, and again by a replay', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(ok);
    const endpoint = await relay.add(receiver);
    await publish(relay.database, 1);
    const [due] = await dispatchEvents(relay.database);
    if (due === undefined) throw new Error('nothing is due');
    await Promise.all([
      deliver(relay.deps, due.id),
      deliver(relay.deps, due.id),
      deliver(relay.deps, due.id),
    ]);
    expect(receiver.received).toHaveLength(1);
    receiver.acknowledged.clear();
    expect(await replayEvents(relay.webhooks, endpoint, { from: new Date(0), to: null, ids: null })).toBe(1);
    await deliver(relay.deps, due.id);
    expect(receiver.received.map(({ id }) => id)).toEqual([
      receiver.received[0]?.id,
      receiver.received[0]?.id,
    ]);
    expect(await relay.database.deliveries.findOne()).toMatchObject({ state: 'delivered', replays: 1 });
  });

  it('is retried if its process died, and fails at the end of the schedule', async () => {
    const relay = await openRelay();
    const receiver = await openReceiver(answering(400));
    await relay.add(receiver);
    await publish(relay.database, 1);
    await dispatchEvents(relay.database);
    // As left by a process that died while waiting for the response, a minute ago.
    await relay.database.deliveries.updateOne({}, { $inc: { attempts: 1 }, $set: { nextAt: new Date(0) } });
    for (let attempt = 0; attempt < pauses.length; attempt += 1) {
      for (const { id } of await dueDeliveries(relay.database)) await deliver(relay.deps, id);
      await relay.database.deliveries.updateOne({ state: 'pending' }, { $set: { nextAt: new Date(0) } });
      await relay.database.endpoints.updateOne({}, { $set: { quietUntil: null } });
    }
    expect(receiver.received).toHaveLength(pauses.length - 1);
    expect(await relay.database.deliveries.findOne()).toMatchObject({
      state: 'failed',
      last: { code: 400, answer: 'no' },
    });
  });

  it('has only one job, however often it is added', async () => {
    const queues = newQueues();
    const { database, add } = await openRelay();
    await add(await openReceiver(ok));
    await publish(database, 2);
    const due = await dispatchEvents(database);
    for (let round = 0; round < 3; round += 1) await addDeliveryJobs(queues, due);
    expect(await queues.deliver.getJobCounts('waiting')).toEqual({ waiting: 2 });
  });
});

describe('events', () => {
  it('get sequence numbers without gaps, ordered by revision within an entity, with concurrent writers', async () => {
    const database = await newDatabase();
    await publish(database, 60);
    await Promise.all([
      publish(database, 60, 'unlinked'),
      assignSequence(database.events),
      publish(database, 60, 'unlinked'),
      assignSequence(database.events),
    ]);
    while ((await database.events.countDocuments({ open: true })) > 0)
      await Promise.all([assignSequence(database.events), assignSequence(database.events)]);
    const all = await eventsAfter(database.events, { after: 0, types: null, mailboxes: null, limit: 1_000 });
    expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    const revisions = new Map<string, number>();
    for (const { entity, revision } of all) {
      expect(revision).toBe((revisions.get(entity) ?? 0) + 1);
      revisions.set(entity, revision);
    }
  });

  it('are all seen by a reader who goes on from the highest number, while several processes assign them', async () => {
    const database = await newDatabase();
    const seen: number[] = [];
    const readOn = async (): Promise<void> => {
      const found = await eventsAfter(database.events, {
        after: seen.at(-1) ?? 0,
        types: null,
        mailboxes: null,
        limit: 50,
      });
      seen.push(...found.map(({ seq }) => seq ?? 0));
    };
    const written = { isComplete: false };
    const publishing = (async () => {
      for (let round = 0; round < 12; round += 1)
        await publish(database, 20, round % 2 === 0 ? 'created' : 'unlinked');
      written.isComplete = true;
    })();
    const assigning = Array.from({ length: 4 }, async () => {
      while (!written.isComplete || (await database.events.countDocuments({ open: true })) > 0)
        await assignSequence(database.events);
    });
    while (!written.isComplete || (await database.events.countDocuments({ open: true })) > 0) await readOn();
    await Promise.all([publishing, ...assigning]);
    while (seen.length < (await database.events.countDocuments())) {
      const before = seen.length;
      await readOn();
      if (seen.length === before) break;
    }
    expect(seen).toHaveLength(await database.events.countDocuments());
    expect(seen).toEqual(seen.map((_, index) => index + 1));
  });

  it('are deleted after their retention period, and sequence numbers continue', async () => {
    const database = await newDatabase();
    await publish(database, 3);
    await assignSequence(database.events);
    await database.events.updateMany({}, { $set: { at: new Date(0) } });
    await deleteOldEvents(database, 30);
    await publish(database, 1, 'unlinked');
    await assignSequence(database.events);
    const left = await eventsAfter(database.events, { after: 0, types: null, mailboxes: null, limit: 9 });
    expect(left.map(({ seq }) => seq)).toEqual([3, 4]);
  });
});

it('the example receiver in the documentation verifies signatures', async () => {
  const relay = await openRelay();
  const own = await openReceiver(ok);
  const endpoint = await relay.add(own);
  const path = fileURLToPath(new URL('../../docs/events/receiver.mjs', import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { WEBHOOK_SECRET: own.secrets[0], PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill());
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  await once(child.stdout, 'data');
  const port = /listening (\d+)/u.exec(printed)?.[1] ?? '';
  await changeEndpoint(relay.webhooks, endpoint, { url: `http://127.0.0.1:${port}/` });
  const { _id } = await testEndpoint(relay.webhooks, endpoint);
  expect(await deliver(relay.deps, _id)).toMatchObject({ outcome: 'delivered' });
  await vi.waitFor(() => expect(printed).toContain('webhook.test'), WAIT);
  await rotateSecret(relay.webhooks, endpoint);
  await relay.database.webhookSecrets.updateOne({}, { $set: { previous: null } });
  const { _id: other } = await testEndpoint(relay.webhooks, endpoint);
  expect(await deliver(relay.deps, other)).toMatchObject({ outcome: 'put-off' });
});
