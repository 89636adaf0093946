/** The messages between the worker and a reading process. Plain values and bytes that survive structured clone. */
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { CaseTagWords } from '../mail/case-tag/case-tag-words.ts';
import type { ReadMail } from '../mail/read.ts';
import type { Disagreement, SecondReading } from '../mail/second-reading.ts';

/** A raw message: in memory if it is small or was just fetched, else a file. */
export type RawContent = Uint8Array | { readonly path: string };

/** The first message to a process. */
export interface ReadingStart {
  readonly parentPid: number;
  /** Memory limit; beyond it the process ends itself. */
  readonly maxBytes: number;
  readonly settings: ReadingSettings;
}

export type ReadingTask = FirstReadingTask | SecondReadingTask;

/** Shows what it can of a message that the first reader cannot finish. */
export interface SecondReadingTask {
  readonly kind: 'second';
  readonly raw: RawContent;
}

export type FirstReadingTask =
  | {
      readonly kind: 'message';
      readonly raw: RawContent;
      /** This task's own folder for attachments that are too large for memory. */
      readonly spoolDir: string;
      /** For a person to look at: nothing is spooled, no name server is asked, and no second parser reads it. */
      readonly isToShow?: true;
    }
  | {
      /** Only the header, of a message that must not be parsed. */
      readonly kind: 'header';
      readonly header: Uint8Array;
      readonly size: number;
      readonly sha256: string;
      readonly maxBytes: number;
    };

/** Common to all tasks of a process. */
export interface ReadingSettings {
  /** Whether to verify SPF, DKIM, DMARC and ARC if no trusted header has results. */
  readonly authenticate: boolean;
  readonly trustedAuthservIds: readonly string[];
  readonly ownRelays: readonly string[];
  /** The words of case tags; subjects with them are read twice. */
  readonly caseTags: CaseTagWords;
}

export interface AttachmentContent {
  readonly sha256: string;
  readonly size: number;
  readonly content: Buffer | { readonly path: string };
}

export interface ReadingResult {
  readonly reading: ReadMail;
  /** Each distinct attachment once. */
  readonly contents: readonly AttachmentContent[];
  readonly authentication: Authentication | null;
  /** Where a second reader differs, if one was used. */
  readonly disagreements: readonly Disagreement[];
}

export type ResultOf<T extends ReadingTask> = T extends SecondReadingTask ? SecondReading : ReadingResult;

export type ProcessMessage =
  | { readonly kind: 'ready' }
  /** `rssBytes`: the process's memory after the task. */
  | { readonly kind: 'done'; readonly result: ReadingResult | SecondReading; readonly rssBytes: number }
  | { readonly kind: 'failed'; readonly error: string; readonly systemCode: string | null };

/** Written to standard error by a process that ends itself for its memory, as V8 does when it gives up. */
export const OUT_OF_MEMORY = 'out of memory';
