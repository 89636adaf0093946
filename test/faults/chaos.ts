/** Connections cut, keys lost, requests refused or wrong, a little at a time, while the program runs. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import type { Program } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Run, Scenario } from './scenario.ts';
import { openStage, runDisturbed, untilDone, untilFetched } from './stage.ts';
import type { Stage } from './stage.ts';

const MESSAGES = 40;
const MIDDLE = 8;

export const chaos: Scenario = {
  name: 'chaos',
  run: async (bench) => {
    const stage = await openStage(bench, MESSAGES);
    const rows: Row[] = [];
    const add = async (name: string, run: (stage: Stage) => Promise<Run>, note = ''): Promise<void> => {
      rows.push(rowOf(name, stage.sightings, [await run(stage)], note));
    };
    try {
      await add('SIGTERM in mid-run, five times', stoppedOften);
      await add('MongoDB restarted in mid-run, then SIGTERM', async (s) => await restarted(bench, s));
      await add('Redis: single keys lost in mid-run', keysLost);
      await add('leases of a clock an hour ahead', leasesAhead);
      await add('raw blobs lost before they are read', blobsLost);
      await add('clients deleted and inserted again in mid-run', clientsAway);
      return rows;
    } finally {
      await stage.close();
    }
  },
};

/** Unfinished messages, and innocent ones in quarantine. */
async function stuckIn({ database }: Installation): Promise<number> {
  return (
    (await database.sightings.countDocuments({ state: { $in: ['pending', 'failed'] } })) +
    (await database.messages.countDocuments({ state: 'quarantined' }))
  );
}

/** `shouldContinue` starts a program that runs until the end. */
async function disturbed(
  stage: Stage,
  input: Omit<Parameters<typeof runDisturbed>[1], 'disturb'> & {
    readonly disturb: (program: Program, shouldContinue: () => Promise<void>) => Promise<void>;
  },
): Promise<Run> {
  const others: Program[] = [];
  const shouldContinue = async (): Promise<void> =>
    void others.push(await startProgram(stage.installation.env, { roles: ['poll', 'ingest'] }));
  try {
    const run = await runDisturbed(stage, {
      ...input,
      disturb: async (program) => await input.disturb(program, shouldContinue),
    });
    return { ...run, stuck: await stuckIn(stage.installation) };
  } finally {
    for (const other of others) await other.stop();
  }
}

async function stoppedOften(stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    disturb: async (program, shouldContinue) => {
      const { installation } = stage;
      await untilFetched(installation, MIDDLE);
      await program.stop();
      for (let stops = 0; stops < 4; stops += 1) {
        const next = await startProgram(installation.env);
        await delay(300);
        await next.stop();
      }
      await shouldContinue();
    },
  });
}

async function restarted({ services }: Bench, stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    disturb: async (program, shouldContinue) => {
      const { installation } = stage;
      await untilDone(installation, MIDDLE);
      await services.kill('mongodb');
      await delay(1_000);
      program.signal('SIGTERM');
      await services.start('mongodb');
      await program.ended;
      await shouldContinue();
    },
  });
}

async function keysLost(stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    disturb: async () => {
      const { installation } = stage;
      const { env } = installation;
      await untilDone(installation, MIDDLE);
      const redis = new Redis(env['REDIS_URL'] ?? '', { maxRetriesPerRequest: 20 });
      redis.on('error', () => {});
      for (const key of await redis.keys(`${env['QUEUE_PREFIX'] ?? ''}:*`)) {
        await redis.del(key);
        await delay(50);
      }
      redis.disconnect();
    },
  });
}

/** As the earlier version wrote them, by its own clock. */
async function leasesAhead(stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    disturb: async () => {
      const { database } = stage.installation;
      const until = new Date(Date.now() + 3_600_000);
      for (let times = 0; times < 10; times += 1) {
        await database.leases.updateMany({}, { $set: { owner: 'a process whose clock is ahead', until } });
        await delay(100);
      }
    },
  });
}

/** As a CRM reimports them: each scan of the address book may happen during it, or none. */
async function clientsAway(stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    disturb: async () => {
      const { clients } = stage.installation.database;
      for (let times = 0; times < 3; times += 1) {
        await untilDone(stage.installation, MIDDLE * (times + 1));
        const all = await clients.find().toArray();
        await clients.deleteMany({});
        await delay(700);
        await clients.insertMany(all);
      }
    },
  });
}

/** Polled by one process and read by another, so that nothing is cached. */
async function blobsLost(stage: Stage): Promise<Run> {
  return await disturbed(stage, {
    options: { roles: ['poll'] },
    disturb: async (_, shouldContinue) => {
      const { installation } = stage;
      await untilFetched(installation, stage.sightings);
      const raws = join(installation.blobDir, 'raw');
      const files = (await readdir(raws, { recursive: true, withFileTypes: true })).filter((file) =>
        file.isFile(),
      );
      for (const file of files.slice(0, 5)) await rm(join(file.parentPath, file.name));
      await shouldContinue();
    },
  });
}
