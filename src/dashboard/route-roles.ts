/** Which role each route requires, at least. The guard reads this table and nothing else; a route that is missing here is the admin's. */
import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import { userRoles } from '../store/users.ts';
import type { UserRole } from '../store/users.ts';

export type Needed = 'anyone' | UserRole;

const read = (paths: readonly string[]): Record<string, Needed> =>
  Object.fromEntries(paths.map((path) => [`GET ${path}`, 'reader']));

export const routeRoles: Readonly<Record<string, Needed>> = {
  // Probes say nothing about mail, and do not tell outsiders why a server does not answer.
  'GET /health/live': 'anyone',
  'GET /health/ready': 'anyone',
  'GET /assets/:file': 'anyone',
  'GET /sign-in': 'anyone',
  'POST /sign-in': 'anyone',
  'POST /sign-out': 'anyone',
  'GET /sign-in/openid': 'anyone',
  'GET /sign-in/openid/callback': 'anyone',

  ...read(['/health/mailboxes', '/metrics', '/files/*', '/jobs/:kind/:id', '/']),
  ...read(['/triage', '/messages', '/messages/:id', '/messages/:id/clients', '/messages/:id/frame']),
  ...read(['/messages/:id/files/:sha256', '/messages/:id/remember', '/messages/:id/ignore']),
  ...read(['/cases', '/cases/all', '/cases/:ref', '/clients', '/clients/:id']),
  ...read(['/mailboxes', '/quarantine', '/decisions']),
  ...read(['/api/openapi.json', '/api/openapi.yaml', '/api/reference', '/api/today']),
  ...read(['/api/triage', '/api/messages', '/api/messages/:id', '/api/decisions', '/api/events']),
  ...read([
    '/api/search',
    '/api/clients',
    '/api/clients/:id',
    '/api/communications',
    '/api/communications/:id',
  ]),
  ...read(['/api/quarantine']),
  ...read(['/api/clients/:id/timeline', '/api/cases', '/api/cases/:ref']),
  ...read(['/api/mailboxes', '/api/mailboxes/:name']),

  'POST /messages/:id/assign': 'decider',
  'POST /messages/:id/remember': 'decider',
  'POST /messages/:id/ignore': 'decider',
  'POST /messages/:id/unlink': 'decider',
  'POST /messages/:id/confirm': 'decider',
  'POST /messages/:id/reject': 'decider',
  'POST /triage/bulk': 'decider',
  'POST /decisions/undo': 'decider',
  'POST /api/messages/:id/assign': 'decider',
  'POST /api/messages/:id/unlink': 'decider',
  'POST /api/messages/:id/ignore': 'decider',
  'POST /api/messages/:id/confirm': 'decider',
  'POST /api/messages/:id/reject': 'decider',
  'POST /api/aliases': 'decider',
  'POST /api/decisions/:id/undo': 'decider',
  'POST /api/clients/:id/changed': 'decider',
  'PUT /api/cases/:ref': 'decider',

  'POST /messages/:id/replay': 'operator',
  // It asks other servers.
  'GET /add-mailbox': 'operator',
  'POST /mailboxes': 'operator',
  'GET /mailboxes/:name': 'operator',
  'POST /mailboxes/:name/change': 'operator',
  'GET /mailboxes/:name/remove': 'operator',
  'POST /mailboxes/:name/remove': 'operator',
  'POST /mailboxes/:name/poll': 'operator',
  'POST /mailboxes/:name/audit': 'operator',
  'POST /mailboxes/:name/pause': 'operator',
  'POST /mailboxes/:name/resume': 'operator',
  'POST /mailboxes/:name/test': 'operator',
  'GET /oauth/start': 'operator',
  'GET /oauth/callback': 'operator',
  'POST /api/messages/:id/replay': 'operator',
  // It asks other servers.
  'GET /api/mailboxes/discover': 'operator',
  'POST /api/mailboxes': 'operator',
  'POST /api/mailboxes/test': 'operator',
  'PATCH /api/mailboxes/:name': 'operator',
  'DELETE /api/mailboxes/:name': 'operator',
  'POST /api/mailboxes/:name/pause': 'operator',
  'POST /api/mailboxes/:name/resume': 'operator',
  'POST /api/mailboxes/:name/test': 'operator',
  'POST /api/mailboxes/:name/poll': 'operator',
  'POST /api/mailboxes/:name/audit': 'operator',
  'POST /api/mailboxes/:name/authorise': 'operator',
  'POST /api/oauth-apps/:app/verify': 'operator',

  'GET /settings': 'admin',
  'GET /users': 'admin',
  'POST /users': 'admin',
  'POST /users/:name/role': 'admin',
  'POST /users/:name/password': 'admin',
  'POST /users/:name/remove': 'admin',
  'POST /users/tokens': 'admin',
  'POST /users/tokens/:name/revoke': 'admin',
  'GET /webhooks': 'admin',
  'POST /webhooks': 'admin',
  'POST /webhooks/:id/test': 'admin',
  'POST /webhooks/:id/enable': 'admin',
  'POST /webhooks/:id/disable': 'admin',
  'GET /api/settings': 'admin',
  'GET /api/users': 'admin',
  'POST /api/users': 'admin',
  'PATCH /api/users/:name': 'admin',
  'DELETE /api/users/:name': 'admin',
  'GET /api/tokens': 'admin',
  'POST /api/tokens': 'admin',
  'DELETE /api/tokens/:name': 'admin',
  'GET /api/webhooks': 'admin',
  'POST /api/webhooks': 'admin',
  'GET /api/webhooks/:id': 'admin',
  'PATCH /api/webhooks/:id': 'admin',
  'DELETE /api/webhooks/:id': 'admin',
  'POST /api/webhooks/:id/rotate': 'admin',
  'POST /api/webhooks/:id/test': 'admin',
  'POST /api/webhooks/:id/replay': 'admin',
  'GET /api/webhooks/:id/deliveries': 'admin',
};

