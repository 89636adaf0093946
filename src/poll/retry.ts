import { LONGEST_PAUSE_MS } from '../store/fetches.ts';

/** How long to wait for a server before drawing a conclusion. */
export interface Patience {
  /** Between two checks of a folder that does not list a message, or of an incomplete answer. */
  readonly looksApartMs: number;
  readonly firstPauseMs: number;
}

export const patience: Patience = { looksApartMs: 2 * 60_000, firstPauseMs: 60_000 };

/** Checks of a folder that no longer lists a message before it counts as gone. */
export const LOOKS = 3;
/** Answers that do not say whether a message is a draft before it is fetched as mail. */
export const DRAFT_LOOKS = 5;
/**
 * A server may take a day to give a message in place of its notice. An answer that is the same for longer is all there will ever be,
 * or a message that only reads like a notice.
 */
export const NOTICE_BELIEVED_MS = 24 * 60 * 60_000;
/** What a server does not deliver now it usually delivers a moment later: the next two polls retry. */
const PAUSE_AFTER = 3;

/** Pause after this many failed attempts for a message: growing, at most an hour. */
export function pauseAfterAttempts(attempts: number, { firstPauseMs }: Patience = patience): number {
  if (attempts < PAUSE_AFTER) return 0;
  return Math.min(firstPauseMs * 2 ** Math.min(attempts - PAUSE_AFTER, 20), LONGEST_PAUSE_MS);
}
