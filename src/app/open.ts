import { randomUUID } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { ObjectId } from 'mongodb';
import { syncAddressBook } from '../rejudge/address-book-sync.ts';
import type { Config } from '../config/config.ts';
import { openDashboard } from '../dashboard/server.ts';
import type { Dashboard } from '../dashboard/server.ts';
import { describeError } from '../errors.ts';
import type { IngestDeps, IngestStep } from '../ingest/ingest.ts';
import type { Log } from '../log.ts';
import { openImapSource } from '../mailbox/imap/imap.ts';
import type { ImapCredential } from '../mailbox/imap/imap.ts';
import { createMetrics } from '../metrics.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { PollDeps, PolledMailbox, PollStep } from '../poll/poll.ts';
import {
  addIngestJobs,
  addPoll,
  ensureSchedulers,
  ingestJobId,
  openQueues,
  pendingIngestJobs,
} from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { openReader } from '../read/reader.ts';
import { reconcile } from '../queue/reconciler.ts';
import { reviveOverduePolls } from '../queue/repair.ts';
import { inspectRedis } from '../queue/redis.ts';
import { openBlobStore } from '../store/blobs/open-blob-store.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import { ensureIndexes, openDatabase, probeDatabase } from '../store/mongo.ts';
import { createSelf } from '../store/processes.ts';
import type { Database } from '../store/mongo.ts';
import { createLimiter } from '../limiter.ts';
import { watchMailbox } from '../poll/watch.ts';
import { startIngestWorkers, startPollWorkers } from '../queue/workers.ts';
import type { JobTiming, RunningWorkers } from '../queue/queue-worker.ts';

export type Role = 'poll' | 'ingest' | 'dashboard';

export interface App {
  /** Null without the dashboard role. */
  readonly dashboard: Dashboard | null;
  /** Resolves when the process can do nothing any more, and should end. It was logged why. */
  readonly stuck: Promise<void>;
  /** Stops in two stages within `shutdownSeconds`: lets running jobs end, then aborts what is left. */
  close(): Promise<void>;
}

/** What only fault tests give: a look at each step, to end the process there, and shorter locks than people should have. */
export interface Trial {
  readonly step: (name: PollStep | IngestStep) => void;
  readonly timing?: JobTiming & { readonly leaseMs: number; readonly patience?: PollDeps['patience'] };
}

/** Database and blobs: all that a command without a queue needs. */
export interface Stores {
  readonly database: Database;
  readonly blobs: BlobStore;
  close(): Promise<void>;
}

/** @throws with a message that names the setting where a server cannot be reached. */
export async function openStores(config: Config): Promise<Stores> {
  const database = await openDatabase(config.mongodb).catch((error: unknown) => {
    throw new Error(
      `MONGODB_URI: no database answers (${describeError(error)}). Fix: check host, port and credentials`,
      { cause: error },
    );
  });
  await ensureIndexes(database);
  const blobs = openBlobStore(config.blobs);
  return {
    database,
    blobs,
    close: async () => {
      await blobs.close();
      await database.client.close();
    },
  };
}

export function openReaderFor(config: Config, blobs: BlobStore) {
  const { maxMessageBytes, readTimeLimitSeconds, spoolDir, concurrency } = config.ingest;
  return openReader({
    blobs,
    threads: Math.min(concurrency, 2),
    maxMessageBytes,
    timeLimitMs: readTimeLimitSeconds * 1000,
    spoolDir,
    authenticate: config.rules.authentication !== 'off',
    trustedAuthservIds: config.rules.trustedAuthservIds,
  });
}

/** True between the low and the high mark once the high one was passed: polling pauses, then goes on for a good while. */
export function createBackpressure(
  queues: Pick<Queues, 'ingest'>,
  { high, low }: Config['poll']['backpressure'],
) {
  let full = false;
  return async (): Promise<boolean> => {
    const pending = await pendingIngestJobs(queues);
    full = full ? pending > low : pending >= high;
    return !full;
  };
}

