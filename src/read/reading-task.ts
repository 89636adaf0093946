/** What the worker and a reading process say to each other. Plain values and bytes that survive structured clone. */
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { ReadMail } from '../mail/read.ts';

/** A raw message: in memory if it is small or was just fetched, else a file. */
export type RawContent = Uint8Array | { readonly path: string };

export type ReadingTask =
  | {
      readonly kind: 'message';
      readonly raw: RawContent;
      /** A folder of this task's own for attachments that are too large for memory. */
      readonly spoolDir: string;
      readonly authenticate: boolean;
      readonly trustedAuthservIds: readonly string[];
      readonly ownRelays: readonly string[];
    }
  | {
      /** Only the header of a message that is not to be parsed. */
      readonly kind: 'header';
      readonly header: Uint8Array;
      readonly size: number;
      readonly sha256: string;
      readonly maxBytes: number;
    };

export interface AttachmentContent {
  readonly sha256: string;
  readonly size: number;
  readonly contentType: string;
  readonly content: Buffer | { readonly path: string };
}

export interface ReadingResult {
  readonly reading: ReadMail;
  /** Each distinct attachment once. */
  readonly contents: readonly AttachmentContent[];
  readonly authentication: Authentication | null;
}

export type ProcessMessage =
  | { readonly kind: 'ready' }
  /** `rssBytes`: the process's memory after the task. */
  | { readonly kind: 'done'; readonly result: ReadingResult; readonly rssBytes: number }
  | { readonly kind: 'failed'; readonly error: string; readonly systemCode: string | null };

/** Written to standard error by a process that ends itself for its memory, as V8 writes when it gives up. */
export const OUT_OF_MEMORY = 'out of memory';
