/** Signing in with the OpenID provider of the firm: authorization code with PKCE, state and nonce, begun and finished by one browser. */
import type { Context, Hono } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import * as client from 'openid-client';
import { z } from 'zod';
import { describeError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { findUser, isUserName, userRoles } from '../../store/users.ts';
import type { UserRole } from '../../store/users.ts';
import type { OpenIdSettings } from '../access-settings.ts';
import { isLoopback } from '../loopback.ts';
import { refuse } from '../pages/errors.ts';
import { localPath } from '../pages/forms.ts';
import type { IdentifyDeps } from './identify.ts';
import { signIn } from './session-cookie.ts';

const START = '/sign-in/openid';
const CALLBACK = '/sign-in/openid/callback';
const COOKIE = 'docketmail-openid';
const COOKIE_SECONDS = 10 * 60;
const TIMEOUT_SECONDS = 10;

/** What only the browser that began it knows. */
const begun = z.object({ state: z.string(), nonce: z.string(), verifier: z.string(), to: localPath });
type Begun = z.infer<typeof begun>;

/** /sign-in/openid and /sign-in/openid/callback. */
export function mountOpenId(
  app: Hono,
  {
    openid,
    publicUrl,
    ...deps
  }: IdentifyDeps & {
    readonly openid: OpenIdSettings;
    readonly publicUrl: string;
    readonly log: Log;
  },
): void {
  const provider = createProvider(openid);
  const redirectUri = publicUrl.replace(/\/$/u, '') + CALLBACK;
  const cookie = (context: Context): string => (deps.isSecure(context) ? `__Host-${COOKIE}` : COOKIE);
  app.get(START, async (context) => {
    const verifier = client.randomPKCECodeVerifier();
    const to = localPath.parse(context.req.query('to') ?? '/');
    const beginning: Begun = { state: client.randomState(), nonce: client.randomNonce(), verifier, to };
    const config = await provider().catch((error: unknown) => cannotReach(deps.log, error));
    if (config === null) return await unreachable(context);
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope: 'openid email profile',
      state: beginning.state,
      nonce: beginning.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    setCookie(context, cookie(context), Buffer.from(JSON.stringify(beginning)).toString('base64url'), {
      httpOnly: true,
      secure: deps.isSecure(context),
      // The provider sends the browser back from another site.
      sameSite: 'Lax',
      path: '/',
      maxAge: COOKIE_SECONDS,
    });
    return context.redirect(url.href, 303);
  });
  app.get(CALLBACK, async (context) => {
    const beginning = readBegun(getCookie(context, cookie(context)) ?? '');
    deleteCookie(context, cookie(context), { path: '/', secure: deps.isSecure(context) });
    const place = deps.placeOf(context);
    // Each attempt makes us ask the provider.
    const seconds = deps.guesses.secondsToWait(place);
    if (seconds > 0) {
      context.header('Retry-After', String(seconds));
      return await notSignedIn(context, `Too many attempts. Try again in ${seconds} seconds.`, 429);
    }
    if (beginning === null)
      return await notSignedIn(
        context,
        'This sign-in was begun in another browser, or too long ago. Begin again.',
        400,
      );
    const config = await provider().catch((error: unknown) => cannotReach(deps.log, error));
    if (config === null) return await unreachable(context);
    const { state: expectedState, nonce: expectedNonce, verifier: pkceCodeVerifier } = beginning;
    const url = new URL(redirectUri + new URL(context.req.url).search);
    const checks = { expectedState, expectedNonce, pkceCodeVerifier, idTokenExpected: true };
    const claims = await client.authorizationCodeGrant(config, url, checks).then(
      (tokens) => tokens.claims() ?? null,
      (error: unknown) => {
        deps.log.warn({ error: describeError(error) }, 'the OpenID provider signed nobody in');
        return null;
      },
    );
    if (claims === null) {
      deps.guesses.wrong(place);
      return await notSignedIn(
        context,
        'Your organisation did not sign you in. Begin again, or ask your administrator.',
        400,
      );
    }
    return await admit(context, { deps, openid, claims, to: beginning.to });
  });
}

/** Whoever the provider has signed in, with the role that they have here, else by its claim, else by the settings. */
async function admit(
  context: Context,
  {
    deps,
    openid,
    claims,
    to,
  }: {
    readonly deps: Omit<Parameters<typeof mountOpenId>[1], 'openid' | 'publicUrl'>;
    readonly openid: OpenIdSettings;
    readonly claims: client.IDToken;
    readonly to: string;
  },
): Promise<Response> {
  const name = nameIn(claims, openid);
  if (name === null)
    return await notSignedIn(
      context,
      `Your organisation does not vouch for your ${openid.nameClaim}. Ask your administrator.`,
      403,
    );
  const user = await findUser(deps.database.users, name);
  const role = roleIn(claims, openid) ?? deps.settings.defaultRole ?? null;
  if (user === null && role === null)
    return await refuse(context, {
      status: 403,
      title: 'Not a user yet',
      says: `You are signed in as ${name}, who may not see this dashboard. Ask your administrator: docketmail user add.`,
    });
  if (user !== null) await signIn(context, deps, { kind: 'user', user });
  else if (role !== null) await signIn(context, deps, { kind: 'openid', name, role });
  deps.log.info('somebody signed in to the dashboard by OpenID');
  return context.redirect(to, 303);
}

/** An address counts only if the provider has verified it: otherwise anybody could give one of ours. */
function nameIn(claims: client.IDToken, { nameClaim }: OpenIdSettings): string | null {
  const name = claims[nameClaim];
  if (typeof name !== 'string' || !isUserName(name)) return null;
  return nameClaim === 'email' && claims['email_verified'] !== true ? null : name;
}

/** The highest of our roles that the claim names. */
function roleIn(claims: client.IDToken, { roleClaim }: OpenIdSettings): UserRole | null {
  const given = roleClaim === null ? undefined : claims[roleClaim];
  const named: readonly unknown[] = Array.isArray(given) ? given : [given];
  return userRoles.findLast((role) => named.includes(role)) ?? null;
}

/** What the provider says of itself, asked once; again only if it did not answer. */
function createProvider({
  issuer,
  clientId,
  clientSecret,
}: OpenIdSettings): () => Promise<client.Configuration> {
  let known: Promise<client.Configuration> | null = null;
  const isPlain = isLoopback(new URL(issuer).hostname);
  const discover = async (): Promise<client.Configuration> => {
    const execute = isPlain ? [client.allowInsecureRequests] : [];
    const found = await client.discovery(new URL(issuer), clientId, undefined, client.None(), {
      timeout: TIMEOUT_SECONDS,
      execute,
    });
    const metadata = found.serverMetadata();
    const methods = metadata.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const bySecret = methods.includes('client_secret_basic')
      ? client.ClientSecretBasic
      : client.ClientSecretPost;
    const auth = clientSecret === null ? client.None() : bySecret(clientSecret);
    const config = new client.Configuration(metadata, clientId, undefined, auth);
    config.timeout = TIMEOUT_SECONDS;
    // The signature of the ID token is checked, though it comes from the provider itself.
    client.enableNonRepudiationChecks(config);
    if (isPlain) client.allowInsecureRequests(config);
    return config;
  };
  return async () => {
    known ??= discover();
    try {
      return await known;
    } catch (error) {
      known = null;
      throw error;
    }
  };
}

function readBegun(cookie: string): Begun | null {
  try {
    return begun.parse(JSON.parse(Buffer.from(cookie, 'base64url').toString('utf8')));
  } catch {
    return null;
  }
}

function cannotReach(log: Log, error: unknown): null {
  log.warn({ error: describeError(error) }, 'the OpenID provider does not answer');
  return null;
}

const unreachable = async (context: Context): Promise<Response> =>
  await notSignedIn(context, 'The sign-in of your organisation does not answer. Try again in a minute.', 502);

const notSignedIn = async (
  context: Context,
  says: string,
  status: 400 | 403 | 429 | 502,
): Promise<Response> => await refuse(context, { status, title: 'Not signed in', says });
