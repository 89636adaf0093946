import type { Collection, Filter, ObjectId } from 'mongodb';
import type { Authentication } from '../mail/authentication.ts';
import type { CaseTag } from '../mail/case-tag.ts';
import type { Address, Attachment, Automatic, Bounce, Forward } from '../mail/mail.ts';
import type { Verdict, Via } from '../verdict.ts';
import type { CaseUpdateDraft, Review } from '../verdict/case-updates.ts';
import type { ClientDocument } from './clients.ts';
import { retryDuplicate } from './mongo.ts';

export type MailboxRole = 'capture' | 'dropbox';

export interface Participant extends Address {
  readonly role:
    | 'from'
    | 'sender'
    | 'list-original'
    | 'reply-to'
    | 'to'
    | 'cc'
    | 'bcc'
    | 'delivered-to'
    | 'forwarded-from'
    | 'forwarded-to';
}

/** A client on whose record the message stands or is to stand. */
export interface MessageLink {
  readonly clientId: ClientDocument['_id'];
  readonly via: Via;
  readonly address: string | null;
  /** Null until the communication was written. It is written once: one that a person deletes stays deleted. */
  readonly writtenAt: Date | null;
  /** To be taken off the client's record: a person unlinked it, undid the link, or the client's address was taken away. */
  readonly retract?: 'unlinked' | 'undone' | 'address-removed';
}

/** Of a client who has the words on record through another message: that one was written, this one is not. */
export const standsElsewhere = (
  { receivedAt }: Pick<MessageDocument, 'receivedAt'>,
  { writtenAt }: Pick<MessageLink, 'writtenAt'>,
): boolean => writtenAt?.getTime() === receivedAt.getTime();

/** A case update as decided, kept so that a retry writes the same. */
export interface MessageCaseUpdate extends Omit<CaseUpdateDraft, 'clientId' | 'description' | 'review'> {
  readonly clientId: ClientDocument['_id'];
  /** `echo`: was held for its parent, which carries the same tag; never was an update. */
  readonly review: Review | 'echo' | null;
  /** Decided before the message answered was there, which may show it to be an echo, whatever else holds it. */
  readonly awaitsParent?: boolean;
  readonly writtenAt: Date | null;
}

/** What the message says, known before anything is decided. */
export interface MessageFacts {
  readonly fingerprint: string;
  /** The header, without angle brackets. */
  readonly messageId: string | null;
  /** The newest ids that the message answers, carries or returns: In-Reply-To, References, forwards, a bounce's original. */
  readonly answers: readonly string[];
  /** The id answered directly: In-Reply-To, else the last reference. */
  readonly parentId: string | null;
  readonly subject: string;
  /** The first 500 characters of the reply, for lists. */
  readonly preview: string;
  readonly participants: readonly Participant[];
  readonly date: Date;
  readonly rawKey: string;
  readonly size: number;
  readonly attachments: readonly Attachment[];
  readonly automatic: Automatic | null;
  readonly bounce: Bounce | null;
  readonly forwarded: Forward | null;
  readonly tags: readonly CaseTag[];
  readonly threadId: string;
  /** Sender and bare subject: by it a forward finds the message that it carries, where that was captured directly. */
  readonly originKey: string | null;
  /** The `originKey` of the message that this one forwards: by it the captured message finds its forward. */
  readonly carriesKey: string | null;
  readonly variantKey: string;
  readonly flags: readonly string[];
  readonly warnings: readonly string[];
}

export interface MessageDocument extends MessageFacts {
  readonly _id: ObjectId;
  readonly roles: readonly MailboxRole[];
  readonly mailboxes: readonly string[];
  /** Seen in a Sent folder of ours. */
  readonly inOwnSent: boolean;
  /** Older than the `since` of every mailbox that it was seen in. */
  readonly backfill: boolean;
  readonly state: 'received' | 'judged' | 'stored' | 'triage' | 'ignored' | 'quarantined';
  readonly verdict: Verdict | null;
  readonly authentication: Authentication | null;
  readonly links: readonly MessageLink[];
  readonly caseUpdates: readonly MessageCaseUpdate[];
  readonly variantOf: ObjectId | null;
  /** What the verdict knew of the sightings. `recipients`: a key of those whom the copy named that was judged. */
  readonly judgedWith:
    | (Pick<MessageDocument, 'roles' | 'inOwnSent' | 'backfill'> & { readonly recipients?: string })
    | null;
  /** Rises with every judgement that changed something. */
  readonly revision: number;
  readonly ruleVersion: number;
  /** Set while something that bears on the verdict has changed since; counts the changes. */
  readonly rejudge?: number;
  /** Addresses that were taken from clients since: automatic links by them are to be looked at again. */
  readonly lost?: readonly { readonly clientId: ClientDocument['_id']; readonly address: string }[];
  readonly error: string | null;
  readonly receivedAt: Date;
  readonly judgedAt: Date | null;
  readonly storedAt: Date | null;
}

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

