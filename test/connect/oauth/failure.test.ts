import { describe, expect, it } from 'vitest';
import { classifyFailure, safeText } from '../../../src/connect/oauth/failure.ts';
import type { AskedWith, TokenAnswer, TokenFailureKind } from '../../../src/connect/oauth/failure.ts';
import { toMailboxError } from '../../../src/mailbox/imap/imap-error.ts';
import type { MailboxErrorCode } from '../../../src/mailbox/mailbox.ts';

const person: AskedWith = { provider: 'microsoft', app: 'office', grant: 'code' };
const robot: AskedWith = { provider: 'microsoft', app: 'office', grant: 'client-credentials' };
const googlePerson: AskedWith = { provider: 'google', app: 'mail', grant: 'code' };
const delegate: AskedWith = { provider: 'google', app: 'mail', grant: 'service-account' };
const said = (error: string, description: string, status = 400): TokenAnswer => ({
  status,
  error,
  description,
});

const answers: readonly [string, TokenAnswer, AskedWith, TokenFailureKind, RegExp][] = [
  [
    'no connection',
    { status: null, error: null, description: 'connect ECONNREFUSED' },
    person,
    'provider-down',
    /tried again/u,
  ],
  ['503', { status: 503, error: null, description: null }, person, 'provider-down', /tried again/u],
  [
    'a page of HTML with 200',
    { status: 200, error: null, description: null },
    person,
    'provider-down',
    /tried again/u,
  ],
  [
    'a page of HTML with 403',
    { status: 403, error: null, description: null },
    person,
    'provider-down',
    /tried again/u,
  ],
  [
    '429',
    { status: 429, error: null, description: null, retryAfterMs: 5_000 },
    person,
    'throttled',
    /when the provider allows/u,
  ],
  ['slow_down', said('slow_down', ''), person, 'throttled', /when the provider allows/u],
  [
    'temporarily_unavailable',
    said('temporarily_unavailable', 'AADSTS90033: A transient error has occurred.'),
    person,
    'provider-down',
    /tried again/u,
  ],
  [
    'an unused sign-in',
    said(
      'invalid_grant',
      'AADSTS700082: The refresh token has expired due to inactivity. The token was issued on 2026-01-01 and was inactive for 90.00:00:00.',
    ),
    person,
    'needs-consent',
    /not used for too long/u,
  ],
  [
    'a changed password',
    said(
      'invalid_grant',
      'AADSTS50173: The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.',
    ),
    person,
    'needs-consent',
    /password/u,
  ],
  [
    'withdrawn consent',
    said('invalid_grant', 'AADSTS65001: The user or administrator has not consented to use the application.'),
    person,
    'needs-consent',
    /consent/u,
  ],
  [
    'a second factor',
    said(
      'interaction_required',
      'AADSTS50076: Due to a configuration change you must use multi-factor authentication.',
    ),
    person,
    'needs-consent',
    /second factor/u,
  ],
  [
    'Conditional Access',
    said('invalid_grant', 'AADSTS53003: Access has been blocked by Conditional Access policies.'),
    person,
    'needs-consent',
    /Conditional Access/u,
  ],
  [
    'a disabled account',
    said('invalid_grant', 'AADSTS50057: The user account is disabled.'),
    person,
    'needs-consent',
    /disabled/u,
  ],
  [
    'words and numbers nobody knows',
    said('invalid_grant', 'AADSTS999999: A new sentence.'),
    person,
    'needs-consent',
    /^sign in again$/u,
  ],
  [
    'an expired secret',
    said('invalid_client', "AADSTS7000222: The provided client secret keys for app 'x' are expired.", 401),
    person,
    'app-broken',
    /secret has expired/u,
  ],
  [
    'a wrong secret',
    said(
      'invalid_client',
      'AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.',
      401,
    ),
    robot,
    'app-broken',
    /not its Secret ID/u,
  ],
  [
    'a wrong certificate',
    said(
      'invalid_client',
      'AADSTS700027: The certificate with identifier used to sign the client assertion is not registered on application.',
      401,
    ),
    robot,
    'app-broken',
    /certificate/u,
  ],
  [
    'a wrong tenant',
    said(
      'invalid_request',
      "AADSTS90002: Tenant 'firm.example' not found. Check to make sure you have the correct tenant ID.",
    ),
    robot,
    'app-broken',
    /correct the tenant/u,
  ],
  [
    'an app of another tenant',
    said(
      'unauthorized_client',
      "AADSTS700016: Application with identifier 'x' was not found in the directory 'Firm'.",
    ),
    robot,
    'app-broken',
    /clientId or tenant/u,
  ],
  [
    'no public client flows',
    said(
      'invalid_client',
      "AADSTS7000218: The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
      401,
    ),
    { ...person, grant: 'device' },
    'app-broken',
    /public client flows/u,
  ],
  [
    'Google: revoked, or in Testing',
    said('invalid_grant', 'Token has been expired or revoked.'),
    googlePerson,
    'needs-consent',
    /Testing/u,
  ],
  [
    'Google: a deleted app',
    said('deleted_client', 'The OAuth client was deleted.', 401),
    googlePerson,
    'app-broken',
    /registration/u,
  ],
  [
    'Google: no delegation',
    said(
      'unauthorized_client',
      'Client is unauthorized to retrieve access tokens using this method, or client not authorized for any of the scopes requested.',
      401,
    ),
    delegate,
    'app-broken',
    /Domain-wide delegation/u,
  ],
  [
    'Google: a deleted key',
    said('invalid_grant', 'Invalid JWT Signature.'),
    delegate,
    'app-broken',
    /JSON key/u,
  ],
  [
    'Google: a clock ten minutes off',
    said(
      'invalid_grant',
      'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. Check your iat and exp values in the JWT claim.',
    ),
    delegate,
    'app-broken',
    /clock/u,
  ],
  [
    'Google: no such user',
    said('invalid_grant', 'Invalid email or User ID'),
    delegate,
    'needs-permission',
    /no such user/u,
  ],
  [
    'a person who says no',
    said('access_denied', 'The user denied the request.'),
    person,
    'needs-consent',
    /sign in again/u,
  ],
];

