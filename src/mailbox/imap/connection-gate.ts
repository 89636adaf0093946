/**
 * Decides whether an account may be connected to now. One gate for all connections of an account, so that a poll and a watch do not
 * take turns hammering a server. Pure: the caller passes clock and random numbers.
 */
import { MailboxError, type MailboxHealth } from '../mailbox.ts';

export interface Gate {
  readonly state: MailboxHealth['state'];
  /** At least once since the process started. */
  readonly hasLoggedIn: boolean;
  /** Milliseconds since the epoch; 0 if there is no wait. */
  readonly until: number;
  readonly failures: number;
  readonly refusals: number;
  readonly lastError: string | null;
}

export const openGate: Gate = {
  state: 'ok',
  hasLoggedIn: false,
  until: 0,
  failures: 0,
  refusals: 0,
  lastError: null,
};

const firstBackoffMs = 1_000;
const maxBackoffMs = 5 * 60_000;
/** Repeated wrong passwords lock accounts and block addresses (fail2ban); a person has to act anyway. */
const firstRefusalPauseMs = 15 * 60_000;
const maxRefusalPauseMs = 6 * 60 * 60_000;
/** If the server says "slow down" without saying for how long. */
const throttlePauseMs = 60_000;
const maxThrottlePauseMs = 60 * 60_000;
/** If a mere connection reset the backoff, a server that accepts and drops would be hit many times per second. */
const stableAfterMs = 2 * 60_000;

interface Moment {
  readonly now: number;
  /** In [0, 1). */
  readonly dice: number;
}

/** Caused by the caller, or a clean end: says nothing about the server; for `needs-consent` it is not even contacted. */
const harmless: ReadonlySet<MailboxError['code']> = new Set([
  'aborted',
  'busy',
  'backing-off',
  'needs-consent',
  'session-expired',
]);

/** A connection failed, or broke early. */
export function afterFailure(gate: Gate, error: MailboxError, { now, dice }: Moment): Gate {
  if (harmless.has(error.code)) return gate;
  const lastError = error.message;
  if (error.code === 'authentication-failed' || error.code === 'needs-permission') {
    const pause = doubled(firstRefusalPauseMs, gate.refusals, maxRefusalPauseMs) * (1 + dice / 10);
    const until = later(gate, now + pause);
    return { ...gate, state: 'authentication-failed', refusals: gate.refusals + 1, until, lastError };
  }
  const failures = gate.failures + 1;
  const backoff = doubled(firstBackoffMs, gate.failures, maxBackoffMs);
  if (error.code === 'throttled') {
    const asked = Math.min(error.retryAfterMs ?? throttlePauseMs, maxThrottlePauseMs);
    const until = later(gate, now + Math.max(asked, backoff) * (1 + dice / 10));
    return { ...gate, state: 'throttled', failures, until, lastError };
  }
  // A gate shut for another reason keeps it: a broken connection does not fix a wrong password.
  const state = gate.until > now && gate.state !== 'ok' ? gate.state : 'backing-off';
  const until = later(gate, now + backoff * (0.5 + dice / 2));
  return { ...gate, state, failures, until, lastError };
}

/** The login succeeded. `failures` stay: only a connection that lasts clears them. */
export const afterLogin = (gate: Gate): Gate => ({
  ...gate,
  state: 'ok',
  hasLoggedIn: true,
  until: 0,
  refusals: 0,
});

/** A connection ended by itself, after `livedMs`. */
export function afterDrop(
  gate: Gate,
  error: MailboxError,
  moment: Moment & { readonly livedMs: number },
): Gate {
  return moment.livedMs >= stableAfterMs
    ? { ...gate, failures: 0, lastError: error.message }
    : afterFailure(gate, error, moment);
}

/** A connection works. Called periodically, so that an old failure is forgotten without a drop. */
export const afterService = (gate: Gate, { livedMs }: { readonly livedMs: number }): Gate =>
  livedMs >= stableAfterMs && gate.failures > 0 ? { ...gate, failures: 0, lastError: null } : gate;

/** Null if a connection may be tried now, else the error to throw. */
export function refusal(gate: Gate, now: number): MailboxError | null {
  if (gate.until <= now) return null;
  const retryAfterMs = Math.ceil(gate.until - now);
  const code = gate.state === 'ok' ? 'backing-off' : gate.state;
  return new MailboxError(code, gate.lastError ?? 'the last connection failed', {
    retryAfterMs,
    isRepeated: true,
  });
}

export function healthOf(gate: Gate, now: number): MailboxHealth {
  const { state, hasLoggedIn, failures, refusals, lastError } = gate;
  const until = gate.until > now ? new Date(gate.until).toISOString() : null;
  return { state, hasLoggedIn, until, failures: failures + refusals, lastError };
}

const doubled = (firstMs: number, times: number, maxMs: number): number =>
  Math.min(firstMs * 2 ** Math.min(times, 30), maxMs);

const later = (gate: Gate, until: number): number => Math.max(gate.until, until);
