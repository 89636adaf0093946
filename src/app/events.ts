/** Events out: what is told gets its place, a delivery per endpoint and a job. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Directory } from '../connect/directory.ts';
import { reportMailboxes } from '../connect/report.ts';
import { tellMailboxes } from '../connect/tell-mailboxes.ts';
import { describeError } from '../errors.ts';
import type { DeliverDeps } from '../events/deliver.ts';
import { dispatchEvents, dueDeliveries, forgetEvents } from '../events/dispatch.ts';
import type { Due } from '../events/dispatch.ts';
import type { WebhookDeps } from '../events/endpoints.ts';
import { openSecretStore } from '../events/secrets.ts';
import type { Log } from '../log.ts';
import { addDeliveryJobs } from '../queue/deliver-workers.ts';
import type { Queues } from '../queue/queues.ts';
import type { Resources } from './open.ts';

/** How late an event may be handed out. */
const DISPATCH_MS = 1_000;
/** Jobs of deliveries that are due are added again this often, in case Redis lost them. */
const REVIVE_EVERY = 10;
const TELL_MAILBOXES_EVERY = 30;
const FORGET_EVERY = 3_600;

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

/** Jobs that Redis does not take are made by the next round. */
export const deliveryJobs =
  (queues: Queues) =>
  async (due: readonly Due[]): Promise<void> =>
    await addDeliveryJobs(queues, due).catch(() => {});

/** Until the signal. The process's own timer, so that a flushed Redis silences nothing. */
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
  let said = '';
  for (let round = 0; !signal.aborted; round += 1) {
    try {
      if (round % TELL_MAILBOXES_EVERY === 0) {
        await directory.refresh();
        const reports = await reportMailboxes(database, directory);
        await tellMailboxes(database, { reports, downSeconds: config.mailboxDownSeconds });
      }
      await deliveryJobs(queues)(await dispatchEvents(database));
      if (round % REVIVE_EVERY === 0) await deliveryJobs(queues)(await dueDeliveries(database));
      if (round % FORGET_EVERY === 0) await forgetEvents(database, config.events.keepDays);
      said = '';
    } catch (error) {
      const why = describeError(error);
      if (!signal.aborted && why !== said)
        log.warn({ error: why }, 'events could not be handed out; will retry');
      said = why;
    }
    await delay(DISPATCH_MS, undefined, { signal }).catch(() => {});
  }
}
