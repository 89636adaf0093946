import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import { openImapSource } from '../mailbox/imap/imap.ts';
import type { ImapCredential } from '../mailbox/imap/imap.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';

/** Between sessions: always, or only while a watch needs one anyway. */
export type KeepConnections = 'always' | 'while-watching';

/** A mailbox of the settings as one to poll. Connects on the first use only. */
export function openMailbox(
  { auth, ...mailbox }: Config['mailboxes'][number],
  keep: KeepConnections = 'always',
): PolledMailbox {
  const { name, role, folders, since } = mailbox;
  const credential: ImapCredential =
    auth.kind === 'password'
      ? auth
      : {
          kind: 'accessToken',
          accessToken: auth.accessTokenFile === null ? auth.accessToken : tokenFrom(auth.accessTokenFile),
        };
  return { name, role, folders, since, source: openImapSource({ ...mailbox, credential }, { keep }) };
}

/** Read anew for each connection: another program renews it. */
const tokenFrom = (path: string) => async (): Promise<string> => (await readFile(path, 'utf8')).trim();
