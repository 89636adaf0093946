/** The commands that connect mailboxes, as a person runs them. */
import { randomBytes } from 'node:crypto';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { openQueues } from '../../src/queue/queues.ts';
import { append, imapServer } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { newUser } from '../support/oauth-office.ts';
import { newSite, runProgram } from '../support/program.ts';
import type { Environment, Finished, Site } from '../support/program.ts';
import { mailScope, newTokenServer } from '../support/token-server.ts';
import type { TokenServer } from '../support/token-server.ts';

interface Desk extends Site {
  /** Runs a command; `input` is its standard input. */
  readonly run: (words: readonly string[], input?: string) => Promise<Finished>;
  readonly keyFile: string;
}

const newKey = (): string => randomBytes(32).toString('base64');

async function newDesk(settings: Environment = {}): Promise<Desk> {
  const site = await newSite([], settings);
  const keyFile = join(site.folder, 'keys');
  await writeFile(keyFile, newKey(), { mode: 0o600 });
  const env = { SECRETS_KEY_FILE: keyFile, ...site.env };
  return { ...site, env, keyFile, run: async (words, input) => await runProgram(words, env, input) };
}

function connection(user: string): string[] {
  const { host, tlsPort, caFile } = imapServer();
  return [
    '--host',
    host,
    '--port',
    String(tlsPort),
    '--security',
    'tls',
    '--user',
    user,
    '--ca-file',
    caFile,
  ];
}

/** Standard input instead of a file: nothing of it is on the command line or on disk. */
const byInput = ['--pass-file', '-'];
const add = async ({ run }: Desk, user: string): Promise<Finished> =>
  await run(
    ['mailbox', 'add', ...connection(user), '--folders', 'INBOX', ...byInput],
    `${imapServer().password}\n`,
  );

it('a mailbox lives its whole life by commands', async () => {
  const desk = await newDesk();
  const { run, database, env } = desk;
  const user = newUser();
  await append(user, [rawMessage()]);
  const said: string[] = [];
  const ended = async (
    words: readonly string[],
    input?: string,
  ): Promise<readonly [number | null, string]> => {
    const { code, stdout, stderr } = await run(['mailbox', ...words], input);
    said.push(stdout, stderr);
    return [code, stdout + stderr];
  };

  expect(await ended(['list'])).toEqual([0, expect.stringContaining('no mailbox is configured')]);
  expect((await add(desk, user)).stdout).toBe(`${user} was added\n`);
  expect(await add(desk, user)).toMatchObject({ code: 2, stderr: expect.stringContaining('already') });
  expect(await ended(['list'])).toEqual([0, `${user}: was not polled yet; last read never\n`]);
  const { stdout } = await run(['mailbox', 'list', '--json']);
  expect(JSON.parse(stdout)).toEqual([
    expect.objectContaining({ name: user, state: 'starting', revision: 1 }),
  ]);

  const [code, steps] = await ended(['test', user]);
  expect([code, steps.match(/^\w+/gmu)]).toEqual([0, Array.from({ length: 7 }, () => 'ok')]);
  expect(steps).toContain('ok      examine INBOX: INBOX: 1 messages');
  const [failed, why] = await ended(['test', user, ...byInput], 'not-this-one');
  expect([failed, why]).toEqual([1, expect.stringMatching(/^FAILED {2}login: .*Fix: .*app password/mu)]);
  expect(why).toContain('skipped examine INBOX: not reached');
  expect(await database.mailboxStates.countDocuments()).toBe(0);

  expect(await ended(['change', user, '--folders', 'INBOX,Sent', '--interval', '30'])).toEqual([
    0,
    `${user} was changed\n`,
  ]);
  expect(await database.mailboxes.findOne({ _id: user })).toMatchObject({
    folders: ['INBOX', 'Sent'],
    pollIntervalSeconds: 30,
    pass: expect.stringMatching(/^v1\./u),
    revision: 2,
  });
  expect(await ended(['change', user, '--port', 'many'])).toEqual([2, expect.stringContaining('port: got')]);
  expect(await ended(['change', 'nobody', '--port', '993'])).toEqual([
    2,
    expect.stringContaining('there is no mailbox nobody'),
  ]);
  expect(await ended(['pause', user])).toEqual([0, expect.stringContaining('is paused')]);
  expect(await ended(['list'])).toEqual([0, expect.stringContaining('is paused')]);
  expect(await ended(['poll', user])).toEqual([
    2,
    expect.stringContaining(`docketmail mailbox resume ${user}`),
  ]);
  expect(await ended(['resume', user])).toEqual([0, expect.stringContaining('is read again')]);
  expect(await ended(['poll', user])).toEqual([0, expect.stringContaining('is polled as soon as')]);
  const queues = openQueues(loadConfig(env, { mailboxes: 'optional' }).redis);
  onTestFinished(() => queues.close());
  expect((await queues.poll.getJobs(['waiting'])).map(({ data }) => data)).toEqual([{ mailbox: user }]);

  await database.mailboxes.updateOne(
    { _id: user },
    { $set: { updatedAt: new Date(Date.now() - 7_200_000) } },
  );
  expect(await ended(['list'])).toEqual([1, expect.stringContaining(`down for longer than 900 s: ${user}`)]);
  expect(await ended(['remove', user])).toEqual([2, expect.stringContaining('Fix: say --yes')]);
  expect(await database.mailboxes.countDocuments({ desired: 'running' })).toBe(1);
  expect(await ended(['remove', user, '--yes'])).toEqual([
    0,
    expect.stringContaining('nothing is read twice'),
  ]);
  expect(await ended(['list'])).toEqual([0, expect.stringContaining('no mailbox is configured')]);
  for (const secret of [imapServer().password, 'not-this-one']) expect(said.join('')).not.toContain(secret);
}, 240_000);

