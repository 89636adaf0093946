/** Mailboxes are added, changed, paused and removed while two workers run; both follow, and no message is lost or doubled. */
import { setTimeout as delay } from 'node:timers/promises';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app/start.ts';
import type { App } from '../../src/app/start.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import { openQueues } from '../../src/queue/queues.ts';
import { importClients } from '../../src/store/clients.ts';
import type { Database } from '../../src/store/mongo.ts';
import { append, imapServer } from '../support/imap-server.ts';
import { openTappedProxy } from '../support/tapped-proxy.ts';
import { client, office, rawMessage } from '../support/messages.ts';
import { newKeyFile, newUser } from '../support/oauth-office.ts';
import { emptyQueues, newFolder, openTestResources, testEnvironment } from '../support/servers.ts';
import type { Environment } from '../support/servers.ts';

const RECONCILE_SECONDS = 4;
const token = randomBytes(12).toString('hex');

/** Of each answer the parts that are looked at. */
interface Answer {
  readonly mailboxes: readonly { readonly name: string; readonly state: string }[];
  readonly steps: readonly {
    readonly step: string;
    readonly status: string;
    readonly detail: string;
    readonly fix: string | null;
  }[];
  readonly error: unknown;
}

interface Site {
  readonly database: Database;
  readonly env: Environment;
  start(roles?: readonly ('poll' | 'ingest' | 'dashboard')[]): Promise<App>;
  ask(app: App, method: string, path: string, body?: object): Promise<{ status: number; json: Answer }>;
}

async function newSite(): Promise<Site> {
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
      const app = await openApp(
        loadConfig(env, { mailboxes: 'optional' }),
        new Set(roles),
        createLog('silent'),
      );
      onTestFinished(() => app.close());
      return app;
    },
    ask: async (app, method, path, body) => {
      const response = await fetch(new URL(path, app.dashboard?.url), {
        method,
        headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(body) }),
      });
      return { status: response.status, json: (await response.json()) as Answer };
    },
  };
}

const { caFile } = { caFile: () => readFileSync(imapServer().caFile, 'utf8') };

function fieldsFor(user: string, port = imapServer().tlsPort): object {
  const { host, password } = imapServer();
  return { host, port, security: 'tls', user, pass: password, ca: caFile(), folders: ['INBOX'] };
}

const mail = (id: string) =>
  rawMessage({
    from: client,
    to: office,
    subject: `message ${id}`,
    id: `${id}.${randomBytes(6).toString('hex')}@client.test`,
  });

const within = { timeout: 40_000, interval: 200 };

it('a mailbox lives its whole life while two workers run', async () => {
  const site = await newSite();
  const { database } = site;
  const [one, two] = [await site.start(), await site.start(['poll', 'dashboard'])];
  const user = newUser();
  const at = `/api/mailboxes/${encodeURIComponent(user)}`;
  await append(user, [mail('first')]);
  const { host, tlsPort } = imapServer();
  const proxy = await openTappedProxy({ host, port: tlsPort });
  onTestFinished(() => proxy.close());

  const added = await site.ask(one, 'POST', '/api/mailboxes', fieldsFor(user, proxy.port));
  expect(added).toMatchObject({
    status: 200,
    json: { name: user, source: 'database', revision: 1, auth: { kind: 'password' } },
  });
  expect(JSON.stringify(added.json)).not.toContain(imapServer().password);
  const twice = await site.ask(two, 'POST', '/api/mailboxes', fieldsFor(user));
  expect(twice).toMatchObject({ status: 409, json: { error: { code: 'already-there' } } });
  const received = async (): Promise<number> => await database.messages.countDocuments();
  await expect.poll(received, within).toBe(1);
  for (const app of [one, two])
    await expect
      .poll(async () => (await site.ask(app, 'GET', '/api/mailboxes')).json.mailboxes[0]?.state, within)
      .toBe('ok');

  const paused = await site.ask(two, 'POST', `${at}/pause`);
  expect(paused.json).toMatchObject({ isPaused: true, revision: 2 });
  // Every process has seen it by then.
  await delay(RECONCILE_SECONDS * 1_000);
  await expect.poll(() => proxy.open(), within).toBe(0);
  await append(user, [mail('while-paused')]);
  // Reports may be some seconds old.
  await expect
    .poll(async () => (await site.ask(one, 'GET', '/api/mailboxes')).json.mailboxes[0], within)
    .toMatchObject({ state: 'paused', isWell: true });
  expect(await received()).toBe(1);
  await site.ask(one, 'POST', `${at}/resume`);
  await expect.poll(received, within).toBe(2);

  const stale = await site.ask(one, 'PATCH', at, { role: 'dropbox', revision: 2 });
  expect(stale).toMatchObject({ status: 409, json: { error: { code: 'changed-meanwhile' } } });
  const changed = await site.ask(one, 'PATCH', at, { pollIntervalSeconds: 3, revision: 3 });
  expect(changed.json).toMatchObject({ pollIntervalSeconds: 3, role: 'capture', revision: 4 });
  await append(user, [mail('after-change')]);
  await expect.poll(received, within).toBe(3);

  expect((await site.ask(two, 'DELETE', at)).json).toEqual({ removed: user, storedMail: 'keep' });
  await expect.poll(() => proxy.open(), within).toBe(0);
  await expect
    .poll(async () => (await site.ask(one, 'GET', '/api/mailboxes')).json.mailboxes, within)
    .toEqual([]);
  const left = await database.mailboxes.findOne({ _id: user });
  expect(Object.keys(left ?? {}).toSorted()).toEqual(['_id', 'desired', 'revision', 'updatedAt']);
  await append(user, [mail('while-removed')]);
  const again = await site.ask(one, 'POST', '/api/mailboxes', fieldsFor(user, proxy.port));
  expect(again.json).toMatchObject({ revision: 6 });
  await expect.poll(received, within).toBe(4);
  const uids = await database.sightings.distinct('uid', { mailbox: user });
  expect([uids.length, await database.sightings.countDocuments({ mailbox: user })]).toEqual([4, 4]);
});

