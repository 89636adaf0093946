import type { ObjectId } from 'mongodb';
import { serverTime } from '../store/events.ts';
import type { EventDocument } from '../store/events.ts';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';
import { eventId, payloadOf } from './payload.ts';
import { FAILING_FOR_MS, retryPauseMs } from './schedule.ts';
import type { SecretStore } from './secrets.ts';
import { send } from './send.ts';
import type { SendRules, SendResult } from './send.ts';
import { signatureOf } from './signature.ts';

export interface DeliverDeps {
  readonly database: Pick<Database, 'db' | 'events' | 'endpoints' | 'deliveries'>;
  readonly secrets: SecretStore;
  readonly rules: SendRules;
  /** Replaces the retry schedule in tests, which cannot wait for days. */
  readonly pauses?: readonly number[];
}

/** The result of one delivery job. */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered'; readonly endpoint: string }
  /** The attempt failed, or the endpoint is backing off; `inMs` is the delay before the next attempt. */
  | {
      readonly outcome: 'put-off';
      readonly endpoint: string;
      readonly attempts: number;
      readonly inMs: number;
    }
  | {
      readonly outcome: 'failed';
      readonly endpoint: string;
      readonly disabled: EndpointDocument['disabledFor'];
    }
  /** It was already delivered, another attempt is in progress, or the endpoint is disabled. */
  | { readonly outcome: 'nothing-to-do' };

/**
 * How long an attempt is reserved for one worker, so that nothing is sent again while an acknowledgement is still being stored. If the
 * process dies, another attempt may start after this time. Must be longer than the longest attempt.
 */
const CLAIM_MS = 60_000;
/** A delayed job may run slightly early by the database's clock. */
const CLOCK_SLACK_MS = 1_000;

/** Makes one delivery attempt. Safe to run twice: only the worker that claims the delivery document sends. */
export async function deliver(deps: DeliverDeps, id: ObjectId): Promise<DeliveryOutcome> {
  const { events, endpoints, deliveries } = deps.database;
  const now = await serverTime(deps.database.db);
  const due = await deliveries.findOne({ _id: id, state: 'pending' });
  const endpoint = due === null ? null : await endpoints.findOne({ _id: due.endpoint });
  if (due === null || endpoint === null || !endpoint.isEnabled) return { outcome: 'nothing-to-do' };
  if ((endpoint.quietUntil ?? now) > now) return await postpone(deps, { due, endpoint, now });
  const claimed = await deliveries.findOneAndUpdate(
    {
      _id: id,
      state: 'pending',
      attempts: due.attempts,
      nextAt: { $lte: new Date(now.getTime() + CLOCK_SLACK_MS) },
    },
    { $set: { nextAt: new Date(now.getTime() + CLAIM_MS) }, $inc: { attempts: 1 } },
    { returnDocument: 'after' },
  );
  if (claimed === null) return { outcome: 'nothing-to-do' };
  const event = await events.findOne({ _id: claimed.event });
  if (event === null)
    return await giveUp(deps, { claimed, endpoint, code: null, answer: 'the event no longer exists' });
  const sent = await attempt(deps, { event, endpoint, now });
  return await recordResult(deps, { claimed, endpoint, sent });
}

async function attempt(
  { secrets, rules }: DeliverDeps,
  {
    event,
    endpoint,
    now,
  }: { readonly event: EventDocument; readonly endpoint: EndpointDocument; readonly now: Date },
): Promise<SendResult> {
  const body = JSON.stringify(payloadOf(event, endpoint.include));
  const id = eventId(event);
  const seconds = Math.floor(now.getTime() / 1000);
  const signature = signatureOf({ id, seconds, body }, await secrets.active(endpoint._id, now));
  return await send(
    {
      url: endpoint.url,
      body,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'docketmail',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signature,
      },
    },
    rules,
  );
}

interface DeliveryAttempt {
  readonly claimed: DeliveryDocument;
  readonly endpoint: EndpointDocument;
}

