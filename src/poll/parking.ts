/**
 * Folders that are listed and cannot be opened, or are not there: asking each time costs a command and a log line a poll, for
 * ever, and some servers slow down or lock out who keeps asking (phantom folders of Exchange and of half-migrated accounts).
 */

/** A folder that is in use, or being renamed, is back after a moment. */
const PARKED_AFTER = 3;
const FIRST_PAUSE_MS = 5 * 60_000;
/** Also the longest that mail waits in a folder that was mended. */
const MAX_PAUSE_MS = 60 * 60_000;

/** How long a folder is left alone that could not be opened so many times in a row; 0 where it is asked for at the next poll. */
export function pauseAfterRefusals(refusals: number): number {
  if (refusals < PARKED_AFTER) return 0;
  return Math.min(FIRST_PAUSE_MS * 2 ** Math.min(refusals - PARKED_AFTER, 10), MAX_PAUSE_MS);
}

/** Whether this refusal is the one after which the folder is parked. */
export const isNowParked = (refusals: number): boolean => refusals === PARKED_AFTER;

export const wasParked = (refusals: number): boolean => refusals >= PARKED_AFTER;

/** Servers put times into their answers: `[2026-03-02 12:00:00] (0.003 + 0.001 secs)`. What differs in numbers only says the same. */
export const isSameAnswer = (one: string | null, other: string | null): boolean =>
  one?.replaceAll(/\d+/gu, '#') === other?.replaceAll(/\d+/gu, '#');
