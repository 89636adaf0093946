/**
 * What the record of a message tells other programs. Events are written after the record and before the message is marked as written: a
 * process that dies in between leaves a message that is written out again, and what was told already is not told twice (invariant 15).
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

/** What is told of a message. */
type ToldMessage = Pick<
  MessageDocument,
  '_id' | 'mailboxes' | 'verdict' | 'date' | 'subject' | 'participants'
>;

type Last = Parameters<EntityState['typeAfter']>[0];

/** Rows of one case that are looked at, for what a message changes in whose case it is. */
const MAX_ROWS_OF_CASES = 500;

/** What is told after the record of a message was written. `marked`: the message with the links that were then taken back. */
interface Told {
  readonly message: MessageDocument;
  readonly marked: MessageDocument;
}

/** For the messages of a group at once, their case updates one message after another. Back-filled mail tells nothing (invariant 13). */
export async function publishWritten(
  database: Pick<Database, 'events' | 'caseUpdates' | 'messages'>,
  written: readonly Told[],
): Promise<void> {
  const { events } = database;
  const news = written.filter(({ message }) => !message.backfill);
  const first = news.filter(isFirst);
  const later = news.filter((told) => !first.includes(told));
  await publishStates(events, first.flatMap(messageStates), { isNew: true });
  await publishStates(events, later.flatMap(messageStates), { isNew: false });
  // One message may hold an update of another one, or let it take effect.
  for (const told of news)
    if (told.message.caseUpdates.length > 0 || told.marked.caseUpdates.length > 0)
      await publishStates(events, await caseUpdateStates(database, told), { isNew: false });
}

const isFirst = ({ message, marked }: Told): boolean =>
  message.storedAt === null && marked.links.every(({ retract }) => retract === undefined);

const messageStates = ({ message, marked }: Told): EntityState[] => [
  ...communicationStates(message, marked),
  ...triageState(message),
];

/** What was put on record and is taken away with the message itself. To be told before the message goes. */
export async function publishRetracted(
  database: Pick<Database, 'events' | 'caseUpdates' | 'messages'>,
  message: MessageDocument,
  { marked }: { readonly marked: MessageDocument },
): Promise<void> {
  const states = [
    ...communicationStates(message, marked),
    ...(await caseUpdateStates(database, { message, marked })),
  ];
  // Nothing is told of what was never told of: the import may be older than events are kept.
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
  const told: EntityState = {
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
  await publishStates(events, [told], { isNew: true });
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
  const told = {
    entity: `triage:${message._id.toHexString()}`,
    data: { reason: message.verdict?.reason ?? null, ...dataOf(message, { clientId: null }) },
    details: detailsOf(message),
  };
  if (state === 'triage') return [{ ...told, state: 'waits', typeAfter: () => 'triage.created' }];
  // Of a message that never waited there is nothing to resolve, and no need to look.
  if (message.storedAt === null) return [];
  return [{ ...told, state: 'resolved', typeAfter: (last) => (last === null ? null : 'triage.resolved') }];
}

/**
 * The message's own updates and those of the same cases: a message that arrives late may show that a case belongs to somebody else,
 * and hold what another one said or let it take effect.
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
  const tellers = await tellersOf(messages, { message, rows: ours });
  const gone = [...own].filter(([id]) => !found.has(id));
  return [
    ...ours.flatMap((row): EntityState[] => {
      const update = own.get(row._id.toHexString());
      const isFresh = (update !== undefined && update.writtenAt === null) || (row.review ?? null) !== null;
      const teller = tellers.get(String(row.messageRef));
      return teller === undefined ? [] : [stateOfRow(row, { message: teller, isFresh })];
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

/** The messages that the rows are of, by their ids. */
async function tellersOf(
  messages: Database['messages'],
  { message, rows }: { readonly message: MessageDocument; readonly rows: readonly CaseUpdateDocument[] },
): Promise<Map<string, ToldMessage>> {
  const others = rows.flatMap(({ messageRef }) =>
    messageRef === undefined || messageRef.equals(message._id) ? [] : [messageRef],
  );
  const found =
    others.length === 0
      ? []
      : await messages
          .find({ _id: { $in: others } })
          .project<ToldMessage>({ mailboxes: 1, verdict: 1, date: 1, subject: 1, participants: 1 })
          .toArray();
  return new Map([message, ...found].map((one) => [one._id.toHexString(), one]));
}

function stateOfRow(
  row: CaseUpdateDocument,
  { message, isFresh }: { readonly message: ToldMessage; readonly isFresh: boolean },
): EntityState {
  const review = row.review ?? null;
  const isConfirmed = review === null && (row.confirmedAt ?? null) !== null;
  return {
    entity: `caseUpdate:${row._id.toHexString()}`,
    state: review ?? (isConfirmed ? 'confirmed' : 'effective'),
    typeAfter: (last) => {
      // Events are kept for a time only: what was told long ago is not news.
      if (last === null && !isFresh && !isConfirmed) return null;
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
  message: ToldMessage,
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

function dataOf(message: ToldMessage, { clientId }: { readonly clientId: ClientId | null }): EventData {
  return {
    messageId: message._id.toHexString(),
    mailboxes: message.mailboxes,
    clientId: clientId === null ? null : String(clientId),
    direction: message.verdict?.direction ?? null,
    date: message.date.toISOString(),
  };
}

function detailsOf({ subject, participants }: ToldMessage): EventDocument['details'] {
  return { subject, from: participants.find(({ role }) => role === 'from')?.address ?? null };
}
