import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { WebhookDeps } from '../events/endpoints.ts';
import type { TriageDeps } from '../triage/triage-deps.ts';
import { guardAccess, isLoopback } from './access.ts';
import type { AccessSettings } from './access.ts';
import { mountApi } from './api/api.ts';
import { mountFiles } from './files.ts';
import { createGuesses } from './guesses.ts';
import { mountHealth } from './health.ts';
import type { HealthSources } from './health.ts';
import { mountOAuth } from './oauth.ts';
import { refusalOf } from './pages/acts.ts';
import { noSuch, refuse } from './pages/errors.ts';
import type { PageSettings } from './pages/page-deps.ts';
import { mountPages } from './pages/pages.ts';
import { keepPrivate } from './private-answers.ts';
import { mountQueues } from './queues.ts';
import { withoutTrailingSlash } from './trailing-slash.ts';

export interface Dashboard {
  readonly url: string;
  close(): Promise<void>;
}

/** Everything that an operator sees over HTTP. @throws if the port is taken or a public address has no password. */
export async function openDashboard(
  input: HealthSources & {
    readonly settings: AccessSettings & { readonly port: number };
    readonly log: Log;
    readonly triage: TriageDeps;
    readonly webhooks: WebhookDeps;
    readonly pages?: PageSettings;
  },
): Promise<Dashboard> {
  const { settings, log, blobs, queues } = input;
  const isOpen = settings.password === null && settings.token === null;
  if (isOpen && !isLoopback(settings.host))
    throw new Error(
      `DASHBOARD_HOST: ${settings.host} is reachable by others. Fix: set DASHBOARD_PASSWORD or DASHBOARD_TOKEN, or use 127.0.0.1`,
    );
  if (isOpen)
    log.info({ host: settings.host }, 'dashboard without a password: reachable from this machine only');

  const app = new Hono();
  app.use(...keepPrivate());
  const guesses = createGuesses({
    onWrong: (outcome) => input.metrics.wrongPasswords.inc({ outcome }),
    onBurst: (burst) =>
      log.warn(burst, 'wrong passwords for the dashboard; not checking more from there for now'),
  });
  app.use(guardAccess(settings, guesses));
  app.onError((error, context) => {
    const refusal = refusalOf(error);
    if (refusal !== null) return refuse(context, refusal);
    log.error({ path: context.req.path, error: describeError(error) }, 'request failed');
    return refuse(context, {
      status: 500,
      title: 'Something went wrong',
      says: 'Something went wrong; the log says what.',
    });
  });
  app.notFound((context) => noSuch(context, 'page'));
  app.use(withoutTrailingSlash);
  mountHealth(app, input);
  const { pages = { newClientUrl: null, shown: [] } } = input;
  mountPages(app, { ...input, pages, isOpen });
  mountFiles(app, blobs, settings);
  mountOAuth(app, { signIn: input.mailboxService.signIn, log });
  mountApi(app, input);
  mountQueues(app, queues);

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
