// mongod from PATH, if there is one.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { MongoClient } from 'mongodb';
import { programPath } from './machine.ts';
import { loopback } from './ports.ts';
import { startProcess } from './processes.ts';
import { portOf, type ServiceRecipe, type Setup } from './recipe.ts';

const checkTimeoutMs = 3000;

export const mongod: ServiceRecipe = {
  portNames: ['mongod'],
  prepare: async ({ folder }) => void mkdirSync(folder, { recursive: true }),
  start: async (setup, started) => {
    const program = programPath('mongod');
    if (!program) throw new Error('mongod is not on PATH');
    const command = [
      program,
      '--bind_ip',
      loopback,
      '--port',
      String(portOf(setup, 'mongod')),
      '--dbpath',
      setup.folder,
      '--nounixsocket',
    ];
    started(startProcess({ label: 'mongod', command, log: join(setup.folder, 'mongod.log') }));
  },
  check: async (setup) => void (await mongoVersion(uri(setup))),
  env: (setup) => ({ MONGODB_URI: uri(setup) }),
  version: async (setup) => mongoVersion(uri(setup)),
};

const uri = (setup: Setup): string => `mongodb://${loopback}:${portOf(setup, 'mongod')}/docketmail`;

export async function mongoVersion(connection: string): Promise<string> {
  const client = new MongoClient(connection, { serverSelectionTimeoutMS: checkTimeoutMs });
  try {
    const { version } = await client.db('admin').command({ buildInfo: 1 });
    return `MongoDB ${version}`;
  } finally {
    await client.close();
  }
}
