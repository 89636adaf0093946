const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The retry schedule of Standard Webhooks: ten attempts over about three days. */
export const RETRY_PAUSES_MS: readonly number[] = [
  0,
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** Prevents deliveries that failed together from being retried together. */
const JITTER = 0.2;
/** Upper limit for Retry-After. */
const MAX_RETRY_AFTER_MS = 24 * HOUR;
/** An endpoint is disabled after failing for this long. */
export const FAILING_FOR_MS = 5 * 24 * HOUR;

/** Milliseconds until the next attempt, after this many; null: give up. */
export function retryPauseMs(
  attempts: number,
  {
    pauses = RETRY_PAUSES_MS,
    atLeastMs = 0,
    random = Math.random,
  }: {
    readonly pauses?: readonly number[];
    readonly atLeastMs?: number;
    readonly random?: () => number;
  } = {},
): number | null {
  const pause = pauses[attempts];
  if (pause === undefined) return null;
  return Math.round(Math.max(pause * (1 + JITTER * (2 * random() - 1)), atLeastMs));
}

/** RFC 9110 §10.2.3: seconds or a date. 0 if the field is missing or invalid. */
export function retryAfterMs(field: string | undefined, now: Date): number {
  if (field === undefined) return 0;
  const asked = /^\d{1,9}$/u.test(field.trim())
    ? Number(field) * SECOND
    : new Date(field).getTime() - now.getTime();
  return Number.isFinite(asked) ? Math.min(Math.max(0, asked), MAX_RETRY_AFTER_MS) : 0;
}
