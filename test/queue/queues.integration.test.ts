import { UnrecoverableError, Worker } from 'bullmq';
import { ObjectId } from 'mongodb';
import { expect, describe, it, onTestFinished, vi } from 'vitest';
import { createBackpressure } from '../../src/app/queue-jobs.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import type { MailboxSession, MailboxSource } from '../../src/mailbox/mailbox.ts';
import type { PolledMailbox } from '../../src/poll/poll-run.ts';
import {
  addGroupJob,
  addIngestJobs,
  addPoll,
  ensureSchedulers,
  ingestJobId,
} from '../../src/queue/queues.ts';
import { reconcile } from '../../src/queue/reconciler.ts';
import { startIngestWorkers } from '../../src/queue/ingest-workers.ts';
import { startPollWorkers } from '../../src/queue/workers.ts';
import { rawMessage } from '../support/messages.ts';
import { newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

type TestQueues = ReturnType<typeof newQueues>;

const jobOf = (id: ObjectId): string => ingestJobId({ kind: 'sighting', id: id.toHexString() });

function workerSettings(queues: TestQueues) {
  return {
    redis: { url: queues.url, prefix: queues.prefix },
    queues,
    log: createLog('silent'),
    metrics: createMetrics(),
  };
}

function ingestBy(firm: Firm, queues: TestQueues, changes: Partial<Firm> = {}): void {
  const workers = startIngestWorkers({
    ...workerSettings(queues),
    ingest: { ...firm, ...changes },
    concurrency: 2,
  });
  onTestFinished(() => workers.close(5_000));
}

const until = (check: () => Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 20 });

describe('polling', () => {
  it('pauses at the high mark of waiting ingest jobs, and goes on only at the low one', async () => {
    const queues = newQueues();
    const hasRoom = createBackpressure(queues, { high: 3, low: 1 });
    const ids = [new ObjectId(), new ObjectId(), new ObjectId()];
    await addIngestJobs(queues, 'sighting', ids.slice(0, 2));
    expect(await hasRoom()).toBe(true);
    await addIngestJobs(queues, 'sighting', ids);
    const answers = [await hasRoom()];
    for (const id of ids.slice(0, 2)) {
      await queues.ingest.remove(jobOf(id));
      answers.push(await hasRoom());
    }
    expect(answers).toEqual([false, false, true]);
  });
});

