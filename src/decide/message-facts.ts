import type { CaseTag } from '../mail/case-tag/case-tag.ts';
import type { Automatic, Bounce, Forward } from '../mail/mail.ts';
import type { Unsent } from '../mail/unsent.ts';
import type { Address, Attachment } from '../mime/parsed-message.ts';

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

/** The length of `preview`. */
export const PREVIEW_CHARS = 500;

/** What the message says, known before anything is decided. */
export interface MessageFacts {
  readonly fingerprint: string;
  /** From the header, without angle brackets. */
  readonly messageId: string | null;
  /** Ids that the message had before a relay replaced them; absent if there are none. */
  readonly originalIds?: readonly string[];
  /** The newest ids that the message answers, carries or returns: In-Reply-To, References, forwards, a bounce's original. */
  readonly answers: readonly string[];
  /** The id answered directly: In-Reply-To, else the last reference. */
  readonly parentId: string | null;
  readonly subject: string;
  /** The first 500 characters of the reply, for lists. */
  readonly preview: string;
  readonly participants: readonly Participant[];
  readonly date: Date;
  /** When one of our servers had it, at the latest when it was read: unlike `date`, not written by its sender. */
  readonly arrivedAt: Date;
  readonly rawKey: string;
  readonly size: number;
  readonly attachments: readonly Attachment[];
  /** Files of the messages attached to it; absent if there are none. */
  readonly enclosedFiles?: readonly Attachment[];
  readonly automatic: Automatic | null;
  readonly bounce: Bounce | null;
  /** For a draft, or a message thrown away unsent; absent if it was sent. */
  readonly unsent?: Unsent;
  readonly forwarded: Forward | null;
  readonly tags: readonly CaseTag[];
  readonly threadId: string;
  /** Sender and bare subject: a forward finds the message it carries by this key if that was captured directly. */
  readonly originKey: string | null;
  /** The `originKey` of the message that this one forwards: by it the captured message finds its forward. */
  readonly carriesKey: string | null;
  readonly variantKey: string;
  /** Same From, recipients, Date, Subject and parts: copies of one message although a relay replaced the id of one. */
  readonly contentKey?: string;
  readonly flags: readonly string[];
  readonly warnings: readonly string[];
}
