import { expect, test } from 'vitest';
import { fingerprintOf } from '../../src/fingerprint/fingerprint.ts';
import { client, rawMessage, office } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';
import type { Firm, Seen } from '../support/servers.ts';

function ordersOf<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, at) => ordersOf(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}

interface Sent {
  readonly raw: Buffer;
  readonly seen: Seen;
}

/** A client opens a case, staff answers, an unknown colleague of the client joins in, staff closes the case, the colleague is away. */
function threadOfFive(run: number): Sent[] {
  const ids = Array.from({ length: 5 }, (_, n) => `five.${run}.${n}@kline.test`);
  const staff = 'Ines <ines@firm.test>';
  const colleague = `Sam <sam.${run}@elsewhere.test>`;
  const at = (hour: number): Date => new Date(Date.UTC(2026, 2, 2, hour));
  const seen: Seen = { internalDate: new Date('2026-03-03T00:00:00Z') };
  const sent: Seen = { ...seen, folder: 'Sent', inOwnSent: true };
  const subject = `[Case #${10_000 + run}: Open] Lease`;
  return [
    { seen, raw: rawMessage({ id: ids[0] ?? null, subject, date: at(9) }) },
    {
      seen: sent,
      raw: rawMessage({
        id: ids[1] ?? null,
        subject: `Re: ${subject}`,
        date: at(10),
        from: staff,
        to: `Paula Kline <${client}>`,
        answers: ids.slice(0, 1),
      }),
    },
    {
      seen,
      raw: rawMessage({
        id: ids[2] ?? null,
        subject: `Re: ${subject}`,
        date: at(11),
        from: colleague,
        to: office,
        answers: ids.slice(0, 2),
      }),
    },
    {
      seen: sent,
      raw: rawMessage({
        id: ids[3] ?? null,
        subject: `Re: [Case #${10_000 + run}: Closed] Lease`,
        date: at(12),
        from: staff,
        to: `Paula Kline <${client}>`,
        cc: colleague,
        answers: ids.slice(0, 3),
      }),
    },
    {
      seen,
      raw: rawMessage({
        id: ids[4] ?? null,
        subject: `Automatic reply: ${subject}`,
        date: at(13),
        from: colleague,
        to: office,
        answers: ids.slice(0, 4),
        headers: ['Auto-Submitted: auto-replied'],
      }),
    },
  ];
}

/** The CRM's records of these messages, without what differs between runs. */
async function standing({ database }: Firm, thread: readonly Sent[]): Promise<unknown> {
  return await Promise.all(
    thread.map(async ({ raw }) => {
      const message = await database.messages.findOne({ fingerprint: fingerprintOf(raw) });
      if (message === null) return null;
      const communications = await database.communications.find({ messageRef: message._id }).toArray();
      const updates = await database.caseUpdates.find({ messageRef: message._id }).toArray();
      return {
        state: message.state,
        kind: message.verdict?.kind,
        links: message.links.map(({ clientId, state }) => [clientId, state.kind !== 'pending']),
        toJudge: (message.rejudge ?? 0) > 0,
        communications: communications.map(({ clientId, direction }) => [clientId, direction]),
        updates: updates.map(({ clientId, status, review }) => [clientId, status, review]),
      };
    }),
  );
}

test(
  'a thread of five ends the same in each of its 120 orders of arrival',
  { timeout: 300_000 },
  async () => {
    const firm = await openFirm();
    const expected = threadOfFive(0);
    for (const { raw, seen } of expected) await firm.receive(raw, seen);
    const undisturbed = await standing(firm, expected);
    expect(undisturbed).toMatchObject([
      { state: 'stored' },
      { state: 'stored' },
      { state: 'stored' },
      { state: 'stored' },
      { state: 'stored' },
    ]);

    for (const [n, order] of ordersOf([0, 1, 2, 3, 4]).entries()) {
      const thread = threadOfFive(n + 1);
      for (const at of order) {
        const { raw, seen } = thread[at] ?? { raw: Buffer.alloc(0), seen: {} };
        await firm.receive(raw, seen);
      }
      expect(await standing(firm, thread), `order ${order.join(' ')}`).toEqual(undisturbed);
    }
  },
);

test('the same message with a list footer, or seen in Sent and then in the dropbox, gives one communication in either order', async () => {
  const firm = await openFirm();
  const plain = rawMessage({
    id: 'footer.1@kline.test',
    subject: 'With and without',
    body: 'The same words.',
  });
  const withFooter = rawMessage({
    id: 'footer.1@kline.test',
    subject: 'With and without',
    body: 'The same words.\n_______\nlist footer',
  });
  const again = (raw: Buffer, id: string): Buffer => Buffer.from(raw.toString().replace('footer.1', id));
  for (const raw of [plain, withFooter, again(withFooter, 'footer.2'), again(plain, 'footer.2')])
    await firm.receive(raw);
  expect(await firm.database.messages.countDocuments({ messageId: /^footer/u })).toBe(4);
  expect(await firm.database.communications.countDocuments({ subject: 'With and without' })).toBe(2);

  const outgoing = (id: string): Buffer =>
    rawMessage({ id, subject: 'Both', from: 'Ines <ines@firm.test>', to: `Paula Kline <${client}>` });
  const ways: readonly Seen[] = [
    { folder: 'Sent', inOwnSent: true },
    { mailbox: 'crm', role: 'dropbox' },
  ];
  for (const way of ways) await firm.receive(outgoing('both.1@firm.test'), way);
  for (const way of ways.toReversed()) await firm.receive(outgoing('both.2@firm.test'), way);
  const rows = await firm.database.messages.find({ messageId: /^both/u }).toArray();
  expect(rows.map(({ state, roles, inOwnSent }) => ({ state, roles: roles.toSorted(), inOwnSent }))).toEqual(
    Array.from({ length: 2 }, () => ({ state: 'stored', roles: ['capture', 'dropbox'], inOwnSent: true })),
  );
  expect(await firm.database.communications.countDocuments({ subject: 'Both' })).toBe(2);
});
