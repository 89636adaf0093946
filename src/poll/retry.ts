import { LONGEST_PAUSE_MS } from '../store/fetches.ts';

/** What a server does not deliver now it most often delivers a moment later: the next two polls ask again. */
const PAUSE_AFTER = 3;
const FIRST_PAUSE_MS = 60_000;

/** How long a message is left alone that was asked for so many times in vain: ever longer, at most an hour. */
export function pauseAfterAttempts(attempts: number): number {
  if (attempts < PAUSE_AFTER) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts - PAUSE_AFTER, 20), LONGEST_PAUSE_MS);
}

/** Looks at a folder that no longer lists a message before it counts as gone, and the time between two of them. */
export const LOOKS = 3;
export const LOOKS_APART_MS = 2 * 60_000;