it('twenty mailboxes are added, paused, changed and removed, each seen by both workers in time', async () => {
  const site = await newSite();
  const { database } = site;
  const [one, two] = [await site.start(), await site.start(['poll', 'dashboard'])];
  const { host, tlsPort } = imapServer();
  const proxy = await openTappedProxy({ host, port: tlsPort });
  onTestFinished(() => proxy.close());
  const users = Array.from({ length: 20 }, newUser);
  const pathOf = (user: string): string => `/api/mailboxes/${encodeURIComponent(user)}`;
  for (const [at, user] of users.entries()) {
    await append(user, [mail(`m${at}`)]);
    const { status } = await site.ask(
      at % 2 === 0 ? one : two,
      'POST',
      '/api/mailboxes',
      fieldsFor(user, proxy.port),
    );
    expect(status).toBe(200);
  }
  await expect
    .poll(async () => await database.messages.countDocuments(), { ...within, timeout: 90_000 })
    .toBe(20);
  for (const user of users) await site.ask(two, 'POST', `${pathOf(user)}/pause`);
  const pausedAt = performance.now();
  await expect.poll(() => proxy.open(), within).toBe(0);
  // Both let go within their interval; closing takes a moment.
  expect(performance.now() - pausedAt).toBeLessThan(RECONCILE_SECONDS * 1000 + 4_000);
  for (const user of users) await site.ask(one, 'POST', `${pathOf(user)}/resume`);
  for (const [at, user] of users.entries()) await append(user, [mail(`n${at}`)]);
  await expect
    .poll(async () => await database.messages.countDocuments(), { ...within, timeout: 90_000 })
    .toBe(40);
  for (const user of users) expect((await site.ask(one, 'DELETE', pathOf(user))).status).toBe(200);
  await expect.poll(() => proxy.open(), within).toBe(0);
  expect(await database.sightings.countDocuments()).toBe(40);
  expect(await database.leases.countDocuments({ kind: { $nin: ['scan', 'watcher'] } })).toBe(0);
});

it('without a key nothing secret is stored, and it is said what to do', async () => {
  const site = await newSite();
  const { SECRETS_KEY_FILE: _, ...env } = site.env as Record<string, string>;
  const app = await openApp(
    loadConfig(env, { mailboxes: 'optional' }),
    new Set(['dashboard']),
    createLog('silent'),
  );
  onTestFinished(() => app.close());
  const { status, json } = await site.ask(app, 'POST', '/api/mailboxes', fieldsFor(newUser()));
  expect(status).toBe(422);
  expect(json.error).toMatchObject({
    code: 'no-key',
    message: expect.stringMatching(/SECRETS_KEY_FILE.*openssl rand/u),
  });
  expect(await site.database.mailboxes.countDocuments()).toBe(0);
});

