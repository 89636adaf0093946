/** PURE. What an authorisation server's answer without a token means, and what helps. */
import type { OAuthApp } from '../../config/oauth-apps.ts';
import type { OAuthGrant } from '../../config/oauth-use.ts';

/**
 * - `provider-down`: no answer, or a meaningless one. The old token stays valid until it expires.
 * - `throttled`: the server asks to wait.
 * - `needs-consent`: a person has to sign in again.
 * - `app-broken`: the registration or secret of the app; all its mailboxes stop.
 * - `needs-permission`: the provider knows who asks, and denies access to this mailbox.
 */
export type TokenFailureKind =
  | 'provider-down'
  | 'throttled'
  | 'needs-consent'
  | 'app-broken'
  | 'needs-permission';

export interface TokenFailure {
  readonly kind: TokenFailureKind;
  /** The provider's words, shortened, without tokens. */
  readonly text: string;
  readonly fix: string;
  readonly retryAfterMs: number | null;
}

/** The answer without a token. */
export interface TokenAnswer {
  /** Null if there was no answer. */
  readonly status: number | null;
  readonly error: string | null;
  readonly suberror?: string | null;
  readonly description: string | null;
  readonly retryAfterMs?: number | null;
}

export interface AskedWith {
  readonly provider: OAuthApp['provider'];
  readonly app: string;
  readonly grant: OAuthGrant;
}

const MAX_TEXT = 300;
const MAX_RETRY_AFTER_MS = 60 * 60_000;

/** Tokens, codes and assertions are long runs without a space; request ids are shorter. */
export function safeText(text: string): string {
  return text
    .replaceAll(/[\w+/=.~-]{48,}/gu, '…')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT);
}

const consentErrors: ReadonlySet<string> = new Set([
  'interaction_required',
  'consent_required',
  'login_required',
  'account_selection_required',
  'access_denied',
  'expired_token',
]);
const waitingErrors: ReadonlySet<string> = new Set(['slow_down', 'temporarily_unavailable', 'server_error']);

/** Only by the OAuth error: a provider's numbers and words change, and only select the hint. */
export function classifyFailure(answer: TokenAnswer, asked: AskedWith): TokenFailure {
  const { status, error, retryAfterMs = null } = answer;
  const text = safeText(
    [error, answer.description].filter((part) => part !== null && part !== '').join(': '),
  );
  const wait = retryAfterMs === null ? null : Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);
  const failure = (kind: TokenFailureKind): TokenFailure => ({
    kind,
    text: text === '' ? (status === null ? 'no answer' : `HTTP ${status} without an OAuth answer`) : text,
    fix: fixOf(kind, answer, asked),
    retryAfterMs: wait,
  });
  if (status === 429 || error === 'slow_down') return failure('throttled');
  if (status === null || status >= 500 || error === null || waitingErrors.has(error))
    return failure('provider-down');
  const isUnattended = asked.grant === 'client-credentials' || asked.grant === 'service-account';
  if (isUnattended) return failure(isOfMailbox(answer, asked) ? 'needs-permission' : 'app-broken');
  if (error === 'invalid_grant' || consentErrors.has(error)) return failure('needs-consent');
  return failure('app-broken');
}

/** A service account acts for one user; a missing user says nothing about the others. */
function isOfMailbox({ error, description }: TokenAnswer, { grant }: AskedWith): boolean {
  return (
    grant === 'service-account' &&
    error === 'invalid_grant' &&
    !/jwt|signature|clock|iat|exp\b/iu.test(description ?? '')
  );
}

interface Hint {
  readonly when: RegExp;
  readonly fix: string;
}

