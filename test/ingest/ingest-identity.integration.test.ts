import { describe, expect, it } from 'vitest';
import { clientChanged } from '../../src/rejudge/address-book-sync.ts';
import type { Database } from '../../src/store/mongo.ts';
import { client, rawMessage, office } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

async function counts({ messages, sightings, communications }: Database): Promise<readonly number[]> {
  return [
    await messages.countDocuments(),
    await sightings.countDocuments({ state: 'done' }),
    await communications.countDocuments(),
  ];
}

describe('identity of a message is its fingerprint, Message-ID is a hint (invariant 3)', () => {
  it('the same mail in two mailboxes is one message with two sightings and one communication', async () => {
    const firm = await openFirm();
    const mail = rawMessage({ id: 'one@kline.test' });
    const otherRoute = Buffer.concat([
      Buffer.from('Received: from mx.firm.test by crm.firm.test\r\nDelivered-To: crm@firm.test\r\n'),
      mail,
    ]);
    const first = await firm.receive(mail, { mailbox: 'ines' });
    const second = await firm.receive(otherRoute, { mailbox: 'crm' });
    expect(second._id).toEqual(first._id);
    expect(await counts(firm.database)).toEqual([1, 2, 1]);
    expect(second.mailboxes.toSorted()).toEqual(['crm', 'ines']);
  });

  it('two workers that ingest the two copies at the same moment write one communication', async () => {
    const firm = await openFirm();
    const mail = rawMessage({ id: 'twice@kline.test' });
    await firm.deliver(mail, { mailbox: 'ines' });
    await firm.deliver(mail, { mailbox: 'tom' });
    await Promise.all([firm.ingestWaiting(), firm.ingestWaiting()]);
    expect(await counts(firm.database)).toEqual([1, 2, 1]);
  });

  for (const order of ['the true one first', 'the true one last'] as const)
    it(`a reused Message-ID over other content is another message, and both are flagged: ${order}`, async () => {
      const firm = await openFirm();
      const sent = [
        rawMessage({ id: 'reused@kline.test', body: 'The rent is 900.' }),
        rawMessage({
          id: 'reused@kline.test',
          body: 'The rent is 400.',
          date: new Date('2026-03-03T10:00:00Z'),
        }),
      ];
      for (const mail of order === 'the true one first' ? sent : sent.toReversed()) await firm.receive(mail);
      const { messages, communications } = firm.database;
      const found = await messages.find().toArray();
      expect(found.map(({ flags }) => flags)).toEqual([['message-id-reused'], ['message-id-reused']]);
      expect(await communications.countDocuments({ flags: 'message-id-reused' })).toBe(2);
    });

  it('a message with a Message-ID of its own bears no such flag', async () => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ id: 'other@kline.test' }));
    expect((await firm.receive(rawMessage({ id: 'own@kline.test' }))).flags).toEqual([]);
  });

  it('without a Message-ID, sender, date, subject, recipients and content tell messages apart', async () => {
    const firm = await openFirm();
    const first = await firm.receive(rawMessage({ id: null }));
    const again = await firm.receive(rawMessage({ id: null }), { mailbox: 'tom' });
    const other = await firm.receive(rawMessage({ id: null, to: `${office}, tom@firm.test` }));
    expect(again._id).toEqual(first._id);
    expect(other._id).not.toEqual(first._id);
    expect(await counts(firm.database)).toEqual([2, 3, 2]);
  });

  for (const order of ['the original first', 'the copy first'] as const)
    it(`a copy with the footer of a list is kept as a variant, without a second communication: ${order}`, async () => {
      const firm = await openFirm();
      const messages = [
        rawMessage({ id: 'list@kline.test', body: 'Dear all, see you on Monday.' }),
        rawMessage({
          id: 'list@kline.test',
          body: 'Dear all, see you on Monday.\n\n-- \nTenants list, unsubscribe at lists.test',
        }),
      ];
      const [first, second] = order === 'the original first' ? messages : messages.toReversed();
      const stored = await firm.receive(first ?? Buffer.alloc(0));
      const variant = await firm.receive(second ?? Buffer.alloc(0));
      expect(variant._id).not.toEqual(stored._id);
      expect(variant.variantOf).toEqual(stored._id);
      expect(variant.flags).toEqual([]);
      expect(await counts(firm.database)).toEqual([2, 2, 1]);
    });

  for (const order of ['the direct copy first', 'the list’s copy first'] as const)
    it(`a copy that a list sends under its own address is a variant too: ${order}`, async () => {
      const firm = await openFirm();
      const messages = [
        rawMessage({ id: 'group@kline.test', to: 'ines@firm.test', cc: office }),
        rawMessage({
          id: 'group@kline.test',
          from: `"'Paula Kline' via Office" <${office}>`,
          to: 'ines@firm.test',
          cc: office,
          headers: [`X-Original-From: Paula Kline <${client}>`, 'List-ID: <office.firm.test>'],
        }),
      ];
      const [first, second] = order === 'the direct copy first' ? messages : messages.toReversed();
      await firm.receive(first ?? Buffer.alloc(0));
      const variant = await firm.receive(second ?? Buffer.alloc(0), { mailbox: 'tom' });
      expect(variant.links.map(({ clientId }) => clientId)).toEqual(['paula']);
      expect(variant.flags).not.toContain('message-id-reused');
      expect(await counts(firm.database)).toEqual([2, 2, 1]);
    });

  it('two workers that meet two variants at the same moment write one communication', async () => {
    const firm = await openFirm();
    await firm.deliver(rawMessage({ id: 'race@kline.test', body: 'Hello' }));
    await firm.deliver(rawMessage({ id: 'race@kline.test', body: 'Hello\n\nfooter' }));
    await Promise.all([firm.ingestWaiting(), firm.ingestWaiting()]);
    expect(await counts(firm.database)).toEqual([2, 2, 1]);
  });
});

