import type { Collection, ObjectId } from 'mongodb';
import type { SecondReading } from '../mail/second-reading.ts';
import type { MessageDocument } from './message-document.ts';
import { REUSED_ID_FLAG } from '../decide/decide.ts';
import type { MailboxRole, MessageFacts, Participant } from '../decide/message-facts.ts';
import { linkStateOf, stateFields } from './link-state.ts';
import { retryDuplicate } from './duplicate-key.ts';

/** Where and how a message was seen. */
export interface Sighted {
  readonly mailbox: string;
  readonly role: MailboxRole;
  readonly inOwnSent: boolean;
  readonly backfill: boolean;
}

/** Writes the message if it is new, and adds what this sighting tells to it. */
export async function receiveMessage(
  messages: Collection<MessageDocument>,
  input: { readonly id: ObjectId; readonly facts: MessageFacts; readonly sighted: Sighted },
): Promise<MessageDocument> {
  const { id, facts, sighted } = input;
  const message = await retryDuplicate(() =>
    messages.findOneAndUpdate(
      { _id: id },
      {
        $setOnInsert: { ...facts, ...unjudged, receivedAt: new Date() },
        $addToSet: { roles: sighted.role, mailboxes: sighted.mailbox },
        // Booleans are ordered: once seen in Sent, always sent by us; once not back-filled, never back-filled.
        $max: { inOwnSent: sighted.inOwnSent },
        $min: { backfill: sighted.backfill },
      },
      { upsert: true, returnDocument: 'after' },
    ),
  );
  if (message === null) throw new Error('a message that was just written is not there');
  return message;
}

/** As many copies as name others add no more than this. */
const MAX_PARTICIPANTS = 1_000;

/**
 * Adds recipients whom another copy of the message names, once it was judged by that copy. The copy in our own Sent folder, which
 * alone tells of Bcc, is what the message is judged by from then on.
 */
export async function addRecipients(
  messages: Collection<MessageDocument>,
  { _id, participants }: Pick<MessageDocument, '_id' | 'participants'>,
  {
    recipients,
    sighting: { inOwnSent, rawKey },
  }: {
    readonly recipients: readonly Participant[];
    readonly sighting: { readonly inOwnSent: boolean; readonly rawKey: string | null };
  },
): Promise<void> {
  const room = Math.max(0, MAX_PARTICIPANTS - participants.length);
  await messages.updateOne(
    { _id },
    {
      $addToSet: { participants: { $each: recipients.slice(0, room) } },
      ...(inOwnSent && rawKey !== null && { $set: { rawKey } }),
    },
  );
}

/**
 * Whether the message was seen in a way that its verdict does not know of: a new role, proof that we sent it, or a mailbox
 * for which it is not back-fill (invariant 7).
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
  authentication: null,
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

/** A judgement as the message keeps it. */
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
> & { readonly newFlags: readonly string[]; readonly goneFlags: readonly string[] };

/** Persists a judgement by compare-and-set. Null: another worker judged first, and its judgement counts (invariant 6). */
export async function persistJudgement(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'revision' | 'flags'>,
  { newFlags, goneFlags, ...judgement }: StoredJudgement,
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
      $set: { ...judgement, judgedAt: new Date() },
      $inc: { revision: 1 },
      // Another worker may flag this message at the same moment.
      $addToSet: { flags: { $each: [...newFlags] } },
      $unset: { lost: true },
    },
    { returnDocument: 'after' },
  );
}

/** Flags the other messages under the same Message-ID and says which they are. Those that have the flag are left out. */
export async function flagSameMessageId(
  messages: Collection<MessageDocument>,
  { messageId, variantKey }: Pick<MessageDocument, 'messageId' | 'variantKey'>,
): Promise<Pick<MessageDocument, '_id' | 'variantKey' | 'links'>[]> {
  if (messageId === null) return [];
  const others = await messages
    .find({ messageId, variantKey: { $ne: variantKey }, flags: { $ne: REUSED_ID_FLAG } })
    .project<Pick<MessageDocument, '_id' | 'variantKey' | 'links'>>({ variantKey: 1, links: 1 })
    .limit(1_000)
    .toArray();
  const ids = others.map(({ _id }) => _id);
  if (ids.length > 0)
    await messages.updateMany({ _id: { $in: ids } }, { $addToSet: { flags: REUSED_ID_FLAG } });
  return others;
}

/** Everything that was decided has been written. */
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
    },
  );
}

/** Keeps a message that cannot be read: raw bytes, reason, and nothing else. */
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
