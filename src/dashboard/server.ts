import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { WebhookDeps } from '../events/endpoints.ts';
import { hasUsers } from '../store/users.ts';
import type { TriageDeps } from '../triage/triage-deps.ts';
import { guardAccess } from './access.ts';
import type { AccessSettings } from './access-settings.ts';
import { mountApi } from './api/api.ts';
import { answerProblem, isApi } from './api/problem.ts';
import { mountFiles } from './files.ts';
import { createGuesses } from './guesses.ts';
import { mountHealth } from './health.ts';
import type { HealthSources } from './health.ts';
import { isLoopback } from './loopback.ts';
import { mountOAuth } from './oauth.ts';
import { refusalOf } from './pages/acts.ts';
import { noSuch, refuse } from './pages/errors.ts';
import type { PageSettings } from './pages/page-deps.ts';
import { mountPages } from './pages/pages.ts';
import { keepPrivate } from './private-answers.ts';
import { mountQueues } from './queues.ts';
import { createAccess, isGuarded, mayBeOpen } from './sign-in/identify.ts';
import { mountSignIn } from './sign-in/sign-in-page.ts';
import { withoutTrailingSlash } from './trailing-slash.ts';

export interface Dashboard {
  readonly url: string;
  close(): Promise<void>;
}

export interface DashboardInput extends HealthSources {
  readonly settings: AccessSettings & { readonly port: number };
  readonly log: Log;
  readonly triage: TriageDeps;
  readonly webhooks: WebhookDeps;
  readonly pages?: PageSettings;
}

/** Everything that an operator sees over HTTP. @throws if the port is taken or a public address has no password. */
export async function openDashboard(input: DashboardInput): Promise<Dashboard> {
  const { settings, log, database } = input;
  await refuseIfAnybodyCouldEnter(input);
  if (mayBeOpen(settings) && !(await hasUsers(database.users)))
    log.info({ host: settings.host }, 'dashboard without a password: reachable from this machine only');

  const app = dashboardApp(input);
  const server = createAdaptorServer({ fetch: app.fetch, hostname: settings.host });
  server.listen(settings.port, settings.host);
  await once(server, 'listening').catch((error: unknown) => {
    throw new Error(
      `DASHBOARD_PORT: cannot listen on ${settings.host}:${settings.port} (${describeError(error)}). Fix: choose a free port`,
      { cause: error },
    );
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${settings.host.includes(':') ? `[${settings.host}]` : settings.host}:${port}/`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await closed;
    },
  };
}

/** Pages, API and queues behind their guard. */
export function dashboardApp(input: DashboardInput): Hono {
  const { settings, log, blobs, queues, database } = input;
  const app = new Hono();
  app.use(...keepPrivate());
  const guesses = createGuesses({
    onWrong: (outcome) => input.metrics.wrongPasswords.inc({ outcome }),
    onBurst: (burst) =>
      log.warn(burst, 'wrong passwords for the dashboard; not checking more from there for now'),
  });
  const access = createAccess({ settings, database, guesses });
  app.use(guardAccess({ ...access, log }));
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal !== null) return refuse(context, refusal);
    log.error({ path: context.req.path, error: describeError(error) }, 'request failed');
    if (isApi(context))
      return answerProblem(context, 'internal', { detail: 'Something went wrong; the log says what.' });
    return refuse(context, {
      status: 500,
      title: 'Something went wrong',
      says: 'Something went wrong; the log says what.',
    });
  });
  app.notFound((context) =>
    isApi(context)
      ? answerProblem(context, 'no-such-path', {
          detail: 'nothing is here: GET /api/openapi.json describes every path',
        })
      : noSuch(context, 'page'),
  );
  app.use(withoutTrailingSlash);
  mountHealth(app, input);
  const { pages = { newClientUrl: null, shown: [] } } = input;
  mountSignIn(app, { ...access, log });
  mountPages(app, { ...input, pages });
  mountFiles(app, blobs, settings);
  mountOAuth(app, { signIn: input.mailboxService.signIn, log });
  mountApi(app, { ...input, shown: pages.shown });
  mountQueues(app, queues);
  return app;
}

/** An address that others reach needs something that they do not have. @throws with what helps. */
async function refuseIfAnybodyCouldEnter({
  settings,
  database,
}: Pick<HealthSources, 'database'> & { readonly settings: AccessSettings }): Promise<void> {
  const { host } = settings;
  if (isLoopback(host) || isGuarded(settings) || (await hasUsers(database.users))) return;
  throw new Error(
    `DASHBOARD_HOST: ${host} is reachable by others. Fix: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN, add a user (docketmail user add), or use 127.0.0.1`,
  );
}
