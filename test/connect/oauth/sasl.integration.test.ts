/** Both ways to hand a token to the server (RFC 7628, and the older one of Google and Microsoft), with a token of each grant. */
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { run } from '../../../services/command.ts';
import type { OAuthApp } from '../../../src/config/oauth-apps.ts';
import type { OAuthGrant } from '../../../src/config/oauth-use.ts';
import { beginInBrowser, beginOnDevice, finishInBrowser } from '../../../src/connect/oauth/sign-in.ts';
import { append, imapServer } from '../../support/imap-server.ts';
import { rawMessage } from '../../support/messages.ts';
import { openOAuthOffice } from '../../support/oauth-office.ts';
import type { OAuthOffice } from '../../support/oauth-office.ts';
import { openTappedProxy } from '../../support/tapped-proxy.ts';
import type { TappedProxy } from '../../support/tapped-proxy.ts';

const within = { timeout: 30_000, interval: 50 };
type Mechanism = 'OAUTHBEARER' | 'XOAUTH2';

/** The server offers both, and the newer one is preferred. */
async function newProxy(mechanism: Mechanism): Promise<TappedProxy> {
  const hides = mechanism === 'XOAUTH2' ? 'AUTH=OAUTHBEARER' : 'AUTH=XOAUTH2';
  const proxy = await openTappedProxy({ host: imapServer().host, port: imapServer().port, hides });
  onTestFinished(() => proxy.close());
  return proxy;
}

/** What a person does, if the grant needs one; what is wrong with the result, if anything. */
async function signIn({ deps, server, settings }: OAuthOffice, grant: OAuthGrant): Promise<string | null> {
  const { name: mailbox } = settings;
  if (grant === 'device') {
    const device = await beginOnDevice(deps, mailbox);
    return (await device.finish(AbortSignal.timeout(30_000))).warning;
  }
  if (grant !== 'code') return null;
  const { url, verifier } = await beginInBrowser(deps, { mailbox, by: 'anna' });
  const query = new URL(await server.signIn(url)).search;
  return (await finishInBrowser(deps, { query, verifier, by: 'anna' })).warning;
}

let certificate: OAuthApp['credential'];
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-sasl-'));
  const [key, pem] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const files = ['-keyout', key, '-out', pem];
  await run(['openssl', 'req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=app', ...files]);
  certificate = {
    kind: 'certificate',
    privateKey: readFileSync(key, 'utf8'),
    certificate: readFileSync(pem, 'utf8'),
  };
  await rm(folder, { recursive: true });
});

const serviceAccount = (): OAuthApp['credential'] => ({
  kind: 'service-account',
  email: 'robot@project.example',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  keyId: 'key-1',
});

const ways: readonly [string, OAuthGrant, () => Partial<OAuthApp>][] = [
  ['an authorization code', 'code', () => ({})],
  ['a device code', 'device', () => ({})],
  ['client credentials with a secret', 'client-credentials', () => ({})],
  ['client credentials with a certificate', 'client-credentials', () => ({ credential: certificate })],
  ['a service account', 'service-account', () => ({ credential: serviceAccount() })],
];

describe.each<Mechanism>(['OAUTHBEARER', 'XOAUTH2'])('by %s', (mechanism) => {
  it.each(ways)('the mailbox opens with the token of %s', async (_what, grant, app) => {
    const proxy = await newProxy(mechanism);
    const office = await openOAuthOffice({ app: app(), use: { grant }, port: proxy.port });
    expect(await signIn(office, grant)).toBeNull();
    const session = await office.open(office.tokens()).source.openSession();
    expect((await session.open('INBOX')).exists).toBe(0);
    await session.close();
    expect(proxy.sent(`AUTHENTICATE ${mechanism}`)).toBeGreaterThan(0);
    expect(proxy.sent('AUTHENTICATE')).toBe(proxy.sent(`AUTHENTICATE ${mechanism}`));
  });

  it('a session that the server ends in the middle of IDLE, with its token, goes on with a new one', async () => {
    const proxy = await newProxy(mechanism);
    const office = await openOAuthOffice({ port: proxy.port });
    office.server.ways.lifetimeSeconds = 3;
    await signIn(office, 'code');
    const { source } = office.open(office.tokens());
    const stopping = new AbortController();
    let arrivals = 0;
    const watching = source.watch({
      folder: 'INBOX',
      onArrival: () => (arrivals += 1),
      signal: stopping.signal,
    });
    await expect.poll(() => proxy.sent('IDLE'), within).toBe(1);
    await delay(3_100);
    const before = { requests: office.server.requests.length, arrivals };
    proxy.endWith('* BYE Session invalidated - AccessTokenExpired');
    await expect.poll(() => proxy.sent('IDLE'), within).toBe(2);
    expect(office.server.requests).toHaveLength(before.requests + 1);
    expect(source.health()).toMatchObject({ state: 'ok', failures: 0 });
    await append(office.user, [rawMessage()]);
    await expect.poll(() => arrivals, within).toBeGreaterThan(before.arrivals + 1);
    const session = await source.openSession();
    expect((await session.open('INBOX')).exists).toBe(1);
    await session.close();
    stopping.abort();
    await watching;
  });

  it('a token of somebody else is refused, and what the server said is told without it', async () => {
    const proxy = await newProxy(mechanism);
    const office = await openOAuthOffice({ use: { grant: 'client-credentials' }, port: proxy.port });
    office.server.ways.signsInAs = 'bob@firm.test';
    const error = await office
      .open(office.tokens())
      .source.openSession()
      .then(
        () => null,
        (reason: unknown) => reason,
      );
    expect(error).toMatchObject({
      code: 'needs-permission',
      message: expect.stringMatching(/Authentication failed/u),
    });
    for (const secret of office.server.secrets) expect(String(error)).not.toContain(secret);
  });
});
