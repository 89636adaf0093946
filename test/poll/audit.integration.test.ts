import { expect, test } from 'vitest';
import { auditMailbox } from '../../src/poll/audit.ts';
import { append, newAccount } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

test('an audit finds what the ledger lacks or takes for gone, and has it fetched', async () => {
  const account = newAccount();
  await append(account.user, [rawMessage(), rawMessage(), rawMessage(), rawMessage()]);
  const firm = await openFirm();
  const mailbox = firm.mailbox(account);
  const audit = async (fix = false) => (await auditMailbox(firm.database, mailbox, { fix }))[0];

  expect(await audit()).toMatchObject({ listed: 4, done: 0, missingCount: 4, isNew: true });
  await firm.poll(mailbox);
  expect(await audit()).toMatchObject({ listed: 4, pending: 4, missingCount: 0, isNew: false });
  await firm.ingestWaiting();
  expect(await audit()).toMatchObject({ listed: 4, done: 4, missing: [], vanished: 0 });

  await firm.database.sightings.deleteOne({ uid: 2 });
  await firm.database.sightings.updateOne({ uid: 3 }, { $set: { state: 'vanished', rawKey: null } });
  expect(await audit(true)).toMatchObject({ done: 2, missing: [2, 3], missingCount: 2, vanished: 0 });
  await firm.poll(mailbox);
  await firm.ingestWaiting();
  expect(await audit()).toMatchObject({ done: 4, missingCount: 0, vanished: 0 });
  expect(await firm.database.communications.countDocuments()).toBe(4);
});
