/** A thread with everything that must not move its case a second time, and orders in which it may arrive. */
import { enclosed, multipart, text } from '../../demo/mime.ts';
import { crm, raw } from '../decide/office.ts';
import type { MessageSpec } from '../decide/office.ts';

const john = 'John <john@x.test>';
const ada = 'Ada <ada@firm.test>';
const DAY = 24 * 60;
const subject = '[Case #12: Open] Lease';

const opening: MessageSpec = { id: 'open@x.test', from: john, subject, minute: DAY };
const answer: MessageSpec = {
  id: 'answer@firm.test',
  from: ada,
  to: 'john@x.test',
  subject: `Re: ${subject}`,
  answers: ['open@x.test'],
  body: 'We look into it.',
  minute: 2 * DAY,
};
const closing: MessageSpec = {
  id: 'close@firm.test',
  from: ada,
  to: 'john@x.test',
  subject: 'Re: [Case #12: Closed] Lease',
  answers: ['open@x.test', 'hold@x.test'],
  body: 'It is settled.',
  minute: 5 * DAY,
};

export const thread: readonly Buffer[] = [
  raw(opening, 0),
  raw(answer, 1),
  raw(
    {
      id: 'hold@x.test',
      from: john,
      subject: 'Re: [Case #12: On Hold] Lease',
      answers: ['open@x.test', 'answer@firm.test'],
      body: 'Please wait until May.',
      minute: 3 * DAY,
    },
    2,
  ),
  raw(
    {
      id: 'away@x.test',
      from: john,
      subject: `Automatic reply: ${subject}`,
      answers: ['answer@firm.test'],
      headers: ['Auto-Submitted: auto-replied'],
      body: 'I am away until Monday.',
      minute: 2 * DAY + 1,
    },
    3,
  ),
  raw(
    {
      id: 'forward@x.test',
      from: john,
      subject: `Fwd: Re: ${subject}`,
      body: multipart('multipart/mixed', 'b1', [text('For the file.'), enclosed(raw(answer, 1))]),
      minute: 2 * DAY + 60,
    },
    4,
  ),
  raw(
    {
      id: 'forward@firm.test',
      from: ada,
      to: crm,
      subject: `Fwd: ${subject}`,
      body: multipart('multipart/mixed', 'b2', [text('For the file.'), enclosed(raw(opening, 0))]),
      minute: DAY + 60,
    },
    5,
  ),
  raw(closing, 6),
  raw({ ...closing, headers: ['Bcc: crm@firm.test', 'X-Relay: outgoing'] }, 6),
  raw({ id: 'late@x.test', from: john, subject: '[Case #12: Pending] Lease, first draft', minute: 0 }, 8),
  raw(
    {
      id: 'recall@x.test',
      from: john,
      subject: 'Recall: [Case #12: On Hold] Lease',
      body: 'John would like to recall the message "[Case #12: On Hold] Lease".',
      minute: 4 * DAY,
    },
    9,
  ),
  raw(
    {
      id: 'reaction@x.test',
      from: john,
      subject: 'John reacted to your message: Re: [Case #12: Closed] Lease',
      body: 'John reacted to your message with a thumb.',
      minute: 6 * DAY,
    },
    10,
  ),
  Buffer.from(
    raw({ id: 'clock@x.test', from: john, subject: '[Case #12: In Progress] Lease, signed' }, 11)
      .toString('latin1')
      .replace(/^Date: .*$/mu, 'Date: Thu, 01 Jan 1970 00:00:10 +0000'),
    'latin1',
  ),
  // What was received already is received once more.
  raw(opening, 0),
];

/** The case updates that it makes, by date. */
export const updatesOfThread: readonly string[] = [
  'john 12 In Progress takes effect: Lease, signed',
  'john 12 Pending takes effect: Lease, first draft',
  'john 12 Open takes effect: Lease',
  'john 12 On Hold takes effect: Lease',
  'john 12 Closed takes effect: Lease',
];

/** The same orders in each run. */
export function* orders(count: number): Generator<number[]> {
  let state = 17;
  const roll = (bound: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % bound;
  };
  for (let made = 0; made < count; made += 1) {
    const order = thread.map((_, place) => place);
    for (let at = order.length - 1; at > 0; at -= 1) {
      const other = roll(at + 1);
      [order[at], order[other]] = [order[other] ?? 0, order[at] ?? 0];
    }
    yield order;
  }
}
