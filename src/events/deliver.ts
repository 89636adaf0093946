import type { ObjectId } from 'mongodb';
import { serverTime } from '../store/events.ts';
import type { EventDocument } from '../store/events.ts';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';
import { eventName, payloadOf } from './payload.ts';
import { FAILING_FOR_MS, pauseAfter } from './schedule.ts';
import type { SecretStore } from './secrets.ts';
import { send } from './send.ts';
import type { SendRules, Sent } from './send.ts';
import { signatureOf } from './signature.ts';

export interface DeliverDeps {
  readonly database: Pick<Database, 'db' | 'events' | 'endpoints' | 'deliveries'>;
  readonly secrets: SecretStore;
  readonly rules: SendRules;
  /** Shorter ones, for tests that cannot wait. */
  readonly pauses?: readonly number[];
}

/** What became of a delivery job. */
export type DeliveryOutcome =
  | { readonly outcome: 'delivered'; readonly endpoint: string }
  /** It did not get through; `inMs`: until it is tried again. */
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
  /** It is done, or an attempt is under way, or its endpoint is disabled or asked for quiet. */
  | { readonly outcome: 'nothing-to-do' };

/**
 * While an attempt is under way nobody else begins one, so that nothing is sent behind an acknowledgement that is being written down. Of
 * a process that died the attempt is made again after this time. Longer than the longest attempt.
 */
const CLAIM_MS = 60_000;
/** Jobs and the clock of the database differ by a little. */
const CLOCK_SLACK_MS = 1_000;

/** One attempt of a delivery. Any may run twice: the claim on the database's row decides. */
export async function deliver(deps: DeliverDeps, id: ObjectId): Promise<DeliveryOutcome> {
  const { events, endpoints, deliveries } = deps.database;
  const now = await serverTime(deps.database.db);
  const due = await deliveries.findOne({ _id: id, state: 'pending' });
  const endpoint = due === null ? null : await endpoints.findOne({ _id: due.endpoint });
  if (due === null || endpoint === null || !endpoint.isEnabled) return { outcome: 'nothing-to-do' };
  if ((endpoint.quietUntil ?? now) > now) return await keepQuiet(deps, { due, endpoint, now });
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
    return await giveUp(deps, { claimed, endpoint, code: null, answer: 'the event is gone' });
  const sent = await attempt(deps, { event, endpoint, now });
  return await account(deps, { claimed, endpoint, sent });
}

async function attempt(
  { secrets, rules }: DeliverDeps,
  {
    event,
    endpoint,
    now,
  }: { readonly event: EventDocument; readonly endpoint: EndpointDocument; readonly now: Date },
): Promise<Sent> {
  const body = JSON.stringify(payloadOf(event, endpoint.include));
  const id = eventName(event);
  const seconds = Math.floor(now.getTime() / 1000);
  const signature = signatureOf({ id, seconds, body }, await secrets.inForce(endpoint._id, now));
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

interface Attempted {
  readonly claimed: DeliveryDocument;
  readonly endpoint: EndpointDocument;
}

async function account(
  deps: DeliverDeps,
  { claimed, endpoint, sent }: Attempted & { readonly sent: Sent },
): Promise<DeliveryOutcome> {
  const { endpoints, deliveries, db } = deps.database;
  const { code, answer, durationMs } = sent;
  const now = await serverTime(db);
  const last = { at: now, code, answer, durationMs };
  // A replay that was asked for meanwhile begins anew: this attempt counts no more.
  const own = { _id: claimed._id, attempts: claimed.attempts, replays: claimed.replays };
  if (code !== null && code >= 200 && code < 300) {
    await deliveries.updateOne(own, { $set: { state: 'delivered', deliveredAt: now, last } });
    if ((endpoint.failingSince ?? null) !== null)
      await endpoints.updateOne({ _id: endpoint._id }, { $set: { failingSince: null, quietUntil: null } });
    return { outcome: 'delivered', endpoint: endpoint._id.toHexString() };
  }
  const disabled = await noteFailure(deps, { endpoint, sent, now });
  const pauseMs =
    disabled === null
      ? pauseAfter(claimed.attempts, {
          atLeastMs: sent.retryAfterMs,
          ...(deps.pauses && { pauses: deps.pauses }),
        })
      : 0;
  if (pauseMs === null) return await giveUp(deps, { claimed, endpoint, code, answer, durationMs, at: now });
  // What is left when its endpoint is disabled goes out when that is enabled again.
  await deliveries.updateOne(own, { $set: { nextAt: new Date(now.getTime() + pauseMs), last } });
  const hex = endpoint._id.toHexString();
  return disabled === null
    ? { outcome: 'put-off', endpoint: hex, attempts: claimed.attempts, inMs: pauseMs }
    : { outcome: 'failed', endpoint: hex, disabled };
}

/** 410 says that the endpoint is gone for good; one that nothing got through to for days is taken for gone. */
async function noteFailure(
  { database: { endpoints } }: DeliverDeps,
  { endpoint, sent, now }: { readonly endpoint: EndpointDocument; readonly sent: Sent; readonly now: Date },
): Promise<EndpointDocument['disabledFor']> {
  const since = endpoint.failingSince ?? now;
  const isGone = sent.code === 410;
  const disabledFor = isGone
    ? ('gone' as const)
    : now.getTime() - since.getTime() >= FAILING_FOR_MS
      ? ('failing' as const)
      : null;
  const quietMs = Math.max(sent.retryAfterMs, quietAfter(sent, now.getTime() - since.getTime()));
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
 * An endpoint that does not answer, or only with an error of its own, is left alone for half as long as that lasts: thousands of deliveries
 * need not find out one by one, each in 15 seconds.
 */
function quietAfter({ code }: Sent, failingMs: number): number {
  const isDown = code === null || code >= 500 || code === 429;
  return isDown && failingMs > 0 ? Math.min(Math.max(failingMs / 2, MIN_QUIET_MS), MAX_QUIET_MS) : 0;
}

const MIN_QUIET_MS = 1_000;
const MAX_QUIET_MS = 5 * 60_000;

async function giveUp(
  { database: { deliveries } }: DeliverDeps,
  {
    claimed,
    endpoint,
    code,
    answer,
    durationMs = 0,
    at = new Date(),
  }: Attempted & {
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

/** No attempt, and none is counted: the endpoint asked to be left alone. */
async function keepQuiet(
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
