/** The composition root of `docketmail start`. */
import { randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { missingStaffDomains } from '../config/config-checks.ts';
import { openDashboard } from '../dashboard/server.ts';
import type { Dashboard } from '../dashboard/server.ts';
import { describeError } from '../errors.ts';
import type { IngestDeps, IngestStep } from '../ingest/ingest.ts';
import type { Log } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { Metrics } from '../metrics.ts';
import type { PolledMailbox, PollDeps, PollStep } from '../poll/poll-run.ts';
import { watchReceivingServer } from '../poll/receiving-server.ts';
import { watchMailbox } from '../poll/watch.ts';
import type { JobTiming, RunningWorkers } from '../queue/queue-worker.ts';
import { addPoll } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { startIngestWorkers, startPollWorkers } from '../queue/workers.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { Liveness } from './heartbeat.ts';
import { probeDatabase } from '../store/mongo.ts';
import { createSelf } from '../store/processes.ts';
import type { Self } from '../store/processes.ts';
import { runMaintenance } from './maintenance.ts';
import { openResources } from './open.ts';
import type { Resources } from './open.ts';
import { pollIntoQueue, rejudgeJobs } from './queue-jobs.ts';
import { signInDeps } from './sign-in.ts';
import { sayTokenEvents } from './token-events.ts';
import type { Role } from './roles.ts';

export interface App {
  /** Null without the dashboard role. */
  readonly dashboard: Dashboard | null;
  /** Resolves when the process is stuck and should end. The reason was logged. */
  readonly stuck: Promise<void>;
  /** Stops in two stages within `shutdownSeconds`: waits for running jobs, then aborts what is left. */
  close(): Promise<void>;
}

/** Only for fault tests: a callback at each step, to end the process there, and shorter locks than in production. */
export interface Trial {
  readonly step: (name: PollStep | IngestStep) => void;
  readonly timing?: JobTiming & { readonly leaseMs: number; readonly patience?: PollDeps['patience'] };
}

interface Composition {
  readonly resources: Resources;
  readonly queues: Queues;
  readonly roles: ReadonlySet<Role>;
  readonly mailboxes: readonly PolledMailbox[];
  readonly log: Log;
  readonly metrics: Metrics;
  readonly trial: Partial<Trial>;
  /** This process, for counting deaths. */
  readonly self: Self;
  readonly liveness: () => Liveness;
  /** Aborted when the program stops. */
  readonly signal: AbortSignal;
}

/** Opens everything in order and closes it in reverse. */
export async function openApp(
  config: Config,
  roles: ReadonlySet<Role>,
  log: Log,
  trial: Partial<Trial> = {},
): Promise<App> {
  for (const warning of config.warnings) log.warn({ warning }, 'setting looks wrong');
  const staff = missingStaffDomains(config.rules);
  if (staff !== null) log.warn({ warning: staff }, 'setting is missing');
  const metrics = createMetrics();
  const resources = await openResources(config, {
    log,
    tokenEvents: sayTokenEvents({ config, log, metrics }),
  });
  try {
    const queues = await resources.queues();
    resources.reader();
    const stopping = new AbortController();
    const { signal } = stopping;
    const self = createSelf(resources.database.processes);
    const probe = async (): Promise<void> => await probeDatabase(config.mongodb);
    const heartbeat = startHeartbeat({
      self,
      probe,
      log,
      signal,
      livenessFile: config.livenessFile,
    });
    const background: Promise<unknown>[] = [];
    const workers: RunningWorkers[] = [];
    resources.addCloser(async () => await Promise.allSettled(background));
    const mailboxes = roles.has('poll')
      ? config.mailboxes.map((mailbox) => resources.mailbox(mailbox, 'while-watching'))
      : [];
    const graceMs = config.shutdownSeconds * 1000;
    resources.addCloser(async () => await Promise.all(workers.map((worker) => worker.close(graceMs))));
    const composition: Composition = {
      resources,
      queues,
      roles,
      mailboxes,
      log,
      metrics,
      trial,
      self,
      liveness: () => heartbeat.liveness(),
      signal,
    };
    if (roles.has('ingest')) workers.push(startIngest(composition));
    if (roles.has('poll')) {
      workers.push(startPoll(composition));
      background.push(...watchMailboxes(composition));
    }
    background.push(runMaintenance({ ...composition, config, database: resources.database }));
    // Before the dashboard opens: if its port is taken, what already runs must end for the reason to be reported.
    resources.addCloser(async () => {
      stopping.abort();
      // What is aborted from now on is not a death, even if the shutdown limit is too short.
      await self.leave();
    });
    const dashboard = roles.has('dashboard') ? await openDashboardOf(composition) : null;
    return { dashboard, stuck: heartbeat.stuck, close: async () => await resources.close() };
  } catch (error) {
    await resources.close();
    throw error;
  }
}

function workerSettings({ resources, queues, log, metrics, trial: { timing } }: Composition) {
  return { redis: resources.config.redis, queues, log, metrics, ...(timing && { timing }) };
}

function startIngest(composition: Composition): RunningWorkers {
  const { resources, queues, trial, self } = composition;
  const { config, database, blobs } = resources;
  const ingest: IngestDeps = {
    database,
    blobs,
    reader: resources.reader(),
    rules: config.rules,
    runExclusively: pLimit(1),
    self,
    rejudgeSoon: rejudgeJobs(queues),
    ...(trial.step && { step: trial.step }),
  };
  const { concurrency } = config.ingest;
  return startIngestWorkers({ ...workerSettings(composition), ingest, concurrency });
}

function startPoll(composition: Composition): RunningWorkers {
  const { resources, queues, roles, mailboxes, trial, log } = composition;
  const reader = resources.reader();
  const lookAt = watchReceivingServer(resources.config.rules, log);
  const poll: PollDeps = {
    ...pollIntoQueue(resources, queues),
    remember: (key, raw) => {
      lookAt(raw);
      if (roles.has('ingest')) reader.remember(key, raw);
    },
    ...(trial.step && { step: trial.step }),
    ...(trial.timing && { leaseMs: trial.timing.leaseMs }),
    ...(trial.timing?.patience && { patience: trial.timing.patience }),
  };
  const { concurrency } = resources.config.poll;
  return startPollWorkers({ ...workerSettings(composition), poll, mailboxes, concurrency });
}

function watchMailboxes({ resources, queues, mailboxes, log, signal }: Composition): Promise<void>[] {
  const { leases } = resources.database;
  const owner = randomUUID();
  return mailboxes.map(async (mailbox) => {
    const onArrival = (): void => {
      addPoll(queues, mailbox.name).catch((error: unknown) =>
        log.warn(
          { mailbox: mailbox.name, error: describeError(error) },
          'arrival could not be queued; the next tick finds it',
        ),
      );
    };
    await watchMailbox({ mailbox, leases, owner, onArrival, log, signal });
  });
}

async function openDashboardOf({
  resources,
  queues,
  mailboxes,
  log,
  metrics,
  liveness,
}: Composition): Promise<Dashboard> {
  const { config, database, blobs } = resources;
  const rejudgeSoon = rejudgeJobs(queues);
  const dashboard = await openDashboard({
    settings: config.dashboard,
    database,
    blobs,
    queues,
    metrics,
    log,
    liveness,
    health: () => mailboxes.map(({ name, source }) => ({ mailbox: name, ...source.health() })),
    mailboxes: config.mailboxes,
    signIn: signInDeps(
      resources,
      async (wanted) => config.mailboxes.find((mailbox) => mailbox.name === wanted) ?? null,
    ),
    triage: {
      database,
      blobs,
      reader: resources.reader(),
      rules: config.rules,
      rejudgeSoon,
      enqueue: rejudgeSoon,
    },
  });
  resources.addCloser(async () => await dashboard.close());
  return dashboard;
}
