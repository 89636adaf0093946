/** A separate firm for each test: a database, a blob folder, and a queue prefix of its own. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectId } from 'mongodb';
import { afterAll, onTestFinished } from 'vitest';
import { openReaderFor, openResources } from '../../src/app/open.ts';
import type { Resources } from '../../src/app/open.ts';
import { loadConfig } from '../../src/config/config.ts';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../../src/ingest/ingest-deps.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import type { ImapAccount } from '../../src/mailbox/imap/imap.ts';
import { pollMailbox } from '../../src/poll/poll.ts';
import type { PollDeps, PolledMailbox, PollOutcome } from '../../src/poll/poll-run.ts';
import { openQueues } from '../../src/queue/queues.ts';
import type { Queues } from '../../src/queue/queues.ts';
import type { Reader } from '../../src/read/reader.ts';
import { defaultRules } from '../../src/decide/rules.ts';
import type { Rules } from '../../src/decide/rules.ts';
import { scanClients } from '../../src/store/address-book.ts';
import type { BlobStore } from '../../src/store/blobs/blobs.ts';
import { rawKey } from '../../src/store/blobs/blobs.ts';
import { importClients } from '../../src/store/clients.ts';
import type { ClientDocument } from '../../src/store/clients.ts';
import { openBlobStore } from '../../src/store/blobs/open-blob-store.ts';
import type { Database } from '../../src/store/mongo.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import { markFetched } from '../../src/store/fetches.ts';
import { recordSightings, sightingId } from '../../src/store/sightings.ts';
import { refuseSecretsInDatabase, refuseSecretsInRedis } from './known-secrets.ts';
import { client, office } from './messages.ts';

export function need(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `${name} is not set. Bring the test servers up: script/services up && eval "$(script/services env)"`,
    );
  return value;
}

export type Environment = Readonly<Record<string, string>>;

/** Settings that only reach the test servers, with a separate database, queue prefix and folder. */
export function testEnvironment(folder: string): Environment {
  return {
    MONGODB_URI: need('MONGODB_URI'),
    MONGODB_DB: `docketmail_test_${randomBytes(6).toString('hex')}`,
    REDIS_URL: need('REDIS_URL'),
    QUEUE_PREFIX: `test-${randomBytes(6).toString('hex')}`,
    BLOB_DIR: join(folder, 'blobs'),
    SPOOL_DIR: join(folder, 'spool'),
    OWN_ADDRESSES: office,
    STAFF_DOMAINS: 'firm.test',
  };
}

/** As a command opens them. The database is dropped when the test ends. */
export async function openTestResources(env: Environment): Promise<Resources> {
  const resources = await openResources(loadConfig(env, { mailboxes: 'optional' }));
  onTestFinished(async () => {
    try {
      await refuseSecretsInDatabase(resources.database.db);
    } finally {
      await resources.database.db.dropDatabase();
      await resources.close();
    }
  });
  return resources;
}

/** A separate database, dropped when the test ends. */
export async function newDatabase(): Promise<Database> {
  return (await openTestResources(testEnvironment(tmpdir()))).database;
}

/** Queues with their own prefix, emptied when the test ends. */
export function newQueues(): Queues & { readonly prefix: string; readonly url: string } {
  const [url, prefix] = [need('REDIS_URL'), `test-${randomBytes(6).toString('hex')}`];
  const queues = openQueues({ url, prefix });
  onTestFinished(async () => {
    await emptyQueues(queues);
    await queues.close();
  });
  return { ...queues, url, prefix };
}

export async function emptyQueues(queues: Queues): Promise<void> {
  try {
    await refuseSecretsInRedis(queues.redis, queues.tick.opts.prefix ?? '');
  } finally {
    await obliterate(queues);
  }
}

async function obliterate(queues: Queues): Promise<void> {
  for (const queue of [queues.tick, queues.poll, queues.ingest, queues.deliver]) {
    await queue.waitUntilReady();
    await queue.obliterate({ force: true });
  }
}

/** Blobs and the reading process, shared by the tests of a file: starting takes a second. */
interface Reading {
  readonly blobs: BlobStore;
  readonly reader: Reader;
  readonly spoolDir: string;
}

let shared: (Reading & { readonly folder: string }) | null = null;
afterAll(async () => {
  if (shared === null) return;
  await shared.reader.close();
  await rm(shared.folder, { recursive: true, force: true });
});

function openReading(
  folder: string,
  { blobs: given, maxMessageBytes = 50_000_000 }: Pick<FirmOptions, 'blobs' | 'maxMessageBytes'>,
): Reading {
  const env = {
    ...testEnvironment(folder),
    AUTHENTICATION: 'off',
    INGEST_CONCURRENCY: '1',
    READ_TIME_LIMIT_SECONDS: '60',
  };
  const config = loadConfig(env, { mailboxes: 'optional' });
  const ingest = { ...config.ingest, maxMessageBytes };
  const blobs = given ?? openBlobStore(config.blobs);
  const { spoolDir } = ingest;
  return { blobs, reader: openReaderFor({ ...config, ingest }, { blobs, spoolDir }), spoolDir };
}

/** A separate one if the test needs other settings than usual. */
async function readingFor(options: FirmOptions): Promise<Reading> {
  if (options.blobs !== undefined || options.maxMessageBytes !== undefined) {
    const own = openReading(await newFolder(), options);
    onTestFinished(() => own.reader.close());
    return own;
  }
  if (shared === null) {
    const folder = await mkdtemp(join(tmpdir(), 'docketmail-test-'));
    shared = { ...openReading(folder, options), folder };
  }
  return shared;
}

