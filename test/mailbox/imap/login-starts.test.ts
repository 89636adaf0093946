/** The rate of logins as they are sent: measured where a client is about to connect, with a clock of the test. */
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AccountGate } from '../../../src/mailbox/imap/account-gate.ts';
import { createLoginPace } from '../../../src/mailbox/imap/login-pace.ts';
import { createOpenClients } from '../../../src/mailbox/imap/open-clients.ts';
import type { ImapTraffic } from '../../../src/mailbox/imap/traffic.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const RATES = { perSecond: 20, perSecondAtOneHost: 10 };
const HOSTS = ['a.test', 'b.test', 'c.test', 'd.test'];

/** When each was about to connect. Nobody does: a source that has stopped connects no more. */
async function startsOf(secret: () => Promise<string>, mailboxes: number): Promise<Map<string, number[]>> {
  const starts = new Map(HOSTS.map((host) => [host, [] as number[]]));
  const shared = {
    pace: createLoginPace(RATES, Date.now),
    starts: createLoginPace(RATES, Date.now),
    onLogin: () => {},
  };
  const gate: AccountGate = {
    admit: async () => {},
    keepQuiet: () => {},
    secret,
    triedSecret: () => null,
    loggedIn: () => {},
    served: () => {},
    failed: () => {},
    dropped: () => {},
    slowDown: () => {},
    health: () => ({ state: 'ok', failures: 0, refusals: 0, until: null, lastError: null }),
  };
  const connecting = Array.from({ length: mailboxes }, async (_, at) => {
    const host = HOSTS[at % HOSTS.length] ?? '';
    const traffic: ImapTraffic = {
      ...shared,
      onConnection: (_client, state) => {
        if (state === 'connecting') starts.get(host)?.push(Date.now());
      },
    };
    const clients = createOpenClients({
      account: {
        name: `mailbox-${at}`,
        host,
        port: 993,
        security: 'tls',
        user: 'office@firm.test',
        credential: { kind: 'password', password: 'none' },
      },
      gate,
      now: Date.now,
      maxIdleMs: 60_000,
      onRoom: () => {},
      traffic,
    });
    clients.stop();
    await expect(clients.connect(undefined, at % 2 === 0)).rejects.toMatchObject({ code: 'aborted' });
  });
  await vi.advanceTimersByTimeAsync(60_000);
  await Promise.all(connecting);
  return starts;
}

/** The shortest time between two of them. */
const shortest = (times: readonly number[]): number =>
  Math.min(...times.slice(1).map((at, before) => at - (times[before] ?? 0)));

it.each<[string, () => () => Promise<string>]>([
  ['while all goes well', () => async () => 'secret'],
  [
    'where the database answers all at once after it hung',
    () => {
      const since = Date.now();
      return async () => {
        const left = since + 8_000 - Date.now();
        if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
        return 'secret';
      };
    },
  ],
  [
    'where it hangs between the turn and the login',
    () => {
      const since = Date.now();
      return async () => {
        const now = Date.now() - since;
        if (now > 0 && now < 5_000) await new Promise((resolve) => setTimeout(resolve, 5_000 - now));
        return 'secret';
      };
    },
  ],
])('no two logins begin closer than the rates allow, %s', async (_when, secretOf) => {
  const starts = await startsOf(secretOf(), 160);
  const all = [...starts.values()].flat().toSorted((a, b) => a - b);
  expect(all).toHaveLength(160);
  expect(shortest(all)).toBeGreaterThanOrEqual(1000 / RATES.perSecond);
  for (const times of starts.values())
    expect(shortest(times)).toBeGreaterThanOrEqual(1000 / RATES.perSecondAtOneHost);
});
