import type { MiddlewareHandler } from 'hono';

/** /queues/ is /queues: a page not found with a trailing slash is tried without it. */
export const withoutTrailingSlash: MiddlewareHandler = async (context, next) => {
  await next();
  const { method, path } = context.req;
  // The path of a file is a key of the store, not a name for people.
  if (path.startsWith('/files/')) return;
  if (context.res.status !== 404 || (method !== 'GET' && method !== 'HEAD') || !path.endsWith('/')) return;
  const names = path.split('/').filter((name) => name !== '');
  if (names.length === 0) return;
  // On this server, whatever name was requested: "//elsewhere.example/" must not lead elsewhere.
  context.res = context.redirect(`/${names.join('/')}${new URL(context.req.url).search}`, 302);
};
