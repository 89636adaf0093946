import { MongoBulkWriteError } from 'mongodb';
import type { Collection, Db, ObjectId } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';
import { deterministicId } from './ids.ts';

/** All event types; docs/events describes each. */
export const eventTypes = [
  'communication.created',
  'communication.linked',
  'communication.unlinked',
  'caseUpdate.created',
  'caseUpdate.held',
  'caseUpdate.confirmed',
  'caseUpdate.rejected',
  'caseUpdate.undone',
  'triage.created',
  'triage.resolved',
  'message.quarantined',
  'mailbox.added',
  'mailbox.failed',
  'mailbox.paused',
  'mailbox.recovered',
  'mailbox.removed',
  'folder.reset',
  'webhook.test',
] as const;
export type EventType = (typeof eventTypes)[number];

/** Ids and metadata that any receiver may see, never the text of a message. JSON values only. */
export interface EventData {
  readonly messageId: string | null;
  readonly mailboxes: readonly string[];
  readonly clientId: string | null;
  readonly direction: string | null;
  readonly date: string | null;
  readonly [field: string]: string | number | null | readonly string[];
}

export interface EventDocument {
  /** Derived from entity and revision, so that a step that runs twice creates one event. */
  readonly _id: ObjectId;
  readonly type: EventType;
  /** What the event is about, such as `communication:` and its id. */
  readonly entity: string;
  /** Incremented with each event of the entity. */
  readonly revision: number;
  /** The state of the entity after this event. The same state is never published twice in a row. */
  readonly state: string;
  readonly at: Date;
  readonly data: EventData;
  /** Only sent to endpoints that ask for them. */
  readonly details: { readonly subject: string | null; readonly from: string | null };
  /** Set on test events: the only endpoint that gets it. */
  readonly only?: ObjectId;
  /** Sequence number over all events. Assigned once, without gaps, so that a reader misses nothing. */
  readonly seq?: number;
  /** Set until the event has a sequence number. */
  readonly open?: true;
}

/** The current state of an entity, to compare with the last published one. */
export interface EntityState {
  readonly entity: string;
  readonly state: string;
  /** The type of event for the change; null if it is not worth one, such as the removal of something never published. */
  readonly typeAfter: (last: Pick<EventDocument, 'type' | 'state'> | null) => EventType | null;
  readonly data: EventData;
  readonly details: EventDocument['details'];
}

/** Another worker may publish the same entity at the same time; then compare again with what it published. */
const MAX_ROUNDS = 5;

/**
 * Writes an event for each entity whose state differs from the last published one. Safe to run again at any point: a state that was
 * already published is skipped. `isNew`: none of these entities has an event yet, which saves a query.
 */
export async function publishStates(
  events: Collection<EventDocument>,
  states: readonly EntityState[],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  let remaining = states;
  for (let round = 0; remaining.length > 0 && round < MAX_ROUNDS; round += 1) {
    const last =
      isNew && round === 0 ? new Map<string, EventDocument>() : await lastEvents(events, remaining);
    const due = remaining.flatMap((one) => {
      const before = last.get(one.entity) ?? null;
      const type = before?.state === one.state ? null : one.typeAfter(before);
      return type === null ? [] : [{ one, document: documentOf(one, { type, before }) }];
    });
    if (due.length === 0) return;
    const duplicates = await insertAll(
      events,
      due.map(({ document }) => document),
    );
    remaining = due.flatMap(({ one, document }) => (duplicates.has(document._id.toHexString()) ? [one] : []));
  }
}

function documentOf(
  { entity, state, data, details }: EntityState,
  { type, before }: { readonly type: EventType; readonly before: EventDocument | null },
): EventDocument {
  const revision = (before?.revision ?? 0) + 1;
  const _id = deterministicId('event', entity, String(revision));
  return { _id, type, entity, revision, state, at: new Date(), data, details, open: true };
}

async function lastEvents(
  events: Collection<EventDocument>,
  states: readonly EntityState[],
): Promise<Map<string, EventDocument>> {
  const found = await events
    .find({ entity: { $in: states.map(({ entity }) => entity) } })
    .sort({ revision: 1 })
    .toArray();
  return new Map(found.map((event) => [event.entity, event]));
}

/** @returns the ids of those that already existed. */
async function insertAll(
  events: Collection<EventDocument>,
  documents: readonly EventDocument[],
): Promise<Set<string>> {
  const duplicates = new Set<string>();
  // After a duplicate, insert one by one: MongoDB-compatible engines report the failed documents of a bulk write differently.
  try {
    await events.insertMany([...documents], { ordered: true });
    return duplicates;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  for (const document of documents)
    try {
      await events.insertOne(document);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      duplicates.add(document._id.toHexString());
    }
  return duplicates;
}

/** Events that get their sequence number in one run. */
const SEQUENCE_BATCH = 1_000;

/**
 * Assigns sequence numbers to events that have none, in one command. A reader that has read up to a number has seen every earlier
 * event, however many processes write, because numbers become visible in order and without gaps: the highest number is read before
 * the open events, and the updates run one after another and end at the first number that exists. So whenever one of them is
 * reached, each event before it has a number above the highest, by this process or another, and its own number is at most the next
 * one. @returns how many were assigned.
 */
export async function assignSequence(events: Collection<EventDocument>): Promise<number> {
  const highest = await highestSequence(events);
  const open = await events.find({ open: true }).sort({ at: 1, _id: 1 }).limit(SEQUENCE_BATCH).toArray();
  if (open.length === 0) return 0;
  const updates = inOrder(open).map(({ _id }, index) => ({
    updateOne: {
      filter: { _id, open: true as const },
      update: { $set: { seq: highest + 1 + index }, $unset: { open: true as const } },
    },
  }));
  try {
    return (await events.bulkWrite(updates, { ordered: true })).modifiedCount;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // Another process is assigning numbers too; it or the next run takes care of the rest.
    return error instanceof MongoBulkWriteError ? error.modifiedCount : 0;
  }
}

/** By time, as far as clocks agree; events of one entity always by revision. */
function inOrder(events: readonly EventDocument[]): EventDocument[] {
  const ofEntity = Map.groupBy(
    events.toSorted((a, b) => a.revision - b.revision),
    ({ entity }) => entity,
  );
  return events.flatMap(({ entity }) => ofEntity.get(entity)?.shift() ?? []);
}

export async function highestSequence(events: Collection<EventDocument>): Promise<number> {
  const [last] = await events
    .find({ seq: { $gt: 0 } })
    .sort({ seq: -1 })
    .limit(1)
    .toArray();
  return last?.seq ?? 0;
}

export interface EventFilter {
  readonly after: number;
  readonly types: readonly EventType[] | null;
  readonly mailboxes: readonly string[] | null;
  readonly limit: number;
}

/** Events after a sequence number, in order. */
export async function eventsAfter(
  events: Collection<EventDocument>,
  { after, types, mailboxes, limit }: EventFilter,
): Promise<EventDocument[]> {
  return await events
    .find({
      seq: { $gt: after },
      only: { $exists: false },
      ...(types !== null && { type: { $in: [...types] } }),
      ...(mailboxes !== null && { 'data.mailboxes': { $in: [...mailboxes] } }),
    })
    .sort({ seq: 1 })
    .limit(limit)
    .toArray();
}

/** The database server's clock, which all processes share. Their own may differ by hours. */
export async function serverTime(db: Db): Promise<Date> {
  const { localTime } = await db.command({ hello: 1 });
  return localTime instanceof Date ? localTime : new Date();
}
