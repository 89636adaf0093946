/** How every configured mailbox fares, from the database: the same answer whichever process is asked. */
import type { Database } from '../store/mongo.ts';
import { pendingByMailbox } from '../store/sightings.ts';
import type { ConfiguredMailbox, Directory } from './directory.ts';
import { fixFor } from './fixes.ts';

export interface MailboxReport {
  readonly name: string;
  readonly source: 'file' | 'database';
  readonly revision: number;
  readonly user: string;
  readonly host: string;
  readonly role: 'capture' | 'dropbox';
  readonly state: string;
  /** The state in words. */
  readonly says: string;
  readonly isWell: boolean;
  /** Since when it is in this state; null: since always. */
  readonly since: Date | null;
  readonly lastPollAt: Date | null;
  readonly lastSuccessAt: Date | null;
  readonly lastMessageAt: Date | null;
  readonly pending: number;
  readonly oldestPendingAt: Date | null;
  readonly parkedFolders: readonly string[];
  readonly nextTryAt: Date | null;
  readonly error: string | null;
  readonly fix: string | null;
  readonly tokenExpiresAt: Date | null;
  readonly silenceHours: number | null;
}

const words: Readonly<Record<string, string>> = {
  ok: 'is read',
  starting: 'was not polled yet',
  paused: 'is paused',
  silent: 'is read, and no mail came for longer than its limit',
  'not-polled': 'is not polled: no process with the role poll does so',
  'authentication-failed': 'the server refuses the password or token',
  'needs-consent': 'waits until somebody signs in',
  'needs-permission': 'the account may not open this mailbox',
  'app-broken': 'the provider refuses the OAuth app',
  'provider-down': 'the provider gives no token at present',
  'mailbox-not-open': 'the login succeeds and the mailbox does not open',
  throttled: 'the server asks to wait',
  'backing-off': 'the server cannot be reached',
  connection: 'the server cannot be reached',
  configuration: 'the settings cannot work',
  'session-expired': 'the session ended with its token; it is opened again',
  internal: 'could not be polled for a reason of our own',
};

const wellStates: ReadonlySet<string> = new Set(['ok', 'paused', 'starting', 'session-expired']);
/** Ticks may be late by this much and more than two intervals. */
const POLL_SLACK_MS = 60_000;
const HOUR_MS = 60 * 60_000;

export async function reportMailboxes(
  database: Database,
  directory: Pick<Directory, 'all'>,
): Promise<readonly MailboxReport[]> {
  const names = directory.all().map(({ settings }) => settings.name);
  const [states, polls, tokens, pending, parked, now] = await Promise.all([
    database.mailboxStates.find({ _id: { $in: names } }).toArray(),
    database.polls.find({ _id: { $in: names } }).toArray(),
    database.tokens.find({ _id: { $in: names } }).toArray(),
    pendingByMailbox(database.sightings),
    database.cursors
      .find({ parkedUntil: { $ne: null } }, { projection: { mailbox: 1, folder: 1 } })
      .toArray(),
    serverTime(database),
  ]);
  const byId = <T extends { readonly _id: string }>(rows: readonly T[]) =>
    new Map(rows.map((row) => [row._id, row]));
  const [stateOf, pollOf, tokenOf] = [byId(states), byId(polls), byId(tokens)];
  const pendingOf = new Map(pending.map((row) => [row.mailbox, row]));
  return directory.all().map((configured) => {
    const { name } = configured.settings;
    const token = tokenOf.get(name) ?? null;
    const judged = judge({
      configured,
      now,
      state: stateOf.get(name) ?? null,
      polledAt: pollOf.get(name)?.polledAt ?? null,
      consent: token?.state === 'needs-consent' ? token : null,
    });
    return {
      ...factsOf(configured),
      ...judged,
      says: words[judged.state] ?? judged.state,
      isWell: wellStates.has(judged.state),
      lastPollAt: pollOf.get(name)?.polledAt ?? null,
      lastSuccessAt: stateOf.get(name)?.lastSuccessAt ?? null,
      lastMessageAt: stateOf.get(name)?.lastMessageAt ?? null,
      pending: pendingOf.get(name)?.count ?? 0,
      oldestPendingAt: pendingOf.get(name)?.oldest ?? null,
      parkedFolders: parked.flatMap(({ mailbox, folder }) => (mailbox === name ? [folder] : [])),
      tokenExpiresAt: token?.expiresAt ?? null,
    };
  });
}

