/** What the bytes of one message say (RFC 5322, RFC 2045–2049), as plain values that survive JSON. */

/** One mailbox of RFC 5322 §3.4. `address` is lower-cased, null if only a name is given; `name` is "" if absent. */
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
  /** Unfolded, otherwise as received. */
  readonly raw: string;
}

/** A stored file of the message. `size` (bytes) and `sha256` (hex) are of the transfer-decoded bytes. */
export interface Attachment {
  readonly filename: string | null;
  readonly contentType: string;
  /** The type shown by the first bytes, null if unknown. */
  readonly detectedType: string | null;
  readonly size: number;
  readonly sha256: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  /** True only if the HTML references its cid. */
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
  /** ISO 8601, null if absent or invalid. */
  readonly date: string | null;
  /** The first From mailbox. More than one gives a warning `from-many`, and none counts as proof. */
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
  /** The HTML part as received, decoded to Unicode; never shown, only read. */
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
