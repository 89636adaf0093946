import type { ObjectId } from 'mongodb';
import type { Authentication } from '../mail/authentication.ts';
import type { CaseTag } from '../mail/case-tag.ts';
import type { Address, Attachment, Automatic, Bounce, Forward } from '../mail/mail.ts';
import type { Verdict, Via } from '../verdict.ts';
import type { CaseUpdateDraft, Review } from '../verdict/case-updates.ts';
import type { ClientDocument } from './clients.ts';

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
export interface MessageCaseUpdate extends Omit<
  CaseUpdateDraft,
  'clientId' | 'description' | 'review' | 'awaitsParent'
> {
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
  /** Files of the messages that are attached to it; absent where none is. */
  readonly enclosedFiles?: readonly Attachment[];
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
