/** Mailboxes are added, changed, paused and removed while two workers run; both follow, and no message is lost or doubled. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import pMap from 'p-map';
import { examine } from '../../src/app/doctor/doctor.ts';
import type { Finding } from '../../src/app/doctor/finding.ts';
import { openApp } from '../../src/app/start.ts';
import { loadConfig } from '../../src/config/config.ts';
import { createLog } from '../../src/log.ts';
import { append, imapServer } from '../support/imap-server.ts';
import { newUser } from '../support/oauth-office.ts';
import { fieldsFor, mail, newRunTimeSite, RECONCILE_SECONDS } from '../support/run-time-site.ts';
import type { Answer } from '../support/run-time-site.ts';
import { openTappedProxy } from '../support/tapped-proxy.ts';
import type { TappedProxy } from '../support/tapped-proxy.ts';

const within = { timeout: 40_000, interval: 200 };

it('a mailbox lives its whole life while two workers run', async () => {
  const site = await newRunTimeSite();
  const { database } = site;
  const [one, two] = [await site.start(), await site.start(['poll', 'dashboard'])];
  const user = newUser();
  const at = `/api/mailboxes/${encodeURIComponent(user)}`;
  await append(user, [mail('first')]);
  const proxy = await newProxy();

  const added = await site.ask(one, 'POST', '/api/mailboxes', fieldsFor(user, proxy.port));
  expect(added).toMatchObject({
    status: 200,
    json: { name: user, source: 'database', revision: 1, auth: { kind: 'password' } },
  });
  expect(JSON.stringify(added.json)).not.toContain(imapServer().password);
  const twice = await site.ask(two, 'POST', '/api/mailboxes', fieldsFor(user));
  expect(twice).toMatchObject({ status: 409, json: { code: 'already-there' } });
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
  expect(stale).toMatchObject({ status: 409, json: { code: 'changed-meanwhile' } });
  const changed = await site.ask(one, 'PATCH', at, { pollIntervalSeconds: 3, revision: 3 });
  expect(changed.json).toMatchObject({ pollIntervalSeconds: 3, role: 'capture', revision: 4 });
  await append(user, [mail('after-change')]);
  await expect.poll(received, within).toBe(3);

  const audited = async (fix: boolean) => (await site.ask(two, 'POST', `${at}/audit`, { fix })).json;
  await expect
    .poll(async () => await audited(false), within)
    .toMatchObject({ folders: [{ folder: 'INBOX', listed: 3, done: 3, missing: 0, problem: null }] });
  await database.sightings.deleteOne({ mailbox: user, uid: 2 });
  expect(await audited(true)).toMatchObject({ folders: [{ listed: 3, missing: 1 }] });
  await expect
    .poll(async () => await audited(false), within)
    .toMatchObject({ folders: [{ listed: 3, done: 3, missing: 0 }] });

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

it('a mailbox that is removed while it is polled loses nothing and doubles nothing when it is added again', async () => {
  const site = await newRunTimeSite();
  const { database } = site;
  const [one, two] = [await site.start(), await site.start(['poll', 'dashboard'])];
  const user = newUser();
  const at = `/api/mailboxes/${encodeURIComponent(user)}`;
  const proxy = await newProxy();
  const total = 120;
  await append(
    user,
    Array.from({ length: total }, (_, number) => mail(`m${number}`)),
  );
  await site.ask(one, 'POST', '/api/mailboxes', fieldsFor(user, proxy.port));
  await expect
    .poll(async () => await database.sightings.countDocuments(), { timeout: 40_000, interval: 10 })
    .toBeGreaterThan(0);
  expect((await site.ask(two, 'DELETE', at)).status).toBe(200);
  await expect.poll(() => proxy.open(), within).toBe(0);
  await site.ask(two, 'POST', '/api/mailboxes', fieldsFor(user, proxy.port));
  const { sightings, messages, communications } = database;
  const counts = async (): Promise<number[]> => [
    await sightings.countDocuments(),
    await sightings.countDocuments({ state: 'done' }),
    await messages.countDocuments(),
    await communications.countDocuments(),
  ];
  await expect.poll(counts, { ...within, timeout: 90_000 }).toEqual([total, total, total, total]);
});

it('of two people who change a mailbox at one moment one is told, and a name is given once', async () => {
  const site = await newRunTimeSite();
  const [one, two] = [await site.start(['dashboard']), await site.start(['dashboard'])];
  const user = newUser();
  const at = `/api/mailboxes/${encodeURIComponent(user)}`;
  const both = async (method: string, path: string, bodies: readonly [object, object]): Promise<number[]> => {
    const answers = await Promise.all([
      site.ask(one, method, path, bodies[0]),
      site.ask(two, method, path, bodies[1]),
    ]);
    return answers.map(({ status }) => status).toSorted((a, b) => a - b);
  };
  expect(await both('POST', '/api/mailboxes', [fieldsFor(user), fieldsFor(user)])).toEqual([200, 409]);
  expect(
    await both('PATCH', at, [
      { role: 'dropbox', revision: 1 },
      { silenceHours: 24, revision: 1 },
    ]),
  ).toEqual([200, 409]);
  expect(await site.database.mailboxes.findOne({ _id: user })).toMatchObject({ revision: 2 });
});

async function newProxy(port = imapServer().tlsPort): Promise<TappedProxy> {
  const proxy = await openTappedProxy({ host: imapServer().host, port });
  onTestFinished(() => proxy.close());
  return proxy;
}

it('fifty mailboxes are added, paused, changed, resumed and removed, each seen by both workers in time', async () => {
  const site = await newRunTimeSite();
  const { database } = site;
  const workers = [await site.start(), await site.start(['poll', 'dashboard'])] as const;
  // The server gives each connection with TLS a process of its own, and has a hundred.
  const { port } = imapServer();
  const [before, after] = [await newProxy(port), await newProxy(port)];
  const users = Array.from({ length: 50 }, newUser);
  const pathOf = (user: string): string => `/api/mailboxes/${encodeURIComponent(user)}`;
  const each = async (work: (user: string, at: number) => Promise<unknown>): Promise<void> =>
    void (await pMap(users, work, { concurrency: 5 }));
  const asked = async (method: string, path: (user: string) => string, body: (user: string) => object) =>
    await each(async (user, at) => {
      const { status } = await site.ask(workers[at % 2] ?? workers[0], method, path(user), body(user));
      expect(status).toBe(200);
    });
  /** Of each process. */
  const connections = async (state: string): Promise<number[]> =>
    await Promise.all(
      workers.map(async (app) => {
        const { text } = await site.read(app, '/metrics');
        return Number(new RegExp(`imap_connections\\{state="${state}"\\} (\\d+)`, 'u').exec(text)?.[1]);
      }),
    );
  const all = async (): Promise<number> =>
    (await Promise.all(['connecting', 'watching', 'busy', 'idle'].map(connections)))
      .flat()
      .reduce((a, b) => a + b);
  const took = async (what: string, look: () => Promise<void>): Promise<void> => {
    const since = performance.now();
    await look();
    console.log(`${what}: ${((performance.now() - since) / 1000).toFixed(1)} s`);
  };
  const received = async (): Promise<number> => await database.messages.countDocuments();
  const patient = { ...within, timeout: 90_000 };

  await each(async (user) => await append(user, [mail('first')]));
  await asked(
    'POST',
    () => '/api/mailboxes',
    (user) => ({ ...fieldsFor(user, before.port), security: 'none', ca: null }),
  );
  await took('all are read after the last was added', async () => {
    await expect.poll(received, patient).toBe(50);
  });
  await took('each process watches its half', async () => {
    await expect.poll(async () => await connections('watching'), patient).toEqual([25, 25]);
  });
  await asked(
    'POST',
    (user) => `${pathOf(user)}/pause`,
    () => ({}),
  );
  const silent = async (): Promise<readonly number[]> => [await all(), before.open(), after.open()];
  await took('both have let go after the last was paused', async () => {
    await expect.poll(silent, patient).toEqual([0, 0, 0]);
  });
  await each(async (user) => await append(user, [mail('while-paused')]));
  await asked('PATCH', pathOf, () => ({ port: after.port }));
  await delay(RECONCILE_SECONDS * 1000);
  expect([await received(), ...(await silent())]).toEqual([50, 0, 0, 0]);
  await asked(
    'POST',
    (user) => `${pathOf(user)}/resume`,
    () => ({}),
  );
  await took('all are read after the last was resumed', async () => {
    await expect.poll(received, patient).toBe(100);
  });
  expect(before.open()).toBe(0);
  await asked('PATCH', pathOf, () => ({ port: before.port }));
  await took('both have left the old port after the last was changed', async () => {
    await expect.poll(() => after.open(), patient).toBe(0);
  });
  await took('and each watches its half again', async () => {
    await expect.poll(async () => await connections('watching'), patient).toEqual([25, 25]);
  });
  await each(async (user) => await append(user, [mail('last')]));
  await expect.poll(received, patient).toBe(150);
  await asked('DELETE', pathOf, () => ({}));
  await took('no connection is left after the last was removed', async () => {
    await expect.poll(silent, patient).toEqual([0, 0, 0]);
  });
  const { sightings, communications, leases } = database;
  expect([
    await sightings.countDocuments(),
    await sightings.countDocuments({ state: 'done' }),
    await communications.countDocuments(),
    await leases.countDocuments({ kind: { $nin: ['scan', 'watcher'] } }),
  ]).toEqual([150, 150, 150, 0]);
}, 300_000);

