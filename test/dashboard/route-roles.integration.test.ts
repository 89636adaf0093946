/** Who may do what: every route for every role, from the table itself. */
import type { Hono } from 'hono';
import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { png } from '../../demo/files.ts';
import { file, html, multipart } from '../../demo/mime.ts';
import { assetPath } from '../../src/dashboard/assets/assets.ts';
import { mayDo, neededFor, routeRoles } from '../../src/dashboard/route-roles.ts';
import { dashboardApp } from '../../src/dashboard/server.ts';
import { createLog } from '../../src/log.ts';
import { createMetrics } from '../../src/metrics.ts';
import { beginSession, newSessionId } from '../../src/store/sessions.ts';
import { addUser, findUser, userRoles } from '../../src/store/users.ts';
import { mailboxServiceOf } from '../support/mailbox-service.ts';
import { client, rawMessage } from '../support/messages.ts';
import { noWebhooks } from '../support/no-webhooks.ts';
import { openOpenIdProvider } from '../support/openid-provider.ts';
import { newQueues, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

interface Office {
  readonly firm: Firm;
  readonly app: Hono;
  readonly rawKey: string;
  /** What stands for each parameter of a path. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The cookie of somebody with each role. */
  readonly cookies: Readonly<Record<string, string>>;
}

async function openOffice(): Promise<Office> {
  const firm = await openFirm();
  const raw = rawMessage({
    from: client,
    subject: '[Case 4711: Closed] The plan',
    body: multipart('multipart/mixed', 'b', [
      html('<p>The <b>plan</b>.</p>'),
      file({ name: 'plan.png', type: 'image/png', content: png(51, 102, 153) }),
    ]),
  });
  const message = await firm.receive(raw);
  const { issuer, clientId, clientSecret } = await openOpenIdProvider();
  const app = dashboardApp({
    settings: {
      host: '127.0.0.1',
      port: 0,
      password: null,
      token: null,
      publicUrl: 'http://mail.firm.test',
      openid: { issuer, clientId, clientSecret, nameClaim: 'email', roleClaim: null },
    },
    database: firm.database,
    blobs: firm.blobs,
    queues: newQueues(),
    triage: { ...firm, enqueue: async () => {} },
    mailboxService: await mailboxServiceOf(firm.database, { names: ['office'] }),
    webhooks: noWebhooks(firm.database),
    metrics: createMetrics(),
    log: createLog('silent'),
  });
  const cookies: Record<string, string> = {};
  for (const role of userRoles) {
    await addUser(firm.database.users, { name: role, role, password: null });
    const user = await findUser(firm.database.users, role);
    const id = newSessionId();
    await beginSession(firm.database.sessions, id, { kind: 'user', user: role, stamp: user?.stamp ?? '' });
    cookies[role] = `docketmail-session=${id}`;
  }
  const sha256 = message.attachments[0]?.sha256 ?? '';
  const communication = await firm.database.communications.findOne();
  const parameters = {
    id: message._id.toHexString(),
    sha256,
    communication: String(communication?._id),
    name: 'office',
    ref: '4711',
    kind: 'message',
    file: assetPath('icon.svg').replace('/assets/', ''),
    queueName: 'ingest',
    jobId: '1',
    jobStatus: 'completed',
    queueStatus: 'completed',
  };
  return { firm, app, rawKey: message.rawKey ?? '', parameters, cookies };
}

const routesOf = (app: Hono) => [
  ...new Set(
    app.routes.filter(({ method }) => method !== 'ALL').map(({ method, path }) => `${method} ${path}`),
  ),
];

const webhook = new ObjectId();

function pathFor(pattern: string, { parameters, rawKey }: Pick<Office, 'parameters' | 'rawKey'>): string {
  if (pattern === '/files/*') return `/files/${rawKey}`;
  if (pattern === '/clients/:id' || pattern.startsWith('/api/clients/:id'))
    return pattern.replace(':id', 'paula');
  if (pattern === '/api/communications/:id') return pattern.replace(':id', parameters['communication'] ?? '');
  if (pattern.startsWith('/api/webhooks/')) return pattern.replace(':id', webhook.toHexString());
  const path = pattern
    .replace(/\/\*$/u, '/nothing')
    .replaceAll(/:(\w+)(?:\{[^}]*\})?\??/gu, (_all, name: string) => parameters[name] ?? 'nothing');
  return `${path}${QUERIES[pattern] ?? ''}`;
}

const QUERIES: Readonly<Record<string, string>> = {
  '/messages/:id/remember': '?client=paula',
  '/api/mailboxes/discover': '?address=ann@gmail.com',
};

