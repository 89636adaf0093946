import { ObjectId } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError, PermanentError } from '../errors.ts';
import { ingestAgain, ingestSighting } from '../ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../ingest/ingest.ts';
import type { Log } from '../log.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import { pollMailbox } from '../poll/poll.ts';
import { askForRaw, polledMailboxes } from '../store/lost-raw.ts';
import { notePoll } from '../store/polls.ts';
import { noteRejudgeFailure } from '../store/rejudge.ts';
import type { PollDeps, PolledMailbox } from '../poll/poll-run.ts';
import { pollReports } from './poll-reports.ts';
import { addPoll, ingestJob, mailboxJob, queueNames } from './queues.ts';
import { closing, jobTiming, payloadOf, startWorker } from './queue-worker.ts';
import type { RunningWorkers, WorkerSettings } from './queue-worker.ts';
import type { IngestJob, MailboxJob } from './queues.ts';

/** How long a poll waits if ingest is behind. */
const WAIT_FOR_ROOM_MS = 1_000;
/** How long a poll waits if another process, perhaps a dead one, holds the mailbox. */
const WAIT_FOR_LEASE_MS = 5_000;

export function startPollWorkers(
  settings: WorkerSettings & {
    readonly poll: PollDeps;
    readonly mailboxes: readonly PolledMailbox[];
    readonly concurrency: number;
  },
): RunningWorkers {
  const { queues, log, metrics, poll, concurrency, timing = jobTiming } = settings;
  const byName = new Map(settings.mailboxes.map((mailbox) => [mailbox.name, mailbox]));
  /** Why a mailbox could not be reached, as last logged. */
  const said = new Map<string, string>();
  const { sayReached, forget, report } = pollReports(settings);

  const polls = startWorker<MailboxJob>(
    settings,
    queueNames.poll,
    { concurrency, lockMs: timing.pollLockMs },
    async (job, signal) => {
      const { mailbox: name } = payloadOf(job, mailboxJob);
      const mailbox = byName.get(name);
      if (mailbox === undefined)
        throw new PermanentError(
          'unknown-mailbox',
          `no mailbox ${name} in this process's settings; give all pollers the same`,
        );
      const stop = metrics.pollSeconds.startTimer({ mailbox: name });
      try {
        await notePoll(poll.database.polls, name);
        const outcome = await pollMailbox(poll, mailbox, signal);
        said.delete(name);
        if (outcome.outcome !== 'leased' && outcome.outcome !== 'waiting') sayReached(name, outcome);
        report(name, outcome);
        if (outcome.outcome === 'waiting')
          await delay(WAIT_FOR_ROOM_MS, undefined, { signal }).catch(() => {});
        if (outcome.outcome === 'leased')
          await delay(Math.min(WAIT_FOR_LEASE_MS, timing.pollLockMs), undefined, { signal }).catch(() => {});
        if (outcome.outcome !== 'done') await addPoll(queues, name);
        return {
          ...outcome,
          problems: outcome.problems.map(({ folder, error }) => `${folder}: ${describeError(error)}`),
        };
      } catch (error) {
        metrics.folderProblems.inc({ mailbox: name });
        forget(name);
        return backedOff({ name, error, said, log });
      } finally {
        stop();
      }
    },
  );

  return closing([startTickWorker(settings), polls]);
}

/** A job scheduler ignores deduplication, so its tick only adds the poll. */
function startTickWorker(settings: WorkerSettings) {
  const { queues, timing = jobTiming } = settings;
  return startWorker<MailboxJob>(
    settings,
    queueNames.tick,
    { concurrency: 4, lockMs: timing.pollLockMs },
    async (job) => {
      await addPoll(queues, payloadOf(job, mailboxJob).mailbox);
    },
  );
}

/** The result of a poll whose mailbox backs off; the reason is logged once. @throws every other error. */
function backedOff({
  name,
  error,
  said,
  log,
}: {
  readonly name: string;
  readonly error: unknown;
  readonly said: Map<string, string>;
  readonly log: Log;
}) {
  if (!(error instanceof MailboxError)) throw error;
  const isNews = said.get(name) !== error.code;
  said.set(name, error.code);
  if (!error.isRepeated) throw error;
  const { code, retryAfterMs } = error;
  // The watch may have noticed first, without a log line; the pause itself is not news.
  if (isNews)
    log.warn(
      { mailbox: name, code, error: describeError(error), retryAfterMs },
      'mailbox cannot be reached; backing off',
    );
  return { outcome: code, retryAfterMs };
}

export function startIngestWorkers(
  settings: WorkerSettings & { readonly ingest: IngestDeps; readonly concurrency: number },
): RunningWorkers {
  const { log, metrics, ingest, concurrency, timing = jobTiming } = settings;
  const worker = startWorker<IngestJob>(
    settings,
    queueNames.ingest,
    { concurrency, lockMs: timing.ingestLockMs },
    async (job, signal) => {
      const { kind, id } = payloadOf(job, ingestJob);
      const stop = metrics.ingestSeconds.startTimer();
      const objectId = ObjectId.createFromHexString(id);
      const outcome =
        kind === 'sighting'
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
      report({ job: job.id, outcome, seconds: stop() });
      return outcome;
    },
  );

  function report({
    job,
    outcome,
    seconds,
  }: {
    job: string | undefined;
    outcome: IngestOutcome;
    seconds: number;
  }): void {
    metrics.jobs.inc({ queue: queueNames.ingest, outcome: outcome.outcome });
    if (outcome.verdict !== null) metrics.verdicts.inc({ kind: outcome.verdict });
    if (outcome.outcome === 'nothing-to-do') return;
    if (outcome.lag !== null)
      metrics.lagSeconds.observe({ mailbox: outcome.lag.mailbox }, outcome.lag.seconds);
    const { warnings, lag: _, ...fields } = outcome;
    const level = outcome.outcome === 'quarantined' ? 'error' : 'info';
    const codes = warnings.map((warning) => warning.split(':', 1)[0]);
    log[level](
      { job, ...fields, warnings: codes, durationMs: Math.round(seconds * 1000) },
      'message ingested',
    );
  }

  return closing([worker]);
}
