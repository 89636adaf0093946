/** Each way to get a token, through openid-client. */
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { importPKCS8, SignJWT } from 'jose';
import * as oauth from 'openid-client';
import type { OAuthApp } from '../../config/oauth-apps.ts';
import type { OAuthGrant } from '../../config/oauth-use.ts';
import { endpointsOf } from './providers.ts';
import { boundedFetch, OAuthError, toOAuthError } from './request.ts';
import { classifyFailure } from './failure.ts';

export interface GivenToken {
  readonly accessToken: string;
  /** Null if the provider sent none: the old one stays valid. */
  readonly refreshToken: string | null;
  readonly lifetimeMs: number;
  /** Null if the provider does not say. */
  readonly scope: string | null;
  /** The token's owner, from the ID token; null if the provider does not say. */
  readonly address: string | null;
}

/** If a provider does not say how long a token lives. */
const DEFAULT_LIFETIME_MS = 10 * 60_000;
const MAX_LIFETIME_MS = 24 * 60 * 60_000;
/** Google accepts no longer one. */
const ASSERTION_SECONDS = 10 * 60;
const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

type Response = oauth.TokenEndpointResponse;

interface Asking {
  readonly app: OAuthApp;
  readonly grant: OAuthGrant;
  /** From the database's clock: this machine's may be wrong, and assertions contain their time. */
  readonly now: Date;
}

/** @throws OAuthError. */
async function ask(
  asking: Asking,
  work: (configuration: oauth.Configuration) => Promise<Response>,
): Promise<GivenToken> {
  const { app, grant } = asking;
  const asked = { provider: app.provider, app: app.name, grant };
  try {
    const http = boundedFetch();
    const configuration = await configure(asking, http.fetch);
    const answer = await work(configuration);
    const type = answer.token_type.toLowerCase();
    if (type !== 'bearer') throw new Error(`a token of type ${type} opens no mailbox`);
    const seconds = answer.expires_in ?? DEFAULT_LIFETIME_MS / 1000;
    return {
      accessToken: answer.access_token,
      refreshToken: answer.refresh_token ?? null,
      lifetimeMs: Math.min(Math.max(seconds, 1) * 1000, MAX_LIFETIME_MS),
      scope: answer.scope ?? null,
      address: addressIn(http.claims(), app),
    };
  } catch (error) {
    throw toOAuthError(error, asked);
  }
}

async function configure({ app, now }: Asking, fetch: oauth.CustomFetch): Promise<oauth.Configuration> {
  const { issuer, authorization, token, device } = endpointsOf(app);
  const skewSeconds = Math.round((now.getTime() - Date.now()) / 1000);
  const configuration = new oauth.Configuration(
    {
      issuer,
      token_endpoint: token,
      ...(authorization !== null && { authorization_endpoint: authorization }),
      ...(device !== null && { device_authorization_endpoint: device }),
    },
    app.clientId,
    { [oauth.clockSkew]: skewSeconds },
    await clientAuthentication(app, token),
  );
  configuration[oauth.customFetch] = fetch;
  if (token.startsWith('http:')) oauth.allowInsecureRequests(configuration);
  return configuration;
}

async function clientAuthentication({ credential }: OAuthApp, token: string): Promise<oauth.ClientAuth> {
  if (credential.kind === 'secret') {
    const { file, secret } = credential;
    const now = file === null ? secret : (await readFile(file, 'utf8')).replace(/\r?\n$/u, '');
    return oauth.ClientSecretPost(now);
  }
  if (credential.kind !== 'certificate') return oauth.None();
  const { raw } = new X509Certificate(credential.certificate);
  const thumbprint = createHash('sha256').update(raw).digest('base64url');
  const key = await importPKCS8(pkcs8(credential.privateKey), 'PS256');
  return oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion]: (header, payload) => {
      header['x5t#S256'] = thumbprint;
      payload['aud'] = token;
    },
  });
}

const pkcs8 = (pem: string): string =>
  createPrivateKey(pem).export({ type: 'pkcs8', format: 'pem' }).toString();

/**
 * For Microsoft the sign-in name: the user's own tenant controls the `email` of an ID token. Elsewhere an address verified by the
 * provider.
 */
function addressIn(claims: Readonly<Record<string, unknown>> | null, { provider }: OAuthApp): string | null {
  if (claims === null) return null;
  const named = provider === 'microsoft' ? ['upn', 'preferred_username'] : ['email', 'preferred_username'];
  if (provider !== 'microsoft' && claims['email_verified'] === false) return null;
  const found = named
    .map((name) => claims[name])
    .find((value) => typeof value === 'string' && value.includes('@'));
  return typeof found === 'string' ? found.toLowerCase().slice(0, 320) : null;
}

