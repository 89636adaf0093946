import { LONGEST_PAUSE_MS } from '../store/fetches.ts';

/** How long is waited for a server before something is believed of it. */
export interface Patience {
  /** Between two looks at a folder that does not list a message, or at an answer that brings too little of one. */
  readonly looksApartMs: number;
  readonly firstPauseMs: number;
}

export const patience: Patience = { looksApartMs: 2 * 60_000, firstPauseMs: 60_000 };

/** Looks at a folder that no longer lists a message before it counts as gone. */
export const LOOKS = 3;
/** What a server does not deliver now it most often delivers a moment later: the next two polls ask again. */
const PAUSE_AFTER = 3;

/** How long a message is left alone that was asked for so many times in vain: ever longer, at most an hour. */
export function pauseAfterAttempts(attempts: number, { firstPauseMs }: Patience = patience): number {
  if (attempts < PAUSE_AFTER) return 0;
  return Math.min(firstPauseMs * 2 ** Math.min(attempts - PAUSE_AFTER, 20), LONGEST_PAUSE_MS);
}