/** Bull Board has routes of its own, which are all for one role. */
const BOARD = /^\/queues(?:\/|$)/u;

/** What a route that was registered as such requires. */
export function neededFor({ method, path }: { readonly method: string; readonly path: string }): Needed {
  if (BOARD.test(path)) return 'operator';
  return routeRoles[`${method} ${path}`] ?? 'admin';
}

const patterns = Object.keys(routeRoles).map((route) => {
  const [method = '', path = ''] = route.split(' ');
  const text = path.replaceAll(/:\w+/gu, '[^/]+').replace(/\*$/u, '.*');
  return { method, path, is: new RegExp(`^${text}$`, 'u') };
});

/** What a request to this path would require: the strictest that could answer it. Null: nothing of the table does. */
export function neededAt(method: string, path: string): Needed | null {
  if (BOARD.test(path)) return 'operator';
  const needed = patterns
    .filter((pattern) => pattern.method === method && pattern.is.test(path))
    .map(neededFor);
  return needed.length === 0 ? null : strictestOf(needed);
}

const strictestOf = (needed: readonly Needed[]): Needed =>
  needed.reduce((strictest, one) => (rank(one) > rank(strictest) ? one : strictest));

const rank = (needed: Needed): number => userRoles.findIndex((role) => role === needed);

/**
 * What a request requires: the strictest of all routes that could answer it, as the router finds them. What no route answers is
 * not there, which insiders may know. Middleware is registered for all methods, and no route is.
 */
export function neededIn(context: Context): Needed {
  const needed = matchedRoutes(context)
    .filter(({ method }) => method !== 'ALL')
    .map(neededFor);
  if (needed.length === 0) return 'reader';
  return strictestOf(needed);
}

export const mayDo = (role: UserRole, needed: Needed): boolean => rank(role) >= rank(needed);