const factsOf = ({ settings, source, revision }: ConfiguredMailbox) => ({
  name: settings.name,
  source,
  revision,
  user: settings.user,
  host: settings.host,
  role: settings.role,
  silenceHours: settings.silenceHours,
});

interface Judged {
  readonly state: string;
  readonly since: Date | null;
  readonly error: string | null;
  readonly fix: string | null;
  readonly nextTryAt: Date | null;
}

/** Exported for its table of cases. What is worst counts. */
export function judge({
  configured: { settings, source, isPaused, changedAt },
  now,
  state,
  polledAt,
  consent,
}: {
  readonly configured: ConfiguredMailbox;
  readonly now: Date;
  readonly state: {
    readonly state: string;
    readonly since: Date;
    readonly firstSeenAt: Date;
    readonly lastMessageAt: Date | null;
    readonly error: string | null;
    readonly nextTryAt: Date | null;
  } | null;
  readonly polledAt: Date | null;
  readonly consent: {
    readonly since: Date;
    readonly error: string | null;
    readonly fix: string | null;
  } | null;
}): Judged {
  const { name, pollIntervalSeconds, silenceHours } = settings;
  const well = { error: null, fix: null, nextTryAt: null };
  if (isPaused) return { state: 'paused', since: null, ...well };
  if (consent !== null) {
    const fix = `${consent.fix ?? 'sign in again'}: docketmail mailbox authorise ${name}`;
    return { state: 'needs-consent', since: consent.since, error: consent.error, fix, nextTryAt: null };
  }
  const lateMs = 2 * pollIntervalSeconds * 1000 + POLL_SLACK_MS;
  // One that was paused is due from its resumption on; a restart proves nothing of one that was polled before.
  const isChanged = source === 'database' || polledAt === null;
  const dueSince = new Date(Math.max(polledAt?.getTime() ?? 0, isChanged ? changedAt.getTime() : 0));
  if (now.getTime() - dueSince.getTime() > lateMs)
    return {
      state: 'not-polled',
      since: polledAt ?? dueSince,
      error: null,
      fix: fixFor('not-polled', settings),
      nextTryAt: null,
    };
  if (state === null) return { state: 'starting', since: null, ...well };
  if (state.state !== 'ok') {
    const { since, nextTryAt } = state;
    // Some errors say themselves what helps.
    const [error = '', own] = (state.error ?? '').split(/\.? Fix: /u, 2);
    return { state: state.state, since, error, fix: own ?? fixFor(state.state, settings, error), nextTryAt };
  }
  const quietSince = state.lastMessageAt ?? state.firstSeenAt;
  if (silenceHours !== null && now.getTime() - quietSince.getTime() > silenceHours * HOUR_MS)
    return {
      state: 'silent',
      since: quietSince,
      error: null,
      fix: fixFor('silent', settings),
      nextTryAt: null,
    };
  return { state: 'ok', since: state.since, ...well };
}

/** Times in the database are of its clock. */
async function serverTime({ db }: Database): Promise<Date> {
  const { localTime } = await db.command({ hello: 1 });
  return localTime instanceof Date ? localTime : new Date();
}

/** Those that have been down for longer than the limit. */
export function downTooLong(
  reports: readonly MailboxReport[],
  limitSeconds: number,
): readonly MailboxReport[] {
  const limit = Date.now() - limitSeconds * 1000;
  return reports.filter(({ isWell, since }) => !isWell && (since === null || since.getTime() < limit));
}
