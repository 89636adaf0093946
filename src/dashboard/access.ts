import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { createGuesses } from './guesses.ts';
import type { Guesses } from './guesses.ts';
import { createPlaceOf } from './remote-address.ts';
import type { PlaceOf } from './remote-address.ts';

export interface AccessSettings {
  readonly host: string;
  readonly password: string | null;
  readonly token: string | null;
  /** The public address of the dashboard behind a proxy, which may send its own name as the host. */
  readonly publicUrl: string | null;
  /** Addresses and networks of proxies whose X-Forwarded-For is trusted. */
  readonly proxies?: readonly string[];
}

const REFUSED =
  'Refused: this request does not come from a page of this dashboard. A program sends application/json.\n';

/** Open to probes: they say nothing about mail, and do not tell outsiders why a server does not answer. */
const OPEN_PATHS = new Set(['/health/live', '/health/ready']);

export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/gu, '');
  return bare === 'localhost' || bare === '::1' || /^127(?:\.\d{1,3}){3}$/u.test(bare);
}

/** Too many wrong passwords from there, or none at all, or a right or a wrong one. */
type Caller =
  | { readonly kind: 'known' | 'stranger' }
  | { readonly kind: 'refused'; readonly secondsToWait: number };

const isSignedIn = new WeakSet<Request>();

/** Whether the request has the password or token, or comes from this machine if there is none. */
export function signedIn(context: Context): boolean {
  return isSignedIn.has(context.req.raw);
}

/**
 * Who may see the dashboard: anyone with the password (HTTP Basic, any user name) or the token (Bearer). Without either only this
 * machine, and only under a loopback name, so that a web page elsewhere cannot rebind its own name to us. Requests that change
 * something must come from one of our pages, which guards the forms of our pages and Bull Board alike.
 */
export function guardAccess(settings: AccessSettings, guesses: Guesses = createGuesses()): MiddlewareHandler {
  const { password, token, publicUrl, proxies = [] } = settings;
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  const callerOf = createCallerOf({ password, token, guesses, placeOf: createPlaceOf(proxies) });
  return async (context, next) => {
    const caller = callerOf(context);
    if (caller.kind === 'known') isSignedIn.add(context.req.raw);
    if (OPEN_PATHS.has(context.req.path)) return await next();
    if (caller.kind === 'refused') {
      context.header('Retry-After', String(caller.secondsToWait));
      return context.text(`Too many wrong passwords. Try again in ${caller.secondsToWait} seconds.\n`, 429);
    }
    if (caller.kind === 'stranger') {
      if (password === null && token === null)
        return context.text(
          'Reachable on this machine only: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN.\n',
          403,
        );
      context.header('WWW-Authenticate', 'Basic realm="docketmail", charset="UTF-8"');
      return context.text('Password or token needed.\n', 401);
    }
    if (changesSomething(context.req.method) && isForeign(context, publicOrigin))
      return context.text(REFUSED, 403);
    return await next();
  };
}

type Secrets = Pick<AccessSettings, 'password' | 'token'>;

function createCallerOf({
  password,
  token,
  guesses,
  placeOf,
}: Secrets & { readonly guesses: Guesses; readonly placeOf: PlaceOf }): (context: Context) => Caller {
  return (context) => {
    if (password === null && token === null)
      return { kind: isLoopback(new URL(context.req.url).hostname) ? 'known' : 'stranger' };
    const authorization = context.req.header('authorization') ?? '';
    // A browser first tries without a password.
    if (authorization === '') return { kind: 'stranger' };
    const place = placeOf(context);
    const secondsToWait = guesses.secondsToWait(place);
    // Not checked, even if it is right: otherwise it would still show which one is.
    if (secondsToWait > 0) return { kind: 'refused', secondsToWait };
    const isRight = isKnown(authorization, { password, token });
    if (isRight) guesses.right(place);
    else guesses.wrong(place);
    return { kind: isRight ? 'known' : 'stranger' };
  };
}

function isKnown(authorization: string, { password, token }: Secrets): boolean {
  const [scheme = '', value = ''] = authorization.split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return token !== null && isSame(value, token);
  if (scheme.toLowerCase() !== 'basic' || password === null) return false;
  const given = Buffer.from(value, 'base64').toString('utf8');
  return isSame(given.slice(given.indexOf(':') + 1), password);
}

/** Constant-time comparison. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

const changesSomething = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

/** Any site can make a browser send a form, with the password that the browser keeps for us. The API reads none. */
const isForm = (context: Context): boolean =>
  !context.req.path.startsWith('/api/') &&
  !/^application\/json\b/iu.test(context.req.header('content-type') ?? 'application/json');

/**
 * Every browser says where a form comes from, in one of these fields. What says nothing is a program, whose JSON no form can send; a
 * form that says nothing is refused.
 */
function isForeign(context: Context, publicOrigin: string | null): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && (site !== 'none' || isForm(context));
  const origin = context.req.header('origin');
  if (origin === undefined) return isForm(context);
  if (origin === publicOrigin) return false;
  // "null": a sandboxed frame or a file, of anyone.
  return !URL.canParse(origin) || new URL(origin).host !== context.req.header('host');
}