it('without a key nothing secret is stored, and it is said what to do', async () => {
  const site = await newRunTimeSite();
  const { SECRETS_KEY_FILE: _, ...env } = site.env as Record<string, string>;
  const app = await openApp(
    loadConfig(env, { mailboxes: 'optional' }),
    new Set(['dashboard']),
    createLog('silent'),
  );
  onTestFinished(() => app.close());
  const { status, json } = await site.ask(app, 'POST', '/api/mailboxes', fieldsFor(newUser()));
  expect(status).toBe(422);
  expect(json).toMatchObject({
    code: 'no-key',
    detail: expect.stringMatching(/SECRETS_KEY_FILE.*openssl rand/u),
  });
  expect(await site.database.mailboxes.countDocuments()).toBe(0);
});

it('a wrong password and a server that stopped show everywhere within a minute, with roles split over processes', async () => {
  const site = await newRunTimeSite();
  const pages = await site.start(['dashboard']);
  await site.start(['poll']);
  const [wrong, stopped] = [newUser(), newUser()];
  const proxy = await newProxy();
  await site.ask(pages, 'POST', '/api/mailboxes', { ...fieldsFor(wrong), pass: 'not-this-one' });
  await site.ask(pages, 'POST', '/api/mailboxes', fieldsFor(stopped, proxy.port));
  // Nobody polled them yet, and both are listed.
  const { mailboxes } = (await site.ask(pages, 'GET', '/api/mailboxes')).json;
  expect(mailboxes.map(({ name }) => name).toSorted()).toEqual([wrong, stopped].toSorted());
  const reported = async (user: string) =>
    (await site.ask(pages, 'GET', '/api/mailboxes')).json.mailboxes.find(({ name }) => name === user);
  await expect.poll(async () => (await reported(stopped))?.state, within).toBe('ok');
  await proxy.close();
  const minute = { timeout: 60_000, interval: 500 };
  await expect
    .poll(async () => [(await reported(wrong))?.state, (await reported(stopped))?.state], minute)
    .toEqual(['authentication-failed', 'connection']);

  const said = { isWell: false, error: expect.any(String), fix: expect.any(String) };
  expect(await reported(wrong)).toMatchObject({
    ...said,
    lastSuccessAt: null,
    fix: expect.stringContaining('app password'),
  });
  expect(await reported(stopped)).toMatchObject({
    ...said,
    lastSuccessAt: expect.any(String),
    fix: expect.stringContaining(`port ${proxy.port}`),
  });
  const overview = await site.read(pages, '/');
  expect(overview.text).toContain('the server refuses the password or token');
  expect(overview.text).toContain('the server cannot be reached');
  const { text: metrics } = await site.read(pages, '/metrics');
  for (const [user, state] of [
    [wrong, 'authentication-failed'],
    [stopped, 'connection'],
  ])
    expect(metrics.split('\n')).toEqual(
      expect.arrayContaining([
        `docketmail_mailbox_up{mailbox="${user}"} 0`,
        `docketmail_mailbox_state{mailbox="${user}",state="${state}"} 1`,
        `docketmail_mailbox_state{mailbox="${user}",state="ok"} 0`,
      ]),
    );
  expect(metrics).toMatch(/docketmail_build_info\{version="\d[^"]*",node="\d[^"]*"\} 1/u);
  const findings: Finding[] = [];
  for await (const one of examine(loadConfig(site.env, { mailboxes: 'optional' }), { fix: false }))
    findings.push(one);
  for (const user of [wrong, stopped])
    expect(findings.find(({ subject }) => subject === `mailbox ${user}`)).toMatchObject({
      status: 'failed',
      fix: expect.any(String),
    });

  // This process is well; the installation is not, once they have been down for longer than the limit.
  expect((await site.read(pages, '/health/ready')).status).toBe(200);
  const health = await site.read(pages, '/health/mailboxes');
  expect(JSON.parse(health.text)).toMatchObject({
    status: 'ok',
    mailboxes: expect.arrayContaining([
      expect.objectContaining({ name: wrong, state: 'authentication-failed', isDownTooLong: false }),
    ]),
  });
  await site.database.mailboxStates.updateMany({}, { $set: { since: new Date(Date.now() - 3_600_000) } });
  await expect.poll(async () => (await site.read(pages, '/health/mailboxes')).status, within).toBe(503);
  const all = [overview.text, metrics, health.text, JSON.stringify([await reported(wrong), findings])];
  for (const text of all) expect(text).not.toContain('not-this-one');
});

it('a test of a mailbox goes step by step, says what fails, and stores nothing', async () => {
  const site = await newRunTimeSite();
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
