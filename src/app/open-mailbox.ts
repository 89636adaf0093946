import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';
import type { Tokens } from '../connect/oauth/tokens.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import { openImapSource } from '../mailbox/imap/imap.ts';
import type { ImapCredential } from '../mailbox/imap/imap.ts';
import type { ImapTraffic } from '../mailbox/imap/traffic.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';

/** Between sessions: always, or only while a watch needs one anyway. */
export type KeepConnections = 'always' | 'while-watching';

/** Credentials kept in the database. */
export interface StoredCredentials {
  readonly tokens: Tokens;
  readonly directory: Pick<Directory, 'password'>;
}

/** Opens a configured mailbox for polling; `stored` is null if the database is down. Connects on first use. */
export function openMailbox(
  settings: Config['mailboxes'][number],
  {
    stored,
    keep = 'always',
    traffic,
  }: {
    readonly stored: StoredCredentials | null;
    readonly keep?: KeepConnections;
    /** What it shares with the others of its process; without it, nothing. */
    readonly traffic?: ImapTraffic;
  },
): PolledMailbox {
  const { auth: _, ...mailbox } = settings;
  const { name, role, folders, since } = mailbox;
  const credential = credentialOf(settings, stored);
  const source = openImapSource({ ...mailbox, credential }, { keep, ...(traffic && { traffic }) });
  return { name, role, folders, since, source };
}

function credentialOf(
  { auth, name, user }: Config['mailboxes'][number],
  stored: StoredCredentials | null,
): ImapCredential {
  if (auth.kind === 'password') return auth;
  if (auth.kind === 'stored' || auth.kind === 'oauth') {
    if (stored === null)
      throw new MailboxError('configuration', `the credentials of ${name} are in the database`);
    if (auth.kind === 'stored')
      return { kind: 'password', password: async () => await stored.directory.password(name) };
    const use = { ...auth, mailbox: name, user };
    return {
      kind: 'accessToken',
      accessToken: async () => await stored.tokens.accessToken(use),
      refused: async (token) => await stored.tokens.refused(use, token),
    };
  }
  return {
    kind: 'accessToken',
    accessToken: auth.accessTokenFile === null ? auth.accessToken : tokenFrom(auth.accessTokenFile),
  };
}

/** Read again for each connection: another program renews it. */
const tokenFrom = (path: string) => async (): Promise<string> => (await readFile(path, 'utf8')).trim();
