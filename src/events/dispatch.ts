import type { ObjectId } from 'mongodb';
import { isDuplicateKey } from '../store/duplicate-key.ts';
import { eventsAfter, highestSequence, assignSequence, serverTime } from '../store/events.ts';
import { deterministicId } from '../store/ids.ts';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';

export type DispatchDatabase = Pick<Database, 'db' | 'events' | 'endpoints' | 'deliveries'>;

/** A delivery that needs a job. */
export interface Due {
  readonly id: ObjectId;
  /** Hex. */
  readonly endpoint: string;
  readonly attempts: number;
}

/** Events per endpoint and dispatch. */
const BATCH = 500;

/** One delivery per event and endpoint. The id is deterministic, so creating it twice has no effect. */
export const deliveryId = (event: ObjectId, endpoint: ObjectId): ObjectId =>
  deterministicId('delivery', event.toHexString(), endpoint.toHexString());

/**
 * Assigns sequence numbers to new events and creates a delivery for each subscribed endpoint. Several processes may run it at once:
 * an endpoint's sequence number only advances once all deliveries up to it exist. @returns the deliveries that need a job.
 */
export async function dispatchEvents(database: DispatchDatabase): Promise<Due[]> {
  await assignSequence(database.events);
  const highest = await highestSequence(database.events);
  const endpoints = await database.endpoints.find({ isEnabled: true, seq: { $lt: highest } }).toArray();
  const now = await serverTime(database.db);
  const due: Due[] = [];
  for (const endpoint of endpoints)
    due.push(...(await createDeliveries(database, { endpoint, highest, now })));
  return due;
}

async function createDeliveries(
  { events, deliveries, endpoints }: DispatchDatabase,
  {
    endpoint,
    highest,
    now,
  }: { readonly endpoint: EndpointDocument; readonly highest: number; readonly now: Date },
): Promise<Due[]> {
  const { types, mailboxes, seq } = endpoint;
  const found = await eventsAfter(events, { after: seq, types, mailboxes, limit: BATCH });
  const wanted = found.filter((event) => (event.seq ?? 0) <= highest);
  const made = wanted.map((event) => newDelivery({ event: event._id, endpoint: endpoint._id, now }));
  for (const delivery of made)
    try {
      await deliveries.insertOne(delivery);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  const upTo = found.length < BATCH ? highest : (found.at(-1)?.seq ?? highest);
  await endpoints.updateOne({ _id: endpoint._id }, { $max: { seq: upTo } });
  return made.map(dueOf);
}

export const dueOf = ({ _id, endpoint, attempts }: DeliveryDocument): Due => ({
  id: _id,
  endpoint: endpoint.toHexString(),
  attempts,
});

export function newDelivery({
  event,
  endpoint,
  now,
}: {
  readonly event: ObjectId;
  readonly endpoint: ObjectId;
  readonly now: Date;
}): DeliveryDocument {
  return {
    _id: deliveryId(event, endpoint),
    event,
    endpoint,
    state: 'pending',
    attempts: 0,
    replays: 0,
    nextAt: now,
    createdAt: now,
    deliveredAt: null,
    last: null,
  };
}

const REVIVE_BATCH = 1_000;

/** Deliveries that are due and may have lost their job, oldest first. Adding a job that already exists has no effect. */
export async function dueDeliveries({
  db,
  deliveries,
  endpoints,
}: Omit<DispatchDatabase, 'events'>): Promise<Due[]> {
  const now = await serverTime(db);
  const enabled = await endpoints.find({ isEnabled: true }).project<{ _id: ObjectId }>({ _id: 1 }).toArray();
  const due: Due[] = [];
  // A limit per endpoint, so that the backlog of a dead one does not crowd out the others.
  for (const { _id } of enabled) {
    const rows = await deliveries
      .find({ endpoint: _id, state: 'pending', nextAt: { $lte: now } })
      .sort({ nextAt: 1 })
      .limit(REVIVE_BATCH)
      .toArray();
    due.push(...rows.map(dueOf));
  }
  return due;
}

/** Deletes older events and deliveries, including pending deliveries: by then they are of no use to the receiver. */
export async function deleteOldEvents(
  { db, events, deliveries }: Omit<DispatchDatabase, 'endpoints'>,
  keepDays: number,
): Promise<void> {
  const before = new Date((await serverTime(db)).getTime() - keepDays * 24 * 60 * 60_000);
  await deliveries.deleteMany({ createdAt: { $lt: before } });
  // Keep the last event: the next sequence number is derived from it.
  const highest = await highestSequence(events);
  const isDone = [{ seq: { $exists: true, $ne: highest } }, { only: { $exists: true } }];
  await events.deleteMany({ at: { $lt: before }, $or: isDone });
}
