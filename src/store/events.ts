import type { Collection, Db, ObjectId } from 'mongodb';
import { isDuplicateKey } from './duplicate-key.ts';
import { deterministicId } from './ids.ts';

/** What may be told. docs/events describes each. */
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

/** Ids and what can be told of anybody's mail; never a body. Values that survive JSON. */
export interface EventData {
  readonly messageId: string | null;
  readonly mailboxes: readonly string[];
  readonly clientId: string | null;
  readonly direction: string | null;
  readonly date: string | null;
  readonly [field: string]: string | number | null | readonly string[];
}

export interface EventDocument {
  /** Made of the entity and the revision: a step that runs twice makes one event. */
  readonly _id: ObjectId;
  readonly type: EventType;
  /** What it tells of, such as `communication:` and its id. */
  readonly entity: string;
  /** Rises with each event of the entity. */
  readonly revision: number;
  /** How the entity stands by this event; the same state is not told twice in a row. */
  readonly state: string;
  readonly at: Date;
  readonly data: EventData;
  /** Told only to those who ask for them. */
  readonly details: { readonly subject: string | null; readonly from: string | null };
  /** For one endpoint only: a test of it. */
  readonly only?: ObjectId;
  /** Its place among all events. Given once, each one more than the last, so that a reader misses none. */
  readonly seq?: number;
  /** While it has no place. */
  readonly open?: true;
}

/** How an entity stands now. */
export interface EntityState {
  readonly entity: string;
  readonly state: string;
  /** Null: this is not worth telling, such as something that was never told of and is gone. */
  readonly typeAfter: (last: Pick<EventDocument, 'type' | 'state'> | null) => EventType | null;
  readonly data: EventData;
  readonly details: EventDocument['details'];
}

/** Another worker may tell of the same entity at the same moment: then what it told is looked at. */
const MAX_ROUNDS = 5;

/**
 * Writes an event for each entity that stands otherwise than it was told last. Safe to run again at any point: whatever state was told
 * is not told again. `isNew`: nothing was told of them before, which saves a look.
 */
export async function tellStates(
  events: Collection<EventDocument>,
  states: readonly EntityState[],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  let untold = states;
  for (let round = 0; untold.length > 0 && round < MAX_ROUNDS; round += 1) {
    const last = isNew && round === 0 ? new Map<string, EventDocument>() : await lastEvents(events, untold);
    const due = untold.flatMap((one) => {
      const before = last.get(one.entity) ?? null;
      const type = before?.state === one.state ? null : one.typeAfter(before);
      return type === null ? [] : [{ one, document: documentOf(one, { type, before }) }];
    });
    if (due.length === 0) return;
    const refused = await insertAll(
      events,
      due.map(({ document }) => document),
    );
    untold = due.flatMap(({ one, document }) => (refused.has(document._id.toHexString()) ? [one] : []));
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

/** @returns the ids of those that were there before. */
async function insertAll(
  events: Collection<EventDocument>,
  documents: readonly EventDocument[],
): Promise<Set<string>> {
  const refused = new Set<string>();
  // One by one where one was refused: which of a bulk write were is told differently by compatible engines.
  try {
    await events.insertMany([...documents], { ordered: true });
    return refused;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  for (const document of documents)
    try {
      await events.insertOne(document);
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      refused.add(document._id.toHexString());
    }
  return refused;
}

/** Events that are placed in one go. */
const PLACE_BATCH = 500;

/**
 * Gives each event that has none its place. The next place is one more than the highest that is there, and no two can have the same:
 * so whoever reads up to a place has seen all before it, whichever process writes when. @returns how many were placed.
 */
export async function placeEvents(events: Collection<EventDocument>): Promise<number> {
  const open = await events.find({ open: true }).sort({ at: 1, _id: 1 }).limit(PLACE_BATCH).toArray();
  let next = open.length === 0 ? 0 : (await highestPlace(events)) + 1;
  let placed = 0;
  for (const event of inOrder(open)) {
    try {
      const { modifiedCount } = await events.updateOne(
        { _id: event._id, open: true },
        { $set: { seq: next }, $unset: { open: true } },
      );
      next += modifiedCount;
      placed += modifiedCount;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      // Another process places at the same moment: this one is left to it or to the next time.
      next = (await highestPlace(events)) + 1;
    }
  }
  return placed;
}

/** By the time they were told, which clocks may have wrong; those of one entity always by their revision. */
function inOrder(events: readonly EventDocument[]): EventDocument[] {
  const ofEntity = Map.groupBy(
    events.toSorted((a, b) => a.revision - b.revision),
    ({ entity }) => entity,
  );
  return events.flatMap(({ entity }) => ofEntity.get(entity)?.shift() ?? []);
}

export async function highestPlace(events: Collection<EventDocument>): Promise<number> {
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

/** Events in their order, from behind a place. */
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

/** The clock of the server, the one that all processes share: their own may differ by hours. */
export async function serverTime(db: Db): Promise<Date> {
  const { localTime } = await db.command({ hello: 1 });
  return localTime instanceof Date ? localTime : new Date();
}
