import { expect, it } from 'vitest';
import { downTooLong, judge } from '../../src/connect/report.ts';
import type { MailboxReport } from '../../src/connect/report.ts';
import { describedMailbox } from '../support/mailbox-service.ts';

const now = new Date('2026-03-02T10:00:00Z');
const before = (minutes: number): Date => new Date(now.getTime() - minutes * 60_000);
type Given = Parameters<typeof judge>[0];
const noted = (state: string, changes: object = {}): NonNullable<Given['state']> => ({
  state,
  since: before(50),
  firstSeenAt: before(5_000),
  lastMessageAt: before(100),
  error: state === 'ok' ? null : 'what the server said',
  nextTryAt: null,
  ...changes,
});

function judged({
  silenceHours = null,
  isPaused = false,
  ...given
}: Partial<Given> & { silenceHours?: number | null; isPaused?: boolean } = {}) {
  const settings = { ...describedMailbox('office'), silenceHours };
  const configured = { settings, source: 'file', isPaused, revision: 0, changedAt: before(10_000) } as const;
  return judge({ configured, now, state: noted('ok'), polledAt: before(1), consent: null, ...given });
}

const consent = { since: before(30), error: 'invalid_grant', fix: 'sign in again' };

it.each<[string, string, Parameters<typeof judged>[0]]>([
  ['is read', 'ok', {}],
  [
    'was paused by somebody, whatever else',
    'paused',
    { isPaused: true, state: noted('authentication-failed'), consent },
  ],
  ['needs a person to sign in, whatever the last poll said', 'needs-consent', { consent }],
  ['was refused', 'authentication-failed', { state: noted('authentication-failed') }],
  ['is polled by nobody any more', 'not-polled', { polledAt: before(10) }],
  ['was never polled, and is known for long', 'not-polled', { polledAt: null, state: null }],
  ['got no mail for longer than its limit', 'silent', { silenceHours: 1 }],
  ['got no mail, within its limit', 'ok', { silenceHours: 2 }],
  [
    'never got mail since it is read',
    'silent',
    { silenceHours: 24, state: noted('ok', { lastMessageAt: null }) },
  ],
])('a mailbox that %s: %s', (_what, state, given) => {
  const result = judged(given);
  expect(result.state).toBe(state);
  expect(result.fix !== null).toBe(!['ok', 'paused'].includes(state));
});

it('one that was added just now is starting', () => {
  const configured = {
    settings: describedMailbox('office'),
    source: 'database',
    isPaused: false,
    revision: 1,
    changedAt: before(1),
  } as const;
  expect(judge({ configured, now, state: null, polledAt: null, consent: null })).toMatchObject({
    state: 'starting',
    fix: null,
  });
});

it('a fix that the error names itself is not said twice', () => {
  const state = noted('app-broken', { error: 'invalid_client. Fix: make a new secret' });
  expect(judged({ state })).toMatchObject({ error: 'invalid_client', fix: 'make a new secret' });
});

it('is down for too long only where it is not well for longer than the limit', () => {
  const of = (isWell: boolean, since: Date | null) => ({ name: 'office', isWell, since }) as MailboxReport;
  const long = new Date(Date.now() - 3_600_000);
  expect(
    downTooLong([of(true, long), of(false, new Date()), of(false, long), of(false, null)], 900),
  ).toHaveLength(2);
});