describe('recipients whom only one copy of a message names', () => {
  const sent = { mailbox: 'ines', folder: 'Sent', inOwnSent: true };

  it('a message that went to each of many under one id is on the record of each', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'otto', email: 'otto@brandt.test' });
    for (const to of [client, 'otto@brandt.test'])
      await firm.receive(rawMessage({ id: 'news@firm.test', from: 'ines@firm.test', to }), sent);
    const stored = await firm.database.communications.find().sort({ clientId: 1 }).toArray();
    expect(stored.map(({ clientId, to }) => [clientId, to?.[0]?.address])).toEqual([
      ['otto', 'otto@brandt.test'],
      ['paula', client],
    ]);
  });

  it('is on the record of each if the copies are ingested at the same moment', async () => {
    const firm = await openFirm();
    await firm.addClients({ _id: 'otto', email: 'otto@brandt.test' });
    const ids = Array.from({ length: 8 }, (_, n) => `news-${n}@firm.test`);
    for (const id of ids)
      for (const to of [client, 'otto@brandt.test'])
        await firm.deliver(rawMessage({ id, from: 'ines@firm.test', to }), sent);
    await Promise.all([firm.ingestWaiting(), firm.ingestWaiting()]);
    expect(await firm.database.communications.countDocuments()).toBe(16);
  });

  it('a client in Bcc is found by the copy in Sent, also one who is entered later', async () => {
    const firm = await openFirm();
    const copy = (headers: readonly string[]): Buffer =>
      rawMessage({ id: 'bcc@firm.test', from: 'ines@firm.test', to: 'law@away.test', headers });
    await firm.receive(copy(['X-Route: one']), { mailbox: 'tom' });
    const message = await firm.receive(copy([`Bcc: ${client}, otto@brandt.test`]), sent);
    expect(message.links.map(({ clientId }) => clientId)).toEqual(['paula']);
    await firm.addClients({ _id: 'otto', email: 'otto@brandt.test' });
    await clientChanged(firm.database, {
      clientId: 'otto',
      rules: firm.rules,
      enqueue: async (ids) => void firm.waiting.messages.push(...ids),
    });
    await firm.ingestWaiting();
    const after = await firm.database.messages.findOne({ _id: message._id });
    expect(after?.links.map(({ clientId }) => clientId)).toEqual(['paula', 'otto']);
  });
});