/** Pages that come after something else, and say so. */
const ASKS_FOR_MORE = new Set([
  'GET /oauth/start',
  'GET /oauth/callback',
  'GET /sign-in/openid/callback',
  'POST /sign-in',
  'GET /api/search',
]);

/** Again for each request, because one of them removes it. */
async function addWebhook({ database }: Firm): Promise<void> {
  const endpoint = {
    url: 'https://crm.test/hook',
    types: null,
    mailboxes: null,
    include: [],
    isEnabled: true,
  };
  const made = { seq: 0, createdAt: new Date(), createdBy: 'ann' };
  await database.endpoints.updateOne({ _id: webhook }, { $set: { ...endpoint, ...made } }, { upsert: true });
}

const NOT_ENOUGH = /This needs the role (\w+), and yours is (\w+)\./u;

describe('the table', () => {
  it('names every route that there is, and no other', async () => {
    const { app } = await openOffice();
    const ours = routesOf(app).filter((route) => !route.includes(' /queues'));
    expect(Object.keys(routeRoles).toSorted((a, b) => a.localeCompare(b))).toEqual(
      ours.toSorted((a, b) => a.localeCompare(b)),
    );
    // Middleware, and what answers that there is no such path: nothing that shows or does anything.
    const forAll = app.routes.filter(({ method }) => method === 'ALL').map(({ path }) => path);
    expect([...new Set(forAll)].toSorted((a, b) => a.localeCompare(b))).toEqual(
      [
        '/*',
        '/api/*',
        '/decisions/*',
        '/mailboxes/*',
        '/messages/*',
        '/queues/*',
        '/sign-in',
        '/triage/*',
        '/users/*',
        '/webhooks/*',
      ].toSorted((a, b) => a.localeCompare(b)),
    );
  });

  it('leaves a route that it does not name to the admin', () => {
    expect(neededFor({ method: 'GET', path: '/new' })).toBe('admin');
    expect(neededFor({ method: 'DELETE', path: '/queues/api/queues/:queueName' })).toBe('operator');
    expect(neededFor({ method: 'GET', path: '/queuesomething' })).toBe('admin');
  });
});

it('every route is refused to every role below, to nobody above, and to outsiders', async () => {
  const office = await openOffice();
  const { app, firm, cookies } = office;
  const routes = routesOf(app);
  const wrong: string[] = [];
  let cells = 0;
  for (const route of routes) {
    const [method = '', pattern = ''] = route.split(' ');
    const needed = neededFor({ method, path: pattern });
    const path = pathFor(pattern, office);
    const isApi = pattern.startsWith('/api/');
    const ask = async (cookie: string): Promise<Response> =>
      await app.request(path, {
        method,
        headers: {
          accept: isApi ? 'application/json' : 'text/html',
          'sec-fetch-site': 'same-origin',
          'content-type': isApi ? 'application/json' : 'application/x-www-form-urlencoded',
          ...(cookie === '' ? {} : { cookie }),
        },
        ...(method === 'GET' ? {} : { body: isApi ? '{}' : '' }),
      });
    const outside = await ask('');
    const isTurnedAway =
      (outside.status === 401 && (await outside.text()).includes('Password or token needed')) ||
      (outside.status === 303 && outside.headers.get('location')?.startsWith('/sign-in?to=') === true);
    if (isTurnedAway !== (needed !== 'anyone')) wrong.push(`outsider ${route}: ${outside.status}`);
    for (const role of userRoles) {
      cells += 1;
      if (pattern.startsWith('/api/webhooks')) await addWebhook(firm);
      const answer = await ask(route === 'POST /sign-out' ? '' : (cookies[role] ?? ''));
      const refused = NOT_ENOUGH.exec(await answer.text());
      if (needed === 'anyone' || mayDo(role, needed)) {
        // A page or a list is shown; an act without a form, or on what is not there, is refused by the act itself.
        const isFine =
          method === 'GET' && !pattern.includes('/queues') ? answer.status < 400 : answer.status < 500;
        const isBoard = pattern.startsWith('/queues');
        if (refused !== null || !(isFine || isBoard || ASKS_FOR_MORE.has(route)))
          wrong.push(`${role} ${route}: ${answer.status}`);
      } else if (answer.status !== 403 || refused?.[1] !== needed || refused[2] !== role)
        wrong.push(`${role} ${route}: ${answer.status}, not 403`);
      if (isApi && answer.status === 403 && answer.headers.get('content-type') !== 'application/problem+json')
        wrong.push(`${role} ${route}: no problem`);
    }
  }
  expect(wrong).toEqual([]);
  expect(cells).toBe(routes.length * userRoles.length);
});
