import type { MiddlewareHandler } from 'hono';
import { createMiddleware } from 'hono/factory';
import { secureHeaders } from 'hono/secure-headers';

/** Our own files and nothing else; no script, style or event handler inside a page. The style sheet has pictures of its own in data: URLs. */
const ownPages = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * Bull Board: its own scripts and requests; it sets styles of elements and colours JSON with WebAssembly. Nothing from another
 * host.
 */
const bullBoard = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ');

/**
 * Headers of every answer, refusals and errors included: other sites may neither frame nor read it, no cache stores it, a browser
 * loads nothing external for it.
 */
export function keepPrivate(): readonly MiddlewareHandler[] {
  return [
    secureHeaders({ referrerPolicy: 'no-referrer' }),
    createMiddleware(async (context, next) => {
      await next();
      const { headers } = context.res;
      // Scripts and styles are the same for everyone, and named by their content.
      const isPublic = /^\/(?:assets|queues\/static)\//u.test(context.req.path) && context.res.ok;
      headers.set('Cache-Control', isPublic ? 'private, max-age=86400' : 'no-store');
      const isBullBoard = /^\/queues(?:\/|$)/u.test(context.req.path);
      if (!headers.has('Content-Security-Policy'))
        headers.set('Content-Security-Policy', isBullBoard ? bullBoard : ownPages);
    }),
  ];
}
