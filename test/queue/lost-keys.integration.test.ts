/** Single keys of Redis are lost or do not contain a job. */
import { ObjectId } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { addIngestJobs, addPoll, ensureSchedulers, ingestJobId, mailboxKey } from '../../src/queue/queues.ts';
import { reconcile } from '../../src/queue/reconciler.ts';
import { reviveOverduePolls } from '../../src/queue/repair.ts';
import { startIngestWorkers } from '../../src/queue/ingest-workers.ts';
import { startPollWorkers } from '../../src/queue/workers.ts';
import { takeLease } from '../../src/store/leases.ts';
import { rawMessage } from '../support/messages.ts';
import { mailOf, openScripted } from '../support/scripted-mailbox.ts';
import { newQueues, openFirm } from '../support/servers.ts';

const MAILBOXES = [{ name: 'office', pollIntervalSeconds: 1 }];
const WAIT = { timeout: 30_000, interval: 100 };

const jobOf = (id: ObjectId): string => ingestJobId({ kind: 'sighting', id: id.toHexString() });

/** A separate mailbox whose polls are counted, and maintenance that runs every second. */
async function openPolled() {
  const { firm, mailbox, server } = await openScripted({ messages: mailOf(1) });
  const queues = newQueues();
  const settings = {
    redis: { url: queues.url, prefix: queues.prefix },
    queues,
    log: createLog('silent'),
    metrics: createMetrics(),
    timing: { pollLockMs: 2_000, ingestLockMs: 2_000, stalledIntervalMs: 1_000 },
  };
  const start = () => {
    const workers = startPollWorkers({
      ...settings,
      poll: firm.poller,
      mailboxNamed: async () => mailbox,
      concurrency: 1,
    });
    onTestFinished(() => workers.close(5_000));
    return workers;
  };
  const maintenance = async (): Promise<string[]> => {
    await ensureSchedulers(queues, MAILBOXES);
    return await reviveOverduePolls(firm.database, queues, MAILBOXES, 0);
  };
  const polls = (): number => server.commands.filter((command) => command === 'EXAMINE INBOX').length;
  const untilPolled = async (): Promise<void> => {
    const before = polls();
    await vi.waitFor(
      async () => {
        await maintenance();
        expect(polls()).toBeGreaterThan(before);
      },
      { timeout: 30_000, interval: 500 },
    );
  };
  return { firm, queues, start, maintenance, untilPolled };
}

describe('polls go on', () => {
  it('whichever single key of the queues is lost', async () => {
    const { queues, start, maintenance, untilPolled } = await openPolled();
    start();
    await maintenance();
    await untilPolled();
    const names = new Set<string>();
    for (let looks = 0; looks < 30; looks += 1) {
      for (const key of await queues.redis.keys(`${queues.prefix}:*`))
        names.add(key.replaceAll(/:\d+(?=:|$)/gu, ':*'));
      await delay(50);
    }
    for (const name of names) {
      for (const key of await queues.redis.keys(name)) await queues.redis.del(key);
      await untilPolled();
    }
    expect(names).toContain(`${queues.prefix}:tick:delayed`);
  });

  it.each(['wait', 'marker', 'the hash of the job'])('after a waiting poll lost %s', async (lost) => {
    const { queues, start, untilPolled } = await openPolled();
    await addPoll(queues, 'office');
    const id = (await queues.redis.get(queues.poll.toKey(`de:${mailboxKey('office')}`))) ?? '';
    expect(id).not.toBe('');
    await queues.redis.del(queues.poll.toKey(lost.startsWith('the') ? id : lost));
    start();
    await untilPolled();
    await untilPolled();
  });

  it('after a poll job became what is no job', async () => {
    const { queues, start, untilPolled } = await openPolled();
    await addPoll(queues, 'office');
    const id = (await queues.redis.get(queues.poll.toKey(`de:${mailboxKey('office')}`))) ?? '';
    expect(id).not.toBe('');
    await queues.redis.set(queues.poll.toKey(id), 'not a hash');
    await queues.redis.del(queues.poll.toKey('wait'));
    start();
    await untilPolled();
    await untilPolled();
    expect(await queues.redis.type(queues.poll.toKey(id))).not.toBe('string');
  });

  it('after a process whose clock is an hour ahead set the next tick', async () => {
    const queues = newQueues();
    const now = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: now + 3_600_000 });
    await ensureSchedulers(queues, [{ name: 'office', pollIntervalSeconds: 60 }]);
    const [tick] = await queues.tick.getDelayed();
    await tick?.promote();
    vi.useRealTimers();
    const next = async () => (await queues.tick.getJobSchedulers())[0]?.next ?? 0;
    await queues.tick.upsertJobScheduler(
      mailboxKey('office'),
      { every: 60_000, startDate: now + 3_600_000 },
      { name: 'tick', data: { mailbox: 'office' } },
    );
    expect(await next()).toBeGreaterThan(now + 3_000_000);
    await ensureSchedulers(queues, [{ name: 'office', pollIntervalSeconds: 60 }]);
    expect(await next()).toBeLessThan(Date.now() + 66_000);
  });
});

