/**
 * The facts of one email, as plain values that survive JSON.
 *
 * `ParsedMessage` is what the bytes say (RFC 5322, RFC 2045–2049); `Mail` adds what a person would see in it:
 * reply, quote, signature, forwards, automatic kind, bounce.
 */

/** One mailbox of RFC 5322 §3.4. `address` is lower-cased, null where only a name is given; `name` is "" where absent. */
export interface Address {
  readonly address: string | null;
  readonly name: string;
}

/** One header field, in the order of the message. */
export interface Header {
  /** Lower-cased field name. */
  readonly name: string;
  /** Unfolded, encoded words (RFC 2047) decoded. */
  readonly value: string;
  /** Unfolded, otherwise as it came. */
  readonly raw: string;
}

/** A stored file of the message. `size` (bytes) and `sha256` (hex) are of the transfer-decoded bytes. */
export interface Attachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** What the first bytes say, null where they say nothing. */
  readonly detectedType: string | null;
  readonly size: number;
  readonly sha256: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  /** True only where the HTML references its cid. */
  readonly inline: boolean;
}

/** A machine-readable leaf that is read as text: delivery-status, feedback-report, calendar, rfc822-headers, … */
export interface ReportPart {
  readonly contentType: string;
  readonly text: string;
}

/** RFC 5545 facts of the first calendar part. */
export interface CalendarFacts {
  readonly method: string | null;
  readonly start: string | null;
  readonly organiser: Address | null;
  readonly summary: string | null;
}

export interface ParsedMessage {
  readonly headers: readonly Header[];
  readonly messageId: string | null;
  readonly inReplyTo: readonly string[];
  readonly references: readonly string[];
  /** ISO 8601, null where absent or invalid. */
  readonly date: string | null;
  /** The first From mailbox. More than one is a warning `from-many`, and none counts as proof. */
  readonly from: Address | null;
  readonly fromAll: readonly Address[];
  readonly sender: Address | null;
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
  readonly subject: string;
  /** The whole readable text: from the plain part, else from HTML. Line ends are \n. */
  readonly text: string;
  readonly textSource: 'plain' | 'html' | 'none';
  /** The HTML part as it came, decoded to Unicode; never shown, only read. */
  readonly rawHtml: string | null;
  /** Sanitised HTML, safe to show. */
  readonly html: string | null;
  readonly attachments: readonly Attachment[];
  /** `report-type` of a top-level multipart/report (RFC 6522), lower-cased. */
  readonly reportType: string | null;
  readonly reports: readonly ReportPart[];
  /** message/rfc822 children, in order, to a bounded depth. Their files are also attachments of this message. */
  readonly nested: readonly ParsedMessage[];
  readonly calendar: CalendarFacts | null;
  readonly protection: 'smime-signed' | 'smime-encrypted' | 'pgp-signed' | 'pgp-encrypted' | null;
  /** Defects: a stable code, a colon and a detail. */
  readonly warnings: readonly string[];
}

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
  /** ISO 8601, null where it cannot be read without guessing. */
  readonly date: string | null;
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly text: string;
  /** What the forwarder typed above; null where nothing. */
  readonly comment: string | null;
  /** Message-ID of the message inside, known only for `attachment`. */
  readonly messageId: string | null;
  /** 1 for the outermost; side by side attachments share a depth. */
  readonly depth: number;
}

export interface SplitText {
  /** What the sender wrote now. */
  readonly reply: string;
  readonly quoted: string | null;
  readonly signature: string | null;
}

/** One email as a person would see it. Everything that the verdict needs to know about the message itself. */
export interface Mail extends ParsedMessage, SplitText {
  /** `v1:` or `raw:` and 64 hex digits. */
  readonly fingerprint: string;
  readonly automatic: Automatic | null;
  readonly bounce: Bounce | null;
  readonly forwarded: Forward | null;
  readonly forwards: readonly Forward[];
  /** Bytes of the raw message. */
  readonly size: number;
}
