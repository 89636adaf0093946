/** Publishes events: assigns sequence numbers, creates deliveries and queues their jobs. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Directory } from '../connect/directory.ts';
import { reportMailboxes } from '../connect/report.ts';
import { publishMailboxes } from '../connect/publish-mailboxes.ts';
import { describeError } from '../errors.ts';
import type { DeliverDeps } from '../events/deliver.ts';
import { dispatchEvents, dueDeliveries, deleteOldEvents } from '../events/dispatch.ts';
import type { Due } from '../events/dispatch.ts';
import type { WebhookDeps } from '../events/endpoints.ts';
import { openSecretStore } from '../events/secrets.ts';
import type { Log } from '../log.ts';
import { addDeliveryJobs } from '../queue/deliver-workers.ts';
import type { Queues } from '../queue/queues.ts';
import type { Resources } from './open.ts';

/** Time between dispatches, and so the added latency of an event. */
const DISPATCH_MS = 1_000;
/** In dispatches: how often jobs of due deliveries are added again, in case Redis lost them. */
const REVIVE_EVERY = 10;
const PUBLISH_MAILBOXES_EVERY = 30;
const CLEAN_UP_EVERY = 3_600;

export const deliverDeps = ({ config, database }: Pick<Resources, 'config' | 'database'>): DeliverDeps => ({
  database,
  secrets: openSecretStore(database.webhookSecrets, config.secretsKeyFile),
  rules: { allowPrivate: config.events.allowPrivate },
});

export function webhookDeps(
  { config, database }: Pick<Resources, 'config' | 'database'>,
  enqueue: WebhookDeps['enqueue'],
): WebhookDeps {
  return {
    database,
    secrets: openSecretStore(database.webhookSecrets, config.secretsKeyFile),
    egress: { allowPrivate: config.events.allowPrivate },
    enqueue,
  };
}

/** Jobs that Redis refuses are added by a later run. */
export const deliveryJobs =
  (queues: Queues) =>
  async (due: readonly Due[]): Promise<void> =>
    await addDeliveryJobs(queues, due).catch(() => {});

/** Runs until aborted. Uses a timer in the process instead of a queue, so that a flushed Redis stops nothing. */
export async function runEvents({
  resources: { config, database, directory },
  queues,
  log,
  signal,
}: {
  readonly resources: Pick<Resources, 'config' | 'database'> & {
    readonly directory: Pick<Directory, 'all' | 'refresh'>;
  };
  readonly queues: Queues;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<void> {
  let logged = '';
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      if (round % PUBLISH_MAILBOXES_EVERY === 0) {
        await directory.refresh();
        const reports = await reportMailboxes(database, directory);
        await publishMailboxes(database, { reports, downSeconds: config.mailboxDownSeconds });
      }
      await deliveryJobs(queues)(await dispatchEvents(database));
      if (round % REVIVE_EVERY === 0) await deliveryJobs(queues)(await dueDeliveries(database));
      if (round % CLEAN_UP_EVERY === 0) await deleteOldEvents(database, config.events.keepDays);
      logged = '';
    } catch (error) {
      const why = describeError(error);
      if (!signal.aborted && why !== logged)
        log.warn({ error: why }, 'events could not be dispatched; will retry');
      logged = why;
    }
    await delay(DISPATCH_MS, undefined, { signal }).catch(() => {});
  }
}
