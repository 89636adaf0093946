import { randomUUID } from 'node:crypto';
import { ObjectId } from 'mongodb';
import type { Collection } from 'mongodb';
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { SecondReading } from '../mail/second-reading.ts';
import type { ClientDocument } from './clients.ts';
import type { MessageDocument } from './message-document.ts';
import { REUSED_ID_FLAG } from '../decide/decide.ts';
import type { MailboxRole, MessageFacts, Participant } from '../decide/message-facts.ts';
import { isCopyOf } from '../decide/relations.ts';
import { linkStateOf, stateFields } from './link-state.ts';
import { retryDuplicate } from './duplicate-key.ts';

/** Where and how a message was seen. */
export interface Sighted {
  readonly mailbox: string;
  readonly role: MailboxRole;
  readonly inOwnSent: boolean;
  readonly backfill: boolean;
}

export interface Received {
  readonly facts: MessageFacts;
  readonly sighted: Sighted;
  readonly authentication: Authentication | null;
}

/** What is written of a message that is new. */
export interface NewMessage extends Received {
  readonly id: ObjectId;
  readonly copyOf?: ObjectId;
}

/**
 * Writes those of the messages that are new, each with an id of its own, and says how each stands. One that is there is left as it is:
 * what another copy adds to it is decided first.
 */
export async function receiveMessages(
  messages: Collection<MessageDocument>,
  received: readonly NewMessage[],
): Promise<MessageDocument[]> {
  if (received.length === 0) return [];
  const documents = received.map(asReceived);
  const { upsertedIds } = await retryDuplicate(() =>
    messages.bulkWrite(
      documents.map(({ _id, ...fields }) => ({
        updateOne: { filter: { _id }, update: { $setOnInsert: fields }, upsert: true },
      })),
      { ordered: false },
    ),
  );
  const present = documents.flatMap(({ _id }, at) => (at in upsertedIds ? [] : [_id]));
  const found = present.length === 0 ? [] : await messages.find({ _id: { $in: present } }).toArray();
  const known = new Map(found.map((message) => [message._id.toHexString(), message]));
  return documents.map((document, at) => {
    const message = at in upsertedIds ? document : known.get(document._id.toHexString());
    if (message === undefined) throw new Error('a message that was just written is not there');
    return message;
  });
}

function asReceived({ id, copyOf, facts, authentication, sighted }: NewMessage): MessageDocument {
  const { role, mailbox, inOwnSent, backfill } = sighted;
  return {
    _id: id,
    ...facts,
    ...unjudged,
    authentication,
    ...(copyOf !== undefined && { copyOf }),
    roles: [role],
    mailboxes: [mailbox],
    inOwnSent,
    backfill,
    receivedAt: new Date(),
  };
}

const asSeen = ({ role, mailbox, inOwnSent, backfill }: Sighted) => ({
  $addToSet: { roles: role, mailboxes: mailbox },
  // Booleans are ordered: once seen in Sent, always sent by us; once not back-filled, never back-filled.
  $max: { inOwnSent },
  $min: { backfill },
});

/** Adds to a message where and how a copy of it was seen. */
export async function addSighting(
  messages: Collection<MessageDocument>,
  message: MessageDocument,
  sighted: Sighted,
): Promise<MessageDocument> {
  const { role, mailbox, inOwnSent, backfill } = sighted;
  const isKnown =
    message.roles.includes(role) &&
    message.mailboxes.includes(mailbox) &&
    (message.inOwnSent || !inOwnSent) &&
    (!message.backfill || backfill);
  if (isKnown) return message;
  const seen = await messages.findOneAndUpdate(
    { _id: message._id },
    { ...asSeen(sighted), $set: { searchDue: new ObjectId() } },
    { returnDocument: 'after' },
  );
  return seen ?? message;
}

/**
 * Makes a better proven copy the one by which the message is judged from now on. Null: the message was changed meanwhile. The mark
 * has it rejudged, whatever happens to this process.
 */
export async function replaceFacts(
  messages: Collection<MessageDocument>,
  message: MessageDocument,
  { facts, sighted, authentication, takenOver }: Received & Pick<MessageDocument, 'takenOver'>,
): Promise<MessageDocument | null> {
  const { flags, arrivedAt: _, ...said } = facts;
  const seen = asSeen(sighted);
  return await messages.findOneAndUpdate(
    { _id: message._id, revision: message.revision },
    {
      ...seen,
      $addToSet: { ...seen.$addToSet, flags: { $each: [...flags] } },
      $set: {
        ...said,
        authentication,
        takenOver,
        writtenFrom: { rawKey: message.rawKey, size: message.size },
      },
      $unset: { copies: true },
      $inc: { revision: 1, rejudge: 1 },
    },
    { returnDocument: 'after' },
  );
}

