/** Managing webhook endpoints: add, change, remove, test, replay. */
import { ObjectId } from 'mongodb';
import { serverTime, highestSequence } from '../store/events.ts';
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
  /** Adds jobs for deliveries. Lost jobs are added again later. */
  readonly enqueue: (due: readonly Due[]) => Promise<void>;
}

/** The request cannot be carried out. The code is stable; the message is for people. */
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

/** Adds an endpoint, which receives events from now on. The secret is only returned here. @throws WebhookError */
export async function addEndpoint(
  { database, secrets, egress }: WebhookDeps,
  { by, ...spec }: EndpointSpec & { readonly by: string },
): Promise<{ readonly endpoint: EndpointDocument; readonly secret: string }> {
  const url = checkedUrl(spec.url, egress);
  if ((await database.endpoints.countDocuments()) >= MAX_ENDPOINTS)
    throw new WebhookError('not-possible', `there are ${MAX_ENDPOINTS} endpoints already: remove one`);
  const endpoint: EndpointDocument = {
    _id: new ObjectId(),
    ...spec,
    url,
    seq: await highestSequence(database.events),
    createdAt: await serverTime(database.db),
    createdBy: by,
  };
  const secret = await withKey(async () => await secrets.create(endpoint._id));
  await database.endpoints.insertOne(endpoint);
  return { endpoint, secret };
}

/** Enabling an endpoint resets its failures and sends its pending deliveries. @throws WebhookError */
export async function changeEndpoint(
  { database, egress }: Pick<WebhookDeps, 'database' | 'egress'>,
  id: ObjectId,
  change: Partial<EndpointSpec>,
): Promise<EndpointDocument> {
  const url = change.url === undefined ? {} : { url: checkedUrl(change.url, egress) };
  const cleared =
    change.isEnabled === true ? { disabledFor: null, failingSince: null, quietUntil: null } : {};
  const changed = await database.endpoints.findOneAndUpdate(
    { _id: id },
    { $set: { ...change, ...url, ...cleared } },
    { returnDocument: 'after' },
  );
  return changed ?? notFound(id);
}

/** @throws WebhookError */
export async function removeEndpoint({ database, secrets }: WebhookDeps, id: ObjectId): Promise<void> {
  const { deletedCount } = await database.endpoints.deleteOne({ _id: id });
  await secrets.remove(id);
  await database.deliveries.deleteMany({ endpoint: id });
  if (deletedCount === 0) notFound(id);
}

/** @throws WebhookError */
export async function endpointNamed(
  { endpoints }: Pick<Database, 'endpoints'>,
  id: ObjectId,
): Promise<EndpointDocument> {
  return (await endpoints.findOne({ _id: id })) ?? notFound(id);
}

/** @returns the new secret, which is not shown again. @throws WebhookError */
export async function rotateSecret({ database, secrets }: WebhookDeps, id: ObjectId): Promise<string> {
  await endpointNamed(database, id);
  const now = await serverTime(database.db);
  return await withKey(async () => await secrets.rotate(id, now));
}

/** Sends a test event to one endpoint, the same way as any other event. @throws WebhookError */
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
  /** Event ids. */
  readonly ids: readonly ObjectId[] | null;
}

/** A larger replay would amount to delivering everything again. */
const MAX_REPLAY = 10_000;

/**
 * Delivers events again, whether or not they were delivered before, including events from before the endpoint was added. @returns how
 * many. @throws WebhookError
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
    throw new WebhookError('not-possible', `more than ${MAX_REPLAY} events: replay a shorter period`);
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

function checkedUrl(url: string, egress: EgressRules): string {
  try {
    return checkUrl(url, egress).href;
  } catch (error) {
    if (error instanceof EgressRefused) throw new WebhookError('not-possible', error.message);
    throw error;
  }
}

/** Without a key no secret can be stored; the error says how to make one. */
async function withKey<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SecretError) throw new WebhookError('not-possible', error.message);
    throw error;
  }
}

function notFound(id: ObjectId): never {
  throw new WebhookError('no-such-webhook', `${id.toHexString()}: no such endpoint`);
}
