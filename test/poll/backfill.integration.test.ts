import { describe, expect, it } from 'vitest';
import { newAccount, withWriter } from '../support/imap-server.ts';
import { rawMessage } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

const old = (id: string, ref: number): Buffer =>
  rawMessage({
    id: `${id}@kline.test`,
    subject: `[Case #${ref}: Closed] Lease`,
    date: new Date('2019-05-06T08:00:00Z'),
  });

describe('back-fill is mail that is old by its date and by its arrival (invariant 13)', () => {
  it('as the first listing of a folder shows, if a migration gave all mail the arrival of today', async () => {
    const firm = await openFirm();
    const account = newAccount();
    const mailbox = firm.mailbox(account, { since: new Date(Date.now() - 60 * 60_000) });
    const put = (raw: Buffer, arrival: Date) =>
      withWriter(account.user, async (client) => void (await client.append('INBOX', raw, [], arrival)));
    await put(old('moved', 1), new Date());
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    await put(old('clock', 2), new Date());
    await put(old('archive', 3), new Date('2019-05-06T08:00:00Z'));
    await firm.poll(mailbox);
    await firm.ingestWaiting();
    const messages = await firm.database.messages.find().sort({ messageId: 1 }).toArray();
    expect(messages.map(({ messageId, backfill }) => [messageId, backfill])).toEqual([
      ['archive@kline.test', true],
      ['clock@kline.test', false],
      ['moved@kline.test', true],
    ]);
    const updates = await firm.database.caseUpdates.find().toArray();
    expect(updates.map(({ ref }) => ref)).toEqual(['2']);
  });
});
