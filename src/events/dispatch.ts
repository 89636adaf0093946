import type { ObjectId } from 'mongodb';
import { isDuplicateKey } from '../store/duplicate-key.ts';
import { eventsAfter, highestPlace, placeEvents, serverTime } from '../store/events.ts';
import { deterministicId } from '../store/ids.ts';
import type { Database } from '../store/mongo.ts';
import type { DeliveryDocument, EndpointDocument } from '../store/webhooks.ts';

export type DispatchDatabase = Pick<Database, 'db' | 'events' | 'endpoints' | 'deliveries'>;

/** A delivery that is to be made a job. */
export interface Due {
  readonly id: ObjectId;
  /** Hex. */
  readonly endpoint: string;
  readonly attempts: number;
}

/** Events that are handed to one endpoint in one go. */
const BATCH = 500;

/** One delivery per event and endpoint: made twice it is one. */
export const deliveryId = (event: ObjectId, endpoint: ObjectId): ObjectId =>
  deterministicId('delivery', event.toHexString(), endpoint.toHexString());

/**
 * Gives new events their place, and makes a delivery of each for every endpoint that wants it. Any process may, also several at once:
 * an endpoint's place moves on only when the deliveries up to it exist. @returns those to make jobs of.
 */
export async function dispatchEvents(database: DispatchDatabase): Promise<Due[]> {
  await placeEvents(database.events);
  const highest = await highestPlace(database.events);
  const endpoints = await database.endpoints.find({ isEnabled: true, seq: { $lt: highest } }).toArray();
  const now = await serverTime(database.db);
  const due: Due[] = [];
  for (const endpoint of endpoints) due.push(...(await handOut(database, { endpoint, highest, now })));
  return due;
}

async function handOut(
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

/** Deliveries that are due and may have lost their job, the longest due first; adding a job that is there is nothing. */
export async function dueDeliveries({
  db,
  deliveries,
  endpoints,
}: Omit<DispatchDatabase, 'events'>): Promise<Due[]> {
  const now = await serverTime(db);
  const enabled = await endpoints.find({ isEnabled: true }).project<{ _id: ObjectId }>({ _id: 1 }).toArray();
  const due: Due[] = [];
  // Each endpoint its share, so that the backlog of a dead one hides no other's.
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

/** Removes what was told longer ago. What waits for its place or its delivery is not kept longer: nobody could use it any more. */
export async function forgetEvents(
  { db, events, deliveries }: Omit<DispatchDatabase, 'endpoints'>,
  keepDays: number,
): Promise<void> {
  const before = new Date((await serverTime(db)).getTime() - keepDays * 24 * 60 * 60_000);
  await deliveries.deleteMany({ createdAt: { $lt: before } });
  // The last one keeps the places rising.
  const highest = await highestPlace(events);
  const isDone = [{ seq: { $exists: true, $ne: highest } }, { only: { $exists: true } }];
  await events.deleteMany({ at: { $lt: before }, $or: isDone });
}
