import { expect, it } from 'vitest';
import { openFirm } from '../support/servers.ts';
import { orders, thread, updatesOfThread } from '../support/thread.ts';

it('a thread with echoes, forwards, a recall, a reaction and a replay makes the same case updates in each order of arrival', async () => {
  // A Date of 1970 is replaced by the arrival, which only a mailbox tells.
  const [unset = '', ...dated] = updatesOfThread;
  const byArrival = [...dated, unset];
  const some = [[...thread.keys()], [...thread.keys()].toReversed(), ...orders(2)];
  for (const order of some) {
    const firm = await openFirm();
    await firm.addClients({ _id: 'john', email: 'john@x.test' });
    for (const place of order) {
      const message = thread[place];
      if (message === undefined) throw new Error('no such message');
      const isToDropbox = message.includes('To: crm@firm.test');
      await firm.receive(message, {
        ...(isToDropbox && { mailbox: 'crm', role: 'dropbox' as const }),
        internalDate: new Date('2026-02-20T10:00:00Z'),
      });
    }
    await firm.ingestWaiting();
    const rows = await firm.database.caseUpdates.find().sort({ date: 1 }).toArray();
    expect(
      rows.map(
        ({ clientId, ref, status, review, title }) =>
          `${String(clientId)} ${ref} ${status} ${review ?? 'takes effect'}: ${title}`,
      ),
    ).toEqual(byArrival);
    const told = await firm.database.events.find({ type: /^caseUpdate/u }).toArray();
    const last = new Map(
      told.toSorted((a, b) => a.revision - b.revision).map(({ entity, state }) => [entity, state]),
    );
    expect([...last.values()].filter((state) => state === 'effective')).toHaveLength(updatesOfThread.length);
    expect([...last.values()].filter((state) => !['effective', 'gone'].includes(state))).toEqual([]);
  }
});
