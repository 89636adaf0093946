import type { Collection, ObjectId } from 'mongodb';
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

/** Writes the message if it is new. An existing one is unchanged: what another copy adds is decided first. */
export async function receiveMessage(
  messages: Collection<MessageDocument>,
  { id, copyOf, ...received }: Received & { readonly id: ObjectId; readonly copyOf?: ObjectId },
): Promise<MessageDocument> {
  const { facts, authentication, sighted } = received;
  const { role, mailbox, inOwnSent, backfill } = sighted;
  const document = {
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
  const message = await retryDuplicate(() =>
    messages.findOneAndUpdate(
      { _id: id },
      { $setOnInsert: document },
      { upsert: true, returnDocument: 'after' },
    ),
  );
  if (message === null) throw new Error('a message that was just written is missing');
  return message;
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
  const seen = await messages.findOneAndUpdate({ _id: message._id }, asSeen(sighted), {
    returnDocument: 'after',
  });
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
 * Whether the verdict covers how the message was seen: a new role, proof that we sent it, or a mailbox for which it is not
 * back-fill (invariant 7).
 */
export function isJudgedAsSeen({ judgedWith, roles, inOwnSent, backfill }: MessageDocument): boolean {
  return (
    judgedWith !== null &&
    judgedWith.inOwnSent === inOwnSent &&
    judgedWith.backfill === backfill &&
    roles.every((role) => judgedWith.roles.includes(role))
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

/** Persists a judgement by compare-and-set. Null: another worker judged first, and its judgement counts (invariant 6). */
export async function persistJudgement(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'revision' | 'flags'>,
  { newFlags, goneFlags, absentClients, ...judgement }: StoredJudgement,
): Promise<MessageDocument | null> {
  const gone = message.flags.filter((flag) => goneFlags.includes(flag));
  if (gone.length > 0)
    await messages.updateOne(
      { _id: message._id, revision: message.revision },
      { $pull: { flags: { $in: gone } } },
    );
  return await messages.findOneAndUpdate(
    { _id: message._id, revision: message.revision },
    {
      $set: { ...judgement, ...(absentClients.length > 0 && { absentClients }), judgedAt: new Date() },
      $inc: { revision: 1 },
      // Another worker may flag this message at the same moment.
      $addToSet: { flags: { $each: [...newFlags] } },
      $unset: {
        lost: true,
        takenOver: true,
        ...(absentClients.length === 0 && { absentClients: true as const }),
      },
    },
    { returnDocument: 'after' },
  );
}

const TOLD = [
  '_id',
  'messageId',
  'originalIds',
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

/** Everything decided has been written. */
export async function markWritten(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'revision' | 'receivedAt' | 'links' | 'caseUpdates'>,
  state: MessageDocument['state'],
): Promise<void> {
  const now = new Date();
  await messages.updateOne(
    { _id: message._id, revision: message.revision },
    {
      $set: {
        state,
        links: message.links.map((link) => {
          const before = linkStateOf(message, link);
          const after = before.kind === 'pending' ? ({ kind: 'written', at: now } as const) : before;
          return { ...link, ...stateFields(message, after) };
        }),
        caseUpdates: message.caseUpdates.map((update) => ({ ...update, writtenAt: update.writtenAt ?? now })),
        storedAt: now,
      },
      $unset: { writtenFrom: true },
    },
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
