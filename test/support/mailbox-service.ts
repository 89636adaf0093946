import type { MailboxService } from '../../src/connect/mailbox-service.ts';
import { openDirectory } from '../../src/connect/directory.ts';
import { openTokens } from '../../src/connect/oauth/tokens.ts';
import { reportMailboxes } from '../../src/connect/report.ts';
import type { MailboxConfig } from '../../src/config/mailbox-config.ts';
import type { Database } from '../../src/store/mongo.ts';

export const describedMailbox = (name: string): MailboxConfig => ({
  name,
  role: 'capture',
  host: 'imap.firm.test',
  port: 993,
  security: 'tls',
  user: `${name}@firm.test`,
  auth: { kind: 'password', password: 'none' },
  ca: null,
  folders: ['\\Inbox'],
  since: null,
  pollIntervalSeconds: 60,
  silenceHours: null,
  authority: 'both',
});

/** For pages and API without anybody who polls: mailboxes of the settings that nobody connects to. */
export async function mailboxServiceOf(
  database: Database,
  {
    names = [],
    keyFile = null,
  }: { readonly names?: readonly string[]; readonly keyFile?: string | null } = {},
): Promise<MailboxService> {
  const directory = await openDirectory({ database, fileMailboxes: names.map(describedMailbox), keyFile });
  return {
    admin: {
      database,
      directory,
      config: { oauthApps: [], secretsKeyFile: keyFile, pollIntervalSeconds: 60 },
    },
    signIn: {
      database,
      apps: [],
      tokens: openTokens({ database, apps: [], keyFile }),
      publicUrl: null,
      find: async () => null,
      tryLogin: async () => null,
    },
    apps: [],
    downSeconds: 900,
    reports: async () => await reportMailboxes(database, directory),
    test: async () => [],
    pollNow: async () => {},
    audit: async () => [],
    verifyApp: async () => [],
  };
}
