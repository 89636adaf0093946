import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config/config.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { ensureSchedulers } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { reconcile } from '../queue/reconciler.ts';
import { syncAddressBook } from '../rejudge/address-book-sync.ts';
import type { Database } from '../store/mongo.ts';
import { rejudgeJobs } from './queue-jobs.ts';
import type { Role } from './roles.ts';

export interface MaintenanceInput {
  readonly config: Config;
  readonly roles: ReadonlySet<Role>;
  readonly database: Database;
  readonly queues: Queues;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly signal: AbortSignal;
}

/** The process's own timer, outside BullMQ: schedulers, lost jobs and the address book survive a flushed Redis. */
export async function runMaintenance(input: MaintenanceInput): Promise<void> {
  const { config, log, signal } = input;
  const intervalMs = config.reconcileSeconds * 1000;
  const owner = randomUUID();
  while (!signal.aborted) {
    try {
      await maintain(input, { owner, intervalMs });
    } catch (error) {
      log.warn({ error: describeError(error) }, 'maintenance failed; will retry');
    }
    await delay(intervalMs, undefined, { signal }).catch(() => {});
  }
}

async function maintain(
  { config, roles, database, queues, log, metrics }: MaintenanceInput,
  { owner, intervalMs }: { readonly owner: string; readonly intervalMs: number },
): Promise<void> {
  if (roles.has('poll')) await ensureSchedulers(queues, config.mailboxes);
  if (!roles.has('ingest')) return;
  const { revived } = await reconcile(database, queues, intervalMs);
  metrics.revivedJobs.inc(revived);
  if (revived > 0) log.warn({ revived }, 'lost or stuck ingest jobs were added again');
  const kept = await syncAddressBook(database, { owner, enqueue: rejudgeJobs(queues), everyMs: intervalMs });
  if (kept === null) return;
  if (kept.marked > 0) log.info(kept, 'clients changed, their mail is matched again');
  if (kept.withheld > 0)
    log.warn(
      kept,
      'so many client addresses vanished at once that no link was taken back; docketmail address-book hint does it client by client',
    );
}
