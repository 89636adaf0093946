import { describe, expect, it } from 'vitest';
import { enclosed, multipart, text } from '../../demo/mime.ts';
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
});
