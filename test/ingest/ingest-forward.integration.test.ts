import { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { enclosed, file, multipart, text } from '../../demo/mime.ts';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { Database } from '../../src/store/mongo.ts';
import { findToRejudge } from '../../src/store/rejudge.ts';
import { assign, undo, unlink } from '../../src/triage/triage.ts';
import { rawMessage, newId, office } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

const direct = rawMessage({
  id: 'direct@kline.test',
  subject: 'The lease',
  body: 'Please have a look at the lease.',
});

/** As Gmail prints a message that is forwarded. */
const printedForward = [
  'For the file.',
  '',
  '---------- Forwarded message ---------',
  'From: Paula Kline <paula@kline.test>',
  'Date: Mon, 2 Mar 2026 at 10:00',
  'Subject: The lease',
  `To: <${office}>`,
  '',
  'Please have a look at the lease.',
].join('\n');

const toDropbox = { from: `Office <${office}>`, to: 'crm@firm.test', date: new Date('2026-03-02T12:00:00Z') };

describe('24: a forward of a message that was captured directly', () => {
  it.each([
    ['printed in the text', printedForward],
    ['attached', multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(direct)])],
  ])('is linked to the client and stores no second communication: %s', async (_how, body) => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const forward = await firm.receive(rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body }), {
      mailbox: 'crm',
      role: 'dropbox',
    });
    expect(forward.state).toBe('stored');
    expect(forward.links.map(({ via }) => via)).toEqual(['forwarded']);
    expect(forward.verdict?.evidence.at(-1)).toMatchObject({ rule: 'record', outcome: 'skipped' });
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('does not stand for another message of the same sender and subject, months later', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const later = printedForward.replace('Mon, 2 Mar 2026', 'Tue, 2 Jun 2026');
    await firm.receive(
      rawMessage({
        ...toDropbox,
        date: new Date('2026-06-02T12:00:00Z'),
        subject: 'Fwd: The lease',
        body: later,
      }),
      { mailbox: 'crm', role: 'dropbox' },
    );
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });

  it.each([
    ['printed in the text', printedForward],
    ['attached', multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(direct)])],
  ])('is stored once too if the forward came first: %s', async (_how, body) => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body }), {
      mailbox: 'crm',
      role: 'dropbox',
    });
    const captured = await firm.receive(direct, { mailbox: 'ines' });
    expect(captured.state).toBe('stored');
    expect(captured.links).toHaveLength(1);
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('is stored once if two of the staff forward it', async () => {
    const firm = await openFirm();
    for (const comment of ['For the file.', 'Who takes this?'])
      await firm.receive(
        rawMessage({
          ...toDropbox,
          subject: 'Fwd: The lease',
          body: printedForward.replace('For the file.', comment),
        }),
        { mailbox: 'crm', role: 'dropbox' },
      );
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it.each(['the forward first', 'the forward last'])(
    'follows its original to the client by the thread of that: %s',
    async (order) => {
      const firm = await openFirm();
      await firm.receive(rawMessage({ id: 'parent@kline.test' }));
      const stranger = rawMessage({
        from: 'x@away.test',
        subject: 'The roof',
        answers: ['parent@kline.test'],
      });
      const forward = rawMessage({
        ...toDropbox,
        subject: 'Fwd: The roof',
        body: printedForward
          .replace('Paula Kline <paula@kline.test>', 'X <x@away.test>')
          .replace('Subject: The lease', 'Subject: The roof'),
      });
      for (const raw of order === 'the forward first' ? [forward, stranger] : [stranger, forward])
        await firm.receive(raw, raw === forward ? { mailbox: 'crm', role: 'dropbox' } : { mailbox: 'ines' });
      const { messages, communications } = firm.database;
      const states = await messages.find({ subject: /roof/u }).toArray();
      expect(states.map(({ state }) => state)).toEqual(['stored', 'stored']);
      expect(await communications.countDocuments({ subject: 'The roof' })).toBe(1);
    },
  );

  it('brings those along that answer it, even if the forward of it was linked first', async () => {
    const firm = await openFirm();
    const { messages, communications } = firm.database;
    const from = 'Xenia <xenia@away.test>';
    const stranger = await firm.receive(rawMessage({ from, id: 'roof@away.test', subject: 'The roof' }));
    const body = printedForward
      .replace('Paula Kline <paula@kline.test>', from)
      .replace('The lease', 'The roof');
    const forward = await firm.receive(rawMessage({ ...toDropbox, subject: 'Fwd: The roof', body }), {
      mailbox: 'crm',
      role: 'dropbox',
    });
    await firm.receive(
      rawMessage({ from: 'c@court.test', subject: 'Re: The roof', answers: ['roof@away.test'] }),
    );
    await firm.addClients({ _id: 'xenia', name: 'Xenia', email: 'xenia@away.test' });
    for (const { _id } of [forward, stranger]) await ingestAgain(firm, _id);
    await firm.ingestWaiting();
    expect((await messages.find().toArray()).map(({ state }) => state)).toEqual([
      'stored',
      'stored',
      'stored',
    ]);
    expect(await communications.countDocuments({ clientId: 'xenia' })).toBe(2);
  });

  it('does not give back to a client what a person took away, but asks', async () => {
    const firm = await openFirm();
    const message = await firm.receive(direct, { mailbox: 'ines' });
    const deps = { ...firm, enqueue: async () => {} };
    await unlink(deps, { message, by: 'ines', clients: ['paula'] });
    const forward = await firm.receive(
      rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body: printedForward }),
      {
        mailbox: 'crm',
        role: 'dropbox',
      },
    );
    expect([forward.state, forward.verdict?.reason]).toEqual(['triage', 'unlinked']);
    const given = await assign(deps, {
      message: forward,
      by: 'ines',
      clients: ['paula'],
      thread: false,
      instead: false,
    });
    expect(given.message?.state).toBe('stored');
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('goes to a person with the message that is taken off the record, and comes back with it', async () => {
    const firm = await openFirm();
    const { messages, communications } = firm.database;
    const message = await firm.receive(direct, { mailbox: 'ines' });
    const forward = rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body: printedForward });
    const { _id } = await firm.receive(forward, { mailbox: 'crm', role: 'dropbox' });
    const deps = { ...firm, enqueue: async () => {} };
    const reconcile = async (): Promise<void> => {
      for (const id of await findToRejudge(messages, 10)) await ingestAgain(firm, id);
    };
    const { decision } = await unlink(deps, { message, by: 'ines', clients: ['paula'] });
    await reconcile();
    expect(await messages.findOne({ _id })).toMatchObject({
      state: 'triage',
      verdict: { reason: 'unlinked' },
    });
    await undo(deps, { id: decision._id, by: 'ines' });
    await reconcile();
    expect((await messages.find().toArray()).map(({ state }) => state)).toEqual(['stored', 'stored']);
    expect(await communications.countDocuments()).toBe(1);
  });

  it('is on record itself once the message, which a person had linked, is not any more', async () => {
    const firm = await openFirm();
    const { messages, communications } = firm.database;
    const from = 'X <x@away.test>';
    const message = await firm.receive(rawMessage({ from, subject: 'The roof' }), { mailbox: 'ines' });
    const deps = { ...firm, enqueue: async () => {} };
    const linking = { message, by: 'ines', clients: ['paula'], thread: false, instead: false };
    const { decision } = await assign(deps, linking);
    const body = printedForward
      .replace('Paula Kline <paula@kline.test>', from)
      .replace('The lease', 'The roof');
    const forward = rawMessage({ ...toDropbox, subject: 'Fwd: The roof', body });
    const { _id, links } = await firm.receive(forward, { mailbox: 'crm', role: 'dropbox' });
    expect(links.map(({ via }) => via)).toEqual(['thread']);
    await undo(deps, { id: decision._id, by: 'ines' });
    for (const id of await findToRejudge(messages, 10)) await ingestAgain(firm, id);
    expect(await communications.countDocuments({ messageRef: _id })).toBe(1);
    expect(await communications.countDocuments()).toBe(1);
  });

  it('does not wait for an original that died of being judged', async () => {
    const firm = await openFirm();
    const original = await firm.receive(direct, { mailbox: 'ines' });
    await firm.database.communications.deleteMany({});
    await firm.database.messages.updateOne(
      { _id: original._id },
      { $set: { state: 'received', links: [], verdict: null, receivedAt: new Date('2026-03-02T10:00:00Z') } },
    );
    const forward = await firm.receive(
      rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body: printedForward }),
      {
        mailbox: 'crm',
        role: 'dropbox',
      },
    );
    expect(forward.state).toBe('stored');
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('is stored once if both are ingested at the same moment', async () => {
    const firm = await openFirm();
    const subjects = Array.from({ length: 10 }, (_, n) => `The lease of flat ${n}`);
    const sightings = await Promise.all(
      subjects.flatMap((subject) => [
        firm.deliver(rawMessage({ subject }), { mailbox: 'ines' }),
        firm.deliver(
          rawMessage({
            ...toDropbox,
            subject: `Fwd: ${subject}`,
            body: printedForward.replace('Subject: The lease', `Subject: ${subject}`),
          }),
          { mailbox: 'crm', role: 'dropbox' },
        ),
      ]),
    );
    const ingest = async (id: ObjectId): Promise<void> => {
      try {
        await ingestSighting(firm, id);
      } catch (error) {
        // Like the queue: failed jobs are retried.
        if (!String(error).includes('is being judged at this moment')) throw error;
        await ingest(id);
      }
    };
    await Promise.all(sightings.map(ingest));
    expect(await firm.database.communications.countDocuments()).toBe(subjects.length);
  });

  it.each(['forward first', 'forward last'])(
    'does not stand for another message of the same sender, subject and day: %s',
    async (order) => {
      const firm = await openFirm();
      const other = rawMessage({
        id: 'other@kline.test',
        subject: 'The lease',
        body: 'And I forgot: the garage is part of it.',
      });
      const forward = rawMessage({ ...toDropbox, subject: 'Fwd: The lease', body: printedForward });
      const inTurn = order === 'forward first' ? [forward, other] : [other, forward];
      for (const raw of inTurn)
        await firm.receive(raw, raw === forward ? { mailbox: 'crm', role: 'dropbox' } : { mailbox: 'ines' });
      expect(await firm.database.communications.countDocuments()).toBe(2);
    },
  );

  it('is a message of its own if the client forwards, who has something to say about it', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    await firm.receive(
      rawMessage({
        id: 'reminder@kline.test',
        subject: 'Fwd: The lease',
        body: printedForward.replace('For the file.', 'Did you get this?'),
        date: new Date('2026-03-04T12:00:00Z'),
      }),
      { mailbox: 'ines' },
    );
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });
});