async function recordResult(
  deps: DeliverDeps,
  { claimed, endpoint, sent }: DeliveryAttempt & { readonly sent: SendResult },
): Promise<DeliveryOutcome> {
  const { endpoints, deliveries, db } = deps.database;
  const { code, answer, durationMs } = sent;
  const now = await serverTime(db);
  const last = { at: now, code, answer, durationMs };
  // If a replay was requested meanwhile, it restarts the schedule and this attempt no longer counts.
  const thisAttempt = { _id: claimed._id, attempts: claimed.attempts, replays: claimed.replays };
  if (code !== null && code >= 200 && code < 300) {
    await deliveries.updateOne(thisAttempt, { $set: { state: 'delivered', deliveredAt: now, last } });
    if ((endpoint.failingSince ?? null) !== null)
      await endpoints.updateOne({ _id: endpoint._id }, { $set: { failingSince: null, quietUntil: null } });
    return { outcome: 'delivered', endpoint: endpoint._id.toHexString() };
  }
  const disabled = await recordEndpointFailure(deps, { endpoint, sent, now });
  const pauseMs =
    disabled === null
      ? retryPauseMs(claimed.attempts, {
          atLeastMs: sent.retryAfterMs,
          ...(deps.pauses && { pauses: deps.pauses }),
        })
      : 0;
  if (pauseMs === null) return await giveUp(deps, { claimed, endpoint, code, answer, durationMs, at: now });
  // If the endpoint was just disabled, the delivery stays pending and is sent once it is enabled again.
  await deliveries.updateOne(thisAttempt, { $set: { nextAt: new Date(now.getTime() + pauseMs), last } });
  const hex = endpoint._id.toHexString();
  return disabled === null
    ? { outcome: 'put-off', endpoint: hex, attempts: claimed.attempts, inMs: pauseMs }
    : { outcome: 'failed', endpoint: hex, disabled };
}

/** 410 means that the endpoint is gone for good. One that has failed for days is treated the same way. */
async function recordEndpointFailure(
  { database: { endpoints } }: DeliverDeps,
  {
    endpoint,
    sent,
    now,
  }: { readonly endpoint: EndpointDocument; readonly sent: SendResult; readonly now: Date },
): Promise<EndpointDocument['disabledFor']> {
  const since = endpoint.failingSince ?? now;
  const isGone = sent.code === 410;
  const disabledFor = isGone
    ? ('gone' as const)
    : now.getTime() - since.getTime() >= FAILING_FOR_MS
      ? ('failing' as const)
      : null;
  const quietMs = Math.max(sent.retryAfterMs, backOffMs(sent, now.getTime() - since.getTime()));
  const quiet = quietMs > 0 ? { quietUntil: new Date(now.getTime() + quietMs) } : {};
  await endpoints.updateOne(
    { _id: endpoint._id },
    {
      $set: { failingSince: since, ...quiet, ...(disabledFor !== null && { isEnabled: false, disabledFor }) },
    },
  );
  return disabledFor;
}

/**
 * Back-off for an endpoint that is down: half of the time it has been failing. Otherwise thousands of deliveries would each wait for
 * their own timeout.
 */
function backOffMs({ code }: SendResult, failingMs: number): number {
  const isDown = code === null || code >= 500 || code === 429;
  return isDown && failingMs > 0 ? Math.min(Math.max(failingMs / 2, MIN_BACK_OFF_MS), MAX_BACK_OFF_MS) : 0;
}

const MIN_BACK_OFF_MS = 1_000;
const MAX_BACK_OFF_MS = 5 * 60_000;

async function giveUp(
  { database: { deliveries } }: DeliverDeps,
  {
    claimed,
    endpoint,
    code,
    answer,
    durationMs = 0,
    at = new Date(),
  }: DeliveryAttempt & {
    readonly code: number | null;
    readonly answer: string;
    readonly durationMs?: number;
    readonly at?: Date;
  },
): Promise<DeliveryOutcome> {
  const last = { at, code, answer, durationMs };
  await deliveries.updateOne(
    { _id: claimed._id, attempts: claimed.attempts, replays: claimed.replays },
    { $set: { state: 'failed', last } },
  );
  return { outcome: 'failed', endpoint: endpoint._id.toHexString(), disabled: null };
}

/** Reschedules a delivery while its endpoint backs off. No attempt is made, so none is counted. */
async function postpone(
  { database: { deliveries } }: DeliverDeps,
  {
    due,
    endpoint,
    now,
  }: { readonly due: DeliveryDocument; readonly endpoint: EndpointDocument; readonly now: Date },
): Promise<DeliveryOutcome> {
  const until = endpoint.quietUntil ?? now;
  await deliveries.updateOne(
    { _id: due._id, attempts: due.attempts, nextAt: { $lt: until } },
    { $set: { nextAt: until } },
  );
  const inMs = until.getTime() - now.getTime();
  return { outcome: 'put-off', endpoint: endpoint._id.toHexString(), attempts: due.attempts, inMs };
}
