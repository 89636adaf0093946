import { setTimeout as delay } from 'node:timers/promises';
import { describeError, PermanentError } from '../errors.ts';
import type { Log } from '../log.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import { pollMailbox } from '../poll/poll.ts';
import { noteMailboxFailure, noteMailboxOk } from '../store/mailbox-states.ts';
import { notePoll } from '../store/polls.ts';
import type { PollDeps, PolledMailbox, PollOutcome } from '../poll/poll-run.ts';
import { pollReports } from './poll-reports.ts';
import { addPoll, mailboxJob, queueNames } from './queues.ts';
import { closing, jobTiming, payloadOf, startWorker } from './queue-worker.ts';
import type { RunningWorkers, WorkerSettings } from './queue-worker.ts';
import type { MailboxJob } from './queues.ts';

/** How long a poll waits if ingest is behind. */
const WAIT_FOR_ROOM_MS = 1_000;
/** How long a poll waits if another process, perhaps a dead one, holds the mailbox. */
const WAIT_FOR_LEASE_MS = 5_000;

export function startPollWorkers(
  settings: WorkerSettings & {
    readonly poll: PollDeps;
    /** `paused`: nothing is to be done. undefined: nobody knows it. */
    readonly mailboxNamed: (name: string) => Promise<PolledMailbox | 'paused' | undefined>;
    readonly concurrency: number;
  },
): RunningWorkers {
  const { queues, log, metrics, poll, concurrency, timing = jobTiming } = settings;
  /** Why a mailbox could not be reached, as it was logged last. */
  const said = new Map<string, string>();
  const { sayReached, forget, report } = pollReports(settings);

  const polls = startWorker<MailboxJob>(
    settings,
    queueNames.poll,
    { concurrency, lockMs: timing.pollLockMs },
    async (job, signal) => {
      const { mailbox: name } = payloadOf(job, mailboxJob);
      const mailbox = await settings.mailboxNamed(name);
      if (mailbox === 'paused') return { outcome: 'paused' };
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
        await noteOutcome(poll.database, name, outcome);
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
        await noteFailed(poll.database, name, error);
        forget(name);
        return backedOff({ name, error, said, log });
      } finally {
        stop();
      }
    },
  );

  return closing([startTickWorker(settings), polls]);
}

/** What the other processes show of the mailbox. A note that fails is made by the next poll. */
async function noteOutcome(
  { mailboxStates }: PollDeps['database'],
  name: string,
  { outcome, listed }: PollOutcome,
): Promise<void> {
  // The process that polls it notes.
  if (outcome === 'leased') return;
  await noteMailboxOk(mailboxStates, name, { hasNewMail: listed > 0 }).catch(() => {});
}

async function noteFailed(
  { mailboxStates }: PollDeps['database'],
  name: string,
  error: unknown,
): Promise<void> {
  if (error instanceof MailboxError && (error.code === 'aborted' || error.code === 'busy')) return;
  const { code, retryAfterMs, isRepeated } =
    error instanceof MailboxError ? error : { code: 'internal', retryAfterMs: null, isRepeated: false };
  const failure = { code, error: describeError(error), retryAfterMs, isRepeated };
  await noteMailboxFailure(mailboxStates, name, failure).catch(() => {});
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
