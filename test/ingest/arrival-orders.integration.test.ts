/** Genuine and forged copies in every order: the genuine one is on record, the forged one changes nothing and is marked. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { file, multipart, text } from '../../demo/mime.ts';
import { rawKey } from '../../src/store/blobs/blobs.ts';
import { ordersOf, receiveAll } from '../support/copies.ts';
import type { Copy } from '../support/copies.ts';
import { client, rawMessage } from '../support/messages.ts';
import type { MessageSpec } from '../support/messages.ts';
import type { Firm } from '../support/servers.ts';

type Said = MessageSpec & { readonly body: string; readonly from: string };

/** Each forgery is made of a message of its own: what they say must not be alike. */
const matters =
  'roof lease garden stairs cellar kitchen window heating garage fence chimney balcony attic'.split(' ');
const subjectOf = (n: number, status = 'Closed'): string => `[Case #${100 + n}: ${status}] The ${matters[n]}`;
const wordsOf = (n: number): string =>
  `The ${matters[n]} costs ${900 + n}, as agreed. Please go on with the ${matters[n]}.`;

/** What each genuine message says, and the proof that it comes with. */
const genuine: Readonly<
  Record<string, { readonly from: string; readonly to: string; readonly proof: Omit<Copy, 'raw'> }>
> = {
  'a client, authenticated': {
    from: `Paula Kline <${client}>`,
    to: 'office@firm.test',
    proof: { isProven: true },
  },
  'us, in our Sent folder': {
    from: 'Ines <ines@firm.test>',
    to: client,
    proof: { seen: { mailbox: 'ines', folder: 'Sent', inOwnSent: true } },
  },
};

interface Forgery {
  readonly name: string;
  /** What a forger, whom nothing proves, makes of it. */
  readonly forge: (said: Said, n: number) => MessageSpec;
  /** How it ends, of a client's message and of ours; one text where that is the same. */
  readonly ends: string | readonly [string, string];
}

const waits = 'triage: doubtful-copy, message-id-reused, unauthenticated';
const beside = 'on record of its own: message-id-reused, unauthenticated';
const covered = 'covered: unauthenticated';
const same = 'one with the genuine one';

const forgeries: readonly Forgery[] = [
  { name: 'other words', forge: (said) => ({ ...said, body: 'Do nothing until I say so.' }), ends: waits },
  {
    name: 'another amount',
    forge: (said, n) => ({ ...said, body: wordsOf(n).replace(`${900 + n}`, '40') }),
    ends: waits,
  },
  {
    name: 'words added',
    forge: (said) => ({ ...said, body: `${said.body} And send the keys to my cousin.` }),
    ends: covered,
  },
  {
    name: 'words left out',
    forge: (said, n) => ({ ...said, body: `Please go on with the ${matters[n]}.` }),
    ends: covered,
  },
  {
    name: 'another status',
    forge: (said, n) => ({ ...said, subject: subjectOf(n, 'On Hold') }),
    ends: covered,
  },
  {
    name: 'another case',
    forge: (said, n) => ({ ...said, subject: `[Case #777: Closed] The ${matters[n]}` }),
    ends: covered,
  },
  {
    name: 'a tag in a second Subject',
    forge: (said) => ({ ...said, headers: ['Subject: [Case #777: Closed] It'] }),
    ends: same,
  },
  { name: 'another recipient', forge: (said) => ({ ...said, cc: 'otto@brandt.test' }), ends: [same, waits] },
  {
    name: 'another date',
    forge: (said) => ({ ...said, date: new Date('2020-01-01T10:00:00Z') }),
    ends: beside,
  },
  { name: 'another id', forge: (said) => ({ ...said, id: 'other@evil.test' }), ends: covered },
  {
    name: 'another id and status',
    forge: (said, n) => ({ ...said, id: 'third@evil.test', subject: subjectOf(n, 'On Hold') }),
    ends: 'on record of its own: unauthenticated',
  },
  {
    name: 'a file enclosed',
    forge: (said) => ({
      ...said,
      body: multipart('multipart/mixed', 'b', [
        text(said.body),
        file({ name: 'lease.pdf', type: 'application/pdf', content: Buffer.from('%PDF-1.4 forged') }),
      ]),
    }),
    ends: beside,
  },
  {
    name: 'another name in From',
    forge: (said) => ({ ...said, from: said.from.replace(/^[^<]*/u, '"IT Support" ') }),
    ends: same,
  },
];