/** Copies that name others add no more than this, however many there are. */
const MAX_PARTICIPANTS = 1_000;

/**
 * Adds recipients named by another copy of the message, once it was judged by that copy. From then on the message is judged by the
 * copy in our own Sent folder, the only one that shows Bcc.
 */
export async function addRecipients(
  messages: Collection<MessageDocument>,
  { _id, participants }: Pick<MessageDocument, '_id' | 'participants'>,
  {
    recipients,
    sighting: { inOwnSent, rawKey, size },
  }: {
    readonly recipients: readonly Participant[];
    readonly sighting: {
      readonly inOwnSent: boolean;
      readonly rawKey: string | null;
      readonly size: number;
    };
  },
): Promise<void> {
  const room = Math.max(0, MAX_PARTICIPANTS - participants.length);
  await messages.updateOne(
    { _id },
    {
      $addToSet: {
        participants: { $each: recipients.slice(0, room) },
        ...(rawKey !== null && !inOwnSent && { copies: { rawKey, size } }),
      },
      ...(inOwnSent && rawKey !== null && { $set: { rawKey } }),
    },
  );
}

/**
 * Whether the verdict covers how the message was seen: a new role, proof that we sent it, a mailbox for which it is not back-fill,
 * or one whose mail moves a case that was held in another (invariant 7).
 */
export function isJudgedAsSeen(message: MessageDocument): boolean {
  const { judgedWith, roles, inOwnSent, backfill, mailboxes, caseUpdates } = message;
  const isHeldByMailbox = caseUpdates.some(({ heldByMailbox }) => heldByMailbox === true);
  return (
    judgedWith !== null &&
    judgedWith.inOwnSent === inOwnSent &&
    judgedWith.backfill === backfill &&
    roles.every((role) => judgedWith.roles.includes(role)) &&
    (!isHeldByMailbox || mailboxes.every((name) => judgedWith.mailboxes?.includes(name) === true))
  );
}

const unjudged = {
  state: 'received',
  verdict: null,
  links: [],
  caseUpdates: [],
  variantOf: null,
  revision: 0,
  ruleVersion: 0,
  error: null,
  judgedWith: null,
  judgedAt: null,
  storedAt: null,
} as const;

/** A judgement as stored in the message. */
export type StoredJudgement = Pick<
  MessageDocument,
  | 'state'
  | 'verdict'
  | 'authentication'
  | 'links'
  | 'caseUpdates'
  | 'variantOf'
  | 'judgedWith'
  | 'ruleVersion'
  | 'entryKey'
> & {
  readonly newFlags: readonly string[];
  readonly goneFlags: readonly string[];
  readonly absentClients: readonly ClientDocument['_id'][];
};

interface Judged {
  readonly message: MessageDocument;
  readonly judgement: StoredJudgement;
}

/** A message as it stands once the judgement is persisted. */
export function withJudgement({ message, judgement }: Judged): MessageDocument {
  const { newFlags, goneFlags, absentClients, ...said } = judgement;
  const { lost: _, takenOver: __, absentClients: ___, ...kept } = message;
  return {
    ...kept,
    ...said,
    ...(absentClients.length > 0 && { absentClients }),
    judgedAt: new Date(),
    revision: message.revision + 1,
    flags: [...new Set([...message.flags.filter((flag) => !goneFlags.includes(flag)), ...newFlags])],
  };
}

/**
 * Persists judgements by compare-and-set, one for each message. Null: another worker judged that message first, and its judgement
 * counts (invariant 6).
 */
export async function persistJudgements(
  messages: Collection<MessageDocument>,
  judged: readonly Judged[],
): Promise<(MessageDocument | null)[]> {
  if (judged.length === 0) return [];
  await dropFlags(messages, judged);
  const judgedBy = randomUUID();
  const persisted = judged.map((one) => ({ ...withJudgement(one), judgedBy }));
  await messages.bulkWrite(
    judged.map(({ message: { _id, revision }, judgement }, at) => {
      const { newFlags, goneFlags: _, absentClients, ...said } = judgement;
      const update = {
        $set: {
          ...said,
          ...(absentClients.length > 0 && { absentClients }),
          judgedBy,
          judgedAt: persisted[at]?.judgedAt ?? null,
        },
        $inc: { revision: 1 },
        // Another worker may flag this message at the same moment.
        ...(newFlags.length > 0 && { $addToSet: { flags: { $each: [...newFlags] } } }),
        $unset: {
          lost: true as const,
          takenOver: true as const,
          ...(absentClients.length === 0 && { absentClients: true as const }),
        },
      };
      return { updateOne: { filter: { _id, revision }, update } };
    }),
    { ordered: false },
  );
  return await readBack(messages, persisted);
}

