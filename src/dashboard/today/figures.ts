/** What the tiles of Today show: counts, and the hours of the last day where the times are known. */
import type { Queues } from '../../queue/queues.ts';
import { pendingIngestJobs } from '../../queue/queues.ts';
import { countHeld } from '../../store/held-updates.ts';
import type { MessageDocument } from '../../store/message-document.ts';
import type { Database } from '../../store/mongo.ts';
import { pendingByMailbox } from '../../store/sightings.ts';
import { COUNT_LIMIT } from '../pages/layout.ts';

type State = MessageDocument['state'];

export interface Figures {
  /** Messages of the last 24 hours by the hour, the oldest first. */
  readonly hours: {
    readonly in: readonly number[];
    readonly stored: readonly number[];
    readonly waiting: readonly number[];
    readonly quarantined: readonly number[];
  };
  readonly waiting: number;
  readonly held: number;
  readonly quarantined: number;
  /** Messages that are listed and not at their end. */
  readonly backlog: number;
  readonly oldestPending: Date | null;
  /** Null while Redis does not answer. */
  readonly jobs: number | null;
}

const HOURS = 24;
const HOUR_MS = 3_600_000;
/** Redis may hang. */
const JOBS_MS = 1_000;
/** Today is looked at by many and reloads itself. */
const FRESH_MS = 5_000;

export function figuresReader(sources: {
  readonly database: Database;
  readonly queues: Queues;
}): () => Promise<Figures> {
  let latest: { readonly at: number; readonly figures: Promise<Figures> } | null = null;
  return async () => {
    const now = performance.now();
    if (latest === null || now - latest.at > FRESH_MS) {
      const figures = readFigures(sources);
      latest = { at: now, figures };
      figures.catch(() => (latest = null));
    }
    return await latest.figures;
  };
}

async function readFigures({
  database,
  queues,
}: {
  readonly database: Database;
  readonly queues: Queues;
}): Promise<Figures> {
  const { messages, sightings, caseUpdates } = database;
  const limit = { limit: COUNT_LIMIT };
  const [rows, waiting, quarantined, held, pending, jobs] = await Promise.all([
    byHour(messages),
    messages.countDocuments({ state: 'triage' }, limit),
    messages.countDocuments({ state: 'quarantined' }, limit),
    countHeld(caseUpdates),
    pendingByMailbox(sightings),
    inTime(pendingIngestJobs(queues)),
  ]);
  const of = (...states: readonly State[]): number[] =>
    Array.from({ length: HOURS }, (_, hour) =>
      rows
        .filter((row) => row.hour === hour && states.includes(row.state))
        .reduce((sum, { count }) => sum + count, 0),
    );
  return {
    hours: {
      in: of('received', 'judged', 'stored', 'triage', 'ignored', 'quarantined'),
      stored: of('stored'),
      waiting: of('triage'),
      quarantined: of('quarantined'),
    },
    waiting,
    quarantined,
    held: [...held.values()].reduce((sum, count) => sum + count, 0),
    backlog: pending.reduce((sum, { count }) => sum + count, 0),
    oldestPending:
      pending.map(({ oldest }) => oldest).toSorted((a, b) => a.getTime() - b.getTime())[0] ?? null,
    jobs,
  };
}

interface HourRow {
  readonly state: State;
  readonly hour: number;
  readonly count: number;
}

/** From the index of states and times alone. */
async function byHour(messages: Database['messages']): Promise<readonly HourRow[]> {
  const end = Math.ceil(Date.now() / HOUR_MS) * HOUR_MS;
  const since = new Date(end - HOURS * HOUR_MS);
  const states: readonly State[] = ['received', 'judged', 'stored', 'triage', 'ignored', 'quarantined'];
  const rows = await messages
    .aggregate<{ _id: { state: State; hour: number }; count: number }>([
      { $match: { state: { $in: states }, receivedAt: { $gte: since } } },
      { $project: { _id: 0, state: 1, receivedAt: 1 } },
      {
        $group: {
          _id: {
            state: '$state',
            hour: { $floor: { $divide: [{ $subtract: ['$receivedAt', since] }, HOUR_MS] } },
          },
          count: { $sum: 1 },
        },
      },
    ])
    .toArray();
  return rows.map(({ _id: { state, hour }, count }) => ({ state, hour, count }));
}

async function inTime(work: Promise<number>): Promise<number | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), JOBS_MS);
  });
  return await Promise.race([work.catch(() => null), late]).finally(() => clearTimeout(timer));
}
