import { expect, it } from 'vitest';
import { gather } from '../../src/ingest/gather.ts';
import type { Asked } from '../../src/ingest/gather.ts';
import { unlink } from '../../src/triage/triage.ts';
import { rawMessage, office } from '../support/messages.ts';
import { openFirm } from '../support/servers.ts';

const tag = '[Case #7: Open] The lease';
const forward = [
  '---------- Forwarded message ---------',
  'From: Paula Kline <paula@kline.test>',
  'Date: Mon, 2 Mar 2026 at 10:00',
  `Subject: ${tag}`,
  `To: <${office}>`,
  '',
  'Please have a look at the lease.',
].join('\n');

it('returns the same for a list of messages as for each one alone', async () => {
  const firm = await openFirm();
  await firm.addClients({ _id: 7, name: 'Omar', email: 'omar@sy.test' });
  const raws = [
    rawMessage({ id: 'a@kline.test', subject: tag }),
    rawMessage({
      id: 'a@kline.test',
      subject: tag,
      body: 'Please have a look at the lease.\n\n_____\nfooter',
    }),
    rawMessage({ from: 'Sam <sam@away.test>', subject: `Re: ${tag}`, answers: ['a@kline.test'] }),
    rawMessage({ from: `Office <${office}>`, to: 'crm@firm.test', subject: `Fwd: ${tag}`, body: forward }),
    rawMessage({
      from: 'Omar <omar@sy.test>',
      to: 'paula@kline.test',
      subject: '[Case #8] Roof',
      cc: office,
    }),
  ];
  const messages = [];
  for (const raw of raws) messages.push(await firm.receive(raw));
  const [first] = messages;
  if (first === undefined) throw new Error('nothing was received');
  const deps = { ...firm, enqueue: async () => {} };
  await unlink(deps, { message: first, by: 'ines', clients: ['paula'] });

  const asked: Asked[] = [];
  for (const message of await firm.database.messages.find().sort({ _id: 1 }).toArray()) {
    const { reading, dispose } = await firm.reader.read({ key: message.rawKey, size: message.size });
    await dispose();
    asked.push({ mail: reading.mail, message, authentication: null, disagreements: [] });
  }
  const together = await gather(firm.database, asked, { rules: firm.rules });
  const alone = await Promise.all(
    asked.map(async (one) => (await gather(firm.database, [one], { rules: firm.rules }))[0]),
  );
  expect(together).toHaveLength(5);
  for (const [at, one] of together.entries()) {
    const { clients, claims, ...known } = one.known;
    const { clients: ownClients, claims: ownClaims, ...ownKnown } = alone[at]?.known ?? one.known;
    expect([one.message, known]).toEqual([alone[at]?.message, ownKnown]);
    // For these, another member's answers do no harm.
    for (const id of ownClients) expect(clients.has(id)).toBe(true);
    for (const [ref, ofCase] of ownClaims) expect(claims.get(ref)).toEqual(ofCase);
  }
  const decisions = together.flatMap(({ known }) => known.decisions.map(({ act }) => act));
  expect(decisions).toContain('unlink');
  expect(together.some(({ known }) => known.relations.variants.length > 0)).toBe(true);
  expect(together.some(({ known }) => known.claims.get('8')?.some(({ clientId }) => clientId === '7'))).toBe(
    true,
  );
});
