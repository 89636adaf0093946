import type { Job } from 'bullmq';
import { ObjectId } from 'mongodb';
import { describeError, PermanentError } from '../errors.ts';
import { ingestAgain, ingestGroup, ingestSighting } from '../ingest/ingest.ts';
import type { GroupMember } from '../ingest/ingest.ts';
import type { IngestDeps, IngestOutcome, IngestStep } from '../ingest/ingest-deps.ts';
import { askForRaw, polledMailboxes } from '../store/lost-raw.ts';
import { noteRejudgeFailure } from '../store/rejudge.ts';
import { closing, jobTiming, payloadOf, startWorker } from './queue-worker.ts';
import type { RunningWorkers, WorkerSettings } from './queue-worker.ts';
import { ensureIngestJob, ingestJob, ingestJobId, queueNames } from './queues.ts';
import type { IngestJob, SingleJob } from './queues.ts';

interface IngestSettings extends WorkerSettings {
  readonly ingest: IngestDeps;
}

export function startIngestWorkers(
  settings: IngestSettings & { readonly concurrency: number },
): RunningWorkers {
  const { metrics, ingest, concurrency, timing = jobTiming } = settings;
  const worker = startWorker<IngestJob>(
    settings,
    queueNames.ingest,
    { concurrency, lockMs: timing.ingestLockMs },
    async (job, signal) => {
      const data = payloadOf(job, ingestJob);
      const stop = metrics.ingestSeconds.startTimer();
      if (data.kind === 'group') return await ingestJobOfGroup(settings, { job, data, signal, stop });
      const objectId = ObjectId.createFromHexString(data.id);
      const outcome =
        data.kind === 'sighting'
          ? await ingestSighting(ingest, objectId, signal)
          : await ingestAgain(ingest, objectId).catch(async (error: unknown) => {
              await noteRejudgeFailure(ingest.database.messages, objectId, describeError(error));
              if (error instanceof PermanentError && error.code === 'raw-missing')
                await askForRaw(
                  ingest.database,
                  { messageRef: objectId },
                  await polledMailboxes(ingest.database),
                );
              throw error;
            });
      report(settings, { job: job.id, outcome, seconds: stop() });
      return outcome;
    },
  );

  return closing([worker]);
}

/** Progress in percent after each step of a group. */
const PROGRESS: Readonly<Partial<Record<IngestStep, number>>> = { read: 30, judged: 60, written: 80 };

/** The result of a group, as the queue dashboard shows it. */
function countsOf(members: readonly GroupMember[]) {
  const outcomes = members.flatMap(({ outcome }) => outcome ?? []);
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const sum = (of: (outcome: IngestOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  return {
    outcome: 'group',
    messages: members.length,
    counts,
    failed: members.length - outcomes.length,
    communications: sum(({ communications }) => communications),
    caseUpdates: sum(({ caseUpdates }) => caseUpdates),
  };
}

/** A message that fails is retried by its own job, which shows its error on the dashboard. */
async function ingestJobOfGroup(
  settings: IngestSettings,
  {
    job,
    data,
    signal,
    stop,
  }: {
    readonly job: Job<IngestJob>;
    readonly data: Extract<IngestJob, { readonly kind: 'group' }>;
    readonly signal: AbortSignal;
    readonly stop: () => number;
  },
) {
  const { queues, log, metrics, ingest } = settings;
  const ids = data.ids.map((id) => ObjectId.createFromHexString(id));
  const step = (name: IngestStep): void => {
    const progress = PROGRESS[name];
    // Progress is only for display; if Redis is down, other code reports it.
    if (progress !== undefined) job.updateProgress(progress).catch(() => {});
    ingest.step?.(name);
  };
  const members = await ingestGroup({ ...ingest, step }, ids, signal);
  const seconds = stop() / members.length;
  for (const { outcome } of members)
    if (outcome !== undefined) report(settings, { job: job.id, outcome, seconds });
  const failed = members.filter(({ outcome }) => outcome === undefined);
  if (signal.aborted && failed[0] !== undefined) throw failed[0].error;
  for (const { id, error } of failed) {
    metrics.jobs.inc({ queue: queueNames.ingest, outcome: 'error' });
    const own: SingleJob = { kind: 'sighting', id: id.toHexString() };
    await ensureIngestJob(queues, own);
    log.warn(
      { queue: queueNames.ingest, job: ingestJobId(own), group: job.id, error: describeError(error) },
      'message failed; retrying it in its own job',
    );
  }
  return countsOf(members);
}

function report(
  { log, metrics }: Pick<IngestSettings, 'log' | 'metrics'>,
  { job, outcome, seconds }: { job: string | undefined; outcome: IngestOutcome; seconds: number },
): void {
  metrics.jobs.inc({ queue: queueNames.ingest, outcome: outcome.outcome });
  if (outcome.verdict !== null) metrics.verdicts.inc({ kind: outcome.verdict });
  if (outcome.outcome === 'nothing-to-do') return;
  if (outcome.lag !== null) metrics.lagSeconds.observe({ mailbox: outcome.lag.mailbox }, outcome.lag.seconds);
  const { warnings, lag: _, ...fields } = outcome;
  const level = outcome.outcome === 'quarantined' ? 'error' : 'info';
  const codes = warnings.map((warning) => warning.split(':', 1)[0]);
  log[level]({ job, ...fields, warnings: codes, durationMs: Math.round(seconds * 1000) }, 'message ingested');
}
