/** Shows other processes that this one is alive, and checks whether it can do anything at all. */
import { writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import { BEAT_EVERY_MS } from '../store/processes.ts';
import type { Self } from '../store/processes.ts';

/** What a probe learns about this process. */
export interface Liveness {
  readonly status: 'ok' | 'stuck';
  /** Since the database last answered this process. */
  readonly secondsSinceAnswer: number;
}

export interface Heartbeat {
  liveness(): Liveness;
  /** Resolves when the process is stuck: it should end, and be restarted. */
  readonly stuck: Promise<void>;
}

export interface HeartbeatTiming {
  readonly everyMs: number;
  /** A beat that takes longer has failed. */
  readonly beatLimitMs: number;
  readonly stuckAfterMs: number;
}

const heartbeatTiming: HeartbeatTiming = {
  everyMs: BEAT_EVERY_MS,
  beatLimitMs: 15_000,
  // Longer than a failover, a restart or a server selection that has to time out.
  stuckAfterMs: 60_000,
};

/**
 * After connections were cut, the MongoDB driver has been seen to wait forever while the server was healthy again. So a process
 * whose operations all fail for a minute tries a separate connection (`probe`): only if that answers is it stuck. A database that is
 * down for everyone is waited for.
 */
export function startHeartbeat({
  self,
  probe,
  log,
  signal,
  livenessFile = null,
  timing = heartbeatTiming,
}: {
  readonly self: Pick<Self, 'beat'>;
  readonly probe: () => Promise<unknown>;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Touched with each beat until the process is stuck. */
  readonly livenessFile?: string | null;
  readonly timing?: HeartbeatTiming;
}): Heartbeat {
  const { everyMs, beatLimitMs, stuckAfterMs } = timing;
  let answeredAt = performance.now();
  let isStuck = false;
  let tell: () => void = () => {};
  const stuck = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const silentMs = (): number => performance.now() - answeredAt;

  async function look(): Promise<void> {
    const beat = await within(self.beat(), beatLimitMs);
    if (beat === null) {
      answeredAt = performance.now();
      return;
    }
    if (silentMs() < stuckAfterMs || (await within(probe(), beatLimitMs)) !== null) return;
    // The database may have come back between the two.
    if ((await within(self.beat(), beatLimitMs)) === null) return;
    isStuck = true;
    log.fatal(
      { secondsSinceAnswer: Math.round(silentMs() / 1000), error: beat },
      'the database answers, but not over the connections of this process; exiting to be restarted. Nothing is lost',
    );
    tell();
  }

  async function run(): Promise<void> {
    while (!signal.aborted && !isStuck) {
      if (livenessFile !== null) await touch(livenessFile, log);
      await look();
      await delay(everyMs, undefined, { signal }).catch(() => {});
    }
  }
  void run();
  return {
    stuck,
    liveness: () => ({
      status: isStuck ? 'stuck' : 'ok',
      secondsSinceAnswer: Math.round(silentMs() / 1000),
    }),
  };
}

async function touch(path: string, log: Log): Promise<void> {
  await writeFile(path, `${new Date().toISOString()}\n`).catch((error: unknown) =>
    log.warn({ error: describeError(error) }, 'LIVENESS_FILE cannot be written'),
  );
}

/** Null if it was done in time, else why not. */
async function within(work: Promise<unknown>, ms: number): Promise<string | null> {
  const ended = new AbortController();
  const late = delay(ms, `no answer in ${ms} ms`, { signal: ended.signal }).catch(() => null);
  try {
    return await Promise.race([
      work.then(
        () => null,
        (error: unknown) => describeError(error),
      ),
      late,
    ]);
  } finally {
    ended.abort();
  }
}
