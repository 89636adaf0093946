import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { isApiToken, useApiToken } from '../../store/api-tokens.ts';
import type { Database } from '../../store/mongo.ts';
import { findUser, hasUsers, isUserName } from '../../store/users.ts';
import type { AccessSettings } from '../access-settings.ts';
import type { Guesses } from '../guesses.ts';
import { isLoopback } from '../loopback.ts';
import { createIsFromProxy, createPlaceOf } from '../remote-address.ts';
import type { PlaceOf } from '../remote-address.ts';
import type { Caller } from '../who.ts';
import { callerInSession } from './session-cookie.ts';
import type { SessionDeps } from './session-cookie.ts';

export type Identified =
  | { readonly kind: 'known'; readonly caller: Caller }
  /** Nothing was given, or nothing that counts. */
  | { readonly kind: 'stranger' }
  /** There is no password, and it is not this machine. */
  | { readonly kind: 'outside' }
  /** Our proxy knows them, and we do not. */
  | { readonly kind: 'unlisted'; readonly name: string }
  /** Too many wrong passwords from there. */
  | { readonly kind: 'refused'; readonly secondsToWait: number };

export interface IdentifyDeps extends SessionDeps {
  readonly database: Pick<Database, 'users' | 'sessions' | 'apiTokens'>;
  readonly isFromProxy: (context: Context) => boolean;
  readonly settings: AccessSettings;
  readonly guesses: Guesses;
  readonly placeOf: PlaceOf;
}

/** What identifying and signing in need, from the settings. */
export function createAccess({
  settings,
  database,
  guesses,
}: Pick<IdentifyDeps, 'settings' | 'database' | 'guesses'>): IdentifyDeps {
  const { password, publicUrl, proxies = [] } = settings;
  const isFromProxy = createIsFromProxy(proxies);
  // A proxy adds what it saw last.
  const forwarded = (context: Context): string =>
    (context.req.header('x-forwarded-proto') ?? '').split(',').at(-1)?.trim() ?? '';
  return {
    settings,
    database,
    guesses,
    password,
    hasOpenId: (settings.openid ?? null) !== null,
    placeOf: createPlaceOf(proxies),
    isFromProxy,
    isSecure: (context) =>
      publicUrl?.startsWith('https:') === true || (isFromProxy(context) && forwarded(context) === 'https'),
  };
}

const stranger: Identified = { kind: 'stranger' };

/** Who a request comes from: by what our proxy says, by Authorization, by its session, or because the dashboard is open. */
export async function identify(context: Context, deps: IdentifyDeps): Promise<Identified> {
  const { settings, database } = deps;
  const named = await byProxy(context, deps);
  if (named !== null) return named;
  const authorization = context.req.header('authorization') ?? '';
  const isOpen = mayBeOpen(settings) && !(await hasUsers(database.users));
  // A browser first tries without a password.
  if (authorization !== '' && (!isOpen || isApiToken(bearerIn(authorization) ?? '')))
    return await byAuthorization(authorization, { ...deps, place: deps.placeOf(context) });
  const caller = await callerInSession(context, deps);
  if (caller !== null) return { kind: 'known', caller };
  if (!isOpen) return stranger;
  // Only under a loopback name, so that a web page elsewhere cannot rebind its own name to us.
  if (!isLoopback(new URL(context.req.url).hostname)) return { kind: 'outside' };
  return {
    kind: 'known',
    caller: { name: basicIn(authorization)?.name ?? null, role: 'admin', isNamed: false, by: 'open' },
  };
}

/** Whom our proxy has signed in, in the field that the settings name. From anybody else the field is ignored. */
async function byProxy(
  context: Context,
  { settings, database, isFromProxy }: IdentifyDeps,
): Promise<Identified | null> {
  const { userHeader = null, defaultRole = null } = settings;
  if (userHeader === null || !isFromProxy(context)) return null;
  const name = context.req.header(userHeader)?.trim() ?? '';
  if (name === '') return null;
  // Two fields arrive as one with a comma, which no name has.
  const user = isUserName(name) ? await findUser(database.users, name) : null;
  const role = user?.role ?? (isUserName(name) ? defaultRole : null);
  if (role === null) return { kind: 'unlisted', name: name.slice(0, 200) };
  return { kind: 'known', caller: { name: user?.name ?? name, role, isNamed: true, by: 'header' } };
}

/** Before anybody is set up, for the first minutes: everybody on this machine, and nobody else. */
export const mayBeOpen = (settings: AccessSettings): boolean =>
  isLoopback(settings.host) && !isGuarded(settings);

/** Whether the settings alone tell who may enter. */
export const isGuarded = ({ password, token, userHeader = null, openid = null }: AccessSettings): boolean =>
  [password, token, userHeader, openid].some((way) => way !== null);

async function byAuthorization(
  authorization: string,
  { settings, database, guesses, place }: IdentifyDeps & { readonly place: string },
): Promise<Identified> {
  const secondsToWait = guesses.secondsToWait(place);
  // Not checked, even if it is right: otherwise it would still show which one is.
  if (secondsToWait > 0) return { kind: 'refused', secondsToWait };
  let caller = callerIn(authorization, settings);
  // Without a pause for anything else: many at once are no way around the limit.
  if (caller === null && isApiToken(bearerIn(authorization) ?? ''))
    caller = await byApiToken(bearerIn(authorization) ?? '', database);
  if (caller === null) guesses.wrong(place);
  else guesses.right(place);
  return caller === null ? stranger : { kind: 'known', caller };
}

async function byApiToken(token: string, { apiTokens }: Pick<Database, 'apiTokens'>): Promise<Caller | null> {
  const found = await useApiToken(apiTokens, token);
  return found === null ? null : { name: found._id, role: found.role, isNamed: true, by: 'program' };
}

/** With the password or token of the settings, which all share: an admin, under whatever name they give. */
function callerIn(
  authorization: string,
  { password, token }: Pick<AccessSettings, 'password' | 'token'>,
): Caller | null {
  const shared = { role: 'admin', isNamed: false, by: 'program' } as const;
  const bearer = bearerIn(authorization);
  if (bearer !== null) return token !== null && isSame(bearer, token) ? { ...shared, name: null } : null;
  const basic = basicIn(authorization);
  if (basic === null || password === null || !isSame(basic.password, password)) return null;
  return { ...shared, name: basic.name };
}

function bearerIn(authorization: string): string | null {
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  return scheme.toLowerCase() === 'bearer' ? value : null;
}

/** HTTP Basic (RFC 7617): the name has no colon, the password may. */
function basicIn(authorization: string): { readonly name: string | null; readonly password: string } | null {
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() !== 'basic') return null;
  const given = Buffer.from(value, 'base64').toString('utf8');
  const colon = given.indexOf(':');
  const name = given.slice(0, Math.max(0, colon)).slice(0, 200);
  return { name: name === '' ? null : name, password: given.slice(colon + 1) };
}

/** Constant-time comparison. */
export function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
