/** Every secret of a running installation is looked for in all that it stores, says and shows. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { openApp } from '../../src/app/start.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openQueues } from '../../src/queue/queues.ts';
import { rotateSecrets } from '../../src/store/sealed-fields.ts';
import { append, imapServer } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { newUser } from '../support/oauth-office.ts';
import { emptyQueues, newFolder, openTestResources, testEnvironment } from '../support/servers.ts';
import { mailScope, newTokenServer } from '../support/token-server.ts';

it('no secret is in the database, Redis, the log at trace level, figures, pages or answers', async () => {
  const [folder, server] = [await newFolder(), await newTokenServer()];
  const { host, tlsPort, password, caFile } = imapServer();
  const [byPassword, byToken, refused] = [newUser(), newUser(), newUser()];
  server.ways.signsInAs = byToken;
  const dashboardToken = randomBytes(16).toString('hex');
  const clientSecret = randomBytes(16).toString('hex');
  const wrongPassword = `wrong-${randomBytes(8).toString('hex')}`;
  const keys = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const keyFile = join(folder, 'keys');
  await writeFile(keyFile, keys[0] ?? '');
  const app = { name: 'firm', provider: 'custom', clientId: 'docketmail', clientSecret, scopes: [mailScope] };
  await writeFile(
    join(folder, 'apps.json'),
    JSON.stringify({
      oauthApps: [
        { ...app, tokenEndpoint: `${server.url}/token`, authorizationEndpoint: `${server.url}/authorize` },
      ],
    }),
  );
  const env = {
    ...testEnvironment(folder),
    SECRETS_KEY_FILE: keyFile,
    MAILBOXES_FILE: join(folder, 'apps.json'),
    DASHBOARD_TOKEN: dashboardToken,
    DASHBOARD_PORT: '0',
    PUBLIC_URL: 'http://127.0.0.1',
    RECONCILE_SECONDS: '2',
    POLL_INTERVAL_SECONDS: '1',
    AUTHENTICATION: 'off',
    SHUTDOWN_SECONDS: '5',
  };
  const config = loadConfig(env, { mailboxes: 'optional' });
  const { database } = await openTestResources(env);
  const queues = openQueues(config.redis);
  onTestFinished(async () => {
    await emptyQueues(queues);
    await queues.close();
  });
  const said: string[] = [];
  const running = await openApp(
    config,
    new Set(['poll', 'ingest', 'dashboard']),
    pino({ level: 'trace' }, { write: (line) => void said.push(line) }),
  );
  onTestFinished(() => running.close());
  const ask = async (path: string, method = 'GET', body?: object): Promise<string> => {
    const response = await fetch(new URL(path, running.dashboard?.url), {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${dashboardToken}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    said.push(await response.text());
    return `${response.headers.get('location') ?? ''} ${response.headers.get('set-cookie') ?? ''}`;
  };
  const connection = {
    host,
    port: tlsPort,
    security: 'tls',
    ca: readFileSync(caFile, 'utf8'),
    folders: ['INBOX'],
  };
  for (const user of [byPassword, byToken]) await append(user, [rawMessage()]);
  await ask('/api/mailboxes', 'POST', { ...connection, user: byPassword, pass: password });
  await ask('/api/mailboxes', 'POST', { ...connection, user: refused, pass: wrongPassword });
  await ask('/api/mailboxes', 'POST', { ...connection, user: byToken, oauth: { app: 'firm' } });
  await ask('/api/mailboxes/test', 'POST', { ...connection, user: refused, pass: wrongPassword });

  // The browser's part: the cookie stays there, and the code is used once.
  const begun = await ask(`/oauth/start?mailbox=${encodeURIComponent(byToken)}`);
  const [location = '', cookie = ''] = begun.split(' ');
  const verifier = cookie.split(/[=;]/u)[1] ?? '';
  const back = new URL(await server.signIn(location));
  const signedIn = await fetch(new URL(`/oauth/callback${back.search}`, running.dashboard?.url), {
    headers: { authorization: `Bearer ${dashboardToken}`, cookie: cookie.split(';')[0] ?? '' },
  });
  expect(signedIn.status).toBe(200);
  said.push(await signedIn.text());
  await expect
    .poll(async () => await database.sightings.countDocuments({ state: 'done' }), {
      timeout: 60_000,
      interval: 200,
    })
    .toBe(2);
  await writeFile(keyFile, keys.toReversed().join('\n'));
  const rotated = await rotateSecrets(database, keyFile);
  expect(rotated.map(({ store, total, good }) => [store, total - good])).toEqual([
    ['mailboxes.pass', 0],
    ['tokens.refreshToken', 0],
    ['tokens.accessToken', 0],
  ]);
  expect(rotated.reduce((sum, { total }) => sum + total, 0)).toBe(4);
  server.revokeAll();
  await database.tokens.updateOne({ _id: byToken }, { $set: { expiresAt: new Date(0) } });
  await ask(`/api/mailboxes/${encodeURIComponent(byToken)}/test`, 'POST', {});
  for (const path of [
    '/',
    '/metrics',
    '/api/mailboxes',
    '/health/mailboxes',
    `/api/mailboxes/${encodeURIComponent(byPassword)}`,
  ])
    await ask(path);

  for (const { name } of await database.db.listCollections().toArray())
    for (const document of await database.db.collection(name).find().toArray())
      said.push(JSON.stringify(document));
  const redis = new Redis(config.redis.url);
  onTestFinished(() => redis.disconnect());
  for (const key of await redis.keys(`${config.redis.prefix}:*`)) said.push(key, await contentOf(redis, key));
  const all = said.join('\n');
  const state = new URL(location).searchParams.get('state') ?? '';
  const secrets: Readonly<Record<string, string>> = {
    password,
    wrongPassword,
    dashboardToken,
    clientSecret,
    verifier,
    state,
    ...Object.fromEntries([...keys, ...server.secrets].map((secret, at) => [`number ${at}`, secret])),
  };
  expect(server.secrets.size).toBeGreaterThan(2);
  const found = Object.entries(secrets).filter(([, secret]) => secret.length < 16 || all.includes(secret));
  expect(found.map(([name]) => name)).toEqual([]);
  expect(all).toContain('needs-consent');
});

async function contentOf(redis: Redis, key: string): Promise<string> {
  switch (await redis.type(key)) {
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, '0', '-1'));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    default:
      return (await redis.get(key)) ?? '';
  }
}
