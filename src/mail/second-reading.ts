/** What an independent parser reads in a message: a check of the first reading, or all there is of a message that it cannot finish. */
import type { Address } from '../mime/parsed-message.ts';

/** The fields by which a message is decided about. */
export interface SecondHeader {
  readonly from: readonly Address[];
  readonly replyTo: readonly Address[];
  readonly to: readonly Address[];
  readonly cc: readonly Address[];
  readonly subject: string;
  /** ISO 8601, null where absent or invalid. */
  readonly date: string | null;
  /** The date as it stands in the header, whose words tell of its zone. */
  readonly rawDate: string;
  /** Different values of a Subject or Date that comes several times: programs disagree about which one to show. */
  readonly repeated: { readonly subject: readonly string[]; readonly date: readonly string[] };
}

export interface SecondReading extends Pick<SecondHeader, 'from' | 'to' | 'cc' | 'subject' | 'date'> {
  readonly text: string;
  /** Names of files, at most so many. */
  readonly files: readonly string[];
  /** Part of the message was left out, or of its text. */
  readonly isCut: boolean;
}

/** Where the second reader differs, with both readings as text. */
export interface Disagreement {
  readonly field: 'header' | 'from' | 'reply-to' | 'to' | 'cc' | 'subject' | 'date';
  readonly first: string;
  readonly second: string;
}
