/** What people do with endpoints. */
import { ObjectId } from 'mongodb';
import { serverTime, highestPlace } from '../store/events.ts';
import { SecretError } from '../secrets/key-ring.ts';
import type { EventDocument, EventType } from '../store/events.ts';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';
import { dueOf, newDelivery } from './dispatch.ts';
import type { Due } from './dispatch.ts';
import { checkUrl, EgressRefused } from './egress.ts';
import type { EgressRules } from './egress.ts';
import type { SecretStore } from './secrets.ts';

export interface WebhookDeps {
  readonly database: Pick<Database, 'db' | 'events' | 'endpoints' | 'deliveries'>;
  readonly secrets: SecretStore;
  readonly egress: EgressRules;
  /** Makes jobs of deliveries; what is lost of them is found again. */
  readonly enqueue: (due: readonly Due[]) => Promise<void>;
}

/** What was asked for cannot be done; the code is stable, the message is for the person. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError';
  readonly code: 'no-such-webhook' | 'not-possible';
  constructor(code: WebhookError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

export interface EndpointSpec {
  readonly url: string;
  readonly types: readonly EventType[] | null;
  readonly mailboxes: readonly string[] | null;
  readonly include: EndpointDocument['include'];
  readonly isEnabled: boolean;
}

/** Each event costs a delivery per endpoint. */
const MAX_ENDPOINTS = 100;

/** Adds an endpoint, which is told of what happens from now on. The secret is told here and never again. @throws WebhookError */
export async function addEndpoint(
  { database, secrets, egress }: WebhookDeps,
  { by, ...spec }: EndpointSpec & { readonly by: string },
): Promise<{ readonly endpoint: EndpointDocument; readonly secret: string }> {
  const url = allowed(spec.url, egress);
  if ((await database.endpoints.countDocuments()) >= MAX_ENDPOINTS)
    throw new WebhookError('not-possible', `there are ${MAX_ENDPOINTS} endpoints already: remove one`);
  const endpoint: EndpointDocument = {
    _id: new ObjectId(),
    ...spec,
    url,
    seq: await highestPlace(database.events),
    createdAt: await serverTime(database.db),
    createdBy: by,
  };
  const secret = await keyed(async () => await secrets.create(endpoint._id));
  await database.endpoints.insertOne(endpoint);
  return { endpoint, secret };
}

/** Enabling begins anew: what waits goes out, and what it failed before counts no more. @throws WebhookError */
export async function changeEndpoint(
  { database, egress }: Pick<WebhookDeps, 'database' | 'egress'>,
  id: ObjectId,
  change: Partial<EndpointSpec>,
): Promise<EndpointDocument> {
  const url = change.url === undefined ? {} : { url: allowed(change.url, egress) };
  const anew = change.isEnabled === true ? { disabledFor: null, failingSince: null, quietUntil: null } : {};
  const changed = await database.endpoints.findOneAndUpdate(
    { _id: id },
    { $set: { ...change, ...url, ...anew } },
    { returnDocument: 'after' },
  );
  return changed ?? unknown(id);
}

/** @throws WebhookError */
export async function removeEndpoint({ database, secrets }: WebhookDeps, id: ObjectId): Promise<void> {
  const { deletedCount } = await database.endpoints.deleteOne({ _id: id });
  await secrets.remove(id);
  await database.deliveries.deleteMany({ endpoint: id });
  if (deletedCount === 0) unknown(id);
}

/** @throws WebhookError */
export async function endpointNamed(
  { endpoints }: Pick<Database, 'endpoints'>,
  id: ObjectId,
): Promise<EndpointDocument> {
  return (await endpoints.findOne({ _id: id })) ?? unknown(id);
}

/** @returns the new secret, told here and never again. @throws WebhookError */
export async function rotateSecret({ database, secrets }: WebhookDeps, id: ObjectId): Promise<string> {
  await endpointNamed(database, id);
  const now = await serverTime(database.db);
  return await keyed(async () => await secrets.rotate(id, now));
}

/** Sends a test to one endpoint, by the path of every event. @throws WebhookError */
export async function testEndpoint(
  { database, enqueue }: WebhookDeps,
  id: ObjectId,
): Promise<DeliveryDocument> {
  const { isEnabled } = await endpointNamed(database, id);
  if (!isEnabled) throw new WebhookError('not-possible', 'the endpoint is disabled: enable it first');
  const now = await serverTime(database.db);
  const event: EventDocument = {
    _id: new ObjectId(),
    type: 'webhook.test',
    entity: `webhook:${id.toHexString()}`,
    revision: now.getTime(),
    state: String(now.getTime()),
    at: now,
    data: { messageId: null, mailboxes: [], clientId: null, direction: null, date: null },
    details: { subject: null, from: null },
    only: id,
  };
  await database.events.insertOne(event);
  const delivery = newDelivery({ event: event._id, endpoint: id, now });
  await database.deliveries.insertOne(delivery);
  await enqueue([dueOf(delivery)]);
  return delivery;
}

export interface ReplayRequest {
  readonly from: Date | null;
  readonly to: Date | null;
  /** Of events. */
  readonly ids: readonly ObjectId[] | null;
}

/** More in one go would be a second delivery of everything. */
const MAX_REPLAY = 10_000;

/**
 * Delivers events once more, whatever became of them, also such as were told before the endpoint was there. @returns how many.
 * @throws WebhookError
 */
export async function replayEvents(
  { database, enqueue }: WebhookDeps,
  id: ObjectId,
  { from, to, ids }: ReplayRequest,
): Promise<number> {
  const { types, mailboxes } = await endpointNamed(database, id);
  const found = await database.events
    .find({
      only: { $exists: false },
      ...(ids === null
        ? { at: { ...(from !== null && { $gte: from }), ...(to !== null && { $lte: to }) } }
        : { _id: { $in: [...ids] } }),
      ...(types !== null && { type: { $in: [...types] } }),
      ...(mailboxes !== null && { 'data.mailboxes': { $in: [...mailboxes] } }),
    })
    .sort({ seq: 1 })
    .limit(MAX_REPLAY + 1)
    .project<{ _id: ObjectId }>({ _id: 1 })
    .toArray();
  if (found.length > MAX_REPLAY)
    throw new WebhookError('not-possible', `more than ${MAX_REPLAY} events: replay a shorter time`);
  const now = await serverTime(database.db);
  const due: Due[] = [];
  for (const event of found) {
    const { _id, ...fresh } = newDelivery({ event: event._id, endpoint: id, now });
    const { state, attempts, nextAt, ...once } = fresh;
    const { replays: _, ...onInsert } = once;
    await database.deliveries.updateOne(
      { _id },
      { $set: { state, attempts, nextAt }, $inc: { replays: 1 }, $setOnInsert: onInsert },
      { upsert: true },
    );
    due.push({ id: _id, endpoint: id.toHexString(), attempts: 0 });
  }
  await enqueue(due);
  return due.length;
}

function allowed(url: string, egress: EgressRules): string {
  try {
    return checkUrl(url, egress).href;
  } catch (error) {
    if (error instanceof EgressRefused) throw new WebhookError('not-possible', error.message);
    throw error;
  }
}

/** Secrets cannot be kept without a key: whoever adds an endpoint is told how to make one. */
async function keyed<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SecretError) throw new WebhookError('not-possible', error.message);
    throw error;
  }
}

function unknown(id: ObjectId): never {
  throw new WebhookError('no-such-webhook', `${id.toHexString()}: no such endpoint`);
}
