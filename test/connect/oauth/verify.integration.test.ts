import { generateKeyPairSync } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { OAuthApp } from '../../../src/config/oauth-apps.ts';
import type { OAuthUse } from '../../../src/config/oauth-use.ts';
import { verifyApp } from '../../../src/connect/oauth/verify.ts';
import type { VerifyStep } from '../../../src/connect/oauth/verify.ts';
import { MailboxError } from '../../../src/mailbox/mailbox.ts';
import { findToken } from '../../../src/store/tokens.ts';
import { newFolder } from '../../support/servers.ts';
import { openOAuthOffice } from '../../support/oauth-office.ts';
import type { OAuthOffice } from '../../support/oauth-office.ts';
import { tokenFor } from '../../support/token-server.ts';

const verify = async ({ deps, app, use }: OAuthOffice): Promise<readonly VerifyStep[]> =>
  await verifyApp(deps, { app, use, now: new Date() });
const statuses = (steps: readonly VerifyStep[]): string =>
  steps.map(({ step, status }) => `${step} ${status}`).join(', ');
const stepOf = (steps: readonly VerifyStep[], step: VerifyStep['step']): VerifyStep | undefined =>
  steps.find((one) => one.step === step);

const serviceAccount = (): OAuthApp['credential'] => ({
  kind: 'service-account',
  email: 'robot@project.example',
  privateKey: generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString(),
  keyId: 'key-1',
});

it('an app that needs nobody is asked for a token, and the mailbox opens with it; nothing is stored', async () => {
  const office = await openOAuthOffice({ use: { grant: 'client-credentials' } });
  const steps = await verify(office);
  expect(statuses(steps)).toBe('credentials ok, token ok, delegation ok, login ok');
  expect(stepOf(steps, 'login')?.detail).toBe(`${office.settings.name} opens`);
  expect(await findToken(office.database.tokens, office.settings.name)).toBeNull();
  for (const secret of office.server.secrets) expect(JSON.stringify(steps)).not.toContain(secret);
});

it('the token of a sign-in is used, and where nobody signed in that is said', async () => {
  const office = await openOAuthOffice();
  const before = await verify(office);
  expect(statuses(before)).toBe('credentials ok, token failed, delegation skipped, login skipped');
  expect(stepOf(before, 'token')?.fix).toContain(`docketmail mailbox authorise ${office.settings.name}`);
  await office.tokens().store(office.use, {
    accessToken: tokenFor(office.user, 3600),
    refreshToken: office.server.refreshTokenFor(office.user),
    lifetimeMs: 3_600_000,
    scope: null,
    address: null,
  });
  expect(statuses(await verify(office))).toBe('credentials ok, token ok, delegation skipped, login ok');
});

it('an app without a mailbox is examined as far as that goes', async () => {
  const { deps, app } = await openOAuthOffice();
  const steps = await verifyApp(deps, { app, use: null, now: new Date() });
  expect(statuses(steps)).toBe('credentials ok, token skipped, delegation skipped, login skipped');
  expect(stepOf(steps, 'token')?.fix).toContain('oauth: {app: firm}');
});

const failures: readonly [
  string,
  { readonly app?: Partial<OAuthApp>; readonly use?: Partial<OAuthUse> },
  (office: OAuthOffice) => void,
  string,
  RegExp,
][] = [
  [
    'a secret that has ended',
    { app: { secretExpires: new Date('2026-01-01') } },
    () => {},
    'credentials failed, token skipped, delegation skipped, login skipped',
    /make a new one/u,
  ],
  [
    'a secret that the provider does not know',
    {},
    ({ server }) =>
      (server.ways.answer = () => ({
        status: 401,
        body: {
          error: 'invalid_client',
          error_description: 'AADSTS7000215: Invalid client secret provided.',
        },
      })),
    'credentials ok, token failed, delegation skipped, login skipped',
    /not its Secret ID/u,
  ],
  [
    'a token server that is down',
    {},
    ({ server }) => (server.ways.answer = () => ({ status: 503, body: 'down' })),
    'credentials ok, token failed, delegation skipped, login skipped',
    /tried again/u,
  ],
  [
    'a service account without delegation',
    { app: { credential: serviceAccount() }, use: { grant: 'service-account' } },
    ({ server }) =>
      (server.ways.answer = () => ({
        status: 401,
        body: {
          error: 'unauthorized_client',
          error_description: 'Client is unauthorized to retrieve access tokens using this method.',
        },
      })),
    'credentials ok, token ok, delegation failed, login skipped',
    /Domain-wide delegation/u,
  ],
  [
    'a token that allows something else',
    {},
    ({ server }) => (server.ways.scope = 'calendar.read'),
    'credentials ok, token ok, delegation failed, login skipped',
    /permission/u,
  ],
  [
    'a mailbox that does not open with the token',
    {},
    ({ server }) => (server.ways.signsInAs = 'bob@firm.test'),
    'credentials ok, token ok, delegation ok, login failed',
    /let the account or app open this mailbox/u,
  ],
];
it.each(failures)('%s', async (_what, changes, arrange, expected, fix) => {
  const office = await openOAuthOffice({ use: { grant: 'client-credentials' }, ...changes });
  arrange(office);
  const steps = await verify(office);
  expect(statuses(steps)).toBe(expected);
  expect(steps.find(({ status }) => status === 'failed')?.fix).toMatch(fix);
});

it('a Microsoft token is read: it says which permission it lacks', async () => {
  const office = await openOAuthOffice({
    app: { provider: 'microsoft', tenant: 'firm.example' },
    use: { grant: 'client-credentials' },
  });
  const steps = await verifyApp(
    {
      ...office.deps,
      tryLogin: async () => new MailboxError('authentication-failed', 'AUTHENTICATE failed.'),
    },
    { app: office.app, use: office.use, now: new Date() },
  );
  expect(stepOf(steps, 'delegation')).toMatchObject({
    status: 'failed',
    detail: 'the token lacks IMAP.AccessAsApp',
    fix: expect.stringContaining('admin consent'),
  });
});

it('a secret file that is empty is said before the provider is asked', async () => {
  const file = join(await newFolder(), 'secret');
  await writeFile(file, '\n');
  const credential = { kind: 'secret', secret: 'as-read-at-the-start', file } as const;
  const office = await openOAuthOffice({ app: { credential }, use: { grant: 'client-credentials' } });
  expect(stepOf(await verify(office), 'credentials')).toMatchObject({
    status: 'failed',
    fix: 'write the secret into it',
  });
  expect(office.server.requests).toHaveLength(0);
});
