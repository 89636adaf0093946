import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openFilesSource } from '../../src/mailbox/files/files.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import { append, expunge, imapServer, newAccount } from '../support/imap-server.ts';
import { describeMailbox } from './mailbox.contract.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

describeMailbox('a folder of files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-mailbox-'));
  folders.push(folder);
  const pathOf = (raw: Buffer): string =>
    join(folder, `${createHash('sha256').update(raw).digest('hex')}.eml`);
  return {
    openSource: () => openFilesSource({ name: 'import', path: folder }),
    deliver: async (raws) => {
      for (const raw of raws) await writeFile(pathOf(raw), raw);
    },
    remove: (raw) => rm(pathOf(raw)),
  };
});

const messageIdOf = (raw: Buffer): string => /Message-ID: (\S+)/.exec(raw.toString())?.[1] ?? '';

describeMailbox('an IMAP account over TLS', async () => {
  const account = newAccount();
  return {
    openSource: () => openImapSource(account),
    deliver: (raws) => append(account.user, raws),
    remove: (raw) => expunge(account.user, messageIdOf(raw)),
  };
});

describeMailbox('an IMAP account over STARTTLS', async () => {
  const account = newAccount({ port: imapServer().port, security: 'starttls' });
  return {
    openSource: () => openImapSource(account),
    deliver: (raws) => append(account.user, raws),
    remove: (raw) => expunge(account.user, messageIdOf(raw)),
  };
});