export async function refreshToken(asking: Asking, token: string): Promise<GivenToken> {
  return await ask(asking, async (configuration) => await oauth.refreshTokenGrant(configuration, token));
}

/** For a mailbox that needs nobody to sign in. */
export async function unattendedToken(asking: Asking, user: string): Promise<GivenToken> {
  const { app, now } = asking;
  const { appScopes, token } = endpointsOf(app);
  const scope = appScopes.join(' ');
  return await ask(asking, async (configuration) => {
    const { credential } = app;
    if (credential.kind !== 'service-account')
      return await oauth.clientCredentialsGrant(configuration, { scope });
    const seconds = Math.floor(now.getTime() / 1000);
    const assertion = await new SignJWT({ scope })
      .setProtectedHeader({
        alg: 'RS256',
        typ: 'JWT',
        ...(credential.keyId !== '' && { kid: credential.keyId }),
      })
      .setIssuer(credential.email)
      .setSubject(user)
      .setAudience(token)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + ASSERTION_SECONDS)
      .sign(await importPKCS8(pkcs8(credential.privateKey), 'RS256'));
    return await oauth.genericGrantRequest(configuration, jwtBearer, { assertion });
  });
}

export interface SignInRequest {
  readonly redirectUri: string;
  readonly state: string;
  readonly verifier: string;
  /** Prefilled for the person. */
  readonly loginHint: string;
}

export const newVerifier = (): string => oauth.randomPKCECodeVerifier();
export const newState = (): string => oauth.randomState();

/** Where a person signs in. @throws OAuthError if the app has no such page. */
export async function signInUrl(
  app: OAuthApp,
  { redirectUri, state, verifier, loginHint }: SignInRequest,
): Promise<string> {
  const { authorization, userScopes, authorizationParameters } = endpointsOf(app);
  const asked = { provider: app.provider, app: app.name, grant: 'code' } as const;
  if (authorization === null)
    throw new OAuthError({
      ...classifyFailure(
        { status: 400, error: 'invalid_request', description: 'no authorizationEndpoint' },
        asked,
      ),
      fix: `set authorizationEndpoint of the app ${app.name}`,
    });
  const configuration = await configure({ app, grant: 'code', now: new Date() }, boundedFetch().fetch);
  return oauth.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: userScopes.join(' '),
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    login_hint: loginHint,
    ...authorizationParameters,
  }).href;
}

/** `callback`: the redirect URI with the provider's parameters. */
export async function exchangeCode(
  asking: Asking,
  {
    callback,
    state,
    verifier,
  }: { readonly callback: URL; readonly state: string; readonly verifier: string },
): Promise<GivenToken> {
  const { issuer } = endpointsOf(asking.app);
  const named = callback.searchParams.get('iss');
  if (named !== null && named !== issuer && asking.app.provider === 'google')
    throw new OAuthError({
      kind: 'app-broken',
      text: 'the answer came from another provider',
      fix: 'sign in again',
      retryAfterMs: null,
    });
  const cleaned = new URL(callback);
  cleaned.searchParams.delete('iss');
  return await ask(
    asking,
    async (configuration) =>
      await oauth.authorizationCodeGrant(configuration, cleaned, {
        pkceCodeVerifier: verifier,
        expectedState: state,
      }),
  );
}

export interface DeviceCode {
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  /** Waits until the person has signed in. @throws OAuthError. */
  wait(signal: AbortSignal): Promise<GivenToken>;
}

/** @throws OAuthError. */
export async function startDevice(asking: Asking): Promise<DeviceCode> {
  const { app } = asking;
  const scope = endpointsOf(app).userScopes.join(' ');
  try {
    const configuration = await configure(asking, boundedFetch().fetch);
    const started = await oauth.initiateDeviceAuthorization(configuration, { scope });
    return {
      userCode: started.user_code,
      verificationUri: started.verification_uri,
      expiresInSeconds: started.expires_in,
      wait: async (signal) =>
        await ask(
          asking,
          async (own) => await oauth.pollDeviceAuthorizationGrant(own, started, undefined, { signal }),
        ),
    };
  } catch (error) {
    throw toOAuthError(error, { provider: app.provider, app: app.name, grant: 'device' });
  }
}
