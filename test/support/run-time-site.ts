/** An installation in this process, whose mailboxes are added at run time, by its API. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { onTestFinished } from 'vitest';
import { openApp } from '../../src/app/start.ts';
import type { App } from '../../src/app/start.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openQueues } from '../../src/queue/queues.ts';
import { importClients } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/mongo.ts';
import { imapServer } from './imap-server.ts';
import { noteSecret, refuseSecrets } from './known-secrets.ts';
import { client, office, rawMessage } from './messages.ts';
import { newKeyFile } from './oauth-office.ts';
import { emptyQueues, newFolder, openTestResources, testEnvironment } from './servers.ts';
import type { Environment } from './servers.ts';

export const RECONCILE_SECONDS = 4;
const token = noteSecret(randomBytes(12).toString('hex'));

/** Of each answer the parts that are looked at. */
export interface Answer {
  readonly mailboxes: readonly { readonly name: string; readonly state: string }[];
  readonly steps: readonly {
    readonly step: string;
    readonly status: string;
    readonly detail: string;
    readonly fix: string | null;
  }[];
  readonly error: unknown;
}

export interface RunTimeSite {
  readonly database: Database;
  readonly env: Environment;
  start(roles?: readonly ('poll' | 'ingest' | 'dashboard')[]): Promise<App>;
  ask(app: App, method: string, path: string, body?: object): Promise<{ status: number; json: Answer }>;
  /** A page as it is. */
  read(app: App, path: string): Promise<{ readonly status: number; readonly text: string }>;
}

export async function newRunTimeSite(): Promise<RunTimeSite> {
  const env = {
    ...testEnvironment(await newFolder()),
    SECRETS_KEY_FILE: await newKeyFile(),
    RECONCILE_SECONDS: String(RECONCILE_SECONDS),
    POLL_INTERVAL_SECONDS: '2',
    AUTHENTICATION: 'off',
    DASHBOARD_PORT: '0',
    DASHBOARD_TOKEN: token,
    SHUTDOWN_SECONDS: '5',
  };
  noteSecret(imapServer().password);
  const said: string[] = [];
  onTestFinished(() => refuseSecrets('the log or an answer', said.join('\n')));
  const log = pino({ level: 'trace' }, { write: (line) => void said.push(line) });
  const { database } = await openTestResources(env);
  await importClients(database.clients, [{ _id: 'paula', email: client }]);
  const queues = openQueues(loadConfig(env, { mailboxes: 'optional' }).redis);
  onTestFinished(async () => {
    await emptyQueues(queues);
    await queues.close();
  });
  return {
    database,
    env,
    start: async (roles = ['poll', 'ingest', 'dashboard']) => {
      const app = await openApp(loadConfig(env, { mailboxes: 'optional' }), new Set(roles), log);
      onTestFinished(() => app.close());
      return app;
    },
    ask: async (app, method, path, body) => {
      const response = await fetch(new URL(path, app.dashboard?.url), {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      said.push(text);
      return { status: response.status, json: JSON.parse(text) as Answer };
    },
    read: async (app, path) => {
      const response = await fetch(new URL(path, app.dashboard?.url), {
        headers: { authorization: `Bearer ${token}` },
      });
      const text = await response.text();
      said.push(text);
      return { status: response.status, text };
    },
  };
}

export function fieldsFor(user: string, port = imapServer().tlsPort): object {
  const { host, password } = imapServer();
  return {
    host,
    port,
    security: 'tls',
    user,
    pass: password,
    ca: readFileSync(imapServer().caFile, 'utf8'),
    folders: ['INBOX'],
  };
}

export const mail = (id: string) =>
  rawMessage({
    from: client,
    to: office,
    subject: `message ${id}`,
    id: `${id}.${randomBytes(6).toString('hex')}@client.test`,
  });
