import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeProtectedHeader, decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { OAuthError } from '../../../src/connect/oauth/request.ts';
import {
  beginInBrowser,
  beginOnDevice,
  finishInBrowser,
  SignInError,
  startUrl,
} from '../../../src/connect/oauth/sign-in.ts';
import { findToken } from '../../../src/store/tokens.ts';
import { run } from '../../../services/command.ts';
import { newFolder } from '../../support/servers.ts';
import { openOAuthOffice } from '../../support/oauth-office.ts';
import type { OAuthOffice } from '../../support/oauth-office.ts';
import { mailScope } from '../../support/token-server.ts';

async function opens(office: OAuthOffice): Promise<string> {
  const session = await office.open(office.tokens()).source.openSession();
  try {
    return (await session.open('INBOX')).path;
  } finally {
    await session.close();
  }
}

async function signIn({ deps, server, settings }: OAuthOffice, by = 'anna') {
  const { url, verifier } = await beginInBrowser(deps, { mailbox: settings.name, by });
  const callback = new URL(await server.signIn(url));
  return {
    url,
    callback,
    finish: async (other: { verifier?: string; by?: string } = {}) =>
      await finishInBrowser(deps, { query: callback.search, verifier, by, ...other }),
  };
}

const reasonOf = async (work: Promise<unknown>): Promise<string> =>
  await work.then(
    () => 'nothing was thrown',
    (error: unknown) => {
      if (error instanceof OAuthError) return `${error.message}. Fix: ${error.failure.fix}`;
      return error instanceof SignInError ? error.message : `unexpected: ${String(error)}`;
    },
  );

describe('every grant signs in and opens the mailbox', () => {
  it('an authorization code with PKCE, in a browser', async () => {
    const office = await openOAuthOffice();
    expect(startUrl(office.deps, office.settings.name)).toBe(
      `https://docketmail.firm.test/mail/oauth/start?mailbox=${encodeURIComponent(office.settings.name)}`,
    );
    const { url, finish } = await signIn(office);
    const { searchParams } = new URL(url);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      redirect_uri: 'https://docketmail.firm.test/mail/oauth/callback',
      code_challenge_method: 'S256',
      scope: `${mailScope} offline_access`,
      login_hint: office.user,
    });
    expect(await finish()).toEqual({ mailbox: office.settings.name, warning: null });
    expect(await opens(office)).toBe('INBOX');
  });

  it('a device code, after the person took a while', async () => {
    const office = await openOAuthOffice({ use: { grant: 'device' } });
    office.server.ways.givesNow = false;
    const device = await beginOnDevice(office.deps, office.settings.name);
    expect(device).toMatchObject({
      userCode: 'ABCD-EFGH',
      verificationUri: 'https://provider.example/device',
    });
    const done = device.finish(AbortSignal.timeout(30_000));
    await expect.poll(() => office.server.requests.length, { timeout: 20_000 }).toBeGreaterThan(0);
    office.server.ways.givesNow = true;
    expect((await done).warning).toBeNull();
    expect(await opens(office)).toBe('INBOX');
  });

  it('client credentials with a secret', async () => {
    const office = await openOAuthOffice({ use: { grant: 'client-credentials' } });
    expect(await opens(office)).toBe('INBOX');
    expect(office.server.requests[0]?.get('client_secret')).toBe('app-secret-8a5f');
  });

  it('client credentials with a certificate', async () => {
    const folder = await newFolder();
    const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
    const files = ['-keyout', key, '-out', certificate];
    await run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=app', ...files]);
    const credential = {
      kind: 'certificate',
      privateKey: readFileSync(key, 'utf8'),
      certificate: readFileSync(certificate, 'utf8'),
    } as const;
    const office = await openOAuthOffice({ app: { credential }, use: { grant: 'client-credentials' } });
    expect(await opens(office)).toBe('INBOX');
    const assertion = office.server.requests[0]?.get('client_assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toMatchObject({
      alg: 'PS256',
      'x5t#S256': expect.stringMatching(/^[\w-]{43}$/u),
    });
    expect(decodeJwt(assertion)).toMatchObject({
      aud: `${office.server.url}/token`,
      iss: 'docketmail',
      sub: 'docketmail',
    });
  });

  it('a service account with delegation', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const credential = {
      kind: 'service-account',
      email: 'robot@project.example',
      privateKey: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
      keyId: 'key-1',
    } as const;
    const office = await openOAuthOffice({ app: { credential }, use: { grant: 'service-account' } });
    expect(await opens(office)).toBe('INBOX');
    const assertion = office.server.requests[0]?.get('assertion') ?? '';
    expect(decodeProtectedHeader(assertion)).toMatchObject({ alg: 'RS256', kid: 'key-1' });
    expect(decodeJwt(assertion)).toMatchObject({
      iss: 'robot@project.example',
      sub: office.user,
      scope: `${mailScope} offline_access`,
    });
  });

  it('a shared mailbox by the account of a person', async () => {
    const office = await openOAuthOffice({ use: { signInAs: 'anna@firm.test' } });
    office.server.ways.signsInAs = 'anna@firm.test';
    const { url, finish } = await signIn(office);
    expect(new URL(url).searchParams.get('login_hint')).toBe('anna@firm.test');
    // This server, unlike Exchange, lets nobody into the mailbox of another.
    expect((await finish()).warning).toMatch(/Authentication failed/u);
    expect(await findToken(office.database.tokens, office.settings.name)).toMatchObject({ state: 'ok' });
  });
});

