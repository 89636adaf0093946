import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';

export interface AccessSettings {
  readonly host: string;
  readonly password: string | null;
  readonly token: string | null;
  /** How people reach the dashboard behind a proxy, which may give its own name as the host. */
  readonly publicUrl: string | null;
}

const LOOPBACK = new Set(['127.0.0.1', '::1', 'localhost']);
/** Open to probes: they tell nothing about mail. */
const OPEN_PATHS = new Set(['/health/live', '/health/ready']);

export function isLoopback(host: string): boolean {
  return LOOPBACK.has(host.replace(/^\[|\]$/gu, ''));
}

/**
 * Who may see the dashboard: anyone with the password (HTTP Basic, any user name) or the token (Bearer). Without either only
 * this machine, and only under a loopback name, so that a web page elsewhere cannot rebind its own name to us. Requests that
 * change something must come from a page of ours: Bull Board has no protection against CSRF of its own.
 */
export function guardAccess({ password, token, publicUrl }: AccessSettings): MiddlewareHandler {
  const publicOrigin = publicUrl === null ? null : new URL(publicUrl).origin;
  return async (context, next) => {
    if (OPEN_PATHS.has(context.req.path)) return await next();
    if (password === null && token === null) {
      const { hostname } = new URL(context.req.url);
      if (!isLoopback(hostname))
        return context.text(
          'Reachable on this machine only: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN.\n',
          403,
        );
    } else if (!isKnown(context, { password, token })) {
      context.header('WWW-Authenticate', 'Basic realm="docketmail", charset="UTF-8"');
      return context.text('Password or token needed.\n', 401);
    }
    if (changesSomething(context.req.method) && isForeign(context, publicOrigin))
      return context.text('Refused: this request comes from another site.\n', 403);
    return await next();
  };
}

function isKnown(context: Context, { password, token }: Pick<AccessSettings, 'password' | 'token'>): boolean {
  const [scheme = '', value = ''] = (context.req.header('authorization') ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'bearer') return token !== null && isSame(value, token);
  if (scheme.toLowerCase() !== 'basic' || password === null) return false;
  const given = Buffer.from(value, 'base64').toString('utf8');
  return isSame(given.slice(given.indexOf(':') + 1), password);
}

/** Compared in a time that does not tell how much was right. */
function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

const changesSomething = (method: string): boolean => method !== 'GET' && method !== 'HEAD';

function isForeign(context: Context, publicOrigin: string | null): boolean {
  const site = context.req.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const origin = context.req.header('origin');
  if (origin === undefined || origin === publicOrigin) return false;
  // "null": a sandboxed frame or a file, of whomever.
  return !URL.canParse(origin) || new URL(origin).host !== context.req.header('host');
}
