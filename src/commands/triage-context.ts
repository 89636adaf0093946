import { userInfo } from 'node:os';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { addIngestJobs } from '../queue/queues.ts';
import type { TriageDeps } from '../triage/triage-deps.ts';

export interface TriageContext extends TriageDeps {
  readonly caseStatuses: readonly string[];
}

/**
 * Everything that a person's decision needs, for one command. Followers become queue jobs; if Redis is down, their marks in the
 * database wait for the next worker.
 */
export async function withTriageContext<T>(work: (context: TriageContext) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  return await withResources(config, async (resources) => {
    const { database, blobs } = resources;
    let isWarned = false;
    const enqueue: TriageDeps['enqueue'] = async (ids) => {
      try {
        const queues = await resources.queues();
        await queues.ingest.waitUntilReady();
        await addIngestJobs(queues, 'message', ids);
      } catch (error) {
        if (!isWarned)
          console.error(
            `no queue (${describeError(error)}): the messages are marked, a running worker finds them within its interval`,
          );
        isWarned = true;
      }
    };
    return await work({
      database,
      blobs,
      reader: resources.reader(),
      rules: resources.config.rules,
      rejudgeSoon: enqueue,
      enqueue,
      caseStatuses: resources.config.rules.caseStatuses.map(({ status }) => status),
    });
  });
}

/** The current user, if the command does not say who decided. */
export function whoDecides(by: string | undefined): string {
  return by ?? userInfo().username;
}
