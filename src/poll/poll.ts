import { randomUUID } from 'node:crypto';
import { pollFolder } from './folder.ts';
import type { PollDeps, PolledMailbox, PollOutcome, PollRun } from './poll-run.ts';
import { cursorsOf } from '../store/cursors.ts';
import { releaseLease, takeLease } from '../store/leases.ts';

/**
 * Renewed throughout, so that it may be short: the mailbox of a killed poller is free again before the queue finds the dead job
 * (queue-worker.ts: pollLockMs), and the queue's repeated poll is not turned away.
 */
const LEASE_MS = 12_000;
const RENEWALS_PER_LEASE = 3;

/**
 * Polls a mailbox: rows for what is listed, then the cursor, then raw bytes, then ingest jobs, in this order, so that a crash at
 * any point loses nothing. A failing folder does not stop the others. @throws MailboxError if there is no connection; whatever the
 * database or the blob store throw.
 */
export async function pollMailbox(
  deps: PollDeps,
  mailbox: PolledMailbox,
  signal: AbortSignal,
): Promise<PollOutcome> {
  const lease = { mailbox: mailbox.name, kind: 'poll', owner: randomUUID() } as const;
  const { leases } = deps.database;
  const forMs = deps.leaseMs ?? LEASE_MS;
  const total = {
    listed: 0,
    fetched: 0,
    vanished: 0,
    problems: [] as PollOutcome['problems'][number][],
    resets: [] as string[],
    recovered: [] as string[],
  };
  const take = async (): Promise<Date | null> => await takeLease(leases, { ...lease, forMs });
  const takenAt = await take();
  if (takenAt === null) return { outcome: 'leased', ...total };
  const clock = clockFrom(takenAt);
  const stopRenewing = keepRenewing(take, forMs / RENEWALS_PER_LEASE);
  deps.step?.('leased');
  const deadline = Date.now() + deps.budgetMs;
  const shouldContinue = async (): Promise<boolean> => {
    if (signal.aborted || Date.now() > deadline || total.fetched >= deps.batch) return false;
    return (await take()) !== null;
  };
  try {
    if (!(await deps.hasRoom())) return { outcome: 'waiting', ...total };
    const cursors = await cursorsOf(deps.database.cursors, mailbox.name);
    const run: PollRun = { ...deps, mailbox, cursors, total, clock, shouldContinue };
    const session = await mailbox.source.openSession(signal);
    try {
      let more = false;
      for (const wanted of mailbox.folders) more = (await pollFolder(run, session, wanted)) || more;
      return { outcome: more ? 'more' : 'done', ...total };
    } finally {
      await session.close();
    }
  } finally {
    await stopRenewing();
    await releaseLease(leases, lease);
  }
}

/** The database's time from now on. This process's own clock may be wrong by hours, and others read what it writes. */
function clockFrom(serverTime: Date): () => Date {
  const taken = performance.now();
  return () => new Date(serverTime.getTime() + performance.now() - taken);
}

/** A renewal in progress when the poll ends must not retake the lease after its release. */
function keepRenewing(renew: () => Promise<unknown>, everyMs: number): () => Promise<void> {
  let renewal: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renewal.then(renew).catch(() => {});
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await renewal;
  };
}