describe('Redis is disposable', () => {
  it('a lost job is added again for a sighting that stays pending', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const id = await firm.deliver(rawMessage());
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 0 });
    expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 1 });
    expect(await queues.ingest.getJob(jobOf(id))).toMatchObject({
      data: { kind: 'sighting', id: id.toHexString() },
    });
    ingestBy(firm, queues);
    await until(async () => expect(await firm.database.communications.countDocuments()).toBe(1));
  });

  it('a job that waits, runs or is delayed is left alone', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const [waiting, delayed] = [await firm.deliver(rawMessage()), await firm.deliver(rawMessage())];
    await addIngestJobs(queues, 'sighting', [waiting]);
    await queues.ingest.add(
      'sighting',
      { kind: 'sighting', id: delayed.toHexString() },
      { jobId: jobOf(delayed), delay: 3_600_000 },
    );
    expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 0 });
    expect(await (await queues.ingest.getJob(jobOf(delayed)))?.getState()).toBe('delayed');
  });

  for (const end of ['completed', 'failed'] as const)
    it(`a job that is kept as ${end} while its sighting is pending runs again`, async () => {
      const [firm, queues] = [await openFirm(), newQueues()];
      const id = await firm.deliver(rawMessage());
      await addIngestJobs(queues, 'sighting', [id]);
      const job = await queues.ingest.getJob(jobOf(id));
      // As by a worker whose database lost what it had acknowledged.
      const worker = new Worker(queues.ingest.name, null, {
        connection: { url: queues.url },
        prefix: queues.prefix,
        autorun: false,
      });
      const taken = await worker.getNextJob('a-token');
      expect(taken?.id).toBe(job?.id);
      if (end === 'completed') await taken?.moveToCompleted('done', 'a-token', false);
      else await taken?.moveToFailed(new UnrecoverableError('gave up'), 'a-token', false);
      await worker.close();
      expect(await (await queues.ingest.getJob(jobOf(id)))?.getState()).toBe(end);
      expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 1 });
      expect(await (await queues.ingest.getJob(jobOf(id)))?.getState()).toBe('waiting');
    });

  it('a message that is marked to be judged again gets its job back', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const stored = await firm.receive(rawMessage());
    await firm.database.messages.updateOne({ _id: stored._id }, { $inc: { rejudge: 1 } });
    expect(await reconcile(firm.database, queues, 60_000)).toEqual({ revived: 1 });
    ingestBy(firm, queues);
    await until(async () =>
      expect((await firm.database.messages.findOne({ _id: stored._id }))?.rejudge).toBeUndefined(),
    );
  });

  it('the schedulers of a flushed Redis come back, and are left alone if they are right', async () => {
    const queues = newQueues();
    const mailboxes = [
      { name: 'office', pollIntervalSeconds: 60 },
      { name: 'crm', pollIntervalSeconds: 30 },
    ];
    await ensureSchedulers(queues, mailboxes);
    const before = await queues.tick.getJobSchedulers();
    expect(before.map(({ every }) => Number(every)).toSorted((a, b) => a - b)).toEqual([30_000, 60_000]);
    await ensureSchedulers(queues, mailboxes);
    expect(await queues.tick.getJobSchedulers()).toEqual(before);
    await queues.tick.obliterate({ force: true });
    expect(await queues.tick.getJobSchedulers()).toEqual([]);
    await ensureSchedulers(queues, mailboxes);
    expect(await queues.tick.getJobSchedulers()).toHaveLength(2);
  });
});

describe('a job', () => {
  it('carries a reference and nothing of the mail', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const id = await firm.deliver(rawMessage({ subject: 'Very secret' }));
    await addIngestJobs(queues, 'sighting', [id]);
    await addPoll(queues, 'office');
    const jobs = [...(await queues.ingest.getJobs()), ...(await queues.poll.getJobs())];
    expect(jobs.map(({ data }) => data)).toEqual([
      { kind: 'sighting', id: id.toHexString() },
      { mailbox: 'office' },
    ]);
    ingestBy(firm, queues);
    await until(async () => expect(await queues.ingest.getJobCountByTypes('completed')).toBe(1));
    const [done] = await queues.ingest.getCompleted();
    expect(JSON.stringify(done)).not.toMatch(/secret|kline/iu);
  });

  it('that fails for an unknown reason is tried again until it succeeds (invariant 9)', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    let failures = 0;
    const read: Firm['reader']['read'] = async (raw) => {
      if (failures < 2) throw new Error(`no idea what happened ${(failures += 1)}`);
      return await firm.reader.read(raw);
    };
    ingestBy(firm, queues, { reader: { ...firm.reader, read } });
    const id = await firm.deliver(rawMessage());
    await addIngestJobs(queues, 'sighting', [id]);
    await until(async () => expect(await firm.database.communications.countDocuments()).toBe(1));
    const job = await queues.ingest.getJob(jobOf(id));
    expect(failures).toBe(2);
    expect(job?.attemptsStarted).toBe(3);
    expect(job?.opts.attempts).toBeGreaterThan(100_000);
  });

  it('that no version of docketmail wrote fails for good and says why', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    ingestBy(firm, queues);
    await queues.ingest.add(
      'sighting',
      { kind: 'sighting', id: '../../etc' },
      { attempts: 5, jobId: 'strange' },
    );
    await until(async () => expect(await (await queues.ingest.getJob('strange'))?.getState()).toBe('failed'));
    const job = await queues.ingest.getJob('strange');
    expect(job?.attemptsStarted).toBe(1);
    expect(job?.failedReason).toMatch(/^bad-payload: /u);
  });

  it('of a sighting that is unknown or done ends without doing anything', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    ingestBy(firm, queues);
    await addIngestJobs(queues, 'sighting', [new ObjectId()]);
    await addIngestJobs(queues, 'message', [new ObjectId()]);
    await until(async () =>
      expect(Object.values(await queues.ingest.getJobCounts('waiting', 'active', 'delayed'))).toEqual([
        0, 0, 0,
      ]),
    );
    expect(await queues.ingest.getJobCountByTypes('failed')).toBe(0);
  });
});

