/** kill -9 at every named step of poll and ingest, each several times, then a restart. */
import type { IngestStep } from '../../src/ingest/ingest-deps.ts';
import type { PollStep } from '../../src/poll/poll-run.ts';
import { openInstallation } from './installation.ts';
import { deliver, newMailboxes } from './mailboxes.ts';
import { startProgram } from './program.ts';
import type { KillAt } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Row, Run, Scenario } from './scenario.ts';
import { recover } from './settling.ts';
import { missingIn, runUndisturbed } from './stage.ts';
import type { Stage } from './stage.ts';

/** `epoch-raised` needs a reset: see resets.ts. */
const pollSteps = [
  'leased',
  'opened',
  'rows-written',
  'cursor-moved',
  'raw-stored',
  'row-fetched',
  'enqueued',
  'listing-finished',
] as const satisfies readonly PollStep[];
const ingestSteps = [
  'started',
  'read',
  'attachments-stored',
  'received',
  'judging',
  'judged',
  'written',
  'published',
  'dependants-marked',
  'marked-written',
  'done',
] as const satisfies readonly IngestStep[];
/** Inside a bulk: the command was sent, and nobody lives to hear its answer. */
const pollCommands = ['update:sightings'] as const;
const ingestCommands = [
  'update:sightings',
  'update:messages',
  'find:messages',
  'update:communications',
] as const;
const pollPoints = [...pollSteps, ...pollCommands];
const ingestPoints = [...ingestSteps, ...ingestCommands];
type Point = PollStep | IngestStep | (typeof pollPoints)[number] | (typeof ingestPoints)[number];

const SETTLE_LIMIT_MS = 60_000;
/** A step not reached by then will not be. */
const KILL_LIMIT_MS = 15_000;

/** Which time of a step is killed at, in the n-th repetition: the first, and later ones, as far as the groups of ten messages go. */
const timesOf: Readonly<Record<Point, number>> = {
  leased: 2,
  opened: 3,
  'epoch-raised': 1,
  'rows-written': 3,
  'cursor-moved': 3,
  'raw-stored': 3,
  'row-fetched': 3,
  enqueued: 3,
  'listing-finished': 3,
  started: 3,
  read: 3,
  'attachments-stored': 3,
  received: 3,
  judging: 3,
  judged: 3,
  written: 3,
  published: 3,
  'dependants-marked': 3,
  'marked-written': 3,
  done: 3,
  // Claimed and done; received, judged and written; what is known, and what a bulk did.
  'update:sightings': 6,
  'update:messages': 9,
  'find:messages': 6,
  'update:communications': 3,
};

interface Kill extends KillAt {
  readonly kind: 'poll' | 'ingest';
}

interface KillRun extends Run {
  readonly killed: readonly Kill[];
}

export const kills: Scenario = {
  name: 'kill -9',
  run: async (bench) => {
    const { servers, say, short } = bench;
    const plans = planKills(short ? 9 : 84);
    const mailboxes = newMailboxes();
    const sightings = await deliver(servers, mailboxes);
    const installations = [await openInstallation(servers), await openInstallation(servers)];
    try {
      const [first] = installations;
      if (first === undefined) throw new Error('no installation');
      await first.reset({ mailboxes });
      const undisturbed = await runUndisturbed(first, sightings);
      const runs: KillRun[] = [];
      const queue = plans.values();
      await Promise.all(
        installations.map(async (installation) => {
          for (const plan of queue) {
            await installation.reset({ mailboxes });
            const run = await runWithKills({ installation, mailboxes, undisturbed }, plan);
            runs.push(run);
            const at = run.killed.map(({ step, times }) => `${step} ${times}`).join(' + ');
            for (const line of run.lost) say(`${at}: lost ${line}`);
            for (const line of run.doubled) say(`${at}: doubled ${line}`);
            say(`${runs.length}/${plans.length} killed at ${at}; recovered in ${run.seconds} s`);
          }
        }),
      );
      return rowsOf(runs, sightings, short);
    } finally {
      for (const installation of installations) await installation.close();
    }
  },
};

/**
 * Three kills per run: one while it polls, after the restart one while it ingests, after the next restart another. More than three
 * deaths on the same message would count as poison.
 */
function planKills(runs: number): Kill[][] {
  return Array.from({ length: runs }, (_, run) => {
    const step = <S>(steps: readonly S[], at: number): S => steps[at % steps.length] as S;
    return [
      killOf('poll', step(pollPoints, run), Math.floor(run / pollPoints.length)),
      killOf('ingest', step(ingestPoints, run), Math.floor(run / ingestPoints.length)),
      killOf('ingest', step(ingestPoints, run + 4), Math.floor(run / ingestPoints.length) + 4),
    ];
  });
}

const killOf = (kind: Kill['kind'], step: Point, repetition: number): Kill => ({
  kind,
  step,
  times: 1 + (repetition % timesOf[step]),
});

async function runWithKills(
  { installation, mailboxes, undisturbed }: Pick<Stage, 'installation' | 'mailboxes' | 'undisturbed'>,
  plan: readonly Kill[],
): Promise<KillRun> {
  const killed: Kill[] = [];
  for (const kill of plan) {
    const roles = kill.kind === 'poll' ? ['poll'] : ['poll', 'ingest'];
    const program = await startProgram(installation.env, { killAt: kill, roles });
    const timer = setTimeout(() => program.signal('SIGTERM'), KILL_LIMIT_MS);
    if ((await program.ended) === 'SIGKILL') killed.push(kill);
    clearTimeout(timer);
  }
  const program = await startProgram(installation.env);
  try {
    const recovery = await recover(installation, undisturbed, SETTLE_LIMIT_MS);
    return { ...recovery, missing: await missingIn(installation, mailboxes), killed };
  } finally {
    await program.stop();
  }
}

/** A run is listed in the row of each step at which it was killed. */
function rowsOf(runs: readonly KillRun[], sightings: number, short: boolean): Row[] {
  const all = rowOf(
    'kill -9, all',
    sightings,
    runs,
    `${runs.reduce((sum, { killed }) => sum + killed.length, 0)} kill points`,
  );
  if (short) return [all];
  const rows = [...new Set<Point>([...pollPoints, ...ingestPoints])].map((step) => {
    const mine = runs.filter(({ killed }) => killed.some((kill) => kill.step === step));
    const points = mine.reduce(
      (sum, { killed }) => sum + killed.filter((kill) => kill.step === step).length,
      0,
    );
    return rowOf(`kill -9 at ${step}`, sightings, mine, `${points} kill points`);
  });
  return [...rows, all];
}
