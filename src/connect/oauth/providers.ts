/** Where each provider issues tokens for IMAP, and what to request. Data only. */
import type { OAuthApp } from '../../config/oauth-apps.ts';

export interface Endpoints {
  /** Only if the provider names itself in its answers (RFC 9207); else the origin of the token endpoint. */
  readonly issuer: string;
  readonly authorization: string | null;
  readonly token: string;
  readonly device: string | null;
  /** For a person who signs in. */
  readonly userScopes: readonly string[];
  /** For an app that needs nobody. */
  readonly appScopes: readonly string[];
  /** Without this scope IMAP is refused. */
  readonly mailScope: string | null;
  readonly authorizationParameters: Readonly<Record<string, string>>;
}

const microsoftMail = 'https://outlook.office.com/IMAP.AccessAsUser.All';
const googleMail = 'https://mail.google.com/';
const fastmailMail = 'https://www.fastmail.com/dev/protocol-imap';

const known: Readonly<Record<OAuthApp['provider'], (app: OAuthApp) => Endpoints>> = {
  microsoft: ({ tenant }) => {
    const base = `https://login.microsoftonline.com/${encodeURIComponent(tenant ?? 'organizations')}`;
    return {
      issuer: `${base}/v2.0`,
      authorization: `${base}/oauth2/v2.0/authorize`,
      token: `${base}/oauth2/v2.0/token`,
      device: `${base}/oauth2/v2.0/devicecode`,
      // Scopes of one resource only: a token that also covers Graph opens no mailbox.
      userScopes: [microsoftMail, 'offline_access', 'openid', 'email', 'profile'],
      appScopes: ['https://outlook.office365.com/.default'],
      mailScope: microsoftMail,
      authorizationParameters: { prompt: 'select_account' },
    };
  },
  google: () => ({
    issuer: 'https://accounts.google.com',
    authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    device: null,
    userScopes: [googleMail, 'openid', 'email'],
    appScopes: [googleMail],
    mailScope: googleMail,
    // Without both, a second sign-in returns no refresh token.
    authorizationParameters: { access_type: 'offline', prompt: 'consent' },
  }),
  fastmail: () => ({
    issuer: 'https://api.fastmail.com',
    authorization: 'https://api.fastmail.com/oauth/authorize',
    token: 'https://api.fastmail.com/oauth/refresh',
    device: null,
    userScopes: [fastmailMail, 'offline_access'],
    appScopes: [],
    mailScope: fastmailMail,
    authorizationParameters: {},
  }),
  yahoo: () => ({
    issuer: 'https://api.login.yahoo.com',
    authorization: 'https://api.login.yahoo.com/oauth2/request_auth',
    token: 'https://api.login.yahoo.com/oauth2/get_token',
    device: null,
    userScopes: ['mail-r', 'openid', 'email'],
    appScopes: [],
    mailScope: 'mail-r',
    authorizationParameters: {},
  }),
  custom: ({ tokenEndpoint }) => ({
    issuer: tokenEndpoint === null ? 'https://unknown.invalid' : new URL(tokenEndpoint).origin,
    authorization: null,
    token: tokenEndpoint ?? '',
    device: null,
    userScopes: [],
    appScopes: [],
    mailScope: null,
    authorizationParameters: {},
  }),
};

export function endpointsOf(app: OAuthApp): Endpoints {
  const usual = known[app.provider](app);
  const scopes = app.scopes;
  return {
    ...usual,
    authorization: app.authorizationEndpoint ?? usual.authorization,
    token: app.tokenEndpoint ?? usual.token,
    device: app.deviceEndpoint ?? usual.device,
    ...(scopes !== null && {
      userScopes: scopes,
      appScopes: scopes,
      // Google's scope for administrators (gmail.imap_admin) replaces the usual one.
      mailScope:
        usual.mailScope !== null && scopes.includes(usual.mailScope) ? usual.mailScope : (scopes[0] ?? null),
    }),
  };
}

/** Whether a provider granted the scope. If it says nothing, it granted what was requested (RFC 6749 §5.1). */
export function grantsMail(granted: string | null, { mailScope }: Endpoints): boolean {
  if (granted === null || mailScope === null) return true;
  const wanted = mailScope.toLowerCase();
  return granted
    .split(/[\s,]+/u)
    .some((scope) => scope.toLowerCase() === wanted || wanted.endsWith(`/${scope.toLowerCase()}`));
}