const crm = { mailbox: 'crm', role: 'dropbox' } as const;
const forwardWith = (words: string): string =>
  printedForward.replace('Please have a look at the lease.', words);
const filed = (body: Parameters<typeof rawMessage>[0], more = {}): Buffer =>
  rawMessage({ ...toDropbox, subject: 'Fwd: The lease', ...body, ...more });
const scan = (content: string) =>
  file({ name: 'scan.pdf', type: 'application/pdf', content: Buffer.from(content) });

describe('a forward is not taken for a message that it only resembles', () => {
  it.each([
    ['begins with the same word', 'Yes.', 'Yes, if the garage is part of it.'],
    ['speaks of another amount', 'I shall pay 900 on the first.', 'I shall pay 400 on the first.'],
    [
      'quotes it',
      'Please have a look at the lease.',
      'No, wait for my next message.\n\nOn Mon, 2 Mar 2026 at 10:00 Paula Kline <paula@kline.test> wrote:\n> Please have a look at the lease.',
    ],
  ])('one that %s', async (_, captured, told) => {
    const firm = await openFirm();
    await firm.receive(rawMessage({ body: captured }), { mailbox: 'ines' });
    await firm.receive(filed({ body: forwardWith(told) }), crm);
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });

  it('one that was sent in another minute', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    await firm.receive(filed({ body: printedForward.replace('at 10:00', 'at 10:07') }), crm);
    await firm.receive(filed({ body: printedForward.replace('at 10:00', 'at 05:00') }), crm);
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });

  it('one that brings another file', async () => {
    const firm = await openFirm();
    const mixed = (words: string, content: string) =>
      multipart('multipart/mixed', 'files', [text(words), scan(content)]);
    await firm.receive(rawMessage({ body: mixed('', 'first page') }), { mailbox: 'ines' });
    await firm.receive(filed({ body: mixed(forwardWith(''), 'second page') }), crm);
    await firm.receive(filed({ body: mixed(forwardWith(''), 'first page') }), crm);
    const stored = await firm.database.communications.find().toArray();
    expect(new Set(stored.map(({ attachments }) => attachments[0]?.sha256)).size).toBe(2);
    expect(stored).toHaveLength(2);
  });

  it('one that left the files behind, and came first', async () => {
    const firm = await openFirm();
    await firm.receive(filed({ body: printedForward }), crm);
    const body = multipart('multipart/mixed', 'files', [
      text('Please have a look at the lease.'),
      scan('the lease'),
    ]);
    await firm.receive(rawMessage({ body }), { mailbox: 'ines' });
    expect(await firm.database.communications.countDocuments({ 'attachments.0': { $exists: true } })).toBe(1);
  });

  it('nor is it another if it encloses the message with its files, whichever came first', async () => {
    const whole = rawMessage({
      id: 'whole@kline.test',
      body: multipart('multipart/mixed', 'files', [
        text('Please have a look at the lease.'),
        scan('the lease'),
      ]),
    });
    const forward = filed({
      body: multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(whole)]),
    });
    for (const inTurn of [
      [whole, forward],
      [forward, whole],
    ]) {
      const firm = await openFirm();
      for (const raw of inTurn) await firm.receive(raw, raw === whole ? { mailbox: 'ines' } : crm);
      const stored = await firm.database.communications.find().toArray();
      expect(
        stored.map(({ attachments }) => attachments.some(({ filename }) => filename === 'scan.pdf')),
      ).toEqual([true]);
    }
  });

  it('one that encloses the files which an earlier forward left behind', async () => {
    const firm = await openFirm();
    const whole = rawMessage({
      body: multipart('multipart/mixed', 'files', [
        text('Please have a look at the lease.'),
        scan('the lease'),
      ]),
    });
    await firm.receive(filed({ body: printedForward }), crm);
    await firm.receive(
      filed({ body: multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(whole)]) }),
      crm,
    );
    expect(await firm.database.communications.countDocuments({ 'attachments.filename': 'scan.pdf' })).toBe(1);
  });

  it('one that brings another message beside it', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const other = rawMessage({ subject: 'The garage', body: 'The garage is part of it.' });
    const body = multipart('multipart/mixed', 'both', [text('Both.'), enclosed(direct), enclosed(other)]);
    await firm.receive(filed({ body }), crm);
    const stored = await firm.database.communications.find().sort({ _id: 1 }).toArray();
    expect(stored).toHaveLength(2);
    expect(stored.filter(({ message }) => message.includes('The garage is part of it.'))).toHaveLength(1);
  });

  it('that of somebody else’s message in which it is enclosed', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const inside = printedForward.slice(printedForward.indexOf('-----'));
    const body = `---------- Forwarded message ---------\nFrom: Otto <otto@away.test>\nDate: Mon, 2 Mar 2026 at 11:00\nSubject: Fwd: The lease\nTo: <${office}>\n\nShe cannot mean this.\n\n${inside}`;
    const forward = await firm.receive(filed({ body, subject: 'Fwd: Fwd: The lease' }), crm);
    expect([forward.state, forward.verdict?.reason]).toEqual(['triage', 'unknown-first-hop']);
    await assign(
      { ...firm, enqueue: async () => {} },
      { message: forward, by: 'ines', clients: ['paula'], thread: false, instead: false },
    );
    const stored = await firm.database.communications.find().sort({ date: 1 }).toArray();
    expect(stored.map(({ from }) => from?.address)).toEqual(['paula@kline.test', 'otto@away.test']);
  });

  it('one that goes back to the client, with what we say to it', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    await firm.receive(filed({ body: printedForward, to: 'paula@kline.test' }), {
      inOwnSent: true,
      folder: 'Sent',
    });
    const stored = await firm.database.communications.find().sort({ date: 1 }).toArray();
    expect(stored.map(({ direction, from }) => [direction, from?.address])).toEqual([
      ['inbound', 'paula@kline.test'],
      ['outbound', office],
    ]);
  });

  it('one of hundreds that bear the same subject', async () => {
    const firm = await openFirm();
    const { messages, communications } = firm.database;
    const { _id, ...notice } = await firm.receive(rawMessage({ date: new Date('2025-06-01T10:00:00Z') }));
    await messages.insertMany(
      Array.from({ length: 250 }, (_, n) => ({
        ...notice,
        _id: new ObjectId(),
        messageId: newId(),
        fingerprint: `v1:${String(n).padStart(64, '0')}`,
        variantKey: `notice-${n}`,
      })),
    );
    await firm.receive(direct, { mailbox: 'ines' });
    await firm.receive(filed({ body: printedForward }), crm);
    expect(await communications.countDocuments()).toBe(2);
  });
});

