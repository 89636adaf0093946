import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { describeError } from '../errors.ts';
import type { PollOutcome } from '../poll/poll-run.ts';

interface PollReports {
  readonly sayReached: (mailbox: string, outcome: PollOutcome) => void;
  /** A mailbox that could not be reached is reported again when it comes back. */
  readonly forget: (mailbox: string) => void;
  readonly report: (mailbox: string, outcome: PollOutcome) => void;
}

/** What the log and the metrics report about polls. */
export function pollReports({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }): PollReports {
  const reached = new Set<string>();

  /** Once, so that a person who set up a mailbox sees that it works. */
  function sayReached(mailbox: string, { problems }: PollOutcome): void {
    if (reached.has(mailbox)) return;
    reached.add(mailbox);
    log.info({ mailbox, problems: problems.length }, 'mailbox reached');
  }

  function report(
    mailbox: string,
    { problems, resets, recovered, outcome, listed, fetched, vanished }: PollOutcome,
  ): void {
    for (const { folder, uid, error, isNews, parkedUntil } of problems) {
      metrics.folderProblems.inc({ mailbox });
      if (!isNews) continue;
      if (uid !== undefined) {
        const of = folder.replace(/ UID \d+$/u, '');
        log.warn(
          { mailbox, folder: of, uid, error: describeError(error) },
          'message could not be fetched; will retry',
        );
        continue;
      }
      const fields = { mailbox, folder, error: describeError(error) };
      if (parkedUntil === null) log.warn(fields, 'folder could not be polled');
      else log.warn({ ...fields, parkedUntil }, 'folder is parked; retrying rarely until it opens');
    }
    for (const folder of recovered) log.info({ mailbox, folder }, 'parked folder can be opened again');
    for (const reset of resets) {
      metrics.folderResets.inc({ mailbox });
      log.warn({ mailbox, reset }, 'folder was reset; reading it again');
    }
    if (listed + fetched + vanished > 0) log.info({ mailbox, outcome, listed, fetched, vanished }, 'polled');
  }

  return { sayReached, forget: (mailbox) => void reached.delete(mailbox), report };
}
