/** Waits until an installation is idle. */
import { setTimeout as delay } from 'node:timers/promises';
import { openQueues, pendingIngestJobs } from '../../src/queue/queues.ts';
import type { Database } from '../../src/store/mongo.ts';
import { compareStates, readEndState } from './end-state.ts';
import type { Difference, EndState } from './end-state.ts';
import type { Installation } from './installation.ts';

const LOOK_AGAIN_MS = 100;

/** Nothing is in progress: every sighting has finished, every mark is processed, no job waits. */
export async function isAtRest(database: Database, env: NodeJS.ProcessEnv): Promise<boolean> {
  if ((await database.sightings.countDocuments({ state: 'pending' })) > 0) return false;
  if (
    (await database.messages.countDocuments({
      $or: [{ rejudge: { $gt: 0 } }, { state: { $in: ['received', 'judged'] } }],
    })) > 0
  )
    return false;
  const queues = openQueues({ url: env['REDIS_URL'] ?? '', prefix: env['QUEUE_PREFIX'] ?? '' });
  try {
    await queues.ingest.waitUntilReady();
    return (await pendingIngestJobs(queues)) === 0;
  } finally {
    await queues.close();
  }
}

/** @throws with what is missing if `sightings` are not idle in time. */
export async function untilSettled(
  installation: Installation,
  sightings: number,
  limitMs: number,
): Promise<void> {
  const { database, env } = installation;
  const deadline = Date.now() + limitMs;
  for (;;) {
    const seen = await database.sightings.countDocuments({ state: { $ne: 'pending' } }).catch(() => -1);
    if (seen >= sightings && (await isAtRest(database, env).catch(() => false))) return;
    if (Date.now() > deadline)
      throw new Error(`${seen} of ${sightings} sightings came to rest within ${limitMs / 1000} s`);
    await delay(LOOK_AGAIN_MS);
  }
}

export interface Recovery extends Difference {
  /** From the call until nothing is lost, duplicated or in progress. */
  readonly seconds: number;
}

/** Waits until the state is that of the undisturbed run, and reports the differences on timeout. */
export async function recover(
  installation: Installation,
  undisturbed: EndState,
  limitMs: number,
): Promise<Recovery> {
  const { database, blobDir, env } = installation;
  const started = Date.now();
  for (;;) {
    const look = async (): Promise<Difference | null> =>
      await readEndState(database, blobDir).then(
        (state) => compareStates(undisturbed, state),
        () => null,
      );
    const difference = await look();
    if (difference !== null && isNone(difference) && (await isAtRest(database, env).catch(() => false))) {
      const seconds = (Date.now() - started) / 1000;
      // Idle once more: what was in progress at the first check must not have duplicated anything.
      const after = (await look()) ?? difference;
      if (isNone(after)) return { ...after, seconds };
    }
    if (Date.now() - started > limitMs)
      return {
        ...(difference ?? { lost: ['the database does not answer'], doubled: [] }),
        seconds: limitMs / 1000,
      };
    await delay(LOOK_AGAIN_MS);
  }
}

const isNone = ({ lost, doubled }: Difference): boolean => lost.length + doubled.length === 0;