export async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'docketmail-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** How a message gets into the ledger without a mailbox. */
export interface Seen {
  readonly mailbox?: string;
  readonly folder?: string;
  readonly role?: 'capture' | 'dropbox';
  readonly inOwnSent?: boolean;
  readonly since?: Date | null;
  readonly internalDate?: Date;
  readonly mark?: 'draft' | 'deleted';
  /** Listed when the folder was listed for the first time. */
  readonly wasThere?: boolean;
}

export interface Firm extends IngestDeps {
  readonly poller: PollDeps;
  /** Fetched sightings and messages to rejudge that nobody has ingested yet. */
  readonly waiting: { readonly sightings: ObjectId[]; readonly messages: ObjectId[] };
  addClients(...clients: readonly ClientDocument[]): Promise<void>;
  /** Puts a message into blobs and ledger, as a poll does, and returns the sighting. */
  deliver(raw: Buffer, seen?: Seen): Promise<ObjectId>;
  mailbox(account: ImapAccount, changes?: Partial<PolledMailbox>): PolledMailbox;
  poll(mailbox: PolledMailbox): Promise<PollOutcome>;
  /** Ingests everything waiting, including what must be rejudged because of it. */
  ingestWaiting(): Promise<IngestOutcome[]>;
  /** `deliver` and `ingestWaiting` of one message. */
  receive(raw: Buffer, seen?: Seen): Promise<MessageDocument>;
}

export interface FirmOptions {
  readonly rules?: Partial<Rules>;
  readonly blobs?: BlobStore;
  readonly maxMessageBytes?: number;
  readonly database?: Database;
}

/** The firm of messages.ts with one client, Paula Kline; everything is real except Redis, whose jobs are run by hand. */
export async function openFirm(options: FirmOptions = {}): Promise<Firm> {
  const { blobs, reader, spoolDir } = await readingFor(options);
  const database = options.database ?? (await newDatabase());
  const rules: Rules = {
    ...defaultRules,
    ownAddresses: [office],
    staffDomains: ['firm.test'],
    ...options.rules,
  };
  const waiting: Firm['waiting'] = { sightings: [], messages: [] };
  let delivered = 0;

  const ingest: IngestDeps = {
    database,
    blobs,
    reader,
    rules,
    rejudgeSoon: async (ids) => void waiting.messages.push(...ids),
  };
  const poller: PollDeps = {
    database,
    blobs,
    spoolDir,
    enqueue: async (ids) => void waiting.sightings.push(...ids),
    remember: (key, raw) => reader.remember(key, raw),
    hasRoom: async () => true,
    batch: 10_000,
    budgetMs: 60_000,
  };

  const firm: Firm = {
    ...ingest,
    poller,
    waiting,
    addClients: async (...clients) => {
      await importClients(database.clients, clients);
      await scanClients(database, { after: null });
    },
    deliver: async (raw, seen = {}) => {
      const {
        mailbox = 'office',
        folder: path = 'INBOX',
        role = 'capture',
        inOwnSent = false,
        since = null,
      } = seen;
      const sha256 = createHash('sha256').update(raw).digest('hex');
      const key = rawKey(sha256);
      const uid = (delivered += 1);
      const internalDate = (seen.internalDate ?? new Date('2026-03-02T10:00:05Z')).toISOString();
      const epoch = { mailbox, folder: path, epoch: 1 };
      const isFirstListing = seen.wasThere === true;
      const use = { role, inOwnSent, since, holdsDrafts: false, isFirstListing };
      await recordSightings(database.sightings, { ...epoch, ...use }, [
        {
          uid,
          internalDate,
          size: raw.length,
          isDraft: false,
          ...(seen.mark !== undefined && { mark: seen.mark }),
        },
      ]);
      await blobs.put({ key, content: raw, size: raw.length, sha256 });
      const id = sightingId({ ...epoch, uid });
      await markFetched(database.sightings, [{ id, key, size: raw.length }]);
      waiting.sightings.push(id);
      return id;
    },
    mailbox: (account, changes = {}) => {
      const source = openImapSource(account);
      onTestFinished(() => source.close());
      return { name: account.name, role: 'capture', folders: ['\\Inbox'], since: null, source, ...changes };
    },
    poll: (mailbox) => pollMailbox(poller, mailbox, new AbortController().signal),
    ingestWaiting: async () => {
      const outcomes: IngestOutcome[] = [];
      for (;;) {
        const sighting = waiting.sightings.shift();
        const message = sighting === undefined ? waiting.messages.shift() : undefined;
        if (sighting !== undefined) outcomes.push(await ingestSighting(ingest, sighting));
        else if (message !== undefined) await ingestAgain(ingest, message);
        else return outcomes;
      }
    },
    receive: async (raw, seen) => {
      const id = await firm.deliver(raw, seen);
      await firm.ingestWaiting();
      const sighting = await database.sightings.findOne({ _id: id });
      const message = sighting?.messageRef
        ? await database.messages.findOne({ _id: sighting.messageRef })
        : null;
      if (message === null)
        throw new Error(`the message was not stored: ${sighting?.error ?? 'no sighting'}`);
      return message;
    },
  };
  await firm.addClients({ _id: 'paula', name: 'Paula Kline', email: client });
  return firm;
}