/** The first match counts; the texts are the providers'. */
const hints: readonly Hint[] = [
  {
    when: /AADSTS7000222|client secret.*expired/iu,
    fix: 'the client secret has expired: make a new one in the app registration and write it into clientSecretFile',
  },
  {
    when: /AADSTS7000215|invalid client secret/iu,
    fix: 'the client secret is wrong: copy the Value of the secret, not its Secret ID',
  },
  {
    when: /AADSTS700027|AADSTS700024|client assertion/iu,
    fix: 'the certificate is not the one of the app registration, has expired, or the clock of this machine is wrong',
  },
  {
    when: /AADSTS90002|AADSTS90038|tenant .*not found/iu,
    fix: 'correct the tenant of the app: the Directory (tenant) ID of its registration',
  },
  {
    when: /AADSTS700016|application .*not found in the directory/iu,
    fix: 'correct clientId or tenant: this tenant does not know the app',
  },
  {
    when: /AADSTS7000218/iu,
    fix: 'turn on "Allow public client flows" in the app registration, or add clientSecretFile',
  },
  {
    when: /AADSTS65001|AADSTS65004|consent/iu,
    fix: 'consent was not given or was withdrawn: sign in again, or let an administrator grant it for everyone',
  },
  {
    when: /AADSTS700082|AADSTS700084|expired due to inactivity/iu,
    fix: 'the sign-in was not used for too long: sign in again',
  },
  {
    when: /AADSTS50173|AADSTS50133|password.*(?:changed|reset|expired)/iu,
    fix: 'the password of the account was changed: sign in again',
  },
  {
    when: /AADSTS5007[46]|AADSTS50079|AADSTS50158|multi-factor/iu,
    fix: 'a second factor is required: sign in again',
  },
  {
    when: /AADSTS530\d\d|conditional access/iu,
    fix: 'a Conditional Access policy refuses this sign-in: let an administrator exempt the app, then sign in again',
  },
  {
    when: /AADSTS50034|AADSTS50020|does not exist in tenant/iu,
    fix: 'the account is not of this tenant: sign in with one that is, or correct the tenant',
  },
  {
    when: /AADSTS50057|account (?:is|has been) disabled/iu,
    fix: 'the account is disabled: let an administrator enable it, then sign in again',
  },
  {
    when: /AADSTS70011|AADSTS28002|AADSTS1002012|invalid.scope/iu,
    fix: 'add the permission IMAP.AccessAsUser.All (a person) or IMAP.AccessAsApp (an app) to the registration, and correct scopes',
  },
  {
    when: /unauthorized to retrieve access tokens using this method|not authorized for any of the scopes/iu,
    fix: 'enter the client id of the service account and the scope under Domain-wide delegation in the Google Admin console; it takes up to a day',
  },
  {
    when: /invalid jwt signature/iu,
    fix: 'the key of the service account was deleted or replaced: download a new JSON key',
  },
  {
    when: /reasonable timeframe|iat and exp|short-lived token/iu,
    fix: 'the clock of the machine or the database is wrong: set it by NTP',
  },
  {
    when: /invalid email or user id|not a valid email/iu,
    fix: 'there is no such user in the Google Workspace: correct the user of the mailbox',
  },
  {
    when: /expired or revoked/iu,
    fix: 'access was revoked, or the consent screen is in Testing, where it ends after 7 days: publish it or make it Internal, then sign in again',
  },
];

function fixOf(
  kind: TokenFailureKind,
  { description, error, suberror }: TokenAnswer,
  asked: AskedWith,
): string {
  if (kind === 'provider-down')
    return 'nothing: it is tried again, and the present token is used while it lasts. If it stays so, look at the status page of the provider, and whether this machine reaches its token endpoint';
  if (kind === 'throttled') return 'nothing: it is tried again when the provider allows it';
  const said = `${error ?? ''} ${suberror ?? ''} ${description ?? ''}`;
  const known = hints.find(({ when }) => when.test(said))?.fix;
  if (known !== undefined) return known;
  if (kind === 'needs-consent') return 'sign in again';
  if (kind === 'needs-permission')
    return 'check that the user of the mailbox exists and that the app may open it';
  if (error === 'invalid_client')
    return `correct clientId and the secret or certificate of the app ${asked.app}`;
  if (error === 'unauthorized_client')
    return `allow the grant ${asked.grant} in the registration of the app ${asked.app}`;
  return `check the registration of the app ${asked.app}: its kind, permissions and redirect URI`;
}