describe('a group job', () => {
  const backlog = { isBacklog: true };
  const groupId = (ids: readonly ObjectId[]): string => `group-${ids[0]?.toHexString() ?? ''}`;

  async function deliver(firm: Firm, count: number): Promise<ObjectId[]> {
    const ids: ObjectId[] = [];
    for (let n = 0; n < count; n++) ids.push(await firm.deliver(rawMessage({ subject: `Message ${n}` })));
    const group = ids[0] ?? new ObjectId();
    await firm.database.sightings.updateMany({ _id: { $in: ids } }, { $set: { group } });
    return ids;
  }

  it('carries references and returns their results', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const ids = await deliver(firm, 3);
    await addGroupJob(queues, ids, backlog);
    expect((await queues.ingest.getJobs()).map(({ data }) => data)).toEqual([
      { kind: 'group', ids: ids.map((id) => id.toHexString()) },
    ]);
    ingestBy(firm, queues);
    await until(async () => expect(await queues.ingest.getJobCountByTypes('completed')).toBe(1));
    expect((await queues.ingest.getJob(groupId(ids)))?.returnvalue).toEqual({
      outcome: 'group',
      messages: 3,
      counts: { stored: 3 },
      failed: 0,
      communications: 3,
      caseUpdates: 0,
    });
  });

  it('leaves a failed message to its own job, which shows the error and retries', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const ids = await deliver(firm, 3);
    const [, second = new ObjectId()] = ids;
    const { rawKey } = (await firm.database.sightings.findOne({ _id: second })) ?? {};
    const broken = { isBroken: true };
    const read: Firm['reader']['read'] = async (raw, stop) => {
      if (broken.isBroken && raw.key === rawKey) throw new Error('no idea what happened');
      return await firm.reader.read(raw, stop);
    };
    ingestBy(firm, queues, { reader: { ...firm.reader, read } });
    await addGroupJob(queues, ids, backlog);
    await until(async () => {
      expect((await queues.ingest.getJob(jobOf(second)))?.failedReason).toBe('no idea what happened');
    });
    expect(await firm.database.communications.countDocuments()).toBe(2);
    broken.isBroken = false;
    await until(async () => expect(await firm.database.communications.countDocuments()).toBe(3));
    expect((await queues.ingest.getJob(groupId(ids)))?.returnvalue).toMatchObject({ failed: 1 });
  });

  it('keeps its messages from getting their own jobs while it waits, but not once it is lost', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const ids = await deliver(firm, 2);
    await addGroupJob(queues, ids, backlog);
    expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 0 });
    await queues.ingest.remove(groupId(ids));
    expect(await reconcile(firm.database, queues, -1_000)).toEqual({ revived: 2 });
  });

  it('of an import waits for mail of today', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const [old, today] = [await deliver(firm, 2), await deliver(firm, 2)];
    await addGroupJob(queues, old, backlog);
    await addGroupJob(queues, today, { isBacklog: false });
    const worker = new Worker(queues.ingest.name, null, {
      connection: { url: queues.url },
      prefix: queues.prefix,
      autorun: false,
    });
    onTestFinished(() => worker.close());
    const taken = [await worker.getNextJob('a-token'), await worker.getNextJob('a-token')];
    expect(taken.map((job) => job?.id)).toEqual([groupId(today), groupId(old)]);
  });
});