export type Judgement = Pick<
  MessageDocument,
  | 'state'
  | 'verdict'
  | 'authentication'
  | 'links'
  | 'caseUpdates'
  | 'variantOf'
  | 'judgedWith'
  | 'ruleVersion'
> & { readonly newFlags: readonly string[] };

/** Persists a judgement by compare-and-set. Null: another worker judged first, and its judgement counts (invariant 6). */
export async function persistJudgement(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'revision'>,
  { newFlags, ...judgement }: Judgement,
): Promise<MessageDocument | null> {
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

/** A Message-ID over other content: of the messages that bear it, at most one is what its sender meant by it. */
export const REUSED_ID_FLAG = 'message-id-reused';

/** Flags the other messages under the same Message-ID and says which they are. Those that have the flag are left out. */
export async function flagNamesakes(
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
  message: Pick<MessageDocument, '_id' | 'revision' | 'links' | 'caseUpdates'>,
  state: MessageDocument['state'],
): Promise<void> {
  const now = new Date();
  const written = <T extends { readonly writtenAt: Date | null }>(rows: readonly T[]): T[] =>
    rows.map((row) => ({ ...row, writtenAt: row.writtenAt ?? now }));
  await messages.updateOne(
    { _id: message._id, revision: message.revision },
    {
      $set: {
        state,
        links: written(message.links),
        caseUpdates: written(message.caseUpdates),
        storedAt: now,
      },
    },
  );
}

/**
 * Marks the messages that wait for this one (in triage, internal, or with an update held for their parent) to be judged again:
 * those that answer it, and those that forward it.
 * The mark is in the database because Redis may lose the job; the reconciler finds it.
 */
export async function markDependants(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'messageId' | 'originKey'>,
): Promise<ObjectId[]> {
  const { messageId, originKey } = message;
  const naming: Filter<MessageDocument>[] = [
    ...(messageId === null ? [] : [{ answers: messageId }]),
    ...(originKey === null ? [] : [{ carriesKey: originKey }]),
  ];
  if (naming.length === 0) return [];
  const waiting: Filter<MessageDocument> = {
    _id: { $ne: message._id },
    $and: [
      { $or: naming },
      {
        $or: [
          // One that is being judged at this moment may have looked before this message was there.
          { state: { $in: ['received', 'judged', 'triage'] } },
          { state: 'ignored', 'verdict.kind': 'internal' },
          { 'caseUpdates.awaitsParent': true },
        ],
      },
    ],
  };
  const found = await messages.find(waiting).project<{ _id: ObjectId }>({ _id: 1 }).limit(1_000).toArray();
  const ids = found.map(({ _id }) => _id);
  if (ids.length > 0) await messages.updateMany({ _id: { $in: ids } }, { $inc: { rejudge: 1 } });
  return ids;
}

/** Takes the mark away, unless something changed again meanwhile. */
export async function clearRejudge(
  messages: Collection<MessageDocument>,
  message: Pick<MessageDocument, '_id' | 'rejudge'>,
): Promise<void> {
  if (message.rejudge === undefined) return;
  await messages.updateOne({ _id: message._id, rejudge: message.rejudge }, { $unset: { rejudge: 1 } });
}

export async function findToRejudge(
  messages: Collection<MessageDocument>,
  limit: number,
): Promise<ObjectId[]> {
  const rows = await messages
    .find({ rejudge: { $gt: 0 } })
    .project<{ _id: ObjectId }>({ _id: 1 })
    .limit(limit)
    .toArray();
  return rows.map(({ _id }) => _id);
}

/** Keeps a message that cannot be read: raw bytes, reason, and nothing else. */
export async function quarantineMessage(
  messages: Collection<MessageDocument>,
  input: {
    readonly id: ObjectId;
    readonly facts: MessageFacts;
    readonly sighted: Sighted;
    readonly error: string;
  },
): Promise<void> {
  const { id, facts, sighted, error } = input;
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
        $addToSet: { roles: sighted.role, mailboxes: sighted.mailbox },
      },
      { upsert: true },
    ),
  );
}