describe('what an authorisation server answers in place of a token', () => {
  it.each(answers)('%s', (_what, answer, asked, kind, fix) => {
    const failure = classifyFailure(answer, asked);
    expect(failure.kind).toBe(kind);
    expect(failure.fix).toMatch(fix);
    expect(failure.text).not.toBe('');
    expect(failure.retryAfterMs).toBe(answer.retryAfterMs ?? null);
  });

  it('is shown shortened and without tokens', () => {
    const text = safeText(
      `refused eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.${'a'.repeat(60)} for it ${'word '.repeat(200)}`,
    );
    expect(text).toMatch(/^refused … for it/u);
    expect(text.length).toBeLessThanOrEqual(300);
  });
});

const imapError = (fields: object): Error => Object.assign(new Error('Command failed'), fields);
const logins: readonly [string, Error, MailboxErrorCode][] = [
  [
    'a refused token',
    imapError({
      authenticationFailed: true,
      responseStatus: 'NO',
      serverResponseCode: 'AUTHENTICATIONFAILED',
      responseText: 'Authentication failed.',
      oauthError: { status: 'invalid_token' },
    }),
    'authentication-failed',
  ],
  [
    'Exchange: AUTHENTICATE failed',
    imapError({ authenticationFailed: true, responseStatus: 'NO', responseText: 'AUTHENTICATE failed.' }),
    'authentication-failed',
  ],
  [
    'Dovecot: its token server is away',
    imapError({
      authenticationFailed: true,
      responseStatus: 'NO',
      serverResponseCode: 'UNAVAILABLE',
      responseText: 'Temporary authentication failure',
    }),
    'throttled',
  ],
  [
    'Exchange: IMAP is off',
    imapError({ responseStatus: 'BAD', responseText: 'User is authenticated but not connected.' }),
    'mailbox-not-open',
  ],
  [
    'Exchange: the token ended in a session',
    imapError({ reason: 'Session invalidated - AccessTokenExpired' }),
    'session-expired',
  ],
  [
    'Gmail: too many connections',
    imapError({
      authenticationFailed: true,
      responseStatus: 'NO',
      responseText: 'Too many simultaneous connections. (Failure)',
    }),
    'throttled',
  ],
  ['Exchange: throttled', imapError({ code: 'ETHROTTLE', throttleReset: 60_000 }), 'throttled'],
];

it.each(logins)('a server says at or after the login: %s', (_what, error, code) => {
  expect(toMailboxError(error, 'cannot log in').code).toBe(code);
});

it('the status of a refused token is told, the token is not', () => {
  const error = imapError({
    authenticationFailed: true,
    responseText: 'AUTHENTICATE failed.',
    oauthError: { status: '400', schemes: 'Bearer' },
  });
  expect(toMailboxError(error, 'cannot log in').message).toBe(
    'cannot log in: AUTHENTICATE failed. (status 400)',
  );
});