describe('a sign-in is refused, and nothing stored', () => {
  const refusals: readonly [string, (office: OAuthOffice) => void, RegExp][] = [
    [
      'by another person',
      ({ server }) => (server.ways.signsInAs = 'bob@firm.test'),
      /bob@firm.test signed in.*Fix: sign in as u/u,
    ],
    [
      'without access to mail',
      ({ server }) => (server.ways.scope = 'openid email'),
      /access to mail was not granted.*box for mail ticked/u,
    ],
    [
      'without a refresh token',
      ({ server }) => (server.ways.givesRefreshToken = false),
      /no refresh token.*offline_access/u,
    ],
    [
      'by somebody unknown for whom the mailbox does not open',
      ({ server }) => Object.assign(server.ways, { signsInAs: 'bob@firm.test', givesIdToken: false }),
      /does not say who signed in/u,
    ],
    [
      'by a provider that answers HTML',
      ({ server }) => (server.ways.answer = () => ({ status: 200, body: '<html>' })),
      /without an OAuth answer/u,
    ],
    [
      'by a provider that redirects',
      ({ server }) =>
        (server.ways.answer = () => ({
          status: 302,
          body: '',
          headers: { location: 'http://127.0.0.1:1/' },
        })),
      /Fix/u,
    ],
    [
      'by a provider that floods',
      ({ server }) => (server.ways.answer = () => ({ status: 200, body: 'x'.repeat(200_000) })),
      /more than 65536 bytes/u,
    ],
  ];
  it.each(refusals)('%s', async (_what, arrange, reason) => {
    const office = await openOAuthOffice();
    arrange(office);
    const { finish } = await signIn(office);
    expect(await reasonOf(finish())).toMatch(reason);
    expect(await findToken(office.database.tokens, office.settings.name)).toBeNull();
  });

  it('a second time, from another browser, by another operator, or without one', async () => {
    const office = await openOAuthOffice();
    const other = await signIn(office);
    expect(await reasonOf(other.finish({ verifier: 'x'.repeat(43) }))).toMatch(/not begun in this browser/u);
    expect(await reasonOf(other.finish({ by: 'mallory' }))).toMatch(/not begun in this browser/u);
    await other.finish();
    expect(await reasonOf(other.finish())).toMatch(/finished before/u);
    expect(
      await reasonOf(finishInBrowser(office.deps, { query: '?code=x&state=y', verifier: null, by: 'anna' })),
    ).toMatch(/begin again/u);
  });

  it('after ten minutes', async () => {
    const office = await openOAuthOffice();
    const { finish } = await signIn(office);
    await office.database.signIns.updateMany({}, { $set: { until: new Date(Date.now() - 1_000) } });
    expect(await reasonOf(finish())).toMatch(/older than ten minutes/u);
  });

  it('by a person who says no', async () => {
    const office = await openOAuthOffice();
    const { url, verifier } = await beginInBrowser(office.deps, {
      mailbox: office.settings.name,
      by: 'anna',
    });
    const state = new URL(url).searchParams.get('state') ?? '';
    const query = `?error=access_denied&error_description=AADSTS65004%3A+The+user+declined+to+consent&state=${state}`;
    expect(await reasonOf(finishInBrowser(office.deps, { query, verifier, by: 'anna' }))).toMatch(
      /consent was not given/u,
    );
  });

  it('for a mailbox that does not exist', async () => {
    const office = await openOAuthOffice();
    expect(await reasonOf(beginInBrowser(office.deps, { mailbox: 'nobody', by: 'anna' }))).toMatch(
      /no mailbox nobody/u,
    );
  });
});

it('keeps neither state nor verifier nor token in the database in clear text', async () => {
  const office = await openOAuthOffice();
  const { url, verifier } = await beginInBrowser(office.deps, { mailbox: office.settings.name, by: 'anna' });
  const begun = JSON.stringify(await office.database.signIns.find().toArray());
  for (const secret of [verifier, new URL(url).searchParams.get('state') ?? ''])
    expect(begun).not.toContain(secret);
  await finishInBrowser(office.deps, {
    query: new URL(await office.server.signIn(url)).search,
    verifier,
    by: 'anna',
  });
  const stored = JSON.stringify(await office.database.tokens.find().toArray());
  expect(office.server.secrets.size).toBeGreaterThan(2);
  for (const secret of office.server.secrets) expect(stored).not.toContain(secret);
});
