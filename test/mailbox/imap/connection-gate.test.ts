import { describe, expect, it } from 'vitest';
import {
  afterDrop,
  afterFailure,
  afterLogin,
  afterService,
  type Gate,
  healthOf,
  openGate,
  refusal,
} from '../../../src/mailbox/imap/connection-gate.ts';
import { MailboxError, type MailboxErrorCode } from '../../../src/mailbox/mailbox.ts';

const start = Date.parse('2026-03-02T12:00:00.000Z');
const minute = 60_000;

const error = (code: MailboxErrorCode, retryAfterMs?: number): MailboxError =>
  new MailboxError(code, `told: ${code}`, retryAfterMs === undefined ? {} : { retryAfterMs });

/** The pause after each of `times` consecutive failures, each tried as soon as the gate opens. */
function pauses(code: MailboxErrorCode, times: number, dice = 0): number[] {
  const found: number[] = [];
  let gate: Gate = openGate;
  let now = start;
  for (let time = 0; time < times; time += 1) {
    gate = afterFailure(gate, error(code), { now, dice });
    found.push(gate.until - now);
    now = gate.until;
  }
  return found;
}

describe('the gate of an account', () => {
  it('lets the first connection through', () => {
    expect(refusal(openGate, start)).toBeNull();
  });

  it('doubles the pause after each failure, up to five minutes', () => {
    expect(pauses('connection', 4)).toEqual([500, 1000, 2000, 4000]);
    expect(pauses('connection', 30).at(-1)).toBe(150_000);
    expect(pauses('connection', 30, 0.999_999).at(-1)).toBeCloseTo(300_000, -1);
  });

  it('spreads the pause, so that a thousand accounts do not return at once', () => {
    const spread = [0, 0.25, 0.5, 0.75].map((dice) => pauses('connection', 6, dice).at(-1));
    expect(new Set(spread).size).toBe(4);
  });

  it('pauses for a quarter of an hour after a refused password, then longer', () => {
    const [first, second, third, ...more] = pauses('authentication-failed', 8);
    expect([first, second, third]).toEqual([15 * minute, 30 * minute, 60 * minute]);
    expect(more.at(-1)).toBe(360 * minute);
  });

  it('waits as long as a throttling server asks', () => {
    const gate = afterFailure(openGate, error('throttled', 92_415), { now: start, dice: 0 });
    expect(refusal(gate, start + 92_000)).toMatchObject({ code: 'throttled', retryAfterMs: 415 });
    expect(refusal(gate, start + 92_415)).toBeNull();
  });

  it('is never shut for weeks by a throttling server', () => {
    const gate = afterFailure(openGate, error('throttled', 1e12), { now: start, dice: 0 });
    expect(gate.until - start).toBe(60 * minute);
  });

  it('waits a minute if the throttling server gives no time', () => {
    expect(pauses('throttled', 1)).toEqual([minute]);
  });

  it('distinguishes a throttled login from a wrong password', () => {
    const gate = afterFailure(openGate, error('throttled'), { now: start, dice: 0 });
    expect(healthOf(gate, start)).toMatchObject({ state: 'throttled', failures: 1 });
  });

  it('keeps a refused password as the reason while another connection breaks', () => {
    const refused = afterFailure(openGate, error('authentication-failed'), { now: start, dice: 0 });
    const broken = afterFailure(refused, error('connection'), { now: start + 1000, dice: 0 });
    expect(refusal(broken, start + 2000)).toMatchObject({ code: 'authentication-failed' });
    expect(broken.until).toBe(refused.until);
  });

  it('opens after a login, but remembers the failures until a connection has lived for two minutes', () => {
    const failed = afterFailure(openGate, error('connection'), { now: start, dice: 0 });
    const loggedIn = afterLogin(failed);
    expect(refusal(loggedIn, start)).toBeNull();
    expect(afterService(loggedIn, { livedMs: 119_999 }).failures).toBe(1);
    expect(afterService(loggedIn, { livedMs: 120_000 }).failures).toBe(0);
  });

  it('backs off more and more from a server that accepts and drops', () => {
    let gate: Gate = openGate;
    let now = start;
    let connections = 0;
    while (now < start + 10 * minute) {
      connections += 1;
      gate = afterDrop(afterLogin(gate), error('connection'), { now, dice: 0.5, livedMs: 5 });
      now = gate.until;
    }
    expect(connections).toBeLessThan(12);
  });

  it('reconnects at once when a connection that had lived long is dropped', () => {
    const failed = afterLogin(afterFailure(openGate, error('connection'), { now: start, dice: 0 }));
    const dropped = afterDrop(failed, error('connection'), { now: start, dice: 0, livedMs: 2 * minute });
    expect(dropped.failures).toBe(0);
    expect(refusal(dropped, start)).toBeNull();
  });

  it.each<MailboxErrorCode>(['aborted', 'busy', 'backing-off'])(
    'does not count "%s" as a server failure',
    (code) => {
      expect(afterFailure(openGate, error(code), { now: start, dice: 0 })).toBe(openGate);
    },
  );

  it('shows what is wrong, and when it retries', () => {
    const gate = afterFailure(openGate, error('authentication-failed'), { now: start, dice: 0 });
    expect(healthOf(gate, start)).toEqual({
      state: 'authentication-failed',
      hasLoggedIn: false,
      until: '2026-03-02T12:15:00.000Z',
      failures: 1,
      lastError: 'told: authentication-failed',
    });
    expect(healthOf(afterLogin(gate), start)).toMatchObject({ state: 'ok', until: null, failures: 0 });
  });
});