async function dropFlags(messages: Collection<MessageDocument>, judged: readonly Judged[]): Promise<void> {
  const dropping = judged.flatMap(({ message: { _id, revision, flags }, judgement: { goneFlags } }) => {
    const gone = flags.filter((flag) => goneFlags.includes(flag));
    if (gone.length === 0) return [];
    return [{ updateOne: { filter: { _id, revision }, update: { $pull: { flags: { $in: gone } } } } }];
  });
  if (dropping.length > 0) await messages.bulkWrite(dropping, { ordered: false });
}

/** A bulk says how many of its writes found their revision, not which: those that bear its mark. */
async function readBack(
  messages: Collection<MessageDocument>,
  persisted: readonly MessageDocument[],
): Promise<(MessageDocument | null)[]> {
  const found = await messages
    .find({ _id: { $in: persisted.map(({ _id }) => _id) } })
    .project<Pick<MessageDocument, '_id' | 'revision' | 'flags' | 'judgedBy'>>({
      revision: 1,
      flags: 1,
      judgedBy: 1,
    })
    .toArray();
  const now = new Map(found.map((message) => [message._id.toHexString(), message]));
  return persisted.map((message) => {
    const stands = now.get(message._id.toHexString());
    const isOurs = stands?.judgedBy === message.judgedBy && stands?.revision === message.revision;
    return isOurs ? { ...message, flags: stands.flags } : null;
  });
}

const TOLD = [
  '_id',
  'messageId',
  'originalIds',
  'parentId',
  'variantKey',
  'contentKey',
  'entryKey',
  'preview',
  'links',
] as const;

/** Flags the other messages with the same Message-ID and returns them, without those already flagged. */
export async function flagSameMessageId(
  messages: Collection<MessageDocument>,
  message: MessageDocument,
): Promise<Pick<MessageDocument, (typeof TOLD)[number]>[]> {
  const { _id, messageId } = message;
  if (messageId === null) return [];
  const unflagged = await messages
    .find({ messageId, _id: { $ne: _id }, flags: { $ne: REUSED_ID_FLAG } })
    .project<Pick<MessageDocument, (typeof TOLD)[number]>>(
      Object.fromEntries(TOLD.map((field) => [field, 1])),
    )
    .limit(1_000)
    .toArray();
  const others = unflagged.filter((other) => !isCopyOf(other, message));
  const ids = others.map((other) => other._id);
  if (ids.length > 0)
    await messages.updateMany({ _id: { $in: ids } }, { $addToSet: { flags: REUSED_ID_FLAG } });
  return others;
}

/** Everything that was decided about these messages has been written. */
export async function markWritten(
  messages: Collection<MessageDocument>,
  written: readonly {
    readonly message: Pick<MessageDocument, '_id' | 'revision' | 'receivedAt' | 'links' | 'caseUpdates'>;
    readonly state: MessageDocument['state'];
  }[],
): Promise<void> {
  if (written.length === 0) return;
  const now = new Date();
  await messages.bulkWrite(
    written.map(({ message, state }) => ({
      updateOne: {
        filter: { _id: message._id, revision: message.revision },
        update: {
          $set: {
            state,
            links: message.links.map((link) => {
              const before = linkStateOf(message, link);
              const after = before.kind === 'pending' ? ({ kind: 'written', at: now } as const) : before;
              return { ...link, ...stateFields(message, after) };
            }),
            caseUpdates: message.caseUpdates.map((update) => ({
              ...update,
              writtenAt: update.writtenAt ?? now,
            })),
            storedAt: now,
            searchDue: new ObjectId(),
          },
          $unset: { writtenFrom: true },
        },
      },
    })),
    { ordered: false },
  );
}

/** Keeps an unreadable message: raw bytes, reason, and nothing else. */
export async function quarantineMessage(
  messages: Collection<MessageDocument>,
  input: {
    readonly id: ObjectId;
    readonly facts: MessageFacts;
    readonly sighted: Sighted;
    readonly error: string;
    readonly secondReading: SecondReading | null;
  },
): Promise<void> {
  const { id, facts, sighted, error, secondReading } = input;
  await retryDuplicate(() =>
    messages.updateOne(
      { _id: id },
      {
        $setOnInsert: {
          ...facts,
          ...unjudged,
          authentication: null,
          state: 'quarantined',
          error,
          inOwnSent: sighted.inOwnSent,
          backfill: sighted.backfill,
          receivedAt: new Date(),
        },
        $set: { secondReading },
        $addToSet: { roles: sighted.role, mailboxes: sighted.mailbox },
      },
      { upsert: true },
    ),
  );
}
