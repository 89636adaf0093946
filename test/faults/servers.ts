/** Redis and MongoDB stop in the middle of a run, and come back with or without their data. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Installation } from './installation.ts';
import { append } from './mailboxes.ts';
import { startProgram } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Run, Scenario } from './scenario.ts';
import { recover, untilSettled } from './settling.ts';
import { generatedMessages, missingIn, openStage, runDisturbed, untilDone, untilFetched } from './stage.ts';
import type { Stage } from './stage.ts';

const MESSAGES = 40;
/** The middle of the run: some are done, most are not. */
const MIDDLE = 8;

async function flush({ env }: Installation): Promise<void> {
  const redis = new Redis(env['REDIS_URL'] ?? '', { maxRetriesPerRequest: 20 });
  redis.on('error', () => {});
  await redis.flushall();
  redis.disconnect();
}

async function repeated(times: number, run: () => Promise<Run>): Promise<Run[]> {
  const runs: Run[] = [];
  for (let n = 0; n < times; n++) runs.push(await run());
  return runs;
}

export const redisFaults: Scenario = {
  name: 'redis',
  run: async (bench) => {
    const { services, short } = bench;
    const stage = await openStage(bench, MESSAGES);
    const times = short ? 1 : 3;
    const rows: Row[] = [];
    const add = async (
      name: string,
      disturb: Parameters<typeof runDisturbed>[1]['disturb'],
    ): Promise<void> => {
      rows.push(
        rowOf(
          name,
          stage.sightings,
          await repeated(times, async () => await runDisturbed(stage, { disturb })),
        ),
      );
    };
    try {
      await add('Redis: FLUSHALL in mid-run', async (_, installation) => {
        await untilDone(installation, MIDDLE);
        await flush(installation);
      });
      await add('Redis: killed, restarted empty', async (_, installation) => {
        await untilDone(installation, MIDDLE);
        await services.kill('redis');
        await services.start('redis');
        await flush(installation);
      });
      await add(`Redis: down for ${short ? 4 : 20} s`, async (_, installation) => {
        await untilDone(installation, MIDDLE);
        await services.kill('redis');
        await delay(short ? 4_000 : 20_000);
        await services.start('redis');
      });
      if (!short)
        rows.push(
          rowOf(
            'Redis: FLUSHALL, real time limits, a new message',
            1,
            [await flushedWhileIdle(bench, stage)],
            'seconds until the message is stored',
          ),
        );
      return rows;
    } finally {
      await services.start('redis');
      await stage.close();
    }
  },
};

/** Nothing is in progress, Redis loses the schedulers; the next poll must find a message that arrives then. No IDLE: in Sent. */
async function flushedWhileIdle(
  { servers }: Bench,
  { installation, mailboxes, sightings }: Stage,
): Promise<Run> {
  await installation.reset({ mailboxes, env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '30' } });
  const program = await startProgram(installation.env, { timing: 'real' });
  try {
    await untilSettled(installation, sightings, 60_000);
    await flush(installation);
    const started = Date.now();
    await append(
      servers,
      mailboxes[0].user,
      generatedMessages(1, 400).map((raw) => ({ folder: 'Sent', raw })),
    );
    await untilSettled(installation, sightings + 1, 120_000);
    return {
      lost: [],
      doubled: [],
      seconds: (Date.now() - started) / 1000,
      missing: await missingIn(installation, mailboxes),
    };
  } finally {
    await program.stop();
  }
}

export const mongodbFaults: Scenario = {
  name: 'mongodb',
  run: async (bench) => {
    const { services, short } = bench;
    const stage = await openStage(bench, MESSAGES);
    try {
      const runs = await repeated(
        short ? 1 : 3,
        async () =>
          await runDisturbed(stage, {
            disturb: async (_, installation) => {
              await untilDone(installation, MIDDLE);
              await services.kill('mongodb');
              await services.start('mongodb');
            },
          }),
      );
      return [rowOf('MongoDB: kill -9 and restarted in mid-run', stage.sightings, runs)];
    } finally {
      await services.start('mongodb');
      await stage.close();
    }
  },
};

/** Several processes, one of them dead or frozen. */
export const workers: Scenario = {
  name: 'workers',
  run: async (bench) => {
    const { short } = bench;
    const stage = await openStage(bench, MESSAGES);
    const { installation, undisturbed } = stage;
    const rows: Row[] = [];
    try {
      for (const others of short ? [1] : [1, 3])
        rows.push(
          rowOf(
            `${others + 1} processes on one mailbox`,
            stage.sightings,
            await repeated(short ? 1 : 3, async () => await withOthers(stage, others)),
          ),
        );
      for (const step of short ? ['raw-stored'] : ['rows-written', 'raw-stored', 'judged', 'written'])
        rows.push(
          rowOf(`lease holder frozen at ${step} past its lease, then continued`, stage.sightings, [
            await frozenAt(stage, step),
          ]),
        );
      if (!short) {
        await installation.reset({
          mailboxes: stage.mailboxes,
          env: { POLL_INTERVAL_SECONDS: '60', RECONCILE_SECONDS: '30' },
        });
        const killed = await startProgram(installation.env, {
          timing: 'real',
          killAt: { step: 'row-fetched', times: 1 },
        });
        await killed.ended;
        const died = Date.now();
        const other = await startProgram(installation.env, { timing: 'real' });
        // Killed after its first group: the others are fetched when it is polled again. What it was ingesting takes another while.
        await untilFetched(installation, stage.sightings);
        const polledAgain = Math.round((Date.now() - died) / 1000);
        const recovery = await recover(installation, undisturbed, 180_000);
        const seconds = (Date.now() - died) / 1000;
        await other.stop();
        rows.push(
          rowOf(
            'poller killed, real time limits, another process goes on',
            stage.sightings,
            [{ ...recovery, seconds, missing: await missingIn(installation, stage.mailboxes) }],
            `polled again after ${polledAgain} s`,
          ),
        );
      }
      return rows;
    } finally {
      await stage.close();
    }
  },
};

async function withOthers(stage: Stage, others: number): Promise<Run> {
  const running: Awaited<ReturnType<typeof startProgram>>[] = [];
  try {
    return await runDisturbed(stage, {
      disturb: async (_, { env }) => {
        for (let n = 0; n < others; n++) running.push(await startProgram(env));
      },
    });
  } finally {
    for (const program of running) await program.stop();
  }
}

/** Its late writes must do no harm: the state is compared once more after it continued. */
async function frozenAt(stage: Stage, step: string): Promise<Run> {
  const { installation, mailboxes, undisturbed } = stage;
  await installation.reset({ mailboxes });
  const frozen = await startProgram(installation.env, { freezeAt: { step, times: 1 } });
  await untilFrozen(frozen.pid);
  const other = await startProgram(installation.env);
  try {
    const recovery = await recover(installation, undisturbed, 60_000);
    frozen.signal('SIGCONT');
    // It ends by itself once its jobs have finished, and so have its late writes.
    await frozen.stop();
    const after = await recover(installation, undisturbed, 20_000);
    return { ...after, seconds: recovery.seconds, missing: await missingIn(installation, mailboxes) };
  } finally {
    await other.stop();
    await frozen.stop();
  }
}

async function untilFrozen(pid: number): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  for (let tries = 0; tries < 2_000; tries++) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    if (/\) T /u.test(stat)) return;
    await delay(20);
  }
  throw new Error('the process was never frozen');
}
