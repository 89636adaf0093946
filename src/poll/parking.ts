/**
 * Folders that are listed but cannot be opened, or are missing: retrying each time costs a command and a log line per poll,
 * forever, and some servers slow down or lock out clients that keep retrying (phantom folders of Exchange and of half-migrated
 * accounts).
 */

/** A folder that is in use, or being renamed, is soon back. */
const PARKED_AFTER = 3;
const FIRST_PAUSE_MS = 5 * 60_000;
/** Also the longest that mail waits in a repaired folder. */
const MAX_PAUSE_MS = 60 * 60_000;

/** Pause after this many consecutive failures to open a folder; 0 if the next poll retries. */
export function pauseAfterRefusals(refusals: number): number {
  if (refusals < PARKED_AFTER) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(refusals - PARKED_AFTER, 10), MAX_PAUSE_MS);
}

/** Whether the folder is parked after this refusal. */
export const isNowParked = (refusals: number): boolean => refusals === PARKED_AFTER;

export const wasParked = (refusals: number): boolean => refusals >= PARKED_AFTER;

/**
 * Servers end their answers with times, as many as they spent: `[2026-03-02 12:00:00] (0.003 + 0.001 secs)`, and after a lock was
 * waited for `(0.003 + 0.001 + 0.002 secs)`. Answers with the same words are the same.
 */
export const isSameAnswer = (one: string | null, other: string | null): boolean =>
  (one && wordsOf(one)) === (other && wordsOf(other));

const wordsOf = (answer: string): string => answer.replaceAll(/\P{L}+/gu, ' ');
