// PostgreSQL 18 with the documentdb extension, from the forky root, behind this repository's wire gateway. Not for production.
import { appendFileSync, chownSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MongoClient } from 'mongodb';
import { Client } from 'pg';
import { run } from './command.ts';
import { dataInForky, forkyPackageVersion, forkyUser, inForky } from './forky.ts';
import { isRoot } from './machine.ts';
import { loopback } from './ports.ts';
import { isRunning, startProcess } from './processes.ts';
import { portOf, type ServiceRecipe, type Setup } from './recipe.ts';
import type { RecordedProcess } from './state.ts';
import { eventually } from './wait.ts';

const binaries = '/usr/lib/postgresql/18/bin';
const startTimeoutMs = 60_000;
const checkTimeoutMs = 3000;
const gateway = fileURLToPath(new URL('documentdb-gateway.ts', import.meta.url));

const configuration = (port: number): string => `
shared_preload_libraries = 'pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum'
cron.database_name = 'postgres'
cron.host = '${loopback}'
cron.log_statement = off
cron.log_run = off
documentdb.enableBackgroundWorker = on
documentdb.rum_library_load_option = 'require_documentdb_extended_rum'
# A cursor that lives in a file can be continued over any connection of the gateway's pool.
documentdb.useFileBasedPersistedCursors = on
# The concurrent build waits for every older transaction of the whole server, tests in other databases included.
documentdb.force_index_builds_blocking = on
listen_addresses = '${loopback}'
port = ${port}
unix_socket_directories = ''
max_connections = 60
shared_buffers = '256MB'
max_wal_size = '512MB'
# Survives a killed server, because the system lives on; not a power cut. Test data is not worth the wait.
fsync = off
# Not off: an acknowledged write would then stand in the memory of the killed server alone.
synchronous_commit = on
# Not off: SIGKILL may end a write between the two halves of a page, and an index with such a page cannot be read after recovery.
full_page_writes = on
jit = off
# Two inserts of one unique key can deadlock in the engine; the gateway repeats the loser.
deadlock_timeout = '20ms'
`;

export const documentdb: ServiceRecipe = {
  portNames: ['gateway', 'postgres'],
  prepare: async (setup) => {
    const data = join(setup.folder, 'postgres');
    mkdirSync(data, { recursive: true, mode: 0o700 });
    if (isRoot) chownSync(data, forkyUser('postgres').uid, forkyUser('postgres').gid);
    const cluster = `${dataInForky}/data`;
    await run(
      postgres(data, [
        'initdb',
        '-D',
        cluster,
        '-U',
        'postgres',
        '--auth=trust',
        '--no-sync',
        '--no-instructions',
        '--locale=C.UTF-8',
        '--encoding=UTF8',
      ]),
    );
    appendFileSync(join(data, 'data/postgresql.conf'), configuration(portOf(setup, 'postgres')));
  },
  start: async (setup, started) => {
    const server = await startPostgres(setup, started);
    await createExtension(setup, server);
    const ports = [
      '--port',
      String(portOf(setup, 'gateway')),
      '--postgres-port',
      String(portOf(setup, 'postgres')),
    ];
    const command = [process.execPath, gateway, ...ports];
    const cwd = fileURLToPath(new URL('..', import.meta.url));
    started(
      startProcess({ label: 'documentdb-gateway', command, cwd, log: join(setup.folder, 'gateway.log') }),
    );
  },
  check: async (setup) => {
    const client = new MongoClient(uri(setup), { serverSelectionTimeoutMS: checkTimeoutMs });
    try {
      await client.db('admin').command({ listDatabases: 1, nameOnly: true });
    } finally {
      await client.close();
    }
  },
  env: (setup) => ({ MONGODB_URI: uri(setup) }),
  version: async () => {
    const [engine, server] = await Promise.all([
      forkyPackageVersion('postgresql-18-documentdb'),
      forkyPackageVersion('postgresql-18'),
    ]);
    return `DocumentDB ${engine} on PostgreSQL ${server} (wire gateway of this repository)`;
  },
};

const uri = (setup: Setup): string => `mongodb://${loopback}:${portOf(setup, 'gateway')}/docketmail`;

const postgres = (data: string, [program, ...args]: readonly string[]): readonly string[] =>
  inForky({ user: 'postgres', data, command: [`${binaries}/${program}`, ...args] });

async function startPostgres(
  setup: Setup,
  started: (process: RecordedProcess) => void,
): Promise<RecordedProcess> {
  const server = startProcess({
    label: 'postgres',
    command: postgres(join(setup.folder, 'postgres'), ['postgres', '-D', `${dataInForky}/data`]),
    log: join(setup.folder, 'postgres.log'),
    // SIGTERM waits until every client is gone.
    stopSignal: 'SIGINT',
  });
  started(server);
  return server;
}

async function createExtension(setup: Setup, server: RecordedProcess): Promise<void> {
  const connect = async (): Promise<Client> => {
    const client = new Client({
      host: loopback,
      port: portOf(setup, 'postgres'),
      user: 'postgres',
      database: 'postgres',
    });
    await client.connect();
    return client;
  };
  const client = await eventually(connect, {
    what: `PostgreSQL (its log is ${join(setup.folder, 'postgres.log')})`,
    timeoutMs: startTimeoutMs,
    hopeless: () => (isRunning(server) ? undefined : 'it has ended'),
    ...(setup.signal && { signal: setup.signal }),
  });
  try {
    await client.query('SET client_min_messages = warning');
    await client.query('CREATE EXTENSION IF NOT EXISTS documentdb CASCADE');
    // The gateway builds indexes itself and waits for them.
    await client.query(
      "SELECT cron.unschedule(jobid) FROM cron.job WHERE jobname LIKE 'documentdb_index_build_task%'",
    );
  } finally {
    await client.end();
  }
}
