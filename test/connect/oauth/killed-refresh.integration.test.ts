/** A process is killed after the provider answered and before the token is stored; another one goes on. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { MailboxError } from '../../../src/mailbox/mailbox.ts';
import { findToken } from '../../../src/store/tokens.ts';
import type { TokenDocument } from '../../../src/store/tokens.ts';
import { newUser, openOAuthOffice } from '../../support/oauth-office.ts';
import type { OAuthOffice } from '../../support/oauth-office.ts';
import { testEnvironment } from '../../support/servers.ts';
import { tokenFor } from '../../support/token-server.ts';
import type { KilledRefresh } from './killed-refresh.ts';

const PROGRAM = fileURLToPath(new URL('killed-refresh.ts', import.meta.url));

/** One whose access token has ended, and another mailbox of the same app. */
async function openTwo(): Promise<{ readonly office: OAuthOffice; readonly other: OAuthOffice['use'] }> {
  const office = await openOAuthOffice();
  const user = newUser();
  const other = { ...office.use, mailbox: user, user };
  for (const use of [office.use, other])
    await office.tokens().store(use, {
      accessToken: tokenFor(use.user, 1),
      refreshToken: office.server.refreshTokenFor(use.user),
      lifetimeMs: 1,
      scope: null,
      address: use.user,
    });
  await delay(20);
  return { office, other };
}

async function killBetweenAnswerAndWrite({ app, keyFile, use, database }: OAuthOffice): Promise<void> {
  const { PATH = '' } = process.env;
  const child = fork(PROGRAM, { env: { PATH }, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const env = { ...testEnvironment('/nowhere'), MONGODB_DB: database.db.databaseName };
  const exited = once(child, 'exit');
  child.send({ env, app, keyFile, use } satisfies KilledRefresh);
  expect(await exited).toEqual([null, 'SIGKILL']);
}

const tried = async (office: OAuthOffice, use = office.use): Promise<{ code: string; says: string }> =>
  await office
    .tokens()
    .accessToken(use)
    .then(
      () => ({ code: 'a token', says: '' }),
      (error: unknown) => {
        if (!(error instanceof MailboxError)) throw error;
        return { code: error.code, says: error.message };
      },
    );

/** The lease of the dead process ends by itself; until then nobody may know better than it. */
async function onceTheLeaseEnds(office: OAuthOffice): Promise<{ code: string; says: string }> {
  for (;;) {
    const outcome = await tried(office);
    if (outcome.code !== 'busy') return outcome;
    expect(outcome.says).toMatch(/another process has been refreshing the token/u);
  }
}

const stored = async ({ database }: OAuthOffice, mailbox: string): Promise<TokenDocument | null> =>
  await database.tokens.findOne({ _id: mailbox });

const LIMIT_MS = 90_000;

it(
  'without rotation nothing is lost: the next process gets a token by the same refresh token',
  async () => {
    const { office, other } = await openTwo();
    office.server.ways.rotates = false;
    const [before, otherBefore] = [
      await stored(office, office.use.mailbox),
      await stored(office, other.mailbox),
    ];
    await killBetweenAnswerAndWrite(office);
    expect(office.server.requests).toHaveLength(1);
    expect(await stored(office, office.use.mailbox)).toEqual(before);
    expect(await stored(office, other.mailbox)).toEqual(otherBefore);
    expect((await tried(office, other)).code).toBe('a token');
    expect((await onceTheLeaseEnds(office)).code).toBe('a token');
    expect(office.server.requests).toHaveLength(3);
    expect(await findToken(office.database.tokens, office.use.mailbox)).toMatchObject({
      state: 'ok',
      revision: 2,
    });
    expect(office.said.consent).toEqual([]);
  },
  LIMIT_MS,
);

it(
  'with rotation the answer took the only refresh token with it: that mailbox needs a person, who is told once, and no other',
  async () => {
    const { office, other } = await openTwo();
    const [before, otherBefore] = [
      await stored(office, office.use.mailbox),
      await stored(office, other.mailbox),
    ];
    await killBetweenAnswerAndWrite(office);
    expect(await stored(office, office.use.mailbox)).toEqual(before);
    expect(await stored(office, other.mailbox)).toEqual(otherBefore);
    expect((await tried(office, other)).code).toBe('a token');

    const { mailbox } = office.use;
    const outcome = await onceTheLeaseEnds(office);
    expect(outcome.code).toBe('needs-consent');
    expect(outcome.says).toBe(
      `invalid_grant: The refresh token is unknown or was revoked.. Fix: sign in again (docketmail mailbox authorise ${mailbox})`,
    );
    expect(await findToken(office.database.tokens, mailbox)).toMatchObject({
      state: 'needs-consent',
      accessToken: null,
      error: expect.stringContaining('invalid_grant'),
    });
    expect(office.said.consent).toEqual([expect.stringContaining(`docketmail mailbox authorise ${mailbox}`)]);
    const asked = office.server.requests.length;
    expect((await tried(office)).code).toBe('needs-consent');
    expect(office.server.requests).toHaveLength(asked);
    expect(await findToken(office.database.tokens, other.mailbox)).toMatchObject({ state: 'ok' });
  },
  LIMIT_MS,
);