it('a wrong password and a server that is away show everywhere, with roles split over processes', async () => {
  const site = await newSite();
  const pages = await site.start(['dashboard']);
  await site.start(['poll']);
  const wrong = newUser();
  await site.ask(pages, 'POST', '/api/mailboxes', { ...fieldsFor(wrong), pass: 'not-this-one' });
  const away = newUser();
  await site.ask(pages, 'POST', '/api/mailboxes', fieldsFor(away, 1));
  const never = await site.ask(pages, 'GET', '/api/mailboxes');
  expect(never.json.mailboxes.map(({ name }) => name).toSorted()).toEqual([wrong, away].toSorted());
  const stateOf = async (user: string) => {
    const { json } = await site.ask(pages, 'GET', '/api/mailboxes');
    return json.mailboxes.find(({ name }) => name === user);
  };
  await expect.poll(async () => (await stateOf(wrong))?.state, within).toBe('authentication-failed');
  await expect.poll(async () => (await stateOf(away))?.state, within).toBe('connection');
  expect(await stateOf(wrong)).toMatchObject({ isWell: false, fix: expect.stringContaining('app password') });
  const headers = { authorization: `Bearer ${token}` };
  const get = async (path: string): Promise<string> =>
    await (await fetch(new URL(path, pages.dashboard?.url), { headers })).text();
  const overview = await get('/');
  expect(overview).toContain('the server refuses the password or token');
  expect(overview).toContain('the server cannot be reached');
  const metrics = await get('/metrics');
  expect(metrics).toContain(`docketmail_mailbox_up{mailbox="${wrong}"} 0`);
  expect(metrics).toContain(`docketmail_mailbox_state{mailbox="${wrong}",state="authentication-failed"} 1`);
  expect(metrics).toContain(`docketmail_mailbox_state{mailbox="${away}",state="connection"} 1`);
  expect((await fetch(new URL('/health/ready', pages.dashboard?.url))).status).toBe(200);
  await site.database.mailboxStates.updateMany({}, { $set: { since: new Date(Date.now() - 3_600_000) } });
  await expect
    .poll(
      async () => (await fetch(new URL('/health/mailboxes', pages.dashboard?.url), { headers })).status,
      within,
    )
    .toBe(503);
  for (const text of [overview, metrics, JSON.stringify(await stateOf(wrong))])
    expect(text).not.toContain('not-this-one');
});

it('a test of a mailbox goes step by step, says what fails, and stores nothing', async () => {
  const site = await newSite();
  const app = await site.start(['dashboard']);
  const user = newUser();
  await append(user, [mail('x')]);
  const test = async (fields: object) =>
    (await site.ask(app, 'POST', '/api/mailboxes/test', fields)).json.steps;
  const statuses = (steps: Answer['steps']) =>
    Object.fromEntries(steps.map(({ step, status }) => [step, status]));
  const good = await test(fieldsFor(user));
  expect(statuses(good)).toEqual({
    dns: 'ok',
    tcp: 'ok',
    tls: 'ok',
    greeting: 'ok',
    login: 'ok',
    folders: 'ok',
    'examine INBOX': 'ok',
  });
  expect(good.find(({ step }) => step === 'examine INBOX')?.detail).toBe('INBOX: 1 messages');
  const refused = await test({ ...fieldsFor(user), pass: 'wrong' });
  expect(statuses(refused)).toMatchObject({
    greeting: 'ok',
    login: 'failed',
    folders: 'skipped',
    'examine INBOX': 'skipped',
  });
  expect(refused.find(({ step }) => step === 'login')?.fix).toContain('IMAP_PASS');
  expect(statuses(await test({ ...fieldsFor(user), ca: null }))).toMatchObject({
    tcp: 'ok',
    tls: 'failed',
    greeting: 'skipped',
  });
  expect(statuses(await test(fieldsFor(user, 1)))).toMatchObject({
    dns: 'ok',
    tcp: 'failed',
    tls: 'skipped',
  });
  expect(statuses(await test({ ...fieldsFor(user), host: 'nowhere.invalid' }))).toMatchObject({
    dns: 'failed',
    tcp: 'skipped',
  });
  expect(statuses(await test({ ...fieldsFor(user), folders: ['Nothing'] }))).toMatchObject({
    login: 'ok',
    'examine Nothing': 'failed',
  });
  expect([
    await site.database.mailboxes.countDocuments(),
    await site.database.mailboxStates.countDocuments(),
  ]).toEqual([0, 0]);
});