describe('a case tag that a forward tells again', () => {
  const tagged = rawMessage({ id: 'tag@kline.test', subject: '[Case #7: Closed] The lease' });
  const told = (comment: string): Buffer =>
    filed({
      subject: 'Fwd: [Case #7: Closed] The lease',
      body: printedForward
        .replace('For the file.', comment)
        .replace('Subject: ', 'Subject: [Case #7: Closed] '),
    });

  it.each([
    ['the forward came first', [told('For the file.'), tagged]],
    ['two of the staff forward it', [told('For the file.'), told('Who takes this?')]],
  ])('moves the case once if %s', async (_, messages) => {
    const firm = await openFirm();
    for (const raw of messages) await firm.receive(raw, raw === tagged ? { mailbox: 'ines' } : crm);
    expect(await firm.database.caseUpdates.countDocuments()).toBe(1);
  });

  const rows = async ({ caseUpdates }: Database): Promise<unknown[]> =>
    (await caseUpdates.find().toArray()).map(({ date, status, review }) => [
      date.getUTCHours(),
      status,
      review,
    ]);

  it('counts by the message once that lands, if the forward answers it too and was held for it', async () => {
    const firm = await openFirm();
    const body = printedForward.replace('Subject: ', 'Subject: [Case #7: Closed] ');
    const answers = ['tag@kline.test'];
    await firm.receive(filed({ subject: 'Fwd: [Case #7: Closed] The lease', body, answers }), crm);
    expect(await rows(firm.database)).toEqual([[12, 'Closed', 'unauthenticated']]);
    await firm.receive(tagged, { mailbox: 'ines' });
    expect(await rows(firm.database)).toEqual([[10, 'Closed', null]]);
  });

  it('counts by the message if the forward, which came first, may not move the case', async () => {
    const firm = await openFirm();
    const body = printedForward.replace('Subject: ', 'Subject: [Case #7: Closed] ');
    const headers = ['Reply-To: otto@away.test'];
    await firm.receive(filed({ subject: 'Fwd: [Case #7: Closed] The lease', body, headers }), crm);
    await firm.receive(tagged, { mailbox: 'ines' });
    expect(await rows(firm.database)).toEqual([[10, 'Closed', null]]);
  });

  it('is no echo of the next message under the same subject', async () => {
    const subject = '[Case #7: Closed] The lease';
    const next = rawMessage({ subject, body: 'So be it.', date: new Date('2026-03-02T14:00:00Z') });
    for (const first of ['next', 'forward']) {
      const firm = await openFirm();
      const forward = told('For the file.');
      const internalDate = new Date('2026-03-02T15:00:00Z');
      for (const raw of first === 'next' ? [next, forward] : [forward, next])
        await firm.receive(raw, raw === next ? { mailbox: 'ines', internalDate } : { ...crm, internalDate });
      expect(await rows(firm.database)).toEqual(
        expect.arrayContaining([
          [12, 'Closed', 'unauthenticated'],
          [14, 'Closed', null],
        ]),
      );
    }
  });

  it('moves the case once if all are ingested at the same moment', async () => {
    const firm = await openFirm();
    const cases = Array.from({ length: 10 }, (_, n) => `[Case #${n + 1}: Closed] Flat ${n}`);
    const sightings = await Promise.all(
      cases.flatMap((subject) => [
        firm.deliver(rawMessage({ subject }), { mailbox: 'ines' }),
        ...['For the file.', 'Who takes this?'].map((comment) =>
          firm.deliver(
            filed({
              subject: `Fwd: ${subject}`,
              body: printedForward
                .replace('For the file.', comment)
                .replace('Subject: The lease', `Subject: ${subject}`),
            }),
            crm,
          ),
        ),
      ]),
    );
    const ingest = async (id: ObjectId): Promise<void> => {
      try {
        await ingestSighting(firm, id);
      } catch (error) {
        // Like the queue: failed jobs are retried.
        if (!String(error).includes('is being judged at this moment')) throw error;
        await ingest(id);
      }
    };
    await Promise.all(sightings.map(ingest));
    await firm.ingestWaiting();
    expect((await rows(firm.database)).map(String)).toEqual(cases.map(() => '10,Closed,'));
    expect(await firm.database.communications.countDocuments()).toBe(cases.length);
  });

  it('gives a stranger, who only prints it, no place on the record', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const strange = await firm.receive(
      rawMessage({ from: 'X <x@stranger.test>', subject: 'Fwd: The lease', body: printedForward }),
      { mailbox: 'ines' },
    );
    expect(strange.state).toBe('triage');
    expect(strange.links).toEqual([]);
  });
});
