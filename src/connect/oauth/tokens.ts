/**
 * The access tokens of mailboxes: refreshed before they expire by one process holding a lease, stored before use, shared by all
 * processes through the database.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { OAuthApp } from '../../config/oauth-apps.ts';
import type { OAuthUse } from '../../config/oauth-use.ts';
import { MailboxError } from '../../mailbox/mailbox.ts';
import { readKeyRing } from '../../secrets/key-ring.ts';
import type { KeyRing } from '../../secrets/key-ring.ts';
import { seal, unseal } from '../../secrets/sealed.ts';
import { releaseLease, takeLease } from '../../store/leases.ts';
import type { Database } from '../../store/mongo.ts';
import { dropAccessToken, findToken, noteConsentNeeded, replaceToken } from '../../store/tokens.ts';
import type { ReadToken } from '../../store/tokens.ts';
import { refreshToken, unattendedToken } from './grants.ts';
import type { GivenToken } from './grants.ts';
import { OAuthError } from './request.ts';

/** A mailbox that signs in by OAuth. */
export interface TokenUser extends OAuthUse {
  readonly mailbox: string;
  /** Of the mailbox. */
  readonly user: string;
}

export interface TokenEvents {
  /** Once per token that needs a person, whichever process noticed. */
  readonly onConsentNeeded: (event: {
    readonly mailbox: string;
    readonly error: string;
    readonly fix: string;
  }) => void;
  readonly onAppBroken: (event: {
    readonly app: string;
    readonly error: string;
    readonly fix: string;
  }) => void;
  readonly onRefresh: (event: { readonly app: string; readonly outcome: string }) => void;
}

export interface Tokens {
  /** @throws MailboxError with what helps. */
  accessToken(use: TokenUser): Promise<string>;
  /** The server refused this token: the next one is new. */
  refused(use: TokenUser, token: string): Promise<void>;
  /** Stores the result of a person's sign-in. */
  store(use: TokenUser, given: GivenToken): Promise<void>;
}

/** Longer than a request may take. */
const LEASE_MS = 30_000;
const WAIT_MS = 200;
/** After this the lease holder counts as stuck, and the next poll retries. */
const MAX_WAIT_MS = 25_000;
/** Refreshed when less than this is left, or a fifth of its life. */
const MARGIN_MS = 5 * 60_000;
const JITTER_MS = 60_000;

interface Deps {
  readonly database: Pick<Database, 'tokens' | 'leases'>;
  readonly apps: readonly OAuthApp[];
  readonly keyFile: string | null;
  readonly events?: Partial<TokenEvents>;
  /** Called between the provider's answer and storing it, for tests that kill the process there. */
  readonly step?: (name: 'token-given') => void;
}

export function openTokens(deps: Deps): Tokens {
  return {
    accessToken: async (use) => await accessToken(deps, use),
    refused: async (use, token) => {
      const { tokens } = deps.database;
      const current = await findToken(tokens, use.mailbox);
      if (current === null || current.accessToken === null) return;
      const opened = open(await readKeyRing(deps.keyFile), use, current);
      if (opened === token) await dropAccessToken(tokens, use.mailbox, current.revision);
    },
    store: async (use, given) => {
      for (;;) {
        const current = await findToken(deps.database.tokens, use.mailbox);
        if (await keep(deps, use, { given, from: current?.revision ?? 0, before: null })) return;
      }
    },
  };
}

const isUnattended = ({ grant }: OAuthUse): boolean =>
  grant === 'client-credentials' || grant === 'service-account';

