import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Directory } from '../connect/directory.ts';
import type { Tokens } from '../connect/oauth/tokens.ts';
import { openImapSource } from '../mailbox/imap/imap.ts';
import type { ImapCredential } from '../mailbox/imap/imap.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';

/** Between sessions: always, or only while a watch needs one anyway. */
export type KeepConnections = 'always' | 'while-watching';

/** Opens a configured mailbox for polling. Connects on first use. */
export function openMailbox(
  settings: Config['mailboxes'][number],
  {
    tokens,
    directory,
    keep = 'always',
  }: {
    readonly tokens: Tokens;
    readonly directory: Pick<Directory, 'password'>;
    readonly keep?: KeepConnections;
  },
): PolledMailbox {
  const { auth: _, ...mailbox } = settings;
  const { name, role, folders, since } = mailbox;
  const credential = credentialOf(settings, { tokens, directory });
  return { name, role, folders, since, source: openImapSource({ ...mailbox, credential }, { keep }) };
}

function credentialOf(
  { auth, name, user }: Config['mailboxes'][number],
  { tokens, directory }: { readonly tokens: Tokens; readonly directory: Pick<Directory, 'password'> },
): ImapCredential {
  if (auth.kind === 'password') return auth;
  if (auth.kind === 'stored')
    return { kind: 'password', password: async () => await directory.password(name) };
  if (auth.kind === 'oauth') {
    const use = { ...auth, mailbox: name, user };
    return {
      kind: 'accessToken',
      accessToken: async () => await tokens.accessToken(use),
      refused: async (token) => await tokens.refused(use, token),
    };
  }
  return {
    kind: 'accessToken',
    accessToken: auth.accessTokenFile === null ? auth.accessToken : tokenFrom(auth.accessTokenFile),
  };
}

/** Read again for each connection: another program renews it. */
const tokenFrom = (path: string) => async (): Promise<string> => (await readFile(path, 'utf8')).trim();
