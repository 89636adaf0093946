import { ObjectId } from 'mongodb';
import pLimit from 'p-limit';
import type { LimitFunction } from 'p-limit';
import { deliver } from '../events/deliver.ts';
import type { DeliverDeps, DeliveryOutcome } from '../events/deliver.ts';
import type { Due } from '../events/dispatch.ts';
import { closing, jobTiming, payloadOf, startWorker } from './queue-worker.ts';
import type { RunningWorkers, WorkerSettings } from './queue-worker.ts';
import { deliverJob, queueNames } from './queues.ts';
import type { DeliverJob, Queues } from './queues.ts';

/** High, because a delivery mostly waits for the receiver. */
const CONCURRENCY = 32;
/** Concurrent deliveries per endpoint, so that a slow one leaves room for the others. */
const PER_ENDPOINT = 8;
/** Jobs of one endpoint that may wait in this process; further ones are requeued with a delay. */
const MAX_WAITING = { healthy: 16, failing: 2 } as const;
const REQUEUE_MS = 2_000;

/** One job per event and endpoint. The job only triggers the attempt; the delivery document in the database decides. */
export function startDeliverWorkers(
  settings: WorkerSettings & { readonly events: DeliverDeps },
): RunningWorkers {
  const { queues, events, log, metrics, timing = jobTiming } = settings;
  const failing = new Set<string>();
  const limits = new Map<string, LimitFunction>();
  const limitOf = (endpoint: string): LimitFunction => {
    const known = limits.get(endpoint) ?? pLimit(PER_ENDPOINT);
    limits.set(endpoint, known);
    return known;
  };
  const worker = startWorker<DeliverJob>(
    settings,
    queueNames.deliver,
    { concurrency: CONCURRENCY, lockMs: timing.ingestLockMs },
    async (job) => {
      const { id, endpoint, attempts } = payloadOf(job, deliverJob);
      const limit = limitOf(endpoint);
      if (limit.pendingCount >= (failing.has(endpoint) ? MAX_WAITING.failing : MAX_WAITING.healthy)) {
        const delay = REQUEUE_MS * (1 + Math.random());
        await queues.deliver.add('deliver', job.data, { ...options, delay, jobId: requeueId(id, attempts) });
        return { outcome: 'waits' };
      }
      const outcome = await limit(async () => await deliver(events, ObjectId.createFromHexString(id)));
      if (outcome.outcome === 'delivered') failing.delete(endpoint);
      else if (outcome.outcome !== 'nothing-to-do') failing.add(endpoint);
      report(outcome);
      if (outcome.outcome === 'put-off')
        await addDeliveryJobs(queues, [
          {
            id: ObjectId.createFromHexString(id),
            endpoint,
            attempts: outcome.attempts,
            delayMs: outcome.inMs,
          },
        ]);
      return outcome;
    },
  );

  function report(outcome: DeliveryOutcome): void {
    if (outcome.outcome === 'nothing-to-do') return;
    metrics.webhookDeliveries.inc({ endpoint: outcome.endpoint, outcome: outcome.outcome });
    if (outcome.outcome !== 'failed') return;
    const { endpoint, disabled } = outcome;
    if (disabled === null || disabled === undefined)
      log.warn({ endpoint }, 'event could not be delivered; giving up. Replay it once the endpoint works');
    else log.error({ endpoint, disabled }, 'endpoint is disabled; enable it again once it works');
  }

  return closing([worker]);
}

const options = { attempts: 1, removeOnComplete: true, removeOnFail: true } as const;
const requeueId = (id: string, attempts: number): string => `delivery-${id}-${attempts}-${Date.now()}`;

/** Adding a job twice for the same attempt of a delivery has no effect. */
export async function addDeliveryJobs(
  { deliver: queue }: Pick<Queues, 'deliver'>,
  due: readonly (Due & { readonly delayMs?: number })[],
): Promise<void> {
  if (due.length === 0) return;
  await queue.addBulk(
    due.map(({ id, endpoint, attempts, delayMs }) => {
      const hex = id.toHexString();
      const jobId = delayMs === undefined ? `delivery-${hex}-${attempts}` : requeueId(hex, attempts);
      const data: DeliverJob = { id: hex, endpoint, attempts };
      return {
        name: 'deliver',
        data,
        opts: { ...options, jobId, ...(delayMs !== undefined && { delay: delayMs }) },
      };
    }),
  );
}