describe('a mailbox is not taken for overdue', () => {
  it('while it is polled, was polled lately, or a job waits its turn', async () => {
    const { firm, queues } = await openPolled();
    const maintenance = async () => await reviveOverduePolls(firm.database, queues, MAILBOXES, 0);
    expect(await maintenance()).toEqual([]);
    await firm.database.polls.updateMany({}, { $set: { polledAt: new Date(0) } });
    const lease = { mailbox: 'office', kind: 'poll', owner: 'other', forMs: 60_000 } as const;
    await takeLease(firm.database.leases, lease);
    expect(await maintenance()).toEqual([]);
    await firm.database.leases.deleteMany({});
    await addPoll(queues, 'office');
    const before = await queues.redis.get(queues.poll.toKey(`de:${mailboxKey('office')}`));
    expect(await maintenance()).toEqual(['office']);
    expect(await queues.redis.get(queues.poll.toKey(`de:${mailboxKey('office')}`))).toBe(before);
  });
});

describe('the reconciler goes on', () => {
  it.each([
    ['a key of another type', async (redis, key) => void (await redis.set(key, 'no hash'))],
    ['data that are not JSON', async (redis, key) => void (await redis.hset(key, 'data', '{oh no'))],
  ] as readonly [string, (redis: ReturnType<typeof newQueues>['redis'], key: string) => Promise<void>][])(
    'over a job that cannot be read: %s',
    async (_, spoil) => {
      const [firm, queues] = [await openFirm(), newQueues()];
      const ids = [
        await firm.deliver(rawMessage()),
        await firm.deliver(rawMessage()),
        await firm.deliver(rawMessage()),
      ];
      await addIngestJobs(queues, 'sighting', ids.slice(0, 1));
      const key = queues.ingest.toKey(jobOf(ids[0] ?? new ObjectId()));
      await queues.redis.del(key);
      await spoil(queues.redis, key);
      expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 3 });
      const workers = startIngestWorkers({
        redis: { url: queues.url, prefix: queues.prefix },
        queues,
        log: createLog('silent'),
        metrics: createMetrics(),
        ingest: firm,
        concurrency: 1,
      });
      onTestFinished(() => workers.close(5_000));
      await vi.waitFor(
        async () => expect(await firm.database.sightings.countDocuments({ state: 'done' })).toBe(3),
        WAIT,
      );
    },
  );

  it('over a message that cannot be judged again, which is tried ever more rarely', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const { messages } = firm.database;
    const [bad, good] = [await firm.receive(rawMessage()), await firm.receive(rawMessage())];
    await messages.updateMany({}, { $set: { rejudge: 1 } });
    await messages.updateOne({ _id: bad._id }, { $set: { rawKey: `raw/00/${'0'.repeat(64)}.eml` } });
    const workers = startIngestWorkers({
      redis: { url: queues.url, prefix: queues.prefix },
      queues,
      log: createLog('silent'),
      metrics: createMetrics(),
      ingest: firm,
      concurrency: 1,
    });
    onTestFinished(() => workers.close(5_000));
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 2 });
    await vi.waitFor(async () => {
      expect(await messages.findOne({ _id: good._id })).not.toHaveProperty('rejudge');
      expect((await messages.findOne({ _id: bad._id }))?.rejudgeFailure).toMatchObject({ times: 1 });
      expect((await messages.findOne({ _id: bad._id }))?.rejudgeFailure?.retryAt).toBeInstanceOf(Date);
    }, WAIT);
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 0 });
    await messages.updateOne({ _id: bad._id }, { $set: { 'rejudgeFailure.retryAt': new Date(0) } });
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 1 });
  });

  it('and judges again what an earlier version took for three deaths', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const id = await firm.deliver(rawMessage());
    await firm.database.sightings.updateOne(
      { _id: id },
      { $set: { state: 'failed', error: 'the process died 3 times over it' }, $unset: { attemptsBy: true } },
    );
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 1 });
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 0 });
    await firm.ingestWaiting();
    expect(await firm.database.sightings.findOne({ _id: id })).toMatchObject({ state: 'done' });
  });
});
