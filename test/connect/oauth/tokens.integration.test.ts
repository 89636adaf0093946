import { generateKeyPairSync } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { decodeJwt } from 'jose';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openTokens } from '../../../src/connect/oauth/tokens.ts';
import type { Tokens } from '../../../src/connect/oauth/tokens.ts';
import { MailboxError } from '../../../src/mailbox/mailbox.ts';
import { findToken } from '../../../src/store/tokens.ts';
import { openOAuthOffice } from '../../support/oauth-office.ts';
import type { OAuthOffice } from '../../support/oauth-office.ts';
import { tokenFor } from '../../support/token-server.ts';

/** As some time after a sign-in: the access token has expired. */
async function signedIn(lifetimeMs = 1): Promise<OAuthOffice> {
  const office = await openOAuthOffice();
  await office.tokens().store(office.use, {
    accessToken: tokenFor(office.user, 1),
    refreshToken: office.server.refreshTokenFor(office.user),
    lifetimeMs,
    scope: null,
    address: office.user,
  });
  await delay(20);
  return office;
}

const codeOf = async (tokens: Tokens, { use }: OAuthOffice): Promise<string> =>
  await tokens.accessToken(use).then(
    () => 'a token',
    (error: unknown) => (error instanceof MailboxError ? error.code : String(error)),
  );

it('is refreshed once however many processes ask at once, and all get the same', async () => {
  const office = await signedIn();
  const given = await Promise.all(Array.from({ length: 8 }, () => office.tokens().accessToken(office.use)));
  expect(new Set(given).size).toBe(1);
  expect(office.server.requests).toHaveLength(1);
  expect(await findToken(office.database.tokens, office.settings.name)).toMatchObject({
    revision: 2,
    state: 'ok',
  });
});

it('keeps the refresh token of a provider that does not rotate it', async () => {
  const office = await signedIn();
  Object.assign(office.server.ways, { rotates: false, lifetimeSeconds: 1 });
  for (let turn = 0; turn < 3; turn++) {
    await office.tokens().accessToken(office.use);
    await delay(1_100);
  }
  expect(office.server.requests.map((form) => form.get('refresh_token'))).toHaveLength(3);
  expect(new Set(office.server.requests.map((form) => form.get('refresh_token'))).size).toBe(1);
});

it('is stored before it is used: a process that dies after the answer loses only that answer', async () => {
  const office = await signedIn();
  const dying = openTokens({
    database: office.database,
    apps: [office.app],
    keyFile: office.keyFile,
    step: () => {
      throw new Error('killed');
    },
  });
  await expect(dying.accessToken(office.use)).rejects.toThrow('killed');
  // The rotated refresh token went with it: only a new sign-in helps, and it is said.
  expect(await codeOf(office.tokens(), office)).toBe('needs-consent');
  expect(office.said.consent).toHaveLength(1);
});

it('does not believe invalid_grant if another process had refreshed it', async () => {
  const office = await signedIn();
  let isFirst = true;
  office.server.ways.answer = () => {
    if (!isFirst) return undefined;
    isFirst = false;
    return { status: 400, body: { error: 'invalid_grant', error_description: 'used twice' }, delayMs: 500 };
  };
  const slow = office.tokens().accessToken(office.use);
  await expect.poll(() => office.server.requests.length, { timeout: 20_000 }).toBe(1);
  const fresh = tokenFor(office.user, 3600);
  // As one whose lease expired while it was frozen.
  await office.tokens().store(office.use, {
    accessToken: fresh,
    refreshToken: 'another',
    lifetimeMs: 3_600_000,
    scope: null,
    address: null,
  });
  expect(await slow).toBe(fresh);
  expect(office.said.consent).toEqual([]);
});

describe('consent that was withdrawn', () => {
  it('pauses the mailbox for every process, is said once, and asks nothing of the provider any more', async () => {
    const office = await signedIn();
    office.server.revokeAll();
    const codes = await Promise.all([codeOf(office.tokens(), office), codeOf(office.tokens(), office)]);
    expect(codes).toEqual(['needs-consent', 'needs-consent']);
    expect(office.said.consent).toEqual([
      expect.stringContaining(`docketmail mailbox authorise ${office.settings.name}`),
    ]);
    const asked = office.server.requests.length;
    expect(asked).toBe(1);
    for (let turn = 0; turn < 5; turn++) expect(await codeOf(office.tokens(), office)).toBe('needs-consent');
    expect(office.server.requests).toHaveLength(asked);
  });

  it('is over when somebody signs in again', async () => {
    const office = await signedIn();
    office.server.revokeAll();
    const mailbox = office.open();
    await expect(mailbox.source.openSession()).rejects.toMatchObject({ code: 'needs-consent' });
    await office.tokens().store(office.use, {
      accessToken: tokenFor(office.user, 3600),
      refreshToken: office.server.refreshTokenFor(office.user),
      lifetimeMs: 3_600_000,
      scope: null,
      address: null,
    });
    const session = await mailbox.source.openSession();
    expect((await session.open('INBOX')).exists).toBe(0);
    await session.close();
  });
});

