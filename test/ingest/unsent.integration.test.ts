import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openFilesSource } from '../../src/mailbox/files/files.ts';
import { client, rawMessage } from '../support/messages.ts';
import { newFolder, openFirm } from '../support/servers.ts';
import type { Firm } from '../support/servers.ts';

const spec = {
  from: 'Ada <ada@firm.test>',
  to: client,
  subject: '[Case #12: Closed] Lease',
  id: 'l@firm.test',
};
const sent = rawMessage(spec);
const draft = rawMessage({ ...spec, headers: ['X-Mozilla-Draft-Info: internal/draft; vcard=0'] });

const recorded = async ({ database }: Firm): Promise<number[]> => [
  await database.communications.countDocuments(),
  await database.caseUpdates.countDocuments(),
];

describe('a draft among files', () => {
  it('is kept as ignored, and nothing is recorded', async () => {
    const firm = await openFirm();
    expect(await firm.receive(draft)).toMatchObject({ state: 'ignored', verdict: { reason: 'draft' } });
    expect(await recorded(firm)).toEqual([0, 0]);
  });

  it('is one by the flags of its file, and what was thrown away is deleted', async () => {
    const firm = await openFirm();
    expect(await firm.receive(sent, { mark: 'draft' })).toMatchObject({ verdict: { reason: 'draft' } });
    const other = rawMessage({ ...spec, id: 'm@firm.test' });
    expect(await firm.receive(other, { mark: 'deleted' })).toMatchObject({ verdict: { reason: 'deleted' } });
    expect(await recorded(firm)).toEqual([0, 0]);
  });

  it('is found by the name of its file in a Maildir', async () => {
    const firm = await openFirm();
    const cur = join(await newFolder(), 'cur');
    await mkdir(cur);
    await writeFile(join(cur, '1772712000.M1P1.host:2,DS'), sent);
    await writeFile(join(cur, '1772712001.M1P1.host:2,ST'), rawMessage({ ...spec, id: 'm@firm.test' }));
    await writeFile(join(cur, '1772712002.M1P1.host:2,S'), rawMessage({ ...spec, id: 'n@firm.test' }));
    const source = openFilesSource({ name: 'maildir', path: cur });
    await firm.poll({ name: 'maildir', role: 'capture', folders: ['INBOX'], since: null, source });
    await firm.ingestWaiting();
    const messages = await firm.database.messages.find().sort({ messageId: 1 }).toArray();
    expect(messages.map(({ verdict, state }) => [verdict?.reason, state])).toEqual([
      ['draft', 'ignored'],
      ['deleted', 'ignored'],
      [null, 'stored'],
    ]);
  });

  it.each([
    ['before', [draft, sent]],
    ['after', [sent, draft]],
    ['before and after', [draft, sent, draft]],
  ])('that comes %s the message which was sent, in the same words, leaves that to count', async (_, all) => {
    const firm = await openFirm();
    for (const raw of all) await firm.receive(raw);
    expect(await recorded(firm)).toEqual([1, 1]);
    expect(await firm.database.messages.countDocuments({ flags: 'message-id-reused' })).toBe(0);
  });

  it('is sent if the same bytes lie in a Sent folder of ours', async () => {
    const firm = await openFirm();
    await firm.receive(draft);
    expect(await firm.receive(draft, { folder: 'Sent', inOwnSent: true })).toMatchObject({ state: 'stored' });
    expect(await recorded(firm)).toEqual([1, 1]);
  });
});
