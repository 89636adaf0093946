/** One installation under test: its settings, database and blobs. Emptied between runs, because indexes take time. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EJSON } from 'bson';
import type { Document } from 'mongodb';
import { settings as firm } from '../../demo/firm.ts';
import { openResources } from '../../src/app/open.ts';
import { loadConfig } from '../../src/config/config.ts';
import type { Database } from '../../src/store/mongo.ts';

/** A mailbox of the servers, in docketmail's form. */
export interface MailboxSettings {
  readonly name: string;
  readonly user: string;
  readonly role: 'capture' | 'dropbox';
  readonly folders: readonly string[];
  /** If not the server itself: a proxy. */
  readonly port?: number;
}

export interface Installation {
  readonly database: Database;
  readonly blobDir: string;
  readonly folder: string;
  readonly servers: Servers;
  /** The environment of a process. */
  readonly env: NodeJS.ProcessEnv;
  /** Empties everything; the next processes use fresh queues. */
  reset(changes?: SettingChanges): Promise<void>;
  close(): Promise<void>;
}

export interface SettingChanges {
  readonly mailboxes?: readonly MailboxSettings[];
  readonly env?: NodeJS.ProcessEnv;
  /** Blobs in the S3 of the services, not in a folder. */
  readonly s3?: boolean;
}

type Servers = Readonly<Record<string, string>>;

export async function openInstallation(servers: Servers): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-faults.'));
  const db = `docketmail_faults_${randomBytes(5).toString('hex')}`;
  const blobDir = join(folder, 'blobs');
  const { MONGODB_URI, REDIS_URL } = servers;
  const resources = await openResources(
    loadConfig({ MONGODB_URI, REDIS_URL, MONGODB_DB: db, BLOB_DIR: blobDir }, { mailboxes: 'optional' }),
  );
  const { database } = resources;
  const clients: Document[] = EJSON.parse(
    await readFile(new URL('../../demo/clients.json', import.meta.url), 'utf8'),
  );
  await database.clients.insertMany(clients as never);
  let env: NodeJS.ProcessEnv = {};
  return {
    database,
    blobDir,
    folder,
    servers,
    get env() {
      return env;
    },
    reset: async (changes = {}) => {
      for (const name of [
        'communications',
        'caseUpdates',
        'messages',
        'sightings',
        'cursors',
        'leases',
        'decisions',
      ] as const)
        await database[name].deleteMany({});
      await rm(blobDir, { recursive: true, force: true });
      await mkdir(blobDir);
      env = await environment({ servers, folder, blobDir, db, changes });
    },
    close: async () => {
      await database.db.dropDatabase();
      await resources.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function environment(input: {
  readonly servers: Servers;
  readonly folder: string;
  readonly blobDir: string;
  readonly db: string;
  readonly changes: SettingChanges;
}): Promise<NodeJS.ProcessEnv> {
  const { servers, folder, blobDir, db, changes } = input;
  const mailboxes = (changes.mailboxes ?? []).map(({ name, user, role, folders, port }) => ({
    name,
    user,
    role,
    folders,
    host: servers['IMAP_HOST'],
    port: port ?? Number(servers['IMAP_PORT']),
    security: 'none',
    passEnv: 'FAULTS_MAIL_PASSWORD',
  }));
  const file = join(folder, 'mailboxes.json');
  await writeFile(file, JSON.stringify({ mailboxes }));
  const s3 = Object.entries(servers).filter(([name]) => name.startsWith('S3_'));
  return {
    PATH: process.env['PATH'],
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    MONGODB_URI: servers['MONGODB_URI'],
    MONGODB_DB: db,
    REDIS_URL: servers['REDIS_URL'],
    QUEUE_PREFIX: `faults-${randomBytes(5).toString('hex')}`,
    ...(changes.s3 === true ? Object.fromEntries(s3) : { BLOB_DIR: blobDir }),
    MAILBOXES_FILE: file,
    FAULTS_MAIL_PASSWORD: servers['IMAP_TEST_PASSWORD'],
    OWN_ADDRESSES: firm.ownAddresses.join(','),
    STAFF_DOMAINS: firm.staffDomains.join(','),
    FORM_SENDERS: firm.formSenders.join(','),
    AUTHENTICATION: 'off',
    SPOOL_DIR: folder,
    POLL_INTERVAL_SECONDS: '1',
    RECONCILE_SECONDS: '1',
    SHUTDOWN_SECONDS: '2',
    LOG_LEVEL: 'warn',
    ...changes.env,
  };
}