describe('a token server in trouble', () => {
  const troubles: readonly [string, Parameters<typeof Object.assign>[0], string][] = [
    ['answers 503', { answer: () => ({ status: 503, body: 'down' }) }, 'provider-down'],
    [
      'answers HTML',
      { answer: () => ({ status: 200, body: '<html>Sign in to the hotel</html>' }) },
      'provider-down',
    ],
    ['breaks off', { answer: () => 'drop' }, 'provider-down'],
    [
      'throttles',
      { answer: () => ({ status: 429, body: '', headers: { 'retry-after': '7' } }) },
      'throttled',
    ],
    ['answers too slowly', { answer: () => ({ status: 200, body: {}, delayMs: 60_000 }) }, 'provider-down'],
    [
      'has lost the secret',
      {
        answer: () => ({
          status: 401,
          body: { error: 'invalid_client', error_description: 'AADSTS7000222: expired' },
        }),
      },
      'app-broken',
    ],
  ];
  it.each(troubles)(
    '%s: an ended token is not used, and nobody is asked to sign in',
    async (_what, ways, code) => {
      const office = await signedIn();
      Object.assign(office.server.ways, ways);
      expect(await codeOf(office.tokens(), office)).toBe(code);
      expect(office.said.consent).toEqual([]);
      Object.assign(office.server.ways, { answer: null });
      expect(await codeOf(office.tokens(), office)).toBe('a token');
    },
  );

  it('does not matter while the old token lasts', async () => {
    const office = await signedIn();
    const old = tokenFor(office.user, 3600);
    const refreshToken = office.server.refreshTokenFor(office.user);
    await office
      .tokens()
      .store(office.use, { accessToken: old, refreshToken, lifetimeMs: 4_000, scope: null, address: null });
    office.server.ways.answer = () => ({ status: 503, body: 'down' });
    await delay(3_300);
    expect(await office.tokens().accessToken(office.use)).toBe(old);
    expect(office.said.outcomes).toEqual(['provider-down']);
  });
});

it('a new token is asked for once if the server refuses one that has not ended, and then it is a matter of permission', async () => {
  const office = await signedIn();
  const store = async (accessToken: string, email: string): Promise<void> =>
    await office.tokens().store(office.use, {
      accessToken,
      refreshToken: office.server.refreshTokenFor(email),
      lifetimeMs: 3_600_000,
      scope: null,
      address: null,
    });
  await store('revoked-by-the-provider', office.user);
  const session = await office.open().source.openSession();
  await session.close();
  expect(office.server.requests).toHaveLength(1);
  await store(tokenFor('bob@firm.test', 3600), 'bob@firm.test');
  await expect(office.open(office.tokens()).source.openSession()).rejects.toMatchObject({
    code: 'needs-permission',
  });
  expect(office.server.requests).toHaveLength(2);
});

it('says what to do without a key, without a sign-in and without the app', async () => {
  const office = await openOAuthOffice();
  const { database } = office;
  await expect(office.tokens().accessToken(office.use)).rejects.toThrow(
    /nobody has signed in yet. Fix: docketmail mailbox authorise/u,
  );
  await expect(
    openTokens({ database, apps: [office.app], keyFile: null }).accessToken(office.use),
  ).rejects.toThrow(/SECRETS_KEY_FILE is not set/u);
  const signed = await signedIn();
  await expect(
    openTokens({ database: signed.database, apps: [], keyFile: signed.keyFile }).accessToken(signed.use),
  ).rejects.toThrow(/no OAuth app firm/u);
});

describe('a clock that is ten minutes off', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 10 * 60_000 }));
  afterEach(() => void vi.useRealTimers());

  it('asks for no token before its time', async () => {
    const office = await signedIn(3_600_000);
    const kept = await office.tokens().accessToken(office.use);
    expect(await office.tokens().accessToken(office.use)).toBe(kept);
    expect(office.server.requests).toHaveLength(0);
  });

  it('is not in what proves to the provider who asks: that has the time of the database', async () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const office = await openOAuthOffice({
      app: {
        credential: {
          kind: 'service-account',
          email: 'robot@project.example',
          privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
          keyId: 'key-1',
        },
      },
      use: { grant: 'service-account' },
    });
    await office.tokens().accessToken(office.use);
    const { iat = 0 } = decodeJwt(office.server.requests[0]?.get('assertion') ?? '');
    // Of the machine, whose clock is ahead: by ten minutes, less what the test took.
    const aheadSeconds = Date.now() / 1000 - iat;
    expect(aheadSeconds).toBeGreaterThan(9 * 60);
  });
});

it('a secret that is written into its file anew needs no restart', async () => {
  const office = await openOAuthOffice();
  const { writeFile } = await import('node:fs/promises');
  const file = `${office.keyFile}.secret`;
  const app = office.server.app({ credential: { kind: 'secret', secret: 'as-read-at-the-start', file } });
  const tokens = openTokens({ database: office.database, apps: [app], keyFile: office.keyFile });
  await writeFile(file, 'renewed\n');
  await tokens.accessToken({ ...office.use, grant: 'client-credentials' });
  expect(office.server.requests[0]?.get('client_secret')).toBe('renewed');
});
