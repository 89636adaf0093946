/** Every secret of a running installation is looked for in all that it stores, says and shows. */
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { run } from '../../services/command.ts';
import { openApp } from '../../src/app/start.ts';
import { loadConfig } from '../../src/config/config.ts';
import { openQueues } from '../../src/queue/queues.ts';
import { rotateSecrets } from '../../src/store/sealed-fields.ts';
import { append, imapServer } from '../support/imap-server.ts';
import { contentOf, noteSecret, refuseSecretsInDatabase } from '../support/known-secrets.ts';
import { rawMessage } from '../support/messages.ts';
import { newUser } from '../support/oauth-office.ts';
import { emptyQueues, newFolder, openTestResources, testEnvironment } from '../support/servers.ts';
import { mailScope, newTokenServer, tokenFor } from '../support/token-server.ts';
import type { TokenServer } from '../support/token-server.ts';

it('no secret is in the database, Redis, the log at trace level, figures, pages or answers', async () => {
  const [folder, server] = [await newFolder(), await newTokenServer()];
  const { host, tlsPort, password, caFile } = imapServer();
  const [byPassword, byToken, byCertificate, byRobot, refused] = Array.from({ length: 5 }, newUser) as [
    string,
    string,
    string,
    string,
    string,
  ];
  server.ways.signsInAs = byToken;
  const dashboardToken = randomBytes(16).toString('hex');
  const clientSecret = randomBytes(16).toString('hex');
  const wrongPassword = `wrong-${randomBytes(8).toString('hex')}`;
  const keys = [randomBytes(32).toString('base64'), randomBytes(32).toString('base64')];
  const keyFile = join(folder, 'keys');
  await writeFile(keyFile, keys[0] ?? '');
  const app = { provider: 'custom', clientId: 'docketmail', scopes: [mailScope] };
  const places = { tokenEndpoint: `${server.url}/token`, authorizationEndpoint: `${server.url}/authorize` };
  const own = await newCredentials(folder);
  server.ways.answer = (form) =>
    form.get('grant_type') === 'client_credentials'
      ? {
          status: 200,
          body: { access_token: noted(server, byCertificate), token_type: 'Bearer', expires_in: 3600 },
        }
      : undefined;
  await writeFile(
    join(folder, 'apps.json'),
    JSON.stringify({
      oauthApps: [
        { name: 'firm', ...app, ...places, clientSecret },
        { name: 'certified', ...app, ...places, privateKeyFile: own.key, certificateFile: own.certificate },
        { name: 'robot', ...app, ...places, serviceAccountFile: own.account },
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
  const readable = [byPassword, byToken, byCertificate, byRobot];
  for (const user of readable) await append(user, [rawMessage({ body: `For ${user}` })]);
  await ask('/api/mailboxes', 'POST', { ...connection, user: byPassword, pass: password });
  await ask('/api/mailboxes', 'POST', { ...connection, user: refused, pass: wrongPassword });
  await ask('/api/mailboxes', 'POST', { ...connection, user: byToken, oauth: { app: 'firm' } });
  for (const [user, oauth] of [
    [byCertificate, { app: 'certified', grant: 'client-credentials' }],
    [byRobot, { app: 'robot', grant: 'service-account' }],
  ])
    await ask('/api/mailboxes', 'POST', { ...connection, user, oauth });
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
    .toBe(readable.length);
  for (const name of ['firm', 'certified', 'robot']) await ask(`/api/oauth-apps/${name}/verify`, 'POST', {});
  await writeFile(keyFile, keys.toReversed().join('\n'));
  const rotated = await rotateSecrets(database, keyFile);
  expect(rotated.filter(({ total, good }) => good < total)).toEqual([]);
  expect(rotated.reduce((sum, { total }) => sum + total, 0)).toBe(6);
  server.revokeAll();
  await database.tokens.updateOne({ _id: byToken }, { $set: { expiresAt: new Date(0) } });
  await ask(`/api/mailboxes/${encodeURIComponent(byToken)}/test`, 'POST', {});
  for (const path of [
    '/',
    '/mailboxes',
    '/settings',
    '/webhooks',
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
    privateKeys: own.secret,
    ...Object.fromEntries(server.requests.flatMap((form, number) => secretsIn(form, number))),
    ...Object.fromEntries([...keys, ...server.secrets].map((secret, at) => [`number ${at}`, secret])),
  };
  expect(server.secrets.size).toBeGreaterThan(2);
  const found = Object.entries(secrets).filter(([, secret]) => secret.length < 16 || all.includes(secret));
  expect(found.map(([name]) => name)).toEqual([]);
  expect(all).toContain('needs-consent');
});

it('every test that uses a secret looks for it in its database at its end, and finds it', async () => {
  const { database } = await openTestResources(testEnvironment(await newFolder()));
  const _id = noteSecret(`secret-${randomBytes(12).toString('hex')}`);
  await database.tokens.insertOne({ _id } as never);
  await expect(refuseSecretsInDatabase(database.db)).rejects.toThrow(/the collection tokens has a secret/u);
  await database.tokens.deleteOne({ _id });
  await refuseSecretsInDatabase(database.db);
});

/** What proves to the provider who asks: some forms have several. */
function secretsIn(form: URLSearchParams, number: number): (readonly [string, string])[] {
  return ['client_secret', 'client_assertion', 'assertion', 'refresh_token', 'code', 'code_verifier'].flatMap(
    (field) => {
      const value = form.get(field);
      return value === null ? [] : [[`${field} of request ${number}`, value] as const];
    },
  );
}

function noted({ secrets }: TokenServer, user: string): string {
  const token = tokenFor(user, 3600);
  secrets.add(token);
  return token;
}

/** A certificate and a service account, whose private key is one. */
async function newCredentials(folder: string) {
  const [key, certificate, account] = ['key.pem', 'certificate.pem', 'account.json'].map((name) =>
    join(folder, name),
  ) as [string, string, string];
  const files = ['-keyout', key, '-out', certificate];
  await run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=app', ...files]);
  const privateKey = readFileSync(key, 'utf8');
  const robot = { client_email: 'robot@project.example', private_key: privateKey, private_key_id: 'key-1' };
  await writeFile(account, JSON.stringify(robot));
  return { key, certificate, account, secret: privateKey.split('\n')[5] ?? '' };
}