describe('order of arrival does not matter', () => {
  it('a reply from an unknown address waits in triage and is linked when its parent lands', async () => {
    const firm = await openFirm();
    const reply = rawMessage({
      from: 'paula@home.test',
      subject: 'Re: The lease',
      answers: ['parent@kline.test'],
    });
    expect((await firm.receive(reply)).state).toBe('triage');
    await firm.receive(rawMessage({ id: 'parent@kline.test' }));
    const { messages, communications } = firm.database;
    const settled = await messages.findOne({ answers: 'parent@kline.test' });
    expect(settled?.state).toBe('stored');
    expect(settled?.links.map(({ clientId, via }) => [clientId, via])).toEqual([['paula', 'thread']]);
    expect(await communications.countDocuments({ clientId: 'paula' })).toBe(2);
  });

  it('an internal message follows the client’s message that it answers, if internal mail is stored', async () => {
    for (const order of ['in turn', 'backwards']) {
      const firm = await openFirm({ rules: { storeInternal: true } });
      const messages = [
        rawMessage({ id: 'parent@kline.test' }),
        rawMessage({ from: 'ines@firm.test', to: 'tom@firm.test', answers: ['parent@kline.test'] }),
      ];
      for (const mail of order === 'in turn' ? messages : messages.toReversed()) await firm.receive(mail);
      expect(await firm.database.communications.countDocuments({ clientId: 'paula' })).toBe(2);
    }
  });

  it('a thread of three that arrives backwards ends as one that arrives in order', async () => {
    const thread = [
      rawMessage({ id: 'a@kline.test' }),
      rawMessage({
        id: 'b@kline.test',
        from: 'friend@else.test',
        answers: ['a@kline.test'],
        subject: 'Re: The lease',
      }),
      rawMessage({
        id: 'c@kline.test',
        from: 'paula@home.test',
        answers: ['a@kline.test', 'b@kline.test'],
        subject: 'Re: The lease',
      }),
    ];
    const ends = [];
    for (const arriving of [thread, thread.toReversed()]) {
      const firm = await openFirm();
      for (const mail of arriving) await firm.receive(mail);
      const found = await firm.database.messages.find().sort({ messageId: 1 }).toArray();
      ends.push(
        found.map(({ messageId, state, threadId, links }) => ({
          messageId,
          state,
          threadId,
          clients: links.map((link) => link.clientId),
        })),
      );
    }
    expect(ends[0]?.map(({ state }) => state)).toEqual(['stored', 'stored', 'stored']);
    expect(ends[1]).toEqual(ends[0]);
  });

  it('a message seen in Sent first and in the dropbox later is judged again with the new role (invariant 7)', async () => {
    const firm = await openFirm();
    const forward = rawMessage({
      from: 'tom@firm.test',
      to: office,
      subject: 'Fwd: The lease',
      body: `---------- Forwarded message ---------\nFrom: Paula Kline <${client}>\nDate: Mon, 2 Mar 2026 at 09:00\nSubject: The lease\nTo: Tom <tom@firm.test>\n\nHere it is.`,
    });
    const sent = await firm.receive(forward, { mailbox: 'tom', folder: 'Sent', inOwnSent: true });
    const seen = await firm.receive(forward, { mailbox: 'crm', role: 'dropbox' });
    expect(seen._id).toEqual(sent._id);
    expect(seen.roles.toSorted()).toEqual(['capture', 'dropbox']);
    expect(seen.judgedWith?.roles.toSorted()).toEqual(['capture', 'dropbox']);
    expect(seen.links.map(({ clientId }) => clientId)).toEqual(['paula']);
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('judging again only adds links (invariant 7)', async () => {
    const firm = await openFirm();
    const stored = await firm.receive(rawMessage({}));
    await firm.database.clients.deleteOne({ _id: 'paula' });
    await firm.addClients({ _id: 'heir', email: client });
    firm.waiting.messages.push(stored._id);
    await firm.ingestWaiting();
    const after = await firm.database.messages.findOne({ _id: stored._id });
    expect(after?.links.map(({ clientId }) => clientId)).toEqual(['paula', 'heir']);
  });
});
