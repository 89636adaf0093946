import { userInfo } from 'node:os';
import { openReaderFor, openStores } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { addIngestJobs, openQueues } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { openSpoolFolder } from '../store/blobs/spool-folder.ts';
import type { TriageDeps } from '../triage/triage.ts';

export interface TriageContext extends TriageDeps {
  readonly caseStatuses: readonly string[];
}

/**
 * Everything that a person's act needs, for one command. Followers become queue jobs; where Redis does not answer their marks in
 * the database wait for the next worker.
 */
export async function withTriageContext<T>(work: (desk: TriageContext) => Promise<T>): Promise<T> {
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  const spoolFolder = await openSpoolFolder(config.ingest.spoolDir);
  const stores = await openStores(config);
  const reader = openReaderFor(config, stores.blobs, spoolFolder.dir);
  let queues: Queues | null = null;
  let isWarned = false;
  const enqueue: TriageDeps['enqueue'] = async (ids) => {
    queues ??= openQueues(config.redis);
    try {
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
  try {
    return await work({
      ...stores,
      reader,
      rules: config.rules,
      rejudgeSoon: enqueue,
      enqueue,
      caseStatuses: config.rules.caseStatuses.map(({ status }) => status),
    });
  } finally {
    await reader.close();
    await (queues as Queues | null)?.close();
    await stores.close();
    await spoolFolder.close();
  }
}

/** Whoever is logged in, where the command does not say who decided. */
export function whoDecides(by: string | undefined): string {
  return by ?? userInfo().username;
}