describe('polls of one mailbox', () => {
  it('never run side by side, and what is asked for during one happens once more after it', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const polls = countedMailbox('office');
    const workers = startPollWorkers({
      ...workerSettings(queues),
      poll: firm.poller,
      mailboxNamed: async () => polls.mailbox,
      concurrency: 4,
    });
    onTestFinished(() => workers.close(5_000));
    await addPoll(queues, 'office');
    await until(async () => expect(polls.running()).toBe(1));
    for (let index = 0; index < 5; index += 1) await addPoll(queues, 'office');
    polls.release();
    await until(async () => expect(polls.begun()).toBe(2));
    polls.release();
    await until(async () =>
      expect(Object.values(await queues.poll.getJobCounts('waiting', 'active', 'delayed'))).toEqual([
        0, 0, 0,
      ]),
    );
    expect([polls.begun(), polls.atOnce()]).toEqual([2, 1]);
  });

  it('a mailbox that hangs or fails does not stop the others', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const [hanging, healthy] = [countedMailbox('hanging'), countedMailbox('healthy')];
    const failing: PolledMailbox = {
      ...healthy.mailbox,
      name: 'failing',
      source: {
        ...healthy.mailbox.source,
        openSession: async () => Promise.reject(new Error('no route to host')),
      },
    };
    const mailboxes = [hanging.mailbox, failing, healthy.mailbox];
    const workers = startPollWorkers({
      ...workerSettings(queues),
      poll: firm.poller,
      mailboxNamed: async (name) => mailboxes.find((mailbox) => mailbox.name === name),
      concurrency: 2,
    });
    onTestFinished(() => workers.close(5_000));
    healthy.release();
    for (const { name } of mailboxes) await addPoll(queues, name);
    await until(async () => expect(healthy.begun()).toBe(1));
    await until(async () => expect(await queues.poll.getJobCountByTypes('completed')).toBe(1));
    const [failed] = await queues.poll.getFailed();
    expect(failed).toMatchObject({ data: { mailbox: 'failing' }, failedReason: 'no route to host' });
    hanging.release();
  });

  it('a mailbox that is not in the settings of this process fails with the fix', async () => {
    const [firm, queues] = [await openFirm(), newQueues()];
    const workers = startPollWorkers({
      ...workerSettings(queues),
      poll: firm.poller,
      mailboxNamed: async () => undefined,
      concurrency: 1,
    });
    onTestFinished(() => workers.close(5_000));
    await addPoll(queues, 'gone');
    await until(async () =>
      expect((await queues.poll.getFailed()).map(({ failedReason }) => failedReason)).toEqual([
        "unknown-mailbox: no mailbox gone in this process's settings; give all pollers the same",
      ]),
    );
  });
});

/** A mailbox whose polls wait to be released, counted. */
function countedMailbox(name: string) {
  let [begun, running, atOnce] = [0, 0, 0];
  const gates: { readonly open: () => void; readonly opened: Promise<void> }[] = [];
  const gate = (index: number) => (gates[index] ??= newGate());
  let released = 0;
  const mine = async (): Promise<void> => {
    const number = begun;
    begun += 1;
    running += 1;
    atOnce = Math.max(atOnce, running);
    await gate(number).opened;
    running -= 1;
  };
  const session: MailboxSession = {
    folders: async () => [],
    resolveFolder: async () => null,
    open: async () => Promise.reject(new Error('not asked for')),
    list: () => nothing(),
    listAgain: async () => [],
    listUids: () => nothing(),
    stillListed: async () => new Set(),
    headersOnly: async () => Promise.reject(new Error('not asked for')),
    fetch: () => nothing(),
    close: async () => {},
  };
  const source: MailboxSource = {
    name,
    openSession: async () => {
      await mine();
      return session;
    },
    watch: async () => {},
    health: () => ({ state: 'ok', until: null, failures: 0, lastError: null }),
    close: async () => {},
  };
  return {
    mailbox: { name, role: 'capture', folders: [], since: null, source } satisfies PolledMailbox,
    begun: () => begun,
    running: () => running,
    atOnce: () => atOnce,
    release: () => {
      gate(released).open();
      released += 1;
    },
  };
}

function newGate() {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

async function* nothing(): AsyncGenerator<never> {}
