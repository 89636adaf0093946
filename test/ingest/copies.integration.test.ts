/** Copies of one message that are not equally trustworthy: by other routes, with other words, with other recipients. */
import { describe, expect, it } from 'vitest';
import { ingestSighting } from '../../src/ingest/ingest.ts';
import { assign, ignore } from '../../src/triage/triage.ts';
import { ordersOf, otto, receiveAll, settle } from '../support/copies.ts';
import type { Copy } from '../support/copies.ts';
import { client, rawMessage, office } from '../support/messages.ts';
import type { MessageSpec } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm, Seen } from '../support/servers.ts';

async function standing({ database }: Firm): Promise<unknown> {
  const communications = await database.communications.find().toArray();
  const updates = await database.caseUpdates.find().toArray();
  const messages = await database.messages.find().toArray();
  return {
    communications: communications
      .map(({ clientId, message }) => `${String(clientId)}: ${message.trim()}`)
      .toSorted(),
    updates: updates
      .map(({ clientId, status, review }) => `${String(clientId)} ${status} ${review ?? ''}`)
      .toSorted(),
    messages: messages
      .map(({ state, verdict, flags, links }) =>
        [
          state,
          verdict?.reason ?? '',
          flags.filter((flag) => flag !== 'unauthenticated').join(),
          links.length,
        ].join(' '),
      )
      .toSorted(),
  };
}

/** The end state after each order of arrival; one entry if they are all the same. */
async function inEveryOrder(copies: readonly Copy[]): Promise<unknown[]> {
  const ends = new Map<string, unknown>();
  for (const order of ordersOf(copies)) {
    const end = await standing(await receiveAll(order));
    ends.set(JSON.stringify(end), end);
  }
  return [...ends.values()];
}

const sent: Seen = { mailbox: 'ines', folder: 'Sent', inOwnSent: true };
const subject = '[Case #7: Closed] The lease';
const route = (name: string): string => `Received: from ${name}.test by mx.firm.test`;

