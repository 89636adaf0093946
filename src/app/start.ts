/** The composition root of `docketmail start`. */
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Config } from '../config/config.ts';
import { missingStaffDomains } from '../config/config-checks.ts';
import { shownSettings } from '../config/shown-settings.ts';
import type { Directory } from '../connect/directory.ts';
import { openDashboard } from '../dashboard/server.ts';
import type { Dashboard } from '../dashboard/server.ts';
import { describeError } from '../errors.ts';
import type { IngestDeps, IngestStep } from '../ingest/ingest-deps.ts';
import type { Log } from '../log.ts';
import { createMetrics } from '../metrics.ts';
import type { Metrics } from '../metrics.ts';
import type { PollDeps, PollStep } from '../poll/poll-run.ts';
import { watchReceivingServer } from '../poll/receiving-server.ts';
import type { JobTiming, RunningWorkers } from '../queue/queue-worker.ts';
import type { Queues } from '../queue/queues.ts';
import { startDeliverWorkers } from '../queue/deliver-workers.ts';
import { startIngestWorkers } from '../queue/ingest-workers.ts';
import { startPollWorkers } from '../queue/workers.ts';
import { deliverDeps, deliveryJobs, runEvents, webhookDeps } from './events.ts';
import { startHeartbeat } from './heartbeat.ts';
import type { HeartbeatTiming, Liveness } from './heartbeat.ts';
import { probeDatabase } from '../store/mongo.ts';
import { createSelf } from '../store/processes.ts';
import type { Self } from '../store/processes.ts';
import { runMaintenance } from './maintenance.ts';
import { openResources } from './open.ts';
import type { Resources } from './open.ts';
import { pollIntoQueue, rejudgeJobs } from './queue-jobs.ts';
import { mailboxService } from './mailbox-service.ts';
import { imapTraffic } from './imap-traffic.ts';
import { openMailbox } from './open-mailbox.ts';
import { runMailboxes } from './running-mailboxes.ts';
import type { RunningMailboxes } from './running-mailboxes.ts';
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
  readonly heartbeat?: HeartbeatTiming;
}

interface Composition {
  readonly resources: Resources;
  readonly queues: Queues;
  readonly roles: ReadonlySet<Role>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly trial: Partial<Trial>;
  /** This process, for counting deaths. */
  readonly self: Self;
  readonly liveness: () => Liveness;
  /** Aborted when the program stops. */
  readonly signal: AbortSignal;
}

function warnOfSettings({ warnings, rules }: Config, log: Log): void {
  for (const warning of warnings) log.warn({ warning }, 'setting looks wrong');
  const staff = missingStaffDomains(rules);
  if (staff !== null) log.warn({ warning: staff }, 'setting is missing');
}

/** Opens everything in order and closes it in reverse. */
export async function openApp(
  config: Config,
  roles: ReadonlySet<Role>,
  log: Log,
  trial: Partial<Trial> = {},
): Promise<App> {
  warnOfSettings(config, log);
  const metrics = createMetrics();
  let directory: Directory | null = null;
  const resources = await openResources(config, {
    log,
    tokenEvents: sayTokenEvents({ mailboxes: () => directory?.all() ?? [], log, metrics }),
  });
  directory = resources.directory;
  try {
    const queues = await resources.queues();
    resources.reader();
    const stopping = new AbortController();
    const { signal } = stopping;
    const self = createSelf(resources.database.processes);
    const heartbeat = beat({ config, self, log, signal, timing: trial.heartbeat });
    const background: Promise<unknown>[] = [];
    const workers: RunningWorkers[] = [];
    resources.addCloser(async () => await Promise.allSettled(background));
    let mailboxes: RunningMailboxes | null = null;
    resources.addCloser(async () => await mailboxes?.close());
    const graceMs = config.shutdownSeconds * 1000;
    resources.addCloser(async () => await Promise.all(workers.map((worker) => worker.close(graceMs))));
    const composition: Composition = {
      resources,
      queues,
      roles,
      log,
      metrics,
      trial,
      self,
      liveness: () => heartbeat.liveness(),
      signal,
    };
    // Followed well within the interval that is promised.
    const followMs = (config.reconcileSeconds * 1000) / 2;
    if (roles.has('ingest')) {
      workers.push(startIngest(composition), startDeliver(composition));
      background.push(runEvents(composition));
    }
    if (roles.has('poll')) {
      const traffic = imapTraffic(config.logins, metrics);
      mailboxes = runMailboxes({
        ...composition,
        database: resources.database,
        directory: resources.directory,
        open: (settings) => openMailbox(settings, { stored: resources, keep: 'while-watching', traffic }),
        everyMs: followMs,
      });
      background.push(mailboxes.done);
      workers.push(startPoll(composition, mailboxes));
    } else background.push(followDirectory(composition, followMs));
    background.push(
      runMaintenance({
        ...composition,
        config,
        database: resources.database,
        directory: resources.directory,
      }),
    );
    // Before the dashboard opens: where its port is taken, what runs already must end for the reason to be told.
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

function beat({
  config: { mongodb, livenessFile },
  timing,
  ...rest
}: Pick<Composition, 'self' | 'log' | 'signal'> & {
  readonly config: Config;
  readonly timing: HeartbeatTiming | undefined;
}) {
  const probe = async (): Promise<void> => await probeDatabase(mongodb);
  return startHeartbeat({ ...rest, probe, livenessFile, ...(timing && { timing }) });
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

function startDeliver(composition: Composition): RunningWorkers {
  return startDeliverWorkers({
    ...workerSettings(composition),
    events: deliverDeps(composition.resources),
  });
}

function startPoll(composition: Composition, mailboxes: RunningMailboxes): RunningWorkers {
  const { resources, queues, roles, trial, log } = composition;
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
  const mailboxNamed = async (name: string) => await mailboxes.named(name);
  return startPollWorkers({ ...workerSettings(composition), poll, mailboxNamed, concurrency });
}

/** A process that polls nothing follows the directory for its pages and rules. */
async function followDirectory({ resources, log, signal }: Composition, everyMs: number): Promise<void> {
  while (!signal.aborted) {
    await delay(everyMs, undefined, { signal }).catch(() => {});
    await resources.directory
      .refresh()
      .catch((error: unknown) =>
        log.warn({ error: describeError(error) }, 'mailboxes could not be looked up'),
      );
  }
}

async function openDashboardOf({
  resources,
  queues,
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
    mailboxService: mailboxService(resources),
    webhooks: webhookDeps(resources, deliveryJobs(queues)),
    pages: { newClientUrl: config.dashboard.newClientUrl, shown: shownSettings(process.env) },
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
