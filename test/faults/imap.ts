/** The network between docketmail and the mailbox fails in every way that networks have. */
import type { MailboxSettings } from './installation.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Run, Scenario } from './scenario.ts';
import { openStage, runDisturbed } from './stage.ts';
import type { Stage } from './stage.ts';
import { openWire } from './wire.ts';
import type { Behaviour } from './wire.ts';

interface Failing {
  readonly name: string;
  readonly behaviour: (connection: number) => Behaviour;
  /** Only in the full form: it waits for real time limits. */
  readonly slow?: boolean;
}

/** The first connections fail, each a little later; then the network works again. */
const first =
  (count: number, behaviour: (connection: number) => Behaviour) =>
  (connection: number): Behaviour =>
    connection <= count ? behaviour(connection) : { kind: 'pass' };

const failing: readonly Failing[] = [
  {
    name: 'IMAP: cut in the middle of a literal',
    behaviour: first(5, (n) => ({ kind: 'cut', afterBytes: 4_000 + n * 17_003 })),
  },
  {
    name: 'IMAP: garbage bytes',
    behaviour: first(4, (n) => ({ kind: 'garbage', afterBytes: 1_500 * n })),
    slow: true,
  },
  { name: 'IMAP: accepted and dropped at once', behaviour: first(4, () => ({ kind: 'drop' })) },
  { name: 'IMAP: 300 ms later', behaviour: () => ({ kind: 'late', ms: 300 }), slow: true },
  { name: 'IMAP: 1 KB/s', behaviour: () => ({ kind: 'trickle', bytesPerSecond: 1_024 }), slow: true },
  {
    name: 'IMAP: half-open, silent past the time-out',
    behaviour: first(3, (n) => ({ kind: 'silent', afterBytes: 2_000 * n })),
    slow: true,
  },
];

export const imapFaults: Scenario = {
  name: 'imap',
  run: async (bench) => {
    const large = await openStage(bench, 12, 20_000);
    const small = await openStage(bench, 0);
    const rows: Row[] = [];
    try {
      for (const fault of failing.filter(({ slow }) => slow !== true || !bench.short)) {
        const stage = fault.name.includes('1 KB/s') ? small : large;
        rows.push(rowOf(fault.name, stage.sightings, [await throughWire(bench, stage, fault)]));
      }
      return rows;
    } finally {
      await large.close();
      await small.close();
    }
  },
};

/** Longer than the socket's time-out of two minutes and the back-off after it. */
const LIMIT_MS = 420_000;

async function throughWire({ servers }: Bench, stage: Stage, { behaviour }: Failing): Promise<Run> {
  const target = { host: servers['IMAP_HOST'] ?? '', port: Number(servers['IMAP_PORT']) };
  const wire = await openWire({ target, behaviour });
  try {
    const mailboxes = stage.mailboxes.map((mailbox): MailboxSettings => ({ ...mailbox, port: wire.port }));
    return await runDisturbed(stage, { changes: { mailboxes }, limitMs: LIMIT_MS, disturb: async () => {} });
  } finally {
    await wire.close();
  }
}
