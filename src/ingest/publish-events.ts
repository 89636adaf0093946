/**
 * Publishes events about a message. They are written after the CRM records and before the message is marked as written: if the process
 * dies in between, the message is written again, and events that already exist are skipped (invariant 15).
 */
import type { ObjectId } from 'mongodb';
import { stateWhenWritten } from '../decide/decide.ts';
import type { MessageFacts } from '../decide/message-facts.ts';
import { spellingsOfRef } from '../decide/case-status.ts';
import { caseUpdateId, communicationId } from './record.ts';
import type { CaseUpdateDocument } from '../store/case-updates.ts';
import { publishStates } from '../store/events.ts';
import type { EntityState, EventData, EventDocument, EventType } from '../store/events.ts';
import { linkStateOf } from '../store/link-state.ts';
import type { MessageDocument } from '../store/message-document.ts';
import type { Database } from '../store/mongo.ts';

type ClientId = MessageDocument['links'][number]['clientId'];

/** The fields of a message that its events use. */
type EventMessage = Pick<
  MessageDocument,
  '_id' | 'mailboxes' | 'verdict' | 'date' | 'subject' | 'participants'
>;

type Last = Parameters<EntityState['typeAfter']>[0];

/** Limit for the case updates to compare when a message may change who owns a case. */
const MAX_ROWS_OF_CASES = 500;

/** A message whose records were just written. `marked` still has the links that were then retracted. */
interface WrittenMessage {
  readonly message: MessageDocument;
  readonly marked: MessageDocument;
}

/** Batched per group, except for case updates, which go message by message. Back-fill publishes nothing (invariant 13). */
export async function publishWritten(
  database: Pick<Database, 'events' | 'caseUpdates' | 'messages'>,
  written: readonly WrittenMessage[],
): Promise<void> {
  const { events } = database;
  const current = written.filter(({ message }) => !message.backfill);
  const first = current.filter(isFirstWrite);
  const later = current.filter((one) => !first.includes(one));
  await publishStates(events, first.flatMap(messageStates), { isNew: true });
  await publishStates(events, later.flatMap(messageStates), { isNew: false });
  // A message may cause an update of another message to be held or to take effect.
  for (const one of current)
    if (one.message.caseUpdates.length > 0 || one.marked.caseUpdates.length > 0)
      await publishStates(events, await caseUpdateStates(database, one), { isNew: false });
}

const isFirstWrite = ({ message, marked }: WrittenMessage): boolean =>
  message.storedAt === null && marked.links.every(({ retract }) => retract === undefined);

const messageStates = ({ message, marked }: WrittenMessage): EntityState[] => [
  ...communicationStates(message, marked),
  ...triageState(message),
];

/** Publishes the removal of a message's records when the message itself is removed. Call it before deleting the message. */
export async function publishRetracted(
  database: Pick<Database, 'events' | 'caseUpdates' | 'messages'>,
  message: MessageDocument,
  { marked }: { readonly marked: MessageDocument },
): Promise<void> {
  const states = [
    ...communicationStates(message, marked),
    ...(await caseUpdateStates(database, { message, marked })),
  ];
  // Without an earlier event the removal is not published: the import may be older than EVENTS_KEEP_DAYS.
  await publishStates(
    database.events,
    states
      .filter(({ state }) => state === 'unlinked' || state === 'gone')
      .map((one) => ({ ...one, typeAfter: (last) => (last === null ? null : one.typeAfter(last)) })),
    { isNew: false },
  );
}

export async function publishQuarantined(
  { events }: Pick<Database, 'events'>,
  { id, facts, mailbox }: { readonly id: ObjectId; readonly facts: MessageFacts; readonly mailbox: string },
): Promise<void> {
  const from = facts.participants.find(({ role }) => role === 'from')?.address ?? null;
  const state: EntityState = {
    entity: `quarantine:${id.toHexString()}`,
    state: 'quarantined',
    typeAfter: () => 'message.quarantined',
    data: {
      messageId: id.toHexString(),
      mailboxes: [mailbox],
      clientId: null,
      direction: null,
      date: facts.date.toISOString(),
    },
    details: { subject: facts.subject, from },
  };
  await publishStates(events, [state], { isNew: true });
}

function communicationStates(message: MessageDocument, marked: MessageDocument): EntityState[] {
  const present = message.links.filter((link) => linkStateOf(message, link).kind === 'pending');
  const stays = new Set(message.links.map(({ clientId }) => String(clientId)));
  const gone = marked.links.filter(
    ({ retract, clientId }) => retract !== undefined && !stays.has(String(clientId)),
  );
  const about = (clientId: ClientId, rest: Pick<EntityState, 'state' | 'typeAfter'>): EntityState => {
    const id = communicationId(message, clientId);
    return {
      entity: `communication:${id.toHexString()}`,
      ...rest,
      data: {
        communicationId: id.toHexString(),
        ...dataOf(message, { clientId }),
      },
      details: detailsOf(message),
    };
  };
  return [
    ...present.map(({ clientId }) =>
      about(clientId, {
        state: 'linked',
        typeAfter: (last: Last): EventType =>
          last === null ? 'communication.created' : 'communication.linked',
      }),
    ),
    ...gone.map(({ clientId }) =>
      about(clientId, { state: 'unlinked', typeAfter: (): EventType => 'communication.unlinked' }),
    ),
  ];
}

