import type { Config } from '../config/config.ts';
import type { SignInDeps } from '../connect/oauth/sign-in.ts';
import { openImapSource } from '../mailbox/imap/imap.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import type { Resources } from './open.ts';

const LOGIN_MS = 20_000;

type MailboxSettings = Config['mailboxes'][number];

/** What a sign-in needs: `named` finds a mailbox by its name. */
export function signInDeps(
  { config, database, tokens }: Pick<Resources, 'config' | 'database' | 'tokens'>,
  named: (mailbox: string) => Promise<MailboxSettings | null>,
): SignInDeps {
  return {
    database,
    apps: config.oauthApps,
    tokens,
    publicUrl: config.dashboard.publicUrl,
    find: async (mailbox) => {
      const settings = await named(mailbox);
      return settings?.auth.kind === 'oauth' ? { ...settings.auth, mailbox, user: settings.user } : null;
    },
    tryLogin: async (mailbox, accessToken) => {
      const settings = await named(mailbox);
      return settings === null
        ? new MailboxError('configuration', 'the mailbox was removed meanwhile')
        : await tryLogin(settings, accessToken);
    },
  };
}

/** Null if the mailbox opens with the token. Lists folders, because Exchange allows a login to a missing mailbox. */
async function tryLogin(
  { auth: _, ...mailbox }: MailboxSettings,
  accessToken: string,
): Promise<MailboxError | null> {
  const source = openImapSource({ ...mailbox, credential: { kind: 'accessToken', accessToken } });
  try {
    const session = await source.openSession(AbortSignal.timeout(LOGIN_MS));
    try {
      await session.folders();
    } finally {
      await session.close();
    }
    return null;
  } catch (error) {
    if (error instanceof MailboxError) return error;
    throw error;
  } finally {
    await source.close();
  }
}
