import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { ensureSchedulers, ingestJobId } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { reviveOverduePolls } from '../queue/repair.ts';
import { reconcile } from '../queue/reconciler.ts';
import { syncAddressBook } from '../rejudge/address-book-sync.ts';
import { indexMessages } from '../search/index-messages.ts';
import type { Database } from '../store/mongo.ts';
import { rejudgeJobs } from './queue-jobs.ts';
import type { Role } from './roles.ts';

export interface MaintenanceInput {
  readonly config: Config;
  readonly roles: ReadonlySet<Role>;
  readonly database: Database;
  readonly queues: Queues;
  readonly directory: Directory;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** The process's own timer, outside BullMQ: schedulers, lost jobs and the address book survive a flushed Redis. */
export async function runMaintenance(input: MaintenanceInput): Promise<void> {
  const { config, roles, log, signal } = input;
  const intervalMs = config.reconcileSeconds * 1000;
  const owner = randomUUID();
  const tasks = [
    ...(roles.has('poll') ? [keepSchedulers, reviveMailboxes] : []),
    ...(roles.has('ingest')
      ? [reviveIngestJobs, keepSearch, async (one: MaintenanceInput) => await syncClients(one, owner)]
      : []),
  ];
  while (!signal.aborted) {
    // One failing task stops no other.
    for (const task of tasks)
      await task(input).catch((error: unknown) => {
        if (!signal.aborted) log.warn({ error: describeError(error) }, 'maintenance failed; will retry');
      });
    await delay(intervalMs, undefined, { signal }).catch(() => {});
  }
}

const polled = ({ directory }: MaintenanceInput) =>
  directory.all().flatMap(({ isPaused, settings }) => (isPaused ? [] : [settings]));

async function keepSchedulers(input: MaintenanceInput): Promise<void> {
  await ensureSchedulers(input.queues, polled(input));
}

async function reviveMailboxes(input: MaintenanceInput): Promise<void> {
  const { database, queues, log } = input;
  const overdue = await reviveOverduePolls(database, queues, polled(input));
  if (overdue.length > 0)
    log.warn({ mailboxes: overdue }, 'mailboxes were not polled when due; their jobs were recreated');
}

async function reviveIngestJobs({ config, database, queues, log, metrics }: MaintenanceInput): Promise<void> {
  const intervalMs = config.reconcileSeconds * 1000;
  const { revived, refetched = [], failed = [] } = await reconcile(database, queues, intervalMs);
  for (const occurrence of refetched)
    log.warn(occurrence, 'raw bytes are gone from blob storage; fetching the message again');
  metrics.revivedJobs.inc(revived);
  for (const { job, error } of failed)
    log.warn({ job: ingestJobId(job), error }, 'job could not be checked; the others were');
  if (revived > 0) log.warn({ revived }, 'lost or stuck ingest jobs were added again');
}

async function keepSearch({ database, signal }: MaintenanceInput): Promise<void> {
  await indexMessages(database, signal);
}

async function syncClients(
  { config, database, queues, log }: MaintenanceInput,
  owner: string,
): Promise<void> {
  const everyMs = config.reconcileSeconds * 1000;
  const kept = await syncAddressBook(database, { owner, enqueue: rejudgeJobs(queues), everyMs });
  if (kept === null) return;
  if (kept.marked > 0) log.info(kept, 'clients changed; rematching their mail');
  if (kept.withheld > 0)
    log.warn(
      kept,
      'too many client addresses disappeared at once, so no link was retracted; docketmail address-book hint does it per client',
    );
}