function triageState(message: MessageDocument): EntityState[] {
  const state = stateWhenWritten(message);
  const common = {
    entity: `triage:${message._id.toHexString()}`,
    data: { reason: message.verdict?.reason ?? null, ...dataOf(message, { clientId: null }) },
    details: detailsOf(message),
  };
  if (state === 'triage') return [{ ...common, state: 'waits', typeAfter: () => 'triage.created' }];
  // A new message never waited, so there is nothing to resolve, and no query is needed.
  if (message.storedAt === null) return [];
  return [{ ...common, state: 'resolved', typeAfter: (last) => (last === null ? null : 'triage.resolved') }];
}

/**
 * The message's own updates and all others of the same cases: a late message may show that a case belongs to another client, so that
 * other updates become held or take effect.
 */
async function caseUpdateStates(
  { caseUpdates, messages }: Pick<Database, 'caseUpdates' | 'messages'>,
  { message, marked }: { readonly message: MessageDocument; readonly marked: MessageDocument },
): Promise<EntityState[]> {
  const all = [...message.caseUpdates, ...marked.caseUpdates];
  const own = new Map(all.map((update) => [caseUpdateId(message, update).toHexString(), update]));
  const refs = [...new Set(all.flatMap(({ ref }) => (ref === null ? [] : spellingsOfRef(ref))))];
  const ids = all.map((update) => caseUpdateId(message, update));
  const rows = await caseUpdates
    .find({ $or: [{ _id: { $in: ids } }, ...(refs.length === 0 ? [] : [{ ref: { $in: refs } }])] })
    .limit(MAX_ROWS_OF_CASES)
    .toArray();
  const ours = rows.filter(({ messageRef }) => messageRef !== undefined);
  const found = new Set(ours.map(({ _id }) => _id.toHexString()));
  const sources = await messagesOfRows(messages, { message, rows: ours });
  const gone = [...own].filter(([id]) => !found.has(id));
  return [
    ...ours.flatMap((row): EntityState[] => {
      const update = own.get(row._id.toHexString());
      const isNew = (update !== undefined && update.writtenAt === null) || (row.review ?? null) !== null;
      const source = sources.get(String(row.messageRef));
      return source === undefined ? [] : [stateOfRow(row, { message: source, isNew })];
    }),
    ...gone.map(([id, update]): EntityState => ({
      entity: `caseUpdate:${id}`,
      state: 'gone',
      typeAfter: (last) => (last === null ? null : 'caseUpdate.undone'),
      data: caseData(message, {
        id,
        ref: update.ref,
        status: null,
        review: null,
        clientId: update.clientId,
      }),
      details: detailsOf(message),
    })),
  ];
}

/** The messages from which the rows were made, by id. */
async function messagesOfRows(
  messages: Database['messages'],
  { message, rows }: { readonly message: MessageDocument; readonly rows: readonly CaseUpdateDocument[] },
): Promise<Map<string, EventMessage>> {
  const others = rows.flatMap(({ messageRef }) =>
    messageRef === undefined || messageRef.equals(message._id) ? [] : [messageRef],
  );
  const found =
    others.length === 0
      ? []
      : await messages
          .find({ _id: { $in: others } })
          .project<EventMessage>({ mailboxes: 1, verdict: 1, date: 1, subject: 1, participants: 1 })
          .toArray();
  return new Map([message, ...found].map((one) => [one._id.toHexString(), one]));
}

function stateOfRow(
  row: CaseUpdateDocument,
  { message, isNew }: { readonly message: EventMessage; readonly isNew: boolean },
): EntityState {
  const review = row.review ?? null;
  const isConfirmed = review === null && (row.confirmedAt ?? null) !== null;
  return {
    entity: `caseUpdate:${row._id.toHexString()}`,
    state: review ?? (isConfirmed ? 'confirmed' : 'effective'),
    typeAfter: (last) => {
      // Its earlier events may have been deleted after EVENTS_KEEP_DAYS, so this is not a change.
      if (last === null && !isNew && !isConfirmed) return null;
      if (review === 'rejected') return 'caseUpdate.rejected';
      if (review === null) return isConfirmed ? 'caseUpdate.confirmed' : 'caseUpdate.created';
      const wasDecided = last?.type === 'caseUpdate.confirmed' || last?.type === 'caseUpdate.rejected';
      return wasDecided ? 'caseUpdate.undone' : 'caseUpdate.held';
    },
    data: caseData(message, {
      id: row._id.toHexString(),
      ref: row.ref ?? null,
      status: row.status,
      review,
      clientId: row.clientId,
    }),
    details: detailsOf(message),
  };
}

function caseData(
  message: EventMessage,
  update: {
    readonly id: string;
    readonly ref: string | null;
    readonly status: string | null;
    readonly review: string | null;
    readonly clientId: ClientId | null;
  },
): EventData {
  return {
    caseUpdateId: update.id,
    ref: update.ref,
    status: update.status,
    review: update.review,
    ...dataOf(message, { clientId: update.clientId }),
  };
}

function dataOf(message: EventMessage, { clientId }: { readonly clientId: ClientId | null }): EventData {
  return {
    messageId: message._id.toHexString(),
    mailboxes: message.mailboxes,
    clientId: clientId === null ? null : String(clientId),
    direction: message.verdict?.direction ?? null,
    date: message.date.toISOString(),
  };
}

function detailsOf({ subject, participants }: EventMessage): EventDocument['details'] {
  return { subject, from: participants.find(({ role }) => role === 'from')?.address ?? null };
}