/** The composition root of `docketmail start`: opens everything in order and closes it in reverse. */
export async function openApp(
  config: Config,
  roles: ReadonlySet<Role>,
  log: Log,
  trial?: Trial,
): Promise<App> {
  const closers: (() => Promise<unknown>)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.toReversed())
      await close().catch((error: unknown) => log.warn({ error: describeError(error) }, 'closing failed'));
  };
  try {
    for (const warning of config.warnings) log.warn({ warning }, 'setting looks wrong');
    const metrics = createMetrics();
    await mkdir(config.ingest.spoolDir, { recursive: true });
    const stores = await openStores(config);
    closers.push(async () => await stores.close());
    const { database, blobs } = stores;
    const { maxmemoryPolicy } = await inspectRedis(config.redis.url);
    if (maxmemoryPolicy !== 'noeviction')
      log.warn(
        { maxmemoryPolicy },
        'Redis may drop jobs: set maxmemory-policy to noeviction (lost jobs are found again, but late)',
      );
    const queues = openQueues(config.redis);
    closers.push(async () => await queues.close());

    const reader = openReaderFor(config, blobs);
    closers.push(async () => await reader.close());
    const graceMs = config.shutdownSeconds * 1000;
    const stopping = new AbortController();
    const self = createSelf(database.processes);
    const { signal } = stopping;
    const probe = async (): Promise<void> => await probeDatabase(config.mongodb);
    const heartbeat = startHeartbeat({ self, probe, log, signal });
    const { step, timing } = trial ?? {};
    const settings = { redis: config.redis, queues, log, metrics, ...(timing && { timing }) };
    const background: Promise<unknown>[] = [];
    const workers: RunningWorkers[] = [];
    closers.push(async () => await Promise.allSettled(background));

    const mailboxes: PolledMailbox[] = roles.has('poll')
      ? config.mailboxes.map((mailbox) => openMailbox(mailbox, 'while-watching'))
      : [];
    for (const { source } of mailboxes) closers.push(async () => await source.close());
    closers.push(async () => await Promise.all(workers.map((worker) => worker.close(graceMs))));

    const rejudgeSoon: IngestDeps['rejudgeSoon'] = async (ids) =>
      await addIngestJobs(queues, 'message', ids).catch(() => {});
    if (roles.has('ingest')) {
      const ingest: IngestDeps = {
        database,
        blobs,
        reader,
        rules: config.rules,
        alone: createLimiter(1),
        self,
        rejudgeSoon,
        ...(step && { step }),
      };
      workers.push(startIngestWorkers({ ...settings, ingest, concurrency: config.ingest.concurrency }));
    }
    if (roles.has('poll')) {
      const poll: PollDeps = {
        database,
        blobs,
        spoolDir: config.ingest.spoolDir,
        enqueue: async (ids) => await addIngestJobs(queues, 'sighting', ids),
        remember: roles.has('ingest') ? (key, raw) => reader.remember(key, raw) : () => {},
        hasRoom: createBackpressure(queues, config.poll.backpressure),
        batch: config.poll.batch,
        budgetMs: config.poll.budgetSeconds * 1000,
        ...(step && { step }),
        ...(timing && { leaseMs: timing.leaseMs }),
        ...(timing?.patience && { patience: timing.patience }),
      };
      workers.push(startPollWorkers({ ...settings, poll, mailboxes, concurrency: config.poll.concurrency }));
      const owner = randomUUID();
      for (const mailbox of mailboxes) {
        const onArrival = (): void => {
          addPoll(queues, mailbox.name).catch((error: unknown) =>
            log.warn(
              { mailbox: mailbox.name, error: describeError(error) },
              'arrival could not be queued; the next tick finds it',
            ),
          );
        };
        background.push(
          watchMailbox({ mailbox, leases: database.leases, owner, onArrival, log, signal: stopping.signal }),
        );
      }
    }
    background.push(
      runMaintenance({ config, roles, database, queues, log, metrics, signal: stopping.signal }),
    );

    // Before the dashboard opens: where its port is taken, what runs already must end for the reason to be told.
    closers.push(async () => {
      stopping.abort();
      // What is broken off from now on is no death, also where the limit of the shutdown is not enough.
      await self.leave();
    });

    let dashboard: Dashboard | null = null;
    if (roles.has('dashboard')) {
      const health = () => mailboxes.map(({ name, source }) => ({ mailbox: name, ...source.health() }));
      dashboard = await openDashboard({
        settings: config.dashboard,
        database,
        blobs,
        queues,
        metrics,
        log,
        health,
        liveness: () => heartbeat.liveness(),
        mailboxes: config.mailboxes,
        triage: { database, blobs, reader, rules: config.rules, rejudgeSoon, enqueue: rejudgeSoon },
      });
      const opened = dashboard;
      closers.push(async () => await opened.close());
    }
    return { dashboard, stuck: heartbeat.stuck, close: closeAll };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A mailbox of the settings as one to poll. Connects on the first use only. */
export function openMailbox(
  { auth, ...mailbox }: Config['mailboxes'][number],
  keep: 'always' | 'while-watching' = 'always',
): PolledMailbox {
  const { name, role, folders, since } = mailbox;
  const credential: ImapCredential =
    auth.kind === 'password'
      ? auth
      : {
          kind: 'accessToken',
          accessToken: auth.accessTokenFile === null ? auth.accessToken : tokenFrom(auth.accessTokenFile),
        };
  return { name, role, folders, since, source: openImapSource({ ...mailbox, credential }, { keep }) };
}

const tokenFrom = (path: string) => async (): Promise<string> => (await readFile(path, 'utf8')).trim();

/** The process's own timer, outside BullMQ: schedulers, lost jobs and the address book survive a flushed Redis. */
async function runMaintenance(input: {
  config: Config;
  roles: ReadonlySet<Role>;
  database: Database;
  queues: Queues;
  log: Log;
  metrics: ReturnType<typeof createMetrics>;
  signal: AbortSignal;
}): Promise<void> {
  const { config, roles, database, queues, log, metrics, signal } = input;
  const intervalMs = config.reconcileSeconds * 1000;
  const owner = randomUUID();
  const enqueue = async (ids: readonly ObjectId[]): Promise<void> =>
    await addIngestJobs(queues, 'message', ids).catch(() => {});
  const steps: (() => Promise<void>)[] = [];
  if (roles.has('poll')) {
    steps.push(async () => await ensureSchedulers(queues, config.mailboxes));
    steps.push(async () => {
      const overdue = await reviveOverduePolls(database, queues, config.mailboxes);
      if (overdue.length > 0)
        log.warn({ mailboxes: overdue }, 'mailboxes were not polled when due; their jobs were made anew');
    });
  }
  if (roles.has('ingest')) {
    steps.push(async () => {
      const { revived, refetched = [], failed = [] } = await reconcile(database, queues, intervalMs);
      for (const occurrence of refetched)
        log.warn(occurrence, 'raw bytes are gone from blob storage; the message is fetched again');
      metrics.revivedJobs.inc(revived);
      for (const { job, error } of failed)
        log.warn({ job: ingestJobId(job), error }, 'job could not be looked at, the others were');
      if (revived > 0) log.warn({ revived }, 'lost or stuck ingest jobs were added again');
    });
    steps.push(async () => {
      const kept = await syncAddressBook(database, { owner, enqueue, everyMs: intervalMs });
      if (kept !== null && kept.marked > 0) log.info(kept, 'clients changed, their mail is matched again');
      if (kept !== null && kept.withheld > 0)
        log.warn(
          kept,
          'so many client addresses vanished at once that no link was taken back; docketmail address-book hint does it client by client',
        );
    });
  }
  while (!signal.aborted) {
    // A step that fails stops no other.
    for (const step of steps)
      await step().catch((error: unknown) => {
        if (!signal.aborted) log.warn({ error: describeError(error) }, 'upkeep failed, it is tried again');
      });
    await delay(intervalMs, undefined, { signal }).catch(() => {});
  }
}
