/** What a person sees in a message: reply, quote, signature, forwards, automatic kind, bounce. Plain values that survive JSON. */
import type { Address, ParsedMessage } from '../mime/parsed-message.ts';

export type AutomaticKind =
  | 'auto-reply'
  | 'out-of-office'
  | 'bounce'
  | 'delivery-report'
  | 'feedback-report'
  | 'list'
  | 'bulk'
  | 'calendar'
  | 'challenge';

export interface Automatic {
  readonly kind: AutomaticKind;
  /** The header or part that showed it. */
  readonly sign: string;
}

export interface BounceRecipient {
  readonly address: string | null;
  /** RFC 3463 enhanced code, such as "5.1.1". */
  readonly status: string | null;
  /** RFC 3464 §2.3.3: failed, delayed, delivered, relayed, expanded. */
  readonly action: string | null;
  /** RFC 5321 reply code, such as "550". */
  readonly replyCode: string | null;
  readonly diagnostic: string | null;
  readonly hard: boolean;
  /** A stable word, such as "user-unknown", "mailbox-full", "blocked", "expired". */
  readonly reason: string | null;
}

export interface Bounce {
  readonly recipients: readonly BounceRecipient[];
  readonly originalMessageId: string | null;
}

export interface Forward {
  readonly via: 'attachment' | 'inline';
  readonly from: Address;
  readonly subject: string | null;
  /** ISO 8601, null if it cannot be read without guessing. */
  readonly date: string | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly text: string;
  /** What the forwarder typed above; null if nothing. */
  readonly comment: string | null;
  /** Message-ID of the inner message, known only for `attachment`. */
  readonly messageId: string | null;
  /** 1 for the outermost; attachments side by side share a depth. */
  readonly depth: number;
}

export interface SplitText {
  /** What the sender wrote now. */
  readonly reply: string;
  readonly quoted: string | null;
  readonly signature: string | null;
}

/** One message as a person sees it: everything the verdict needs to know about the message itself. */
export interface Mail extends ParsedMessage, SplitText {
  /** `v1:` or `raw:` and 64 hex digits. */
  readonly fingerprint: string;
  readonly automatic: Automatic | null;
  readonly bounce: Bounce | null;
  readonly forwarded: Forward | null;
  readonly forwards: readonly Forward[];
  /** Size of the raw message in bytes. */
  readonly size: number;
}