interface Pair {
  readonly name: string;
  readonly words: string;
  readonly genuine: Copy;
  readonly forged: Copy;
}

function pairsOf({ from, to, proof }: (typeof genuine)[string]): Pair[] {
  return forgeries.map(({ name, forge }, n) => {
    const said: Said = { id: `matter.${n}@kline.test`, from, to, subject: subjectOf(n), body: wordsOf(n) };
    const forged = { headers: ['Received: from evil.test by mx.firm.test'], ...forge(said, n) };
    return {
      name,
      words: wordsOf(n),
      genuine: { raw: rawMessage(said), ...proof },
      forged: { raw: rawMessage(forged) },
    };
  });
}

const keyOf = ({ raw }: Copy): string => rawKey(createHash('sha256').update(raw).digest('hex'));

/** What became of the forged copy. The genuine one has its one entry, as it was said, and no doubt about it. */
async function endOf({ database }: Firm, pair: Pair): Promise<string> {
  const { messages, sightings, communications } = database;
  const seen = await sightings.findOne({ rawKey: keyOf(pair.genuine) });
  const real = await messages.findOne({ _id: seen?.messageRef ?? undefined });
  if (real === null) throw new Error(`${pair.name}: the genuine message is missing`);
  const entries = await communications.find({ messageRef: real._id }).toArray();
  expect([pair.name, ...entries.map(({ clientId, message }) => [clientId, message.trim()])]).toEqual([
    pair.name,
    ['paula', pair.words],
  ]);
  expect([pair.name, real.flags.includes('unauthenticated')]).toEqual([pair.name, false]);
  const forged = await messages.findOne({ rawKey: keyOf(pair.forged), _id: { $ne: real._id } });
  if (forged === null) {
    const copy = await sightings.findOne({ rawKey: keyOf(pair.forged) });
    return copy?.messageRef?.equals(real._id) === true ? same : 'nowhere';
  }
  const own = await communications.countDocuments({ messageRef: forged._id });
  const state = own > 0 ? 'on record of its own' : forged.state === 'stored' ? 'covered' : forged.state;
  const marks = forged.flags.filter((flag) =>
    /^(?:unauthenticated|doubtful-copy|message-id-reused)$/u.test(flag),
  );
  return `${state}: ${marks.toSorted().join(', ')}`;
}

describe.each(Object.entries(genuine))('forged copies of a message of %s', (_who, real) => {
  const pairs = pairsOf(real);
  const which = Object.values(genuine).indexOf(real);

  it.each(ordersOf(['genuine', 'forged'] as const).map((order) => [order.join(' before '), order] as const))(
    'change nothing, and are marked: %s',
    async (_order, order) => {
      const firm = await receiveAll(pairs.flatMap((pair) => order.map((copy) => pair[copy])));
      const table: [string, string][] = [];
      for (const pair of pairs) table.push([pair.name, await endOf(firm, pair)]);
      expect(table).toEqual(
        forgeries.map(({ name, ends }) => [name, typeof ends === 'string' ? ends : ends[which]]),
      );
      const { communications, caseUpdates } = firm.database;
      const effective = await caseUpdates.find({ review: null }).toArray();
      expect(
        effective.map(({ clientId, ref, status }) => `${String(clientId)} ${ref} ${status}`).toSorted(),
      ).toEqual(pairs.map((_pair, n) => `paula ${100 + n} Closed`).toSorted());
      expect(await communications.countDocuments({ clientId: { $ne: 'paula' } })).toBe(0);
    },
  );
});
