import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { hasUsers } from '../../store/users.ts';
import type { AccessSettings } from '../access.ts';
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
  /** Too many wrong passwords from there. */
  | { readonly kind: 'refused'; readonly secondsToWait: number };

export interface IdentifyDeps extends SessionDeps {
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
    placeOf: createPlaceOf(proxies),
    isSecure: (context) =>
      publicUrl?.startsWith('https:') === true || (isFromProxy(context) && forwarded(context) === 'https'),
  };
}

const stranger: Identified = { kind: 'stranger' };

/** Who a request comes from: by what it says in Authorization, by its session, or because the dashboard is open. */
export async function identify(context: Context, deps: IdentifyDeps): Promise<Identified> {
  const { settings, database } = deps;
  const authorization = context.req.header('authorization') ?? '';
  // A browser first tries without a password.
  if (authorization !== '' && (settings.password !== null || settings.token !== null))
    return byAuthorization(authorization, { ...deps, place: deps.placeOf(context) });
  const caller = await callerInSession(context, deps);
  if (caller !== null) return { kind: 'known', caller };
  if (!mayBeOpen(settings) || (await hasUsers(database.users))) return stranger;
  // Only under a loopback name, so that a web page elsewhere cannot rebind its own name to us.
  if (!isLoopback(new URL(context.req.url).hostname)) return { kind: 'outside' };
  return {
    kind: 'known',
    caller: { name: basicIn(authorization)?.name ?? null, role: 'admin', isNamed: false, by: 'open' },
  };
}

/** Before anybody is set up, for the first minutes: everybody on this machine, and nobody else. */
export const mayBeOpen = ({ host, password, token }: AccessSettings): boolean =>
  password === null && token === null && isLoopback(host);

function byAuthorization(
  authorization: string,
  { settings, guesses, place }: IdentifyDeps & { readonly place: string },
): Identified {
  const secondsToWait = guesses.secondsToWait(place);
  // Not checked, even if it is right: otherwise it would still show which one is.
  if (secondsToWait > 0) return { kind: 'refused', secondsToWait };
  const caller = callerIn(authorization, settings);
  if (caller === null) guesses.wrong(place);
  else guesses.right(place);
  return caller === null ? stranger : { kind: 'known', caller };
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
