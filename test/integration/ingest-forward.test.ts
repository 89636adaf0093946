import type { ObjectId } from 'mongodb';
import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text } from '../../demo/mime.ts';
import { ingestSighting } from '../../src/ingest.ts';
import { letter, office } from './letters.ts';
import { openFirm } from './servers.ts';

const direct = letter({
  id: 'direct@kline.test',
  subject: 'The lease',
  body: 'Please have a look at the lease.',
});

/** As Gmail prints a message that is forwarded. */
const retold = [
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
    ['printed in the text', retold],
    ['attached', multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(direct)])],
  ])('is linked to the client and stores no second communication: %s', async (_how, body) => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const forward = await firm.receive(letter({ ...toDropbox, subject: 'Fwd: The lease', body }), {
      mailbox: 'crm',
      role: 'dropbox',
    });
    expect(forward.state).toBe('stored');
    expect(forward.links.map(({ via }) => via)).toEqual(['forwarded']);
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('does not stand for another message of the same sender and subject, months later', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    const later = retold.replace('Mon, 2 Mar 2026', 'Tue, 2 Jun 2026');
    await firm.receive(
      letter({
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
    ['printed in the text', retold],
    ['attached', multipart('multipart/mixed', 'forward', [text('For the file.'), enclosed(direct)])],
  ])('is stored once too where the forward came first: %s', async (_how, body) => {
    const firm = await openFirm();
    await firm.receive(letter({ ...toDropbox, subject: 'Fwd: The lease', body }), {
      mailbox: 'crm',
      role: 'dropbox',
    });
    const captured = await firm.receive(direct, { mailbox: 'ines' });
    expect(captured.state).toBe('stored');
    expect(captured.links).toHaveLength(1);
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('is stored once where two of the staff forward it', async () => {
    const firm = await openFirm();
    for (const comment of ['For the file.', 'Who takes this?'])
      await firm.receive(
        letter({ ...toDropbox, subject: 'Fwd: The lease', body: retold.replace('For the file.', comment) }),
        { mailbox: 'crm', role: 'dropbox' },
      );
    expect(await firm.database.communications.countDocuments()).toBe(1);
  });

  it('is stored once where both are ingested at the same moment', async () => {
    const firm = await openFirm();
    const subjects = Array.from({ length: 10 }, (_, n) => `The lease of flat ${n}`);
    const sightings = await Promise.all(
      subjects.flatMap((subject) => [
        firm.deliver(letter({ subject }), { mailbox: 'ines' }),
        firm.deliver(
          letter({
            ...toDropbox,
            subject: `Fwd: ${subject}`,
            body: retold.replace('Subject: The lease', `Subject: ${subject}`),
          }),
          { mailbox: 'crm', role: 'dropbox' },
        ),
      ]),
    );
    const ingest = async (id: ObjectId): Promise<void> => {
      try {
        await ingestSighting(firm, id);
      } catch (error) {
        // As the queue does: what failed is tried again.
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
      const other = letter({
        id: 'other@kline.test',
        subject: 'The lease',
        body: 'And I forgot: the garage is part of it.',
      });
      const forward = letter({ ...toDropbox, subject: 'Fwd: The lease', body: retold });
      const inTurn = order === 'forward first' ? [forward, other] : [other, forward];
      for (const raw of inTurn)
        await firm.receive(raw, raw === forward ? { mailbox: 'crm', role: 'dropbox' } : { mailbox: 'ines' });
      expect(await firm.database.communications.countDocuments()).toBe(2);
    },
  );

  it('is a message of its own where the client forwards, who has something to say about it', async () => {
    const firm = await openFirm();
    await firm.receive(direct, { mailbox: 'ines' });
    await firm.receive(
      letter({
        id: 'reminder@kline.test',
        subject: 'Fwd: The lease',
        body: retold.replace('For the file.', 'Did you get this?'),
        date: new Date('2026-03-04T12:00:00Z'),
      }),
      { mailbox: 'ines' },
    );
    expect(await firm.database.communications.countDocuments()).toBe(2);
  });
});
