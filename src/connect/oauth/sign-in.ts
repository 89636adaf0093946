/** A person signs in for a mailbox, in a browser or with a device code. A sign-in that would not work is not stored. */
import type { OAuthApp } from '../../config/oauth-apps.ts';
import type { MailboxError } from '../../mailbox/mailbox.ts';
import type { Database } from '../../store/mongo.ts';
import { beginSignIn, takeSignIn } from '../../store/sign-ins.ts';
import { classifyFailure } from './failure.ts';
import { exchangeCode, newState, newVerifier, signInUrl, startDevice } from './grants.ts';
import type { DeviceCode, GivenToken } from './grants.ts';
import { endpointsOf, grantsMail } from './providers.ts';
import { OAuthError } from './request.ts';
import type { Tokens, TokenUser } from './tokens.ts';

/** Why it was refused, and what to do. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

export interface SignInDeps {
  readonly database: Pick<Database, 'signIns'>;
  readonly apps: readonly OAuthApp[];
  readonly tokens: Tokens;
  /** The dashboard's address; null if not set. */
  readonly publicUrl: string | null;
  /** Null if there is no such mailbox, or it does not sign in by OAuth. */
  readonly find: (mailbox: string) => Promise<TokenUser | null>;
  /** Logs in to the mailbox with the token; null if that worked. */
  readonly tryLogin: (mailbox: string, accessToken: string) => Promise<MailboxError | null>;
}

export interface SignedIn {
  readonly mailbox: string;
  /** The token is right, but the mailbox does not open yet. */
  readonly warning: string | null;
}

function redirectUri({ publicUrl }: SignInDeps): string {
  if (publicUrl === null)
    throw new SignInError(
      'PUBLIC_URL is not set, so the provider cannot send the browser back. Fix: set it to the address of the dashboard, and register <PUBLIC_URL>/oauth/callback with the provider; or use --device where the provider has it',
    );
  return new URL('oauth/callback', publicUrl.endsWith('/') ? publicUrl : `${publicUrl}/`).href;
}

/** Where a person starts. @throws SignInError. */
export function startUrl(deps: SignInDeps, mailbox: string): string {
  return new URL(`start?mailbox=${encodeURIComponent(mailbox)}`, redirectUri(deps)).href;
}

async function appFor(
  deps: SignInDeps,
  mailbox: string,
): Promise<{ readonly use: TokenUser; readonly app: OAuthApp }> {
  const use = await deps.find(mailbox);
  if (use === null)
    throw new SignInError(
      `no mailbox ${mailbox} signs in by OAuth. Fix: give it oauth: {app: …} in place of a password`,
    );
  if (use.grant === 'client-credentials' || use.grant === 'service-account')
    throw new SignInError(`mailbox ${mailbox} uses ${use.grant}: nobody needs to sign in for it`);
  const app = deps.apps.find(({ name }) => name === use.app);
  if (app === undefined)
    throw new SignInError(`there is no OAuth app ${use.app}. Fix: add it to oauthApps in MAILBOXES_FILE`);
  return { use, app };
}

const addressOf = ({ signInAs, user }: TokenUser): string => signInAs ?? user;

/** The provider's sign-in page, and what the browser has to keep. @throws SignInError, OAuthError. */
export async function beginInBrowser(
  deps: SignInDeps,
  { mailbox, by }: { readonly mailbox: string; readonly by: string },
): Promise<{ readonly url: string; readonly verifier: string }> {
  const { use, app } = await appFor(deps, mailbox);
  const [state, verifier] = [newState(), newVerifier()];
  const url = await signInUrl(app, {
    redirectUri: redirectUri(deps),
    state,
    verifier,
    loginHint: addressOf(use),
  });
  await beginSignIn(deps.database.signIns, { state, verifier, mailbox, app: app.name, by });
  return { url, verifier };
}

/** `query`: the parameters that the provider sent with the browser. @throws SignInError, OAuthError. */
export async function finishInBrowser(
  deps: SignInDeps,
  { query, verifier, by }: { readonly query: string; readonly verifier: string | null; readonly by: string },
): Promise<SignedIn> {
  const callback = new URL(redirectUri(deps));
  callback.search = query;
  const state = callback.searchParams.get('state') ?? '';
  const begun = verifier === null ? null : await takeSignIn(deps.database.signIns, { state, verifier, by });
  if (begun === null || verifier === null)
    throw new SignInError(
      'this sign-in was not begun in this browser, was finished before, or is older than ten minutes. Fix: begin again',
    );
  const { use, app } = await appFor(deps, begun.mailbox);
  if (app.name !== begun.app)
    throw new SignInError('the mailbox was assigned another app meanwhile. Fix: begin again');
  const refused = callback.searchParams.get('error');
  if (refused !== null)
    throw new OAuthError(
      classifyFailure(
        { status: 400, error: refused, description: callback.searchParams.get('error_description') },
        { provider: app.provider, app: app.name, grant: 'code' },
      ),
    );
  const given = await exchangeCode({ app, grant: 'code', now: new Date() }, { callback, state, verifier });
  return await accept(deps, { use, app }, given);
}

export interface DeviceSignIn extends Pick<DeviceCode, 'userCode' | 'verificationUri' | 'expiresInSeconds'> {
  finish(signal: AbortSignal): Promise<SignedIn>;
}

/** @throws SignInError, OAuthError. */
export async function beginOnDevice(deps: SignInDeps, mailbox: string): Promise<DeviceSignIn> {
  const { use, app } = await appFor(deps, mailbox);
  if (endpointsOf(app).device === null)
    throw new SignInError(
      `the app ${app.name} has no device codes. Fix: sign in with a browser, without --device`,
    );
  const device = await startDevice({ app, grant: 'device', now: new Date() });
  return {
    userCode: device.userCode,
    verificationUri: device.verificationUri,
    expiresInSeconds: device.expiresInSeconds,
    finish: async (signal) => await accept(deps, { use, app }, await device.wait(signal)),
  };
}

async function accept(
  deps: SignInDeps,
  { use, app }: { readonly use: TokenUser; readonly app: OAuthApp },
  given: GivenToken,
): Promise<SignedIn> {
  const { mailbox } = use;
  const endpoints = endpointsOf(app);
  if (!grantsMail(given.scope, endpoints))
    throw new SignInError(
      `access to mail was not granted (${endpoints.mailScope ?? ''}). Fix: sign in again and leave the box for mail ticked, or add the permission to the registration of the app`,
    );
  if (given.refreshToken === null)
    throw new SignInError(
      `the provider gave no refresh token, so this would last an hour. Fix: ${app.provider === 'google' ? 'remove the access of the app at myaccount.google.com/permissions, then sign in again' : 'allow offline_access in the registration of the app and in scopes, then sign in again'}`,
    );
  const expected = addressOf(use).toLowerCase();
  if (given.address !== null && given.address !== expected)
    throw new SignInError(
      `${given.address} signed in, and mailbox ${mailbox} wants ${expected}. Fix: sign in as ${expected}, or name ${given.address} in oauth.signInAs if that account may open the mailbox`,
    );
  const failure = await deps.tryLogin(mailbox, given.accessToken);
  if (failure !== null && given.address === null)
    throw new SignInError(
      `the provider does not say who signed in, and the mailbox did not open with this token: ${failure.message}. Fix: sign in as ${expected}`,
    );
  await deps.tokens.store(use, given);
  return { mailbox, warning: failure === null ? null : failure.message };
}
