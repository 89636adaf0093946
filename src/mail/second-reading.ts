/**
 * What an independent parser reads in a message: a check on the first reading, or the only reading of a message that the first
 * parser cannot finish.
 */
import type { Address } from '../mime/parsed-message.ts';

/** The fields that decide about a message. */
export interface SecondHeader {
  readonly from: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  /** ISO 8601, null if absent or invalid. */
  readonly date: string | null;
  /** The date as written in the header; its words tell the zone. */
  readonly rawDate: string;
  /** Different values of a repeated Subject or Date: programs disagree about which one to show. */
  readonly repeated: { readonly subject: readonly string[]; readonly date: readonly string[] };
}

export interface SecondReading extends Pick<SecondHeader, 'from' | 'to' | 'cc' | 'subject' | 'date'> {
  readonly text: string;
  /** File names, up to a limit. */
  readonly files: readonly string[];
  /** Part of the message, or of its text, was left out. */
  readonly isCut: boolean;
}

/** A field on which the second reader differs, with both readings as text. */
export interface Disagreement {
  readonly field: 'header' | 'from' | 'reply-to' | 'to' | 'cc' | 'subject' | 'date';
  readonly first: string;
  readonly second: string;
}