describe('a message of ours that comes back with another recipient', () => {
  const ours: MessageSpec = { id: 'ours@firm.test', from: 'Ines <ines@firm.test>', to: client, subject };
  const genuine: Copy = { raw: rawMessage(ours), seen: sent };
  const replay: Copy = { raw: rawMessage({ ...ours, cc: 'otto@brandt.test', headers: [route('evil')] }) };

  it('goes on no other record and moves no case, whichever copy comes first', async () => {
    expect(await inEveryOrder([genuine, replay])).toEqual([
      {
        communications: ['paula: Please have a look at the lease.'],
        updates: ['paula Closed '],
        messages: ['stored  message-id-reused 1', 'triage doubtful-copy message-id-reused,doubtful-copy 0'],
      },
    ]);
  });

  it('is offered to a person with the clients that it names, who may put it there', async () => {
    const firm = await receiveAll([genuine, replay]);
    const waiting = await firm.database.messages.findOne({ state: 'triage' });
    if (waiting === null) throw new Error('nothing waits');
    expect(waiting.verdict?.candidates.map(({ clientId }) => clientId)).toContain('otto');
    expect(waiting.verdict?.evidence).toContainEqual(
      expect.objectContaining({ rule: 'copy', outcome: 'rejected' }),
    );
    const act = { message: waiting, by: 'ines', clients: ['otto'], thread: false, instead: false };
    await assign({ ...firm, enqueue: async () => {} }, act);
    expect(await firm.database.communications.countDocuments({ clientId: 'otto' })).toBe(1);
  });

  it('may be ignored without the genuine one', async () => {
    const firm = await receiveAll([genuine, replay]);
    const waiting = await firm.database.messages.findOne({ state: 'triage' });
    if (waiting === null) throw new Error('nothing waits');
    await ignore({ ...firm, enqueue: async () => {} }, { message: waiting, by: 'ines', always: null });
    expect(await firm.database.messages.countDocuments({ state: 'stored' })).toBe(1);
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('names them if it is authenticated, or if our Sent folder has it too', async () => {
    const communications = [
      'otto: Please have a look at the lease.',
      'paula: Please have a look at the lease.',
    ];
    for (const second of [
      { ...replay, isProven: true },
      { ...replay, seen: sent },
    ])
      for (const order of ordersOf([genuine, second]))
        expect(await standing(await receiveAll(order))).toMatchObject({ communications });
  });

  it('is but a copy once our Sent folder names the recipient', async () => {
    const bcc: Copy = { raw: rawMessage({ ...ours, headers: ['Bcc: otto@brandt.test'] }), seen: sent };
    for (const order of ordersOf([genuine, replay, bcc])) {
      const firm = await receiveAll(order);
      expect(await firm.database.communications.countDocuments()).toBe(2);
      expect(await firm.database.messages.countDocuments({ state: 'triage' })).toBe(0);
    }
  });

  it('brings no tag of a second Subject field', async () => {
    const plain: MessageSpec = { ...ours, subject: 'The lease' };
    const tagged = rawMessage({ ...plain, headers: [`Subject: ${subject}`, route('evil')] });
    const firm = await receiveAll([{ raw: rawMessage(plain), seen: sent }, { raw: tagged }]);
    expect(await firm.database.caseUpdates.countDocuments({ review: null })).toBe(0);
  });

  it('that another of our mailboxes received is judged by the copy in Sent', async () => {
    const dropbox: Copy = {
      raw: rawMessage({ ...ours, headers: [route('relay')] }),
      seen: { mailbox: 'crm', role: 'dropbox' },
    };
    for (const order of ordersOf([genuine, dropbox])) {
      const firm = await receiveAll(order);
      expect(await standing(firm)).toMatchObject({
        communications: ['paula: Please have a look at the lease.'],
        updates: ['paula Closed '],
      });
      const [message] = await firm.database.messages.find().toArray();
      expect(message?.roles.toSorted()).toEqual(['capture', 'dropbox']);
    }
  });
});

describe('a copy with the id, sender and date of a genuine message', () => {
  const said: MessageSpec = {
    id: 'genuine@kline.test',
    subject,
    body: 'The rent is 900, as agreed. Please go on.',
  };
  const genuine: Copy = { raw: rawMessage(said), isProven: true };
  const forged: Copy = {
    raw: rawMessage({
      ...said,
      subject: '[Case #7: On Hold] The lease',
      body: 'Do nothing until I say so.',
      headers: [route('evil')],
    }),
  };

  it('waits, and the genuine one is on record, whichever comes first', async () => {
    expect(await inEveryOrder([genuine, forged])).toEqual([
      {
        communications: ['paula: The rent is 900, as agreed. Please go on.'],
        updates: ['paula Closed '],
        messages: ['stored  message-id-reused 1', 'triage doubtful-copy message-id-reused,doubtful-copy 0'],
      },
    ]);
  });

  it('is told apart by an amount that was exchanged', async () => {
    const changed: Copy = { raw: rawMessage({ ...said, body: 'The rent is 400, as agreed. Please go on.' }) };
    expect(await inEveryOrder([genuine, changed])).toEqual([
      {
        communications: ['paula: The rent is 900, as agreed. Please go on.'],
        updates: ['paula Closed '],
        messages: ['stored  message-id-reused 1', 'triage doubtful-copy message-id-reused,doubtful-copy 0'],
      },
    ]);
  });

  it('that only adds words gives the entry to the one that is proven', async () => {
    const longer: Copy = {
      raw: rawMessage({
        ...said,
        body: 'The rent is 900, as agreed. Please go on. And send the keys to my cousin.',
      }),
    };
    expect(await inEveryOrder([genuine, longer])).toEqual([
      {
        communications: ['paula: The rent is 900, as agreed. Please go on.'],
        updates: ['paula Closed '],
        messages: ['stored   1', 'stored   1'],
      },
    ]);
  });

  it('is recorded beside the other if neither is proven, and both are flagged', async () => {
    expect(await inEveryOrder([{ ...genuine, isProven: false }, forged])).toEqual([
      {
        communications: [
          'paula: Do nothing until I say so.',
          'paula: The rent is 900, as agreed. Please go on.',
        ],
        updates: ['paula Closed unauthenticated', 'paula On Hold unauthenticated'],
        messages: ['stored  message-id-reused 1', 'stored  message-id-reused 1'],
      },
    ]);
  });

  it('waits if it says the opposite in one more word', async () => {
    const opposite: Copy = {
      raw: rawMessage({ ...said, body: 'The rent is not 900, as agreed. Please go on.' }),
    };
    expect(await inEveryOrder([genuine, opposite])).toEqual([
      {
        communications: ['paula: The rent is 900, as agreed. Please go on.'],
        updates: ['paula Closed '],
        messages: ['stored  message-id-reused 1', 'triage doubtful-copy message-id-reused,doubtful-copy 0'],
      },
    ]);
  });

  it('stays if a person edited its entry', async () => {
    const longer = rawMessage({ ...said, body: 'The rent is 900, as agreed. Please go on. Thanks.' });
    const firm = await receiveAll([{ raw: longer }]);
    await firm.database.communications.updateMany({}, { $set: { subject: 'Filed by Ines' } });
    await firm.receive(rawMessage(said), sent);
    expect(await firm.database.communications.countDocuments({ subject: 'Filed by Ines' })).toBe(1);
  });

  it('of all three kinds ends the same in every order', async () => {
    const footer: Copy = {
      raw: rawMessage({ ...said, body: `${said.body as string}\n\n_____\nTenants list` }),
    };
    expect(await inEveryOrder([genuine, forged, footer])).toEqual([
      {
        communications: ['paula: The rent is 900, as agreed. Please go on.'],
        updates: ['paula Closed '],
        messages: [
          'stored  message-id-reused 1',
          'stored  message-id-reused 1',
          'triage doubtful-copy message-id-reused,doubtful-copy 0',
        ],
      },
    ]);
  });
});

describe('a message whose relay replaced the Message-ID', () => {
  const ours: MessageSpec = { id: '5D1C@firm.test', from: 'Ines <ines@firm.test>', to: client, subject };
  const relayed: MessageSpec = {
    ...ours,
    id: '0100019aa4b1@eu-west-1.relay.test',
    headers: [route('relay')],
  };
  const copies: readonly Copy[] = [
    { raw: rawMessage(ours), seen: sent },
    { raw: rawMessage(relayed), seen: { mailbox: 'crm', role: 'dropbox' } },
  ];

  it('is one message: one communication, one case update, whichever comes first', async () => {
    expect(await inEveryOrder(copies)).toEqual([
      {
        communications: ['paula: Please have a look at the lease.'],
        updates: ['paula Closed '],
        messages: ['stored   1', 'stored   1'],
      },
    ]);
  });

  it('is one if both are ingested at the same moment', async () => {
    const firm = await openFirm();
    const pairs = Array.from({ length: 6 }, (_, n) => [
      rawMessage({ ...ours, id: `${n}x@firm.test`, subject: `[Case #${n}: Closed] Flat ${n}` }),
      rawMessage({ ...relayed, id: `${n}y@relay.test`, subject: `[Case #${n}: Closed] Flat ${n}` }),
    ]);
    const ids = await Promise.all(
      pairs.flatMap(([own = Buffer.alloc(0), blind = Buffer.alloc(0)]) => [
        firm.deliver(own, sent),
        firm.deliver(blind, { mailbox: 'crm', role: 'dropbox' }),
      ]),
    );
    const ingest = async (id: (typeof ids)[number]): Promise<void> => {
      try {
        await ingestSighting(firm, id);
      } catch (error) {
        // Like the queue: failed jobs are retried.
        if (!String(error).includes('is being judged at this moment')) throw error;
        await ingest(id);
      }
    };
    await Promise.all(ids.map(ingest));
    await settle(firm, firm);
    expect(await firm.database.communications.countDocuments()).toBe(pairs.length);
    expect(await firm.database.caseUpdates.countDocuments()).toBe(pairs.length);
  });

  it('is answered under either id, and under one that a header kept', async () => {
    const kept = rawMessage({
      ...ours,
      id: 'LO2P265@prod.relay.test',
      subject: 'Survey',
      headers: ['X-Microsoft-Original-Message-ID: <bat-77412@laptop>'],
    });
    const firm = await receiveAll([...copies, { raw: kept, seen: sent }], { authentication: 'off' });
    for (const [n, answered] of [ours.id, relayed.id, 'bat-77412@laptop'].entries()) {
      const reply = rawMessage({
        from: `Lena <lena${n}@away.test>`,
        answers: [answered ?? ''],
        subject: 'Re: it',
      });
      expect((await firm.receive(reply)).links.map(({ clientId, via }) => [clientId, via])).toEqual([
        ['paula', 'thread'],
      ]);
    }
  });

  it('is two if one host drew both ids', async () => {
    const firm = await receiveAll([
      { raw: rawMessage({ ...ours, id: '1a@firm.test' }), seen: sent },
      { raw: rawMessage({ ...ours, id: '2b@firm.test' }), seen: sent },
    ]);
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });
});

describe('a thread', () => {
  const stranger = 'Piet <piet@away.test>';

  it.each(['undefined', 'null', '0@localhost', 'fax@localhost.localdomain', 'none'])(
    'is none by the id %s',
    async (id) => {
      const firm = await openFirm();
      await firm.receive(rawMessage({ id, subject: 'Order' }));
      const reply = await firm.receive(
        rawMessage({ from: stranger, subject: 'Re: Something', answers: [id] }),
      );
      expect(reply.links).toEqual([]);
      expect(reply.threadId).not.toBe(
        (await firm.receive(rawMessage({ from: stranger, answers: [id] }))).threadId,
      );
    },
  );

  it('is none by an id that two different messages bear', async () => {
    const firm = await openFirm();
    const day = (n: number): Date => new Date(Date.UTC(2026, 2, n));
    await firm.receive(
      rawMessage({ id: 'fax7@fax.test', subject: 'Fax 1', body: 'Fax number one', date: day(1) }),
    );
    await firm.receive(
      rawMessage({ id: 'fax7@fax.test', subject: 'Fax 2', body: 'Another matter', date: day(2) }),
    );
    const reply = await firm.receive(rawMessage({ from: stranger, answers: ['fax7@fax.test'] }));
    expect(reply.state).toBe('triage');
    expect(reply.verdict?.evidence).toContainEqual(
      expect.objectContaining({ rule: 'thread', detail: expect.stringContaining('several messages') }),
    );
  });

  it('is that of the proven one if only one of them is', async () => {
    const forged = rawMessage({ id: 'lease@kline.test', from: stranger, body: 'It is mine now.' });
    const firm = await receiveAll([
      { raw: rawMessage({ id: 'lease@kline.test' }), isProven: true },
      { raw: forged },
      { raw: rawMessage({ from: 'Sam <sam@away.test>', answers: ['lease@kline.test'] }), isProven: true },
    ]);
    const reply = await firm.database.messages.findOne({ answers: 'lease@kline.test' });
    expect(reply?.links.map(({ clientId }) => clientId)).toEqual(['paula']);
  });

  it('has several clients if another one answers the same message, or hangs on the same root', async () => {
    const root = rawMessage({
      id: 'root@firm.test',
      from: `Office <${office}>`,
      to: client,
      subject: 'Plan',
    });
    const others = [
      rawMessage({
        id: 'b@brandt.test',
        from: 'Otto <otto@brandt.test>',
        subject: 'Re: Plan',
        answers: ['root@firm.test'],
      }),
      rawMessage({
        id: 'b@brandt.test',
        from: 'Otto <otto@brandt.test>',
        subject: 'Re: Plan',
        answers: ['root@firm.test', 'gone@firm.test'],
      }),
    ];
    for (const other of others) {
      const firm = await openFirm();
      await firm.addClients(otto);
      await firm.receive(root);
      await firm.receive(other);
      const reply = await firm.receive(
        rawMessage({ from: stranger, subject: 'Re: Plan', answers: ['root@firm.test'] }),
      );
      expect(reply.links).toEqual([]);
      expect(reply.verdict?.reason).toBe('several-clients-in-thread');
      expect(reply.verdict?.candidates.map(({ clientId }) => clientId).toSorted()).toEqual(['otto', 'paula']);
    }
  });
});
