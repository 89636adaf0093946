/** A firm of its own for each test: a database, a folder of blobs, and a queue prefix that nobody else uses. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectId } from 'mongodb';
import { afterAll, onTestFinished } from 'vitest';
import { ingestAgain, ingestSighting } from '../../src/ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../../src/ingest/ingest.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import type { ImapAccount } from '../../src/mailbox/imap/imap.ts';
import { pollMailbox } from '../../src/poll/poll.ts';
import type { PollDeps, PolledMailbox, PollOutcome } from '../../src/poll/poll.ts';
import { openQueues } from '../../src/queue/queues.ts';
import type { Queues } from '../../src/queue/queues.ts';
import { openReader } from '../../src/read/reader.ts';
import type { Reader } from '../../src/read/reader.ts';
import { defaultRules } from '../../src/decide/rules.ts';
import type { Rules } from '../../src/decide/rules.ts';
import { scanClients } from '../../src/store/address-book.ts';
import type { BlobStore } from '../../src/store/blobs/blobs.ts';
import { rawKey } from '../../src/store/blobs/blobs.ts';
import { importClients } from '../../src/store/clients.ts';
import type { ClientDocument } from '../../src/store/clients.ts';
import { openDirectoryStore } from '../../src/store/blobs/folder.ts';
import { prepareDatabase } from '../../src/store/migrations.ts';
import { openDatabase } from '../../src/store/mongo.ts';
import type { Database } from '../../src/store/mongo.ts';
import type { MessageDocument } from '../../src/store/message-document.ts';
import { markFetched, recordSightings, sightingId } from '../../src/store/sightings.ts';
import { client, office } from './messages.ts';

export function need(name: string): string {
  const value = process.env[name];
  if (!value)
    throw new Error(
      `${name} is not set. Bring the test servers up: script/services up && eval "$(script/services env)"`,
    );
  return value;
}

/** A database of its own, dropped when the test ends. */
export async function newDatabase(): Promise<Database> {
  const database = await openDatabase({
    uri: need('MONGODB_URI'),
    db: `docketmail_test_${randomBytes(6).toString('hex')}`,
    collections: {
      clients: 'clients',
      communications: 'communications',
      caseUpdates: 'caseUpdates',
      ownPrefix: '',
    },
  });
  await prepareDatabase(database);
  onTestFinished(async () => {
    await database.db.dropDatabase();
    await database.client.close();
  });
  return database;
}

/** Queues under a prefix of their own, emptied when the test ends. */
export function newQueues(): Queues & { readonly prefix: string; readonly url: string } {
  const [url, prefix] = [need('REDIS_URL'), `test-${randomBytes(6).toString('hex')}`];
  const queues = openQueues({ url, prefix });
  onTestFinished(async () => {
    for (const queue of [queues.tick, queues.poll, queues.ingest]) await queue.obliterate({ force: true });
    await queues.close();
  });
  return { ...queues, url, prefix };
}

/** Blobs and the thread that reads messages, shared by the tests of a file: a thread takes a second to start. */
interface TriageContext {
  readonly blobs: BlobStore;
  readonly reader: Reader;
  readonly spoolDir: string;
}

let desk: (TriageContext & { readonly folder: string }) | null = null;
afterAll(async () => {
  if (desk === null) return;
  await desk.reader.close();
  await rm(desk.folder, { recursive: true, force: true });
});

async function openTriageContext(
  folder: string,
  { blobs, maxMessageBytes }: Pick<FirmOptions, 'blobs' | 'maxMessageBytes'>,
): Promise<TriageContext> {
  const spoolDir = join(folder, 'spool');
  await mkdir(spoolDir);
  const store = blobs ?? openDirectoryStore({ dir: join(folder, 'blobs') });
  const reader = openReader({
    blobs: store,
    threads: 1,
    maxMessageBytes: maxMessageBytes ?? 50_000_000,
    timeLimitMs: 60_000,
    spoolDir,
    authenticate: false,
    trustedAuthservIds: [],
  });
  return { blobs: store, reader, spoolDir };
}

/** One of its own where the test asks for other settings than usual. */
async function deskFor(options: FirmOptions): Promise<TriageContext> {
  if (options.blobs !== undefined || options.maxMessageBytes !== undefined) {
    const own = await openTriageContext(await newFolder(), options);
    onTestFinished(() => own.reader.close());
    return own;
  }
  const folder = desk?.folder ?? (await mkdtemp(join(tmpdir(), 'docketmail-test-')));
  desk ??= { ...(await openTriageContext(folder, options)), folder };
  return desk;
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
}

export interface Firm extends IngestDeps {
  readonly poller: PollDeps;
  /** Fetched sightings and messages to judge again that nobody has ingested yet. */
  readonly waiting: { readonly sightings: ObjectId[]; readonly messages: ObjectId[] };
  addClients(...clients: readonly ClientDocument[]): Promise<void>;
  /** Puts a message into blobs and ledger, as a poll does, and says the sighting. */
  deliver(raw: Buffer, seen?: Seen): Promise<ObjectId>;
  mailbox(account: ImapAccount, changes?: Partial<PolledMailbox>): PolledMailbox;
  poll(mailbox: PolledMailbox): Promise<PollOutcome>;
  /** Ingests all that waits, also what is to be judged again because of it. */
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

/** The firm of letters.ts with one client, Paula Kline; everything real except Redis, whose jobs are run by hand. */
export async function openFirm(options: FirmOptions = {}): Promise<Firm> {
  const { blobs, reader, spoolDir } = await deskFor(options);
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
      await recordSightings(database.sightings, { ...epoch, role, inOwnSent, since, holdsDrafts: false }, [
        { uid, internalDate, size: raw.length, isDraft: false },
      ]);
      await blobs.put({ key, content: raw, size: raw.length, sha256, contentType: 'message/rfc822' });
      const id = sightingId({ ...epoch, uid });
      await markFetched(database.sightings, id, { key, size: raw.length });
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
