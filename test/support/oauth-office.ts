/** A mailbox on the IMAP server of the test run that only opens by token, and everything that a sign-in for it needs. */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { openMailbox } from '../../src/app/open-mailbox.ts';
import { signInDeps } from '../../src/app/sign-in.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Config } from '../../src/config/config.ts';
import type { OAuthApp } from '../../src/config/oauth-apps.ts';
import type { OAuthUse } from '../../src/config/oauth-use.ts';
import { openTokens } from '../../src/connect/oauth/tokens.ts';
import type { TokenEvents, Tokens } from '../../src/connect/oauth/tokens.ts';
import type { SignInDeps } from '../../src/connect/oauth/sign-in.ts';
import type { PolledMailbox } from '../../src/poll/poll-run.ts';
import type { Database } from '../../src/store/mongo.ts';
import { imapServer } from './imap-server.ts';
import { noteSecret } from './known-secrets.ts';
import { newDatabase, newFolder, testEnvironment } from './servers.ts';
import { newTokenServer } from './token-server.ts';
import type { TokenServer } from './token-server.ts';

export interface OAuthOffice {
  readonly database: Database;
  readonly server: TokenServer;
  readonly app: OAuthApp;
  readonly user: string;
  readonly use: OAuthUse & { readonly mailbox: string; readonly user: string };
  readonly settings: Config['mailboxes'][number];
  readonly keyFile: string;
  readonly said: { readonly consent: string[]; readonly broken: string[]; readonly outcomes: string[] };
  /** As another process has them. */
  tokens(): Tokens;
  readonly deps: SignInDeps;
  open(tokens?: Tokens): PolledMailbox;
}

export const newUser = (): string => `u${randomBytes(6).toString('hex')}@firm.test`;

export async function newKeyFile(): Promise<string> {
  const path = join(await newFolder(), 'keys');
  await writeFile(path, noteSecret(randomBytes(32).toString('base64')));
  return path;
}

export async function openOAuthOffice(
  changes: {
    readonly app?: Partial<OAuthApp>;
    readonly use?: Partial<OAuthUse>;
    /** Of a proxy before the server, without TLS. */
    readonly port?: number;
  } = {},
): Promise<OAuthOffice> {
  const [database, server, keyFile] = [await newDatabase(), await newTokenServer(), await newKeyFile()];
  const user = newUser();
  server.ways.signsInAs = user;
  const app = server.app(changes.app);
  const oauth: OAuthUse = { app: app.name, grant: 'code', signInAs: null, ...changes.use };
  const { host, tlsPort, caFile } = imapServer();
  const config = loadConfig({
    ...testEnvironment(await newFolder()),
    IMAP_HOST: host,
    IMAP_PORT: String(tlsPort),
    IMAP_SECURITY: 'tls',
    IMAP_USER: user,
    IMAP_PASS: 'none',
    IMAP_CA_FILE: caFile,
  });
  const [mailbox] = config.mailboxes;
  if (mailbox === undefined) throw new Error('no mailbox');
  const settings = {
    ...mailbox,
    ...(changes.port !== undefined && { port: changes.port, security: 'none' as const }),
    auth: { kind: 'oauth' as const, ...oauth },
  };
  const said: OAuthOffice['said'] = { consent: [], broken: [], outcomes: [] };
  const events: TokenEvents = {
    onConsentNeeded: ({ fix }) => said.consent.push(fix),
    onAppBroken: ({ fix }) => said.broken.push(fix),
    onRefresh: ({ outcome }) => said.outcomes.push(outcome),
  };
  const tokens = (): Tokens => openTokens({ database, apps: [app], keyFile, events });
  const own = tokens();
  return {
    database,
    server,
    app,
    user,
    use: { ...oauth, mailbox: settings.name, user },
    settings,
    keyFile,
    said,
    tokens,
    deps: signInDeps(
      {
        config: {
          ...config,
          oauthApps: [app],
          dashboard: { ...config.dashboard, publicUrl: 'https://docketmail.firm.test/mail' },
        },
        database,
        tokens: own,
      },
      async (name) => (name === settings.name ? settings : null),
    ),
    open: (given = own) => {
      const opened = openMailbox(settings, {
        stored: { tokens: given, directory: { password: async () => '' } },
      });
      onTestFinished(() => opened.source.close());
      return opened;
    },
  };
}