async function withApps(server: TokenServer): Promise<Desk & { readonly clientSecret: string }> {
  const clientSecret = randomBytes(16).toString('hex');
  const desk = await newDesk({ PUBLIC_URL: 'https://docketmail.firm.test/' });
  const path = join(desk.folder, 'apps.json');
  const app = { provider: 'custom', clientId: 'docketmail', clientSecret, scopes: [mailScope] };
  const at = {
    tokenEndpoint: `${server.url}/token`,
    authorizationEndpoint: `${server.url}/authorize`,
    deviceEndpoint: `${server.url}/device`,
  };
  await writeFile(path, JSON.stringify({ oauthApps: [{ name: 'firm', ...app, ...at }] }));
  const env = { ...desk.env, MAILBOXES_FILE: path };
  return {
    ...desk,
    env,
    clientSecret,
    run: async (words, input) => await runProgram(words, env, input),
  };
}

it('somebody signs in with a code, or is told where to go with a browser', async () => {
  const server = await newTokenServer();
  const { run, database } = await withApps(server);
  const user = newUser();
  server.ways.signsInAs = user;
  const added = await run([
    'mailbox',
    'add',
    ...connection(user),
    '--oauth-app',
    'firm',
    '--grant',
    'device',
  ]);
  expect(added.stdout).toContain(`sign in next: docketmail mailbox authorise ${user}`);
  const browser = await run(['mailbox', 'authorise', user, '--no-wait']);
  expect(browser).toMatchObject({
    code: 0,
    stdout: `Open https://docketmail.firm.test/oauth/start?mailbox=${encodeURIComponent(user)}\n`,
  });
  const device = await run(['mailbox', 'authorise', user, '--device']);
  expect(device).toMatchObject({
    code: 0,
    stdout: `Open https://provider.example/device and enter the code ABCD-EFGH\n${user} is signed in\n`,
  });
  expect(await database.tokens.findOne({ _id: user })).toMatchObject({ state: 'ok', app: 'firm' });
  expect((await run(['mailbox', 'test', user])).code).toBe(0);
  server.ways.signsInAs = 'bob@firm.test';
  expect(await run(['mailbox', 'authorise', user, '--device'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining(`bob@firm.test signed in, and mailbox ${user} wants ${user}`),
  });
  expect(await run(['mailbox', 'authorise', 'nobody', '--no-wait'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('no mailbox nobody signs in by OAuth'),
  });
  const shown = [added, browser, device].map(({ stdout, stderr }) => stdout + stderr).join('');
  for (const secret of server.secrets) expect(shown).not.toContain(secret);
}, 240_000);

it('an app is verified, with an exit status for a script', async () => {
  const server = await newTokenServer();
  const { run, clientSecret } = await withApps(server);
  const user = newUser();
  server.ways.signsInAs = user;
  expect(await run(['oauth', 'verify', 'other'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('there is no OAuth app other'),
  });
  expect(await run(['oauth', 'verify'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('no mailbox signs in by this app'),
  });
  await run(['mailbox', 'add', ...connection(user), '--oauth-app', 'firm', '--grant', 'client-credentials']);
  const good = await run(['oauth', 'verify', 'firm', '--mailbox', user]);
  expect(good).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(new RegExp(`ok {6}login: ${user}`, 'u')),
  });
  server.ways.answer = () => ({ status: 401, body: { error: 'invalid_client' } });
  const bad = await run(['oauth', 'verify']);
  expect(bad).toMatchObject({ code: 1, stdout: expect.stringMatching(/FAILED {2}token: .*Fix: /u) });
  expect([good.stdout, bad.stdout, bad.stderr].join('')).not.toContain(clientSecret);
}, 240_000);

it('stored secrets are checked, and sealed with a new key', async () => {
  const desk = await newDesk();
  const { run, keyFile, database } = desk;
  const user = newUser();
  await add(desk, user);
  const before = await run(['secrets', 'check']);
  expect(before).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^mailboxes\.pass: 1\/1 open\n[^]*key \S+: seals 1; seals new ones\n$/u),
  });
  const [oldKey, newer] = [await readFile(keyFile, 'utf8'), newKey()];
  await writeFile(keyFile, `${newer}\n${oldKey}`);
  expect((await run(['secrets', 'check'])).stdout).toContain('docketmail secrets rotate frees it');
  const rotated = await run(['secrets', 'rotate']);
  expect(rotated).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('mailboxes.pass: 1/1 sealed with the first key'),
  });
  await writeFile(keyFile, newer);
  expect((await run(['mailbox', 'test', user])).code).toBe(0);
  await chmod(keyFile, 0o644);
  expect((await run(['secrets', 'check'])).stderr).toContain(`chmod 600 ${keyFile}`);
  await writeFile(keyFile, newKey());
  const lost = await run(['secrets', 'check']);
  expect(lost).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('mailboxes.pass: 0/1 open'),
    stderr: expect.stringContaining(user),
  });
  expect((await run(['secrets', 'rotate'])).code).toBe(1);
  expect(await database.mailboxes.countDocuments({ pass: { $ne: null } })).toBe(1);
  const all = [before, rotated, lost].map(({ stdout, stderr }) => stdout + stderr).join('');
  for (const secret of [oldKey, newer, imapServer().password]) expect(all).not.toContain(secret);
}, 240_000);

it('without a key nothing is stored, and it is said how to make one', async () => {
  const { env } = await newSite();
  const added = await runProgram(
    ['mailbox', 'add', ...connection(newUser()), ...byInput],
    env,
    imapServer().password,
  );
  expect(added).toMatchObject({ code: 2, stderr: expect.stringMatching(/SECRETS_KEY_FILE.*openssl rand/u) });
  expect((await runProgram(['secrets', 'check'], env)).stderr).toContain('SECRETS_KEY_FILE');
});