async function accessToken(deps: Deps, use: TokenUser): Promise<string> {
  const ring = await readKeyRing(deps.keyFile).catch((cause: unknown) => {
    throw new MailboxError('configuration', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  });
  const lease = { mailbox: use.mailbox, kind: 'token', owner: randomUUID() } as const;
  const { tokens, leases } = deps.database;
  for (const since = performance.now(); performance.now() - since < MAX_WAIT_MS;) {
    const current = usable(use, await findToken(tokens, use.mailbox));
    const opened = current === null ? null : open(ring, use, current);
    if (current !== null && opened !== null && current.leftMs > marginOf(current)) return opened;
    const now = await takeLease(leases, { ...lease, forMs: LEASE_MS });
    if (now === null) {
      // Another process refreshes it: the old one is used while it lasts.
      if (current !== null && opened !== null && current.leftMs > 0) return opened;
      await delay(WAIT_MS);
      continue;
    }
    try {
      const token = await renew(deps, use, { ring, now });
      if (token !== null) return token;
    } finally {
      await releaseLease(leases, lease);
    }
  }
  throw new MailboxError(
    'busy',
    'another process has been refreshing the token of this mailbox for too long',
  );
}

function marginOf({ lifetimeMs }: ReadToken): number {
  return Math.min(MARGIN_MS + Math.random() * JITTER_MS, lifetimeMs / 5);
}

/** @throws MailboxError if only a person helps. */
function usable(use: TokenUser, token: ReadToken | null): ReadToken | null {
  const current = token?.app === use.app ? token : null;
  if (isUnattended(use)) return current;
  if (current === null)
    throw new MailboxError(
      'needs-consent',
      `nobody has signed in yet. Fix: docketmail mailbox authorise ${use.mailbox}`,
    );
  if (current.state === 'needs-consent')
    throw new MailboxError('needs-consent', `${current.error ?? ''}. Fix: ${signInAgain(use, current.fix)}`);
  return current;
}

const signInAgain = ({ mailbox }: TokenUser, fix: string | null): string =>
  `${fix ?? 'sign in again'} (docketmail mailbox authorise ${mailbox})`;

const open = (ring: KeyRing, { mailbox }: TokenUser, { accessToken: sealed }: ReadToken): string | null =>
  sealed === null ? null : unseal(ring, { kind: 'mailbox', name: mailbox, field: 'accessToken' }, sealed);

/** Needs the lease. Null if another one was faster after all. @throws MailboxError. */
async function renew(
  deps: Deps,
  use: TokenUser,
  { ring, now }: { readonly ring: KeyRing; readonly now: Date },
): Promise<string | null> {
  const { tokens } = deps.database;
  const app = deps.apps.find(({ name }) => name === use.app);
  if (app === undefined)
    throw new MailboxError(
      'app-broken',
      `there is no OAuth app ${use.app}. Fix: add it to oauthApps in MAILBOXES_FILE`,
    );
  const stored = await findToken(tokens, use.mailbox);
  const current = usable(use, stored);
  const opened = current === null ? null : open(ring, use, current);
  // Refreshed while this process waited for the lease.
  if (current !== null && opened !== null && current.leftMs > marginOf(current)) return opened;
  const sealed = current?.refreshToken ?? null;
  const before =
    sealed === null
      ? null
      : unseal(ring, { kind: 'mailbox', name: use.mailbox, field: 'refreshToken' }, sealed);
  try {
    const asking = { app, grant: use.grant, now };
    const given = isUnattended(use)
      ? await unattendedToken(asking, use.user)
      : await refreshToken(asking, before ?? '');
    deps.step?.('token-given');
    deps.events?.onRefresh?.({ app: app.name, outcome: 'ok' });
    const isKept = await keep(deps, use, { given, from: stored?.revision ?? 0, before });
    return isKept ? given.accessToken : null;
  } catch (error) {
    if (!(error instanceof OAuthError)) throw error;
    deps.events?.onRefresh?.({ app: app.name, outcome: error.failure.kind });
    return await afterFailure(deps, use, { error, current, opened });
  }
}

async function keep(
  deps: Deps,
  { mailbox, app }: TokenUser,
  {
    given,
    from,
    before,
  }: { readonly given: GivenToken; readonly from: number; readonly before: string | null },
): Promise<boolean> {
  const ring = await readKeyRing(deps.keyFile);
  const place = (field: string) => ({ kind: 'mailbox', name: mailbox, field }) as const;
  // Providers without rotation send none: the old one stays valid.
  const refresh = given.refreshToken ?? before;
  return await replaceToken(deps.database.tokens, mailbox, {
    from,
    token: {
      app,
      accessToken: seal(ring, place('accessToken'), given.accessToken),
      refreshToken: refresh === null ? null : seal(ring, place('refreshToken'), refresh),
      lifetimeMs: given.lifetimeMs,
    },
  });
}

/** Keeps using a token that is still valid; otherwise the failure in the port's terms. */
async function afterFailure(
  deps: Deps,
  use: TokenUser,
  {
    error,
    current,
    opened,
  }: { readonly error: OAuthError; readonly current: ReadToken | null; readonly opened: string | null },
): Promise<string | null> {
  const { kind, text, fix, retryAfterMs } = error.failure;
  const { tokens } = deps.database;
  if (kind === 'needs-consent') {
    const again = await findToken(tokens, use.mailbox);
    // Ignored if someone else refreshed it meanwhile: the refresh token was used twice.
    if (again?.revision !== current?.revision) return null;
    const consent = { revision: current?.revision ?? 0, error: text, fix };
    if (await noteConsentNeeded(tokens, use.mailbox, consent))
      deps.events?.onConsentNeeded?.({ mailbox: use.mailbox, error: text, fix: signInAgain(use, fix) });
    throw new MailboxError('needs-consent', `${text}. Fix: ${signInAgain(use, fix)}`, { cause: error });
  }
  if (kind === 'app-broken') deps.events?.onAppBroken?.({ app: use.app, error: text, fix });
  const fresh = await findToken(tokens, use.mailbox);
  if (opened !== null && fresh !== null && fresh.leftMs > 0) return opened;
  throw new MailboxError(kind, `no token for ${use.mailbox}: ${text}. Fix: ${fix}`, {
    cause: error,
    ...(retryAfterMs !== null && { retryAfterMs }),
  });
}
