/** The same contract against a different IMAP server, so that nothing only works because one server is kind. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { openServices } from '../../services/services.ts';
import type { Services } from '../../services/services.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import { append, expunge, newAccount } from '../support/imap-server.ts';
import { describeMailbox } from './mailbox.contract.ts';

let services: Services;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docketmail-cyrus.'));
  services = await openServices({ only: ['cyrus'], folder });
  const cyrus = services.env();
  // This file's own process: the helpers use the server named there.
  Object.assign(process.env, {
    IMAP_HOST: cyrus['CYRUS_HOST'],
    IMAP_PORT: cyrus['CYRUS_PORT'],
    IMAPS_PORT: cyrus['CYRUS_IMAPS_PORT'],
    IMAP_TLS_CA: cyrus['CYRUS_TLS_CA'],
    IMAP_TEST_PASSWORD: cyrus['CYRUS_TEST_PASSWORD'],
  });
}, 300_000);

afterAll(async () => {
  await services.down();
  await rm(folder, { recursive: true, force: true });
});

const messageIdOf = (raw: Buffer): string => /Message-ID: (\S+)/.exec(raw.toString())?.[1] ?? '';

describeMailbox('an IMAP account on Cyrus', async () => {
  const account = newAccount();
  return {
    openSource: () => openImapSource(account),
    deliver: (raws) => append(account.user, raws),
    remove: (raw) => expunge(account.user, messageIdOf(raw)),
  };
});
