/** The one place where servers, readers and mailboxes are opened, and closed in reverse order. */
import type { Config } from '../config/config.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';
import { openQueues } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import { inspectRedis } from '../queue/redis.ts';
import { openReader } from '../read/reader.ts';
import type { Reader } from '../read/reader.ts';
import type { BlobStore } from '../store/blobs/blobs.ts';
import { openBlobStore } from '../store/blobs/open-blob-store.ts';
import { openSpoolFolder } from '../store/blobs/spool-folder.ts';
import type { SpoolFolder } from '../store/blobs/spool-folder.ts';
import { prepareDatabase } from '../store/migrations.ts';
import { openDatabase } from '../store/mongo.ts';
import type { Database } from '../store/mongo.ts';
import { openDirectory } from '../connect/directory.ts';
import type { Directory } from '../connect/directory.ts';
import { openTokens } from '../connect/oauth/tokens.ts';
import type { TokenEvents, Tokens } from '../connect/oauth/tokens.ts';
import { createClosingStack } from './closing-stack.ts';
import { rulesWith } from './mailbox-addresses.ts';
import { openMailbox } from './open-mailbox.ts';
import type { KeepConnections } from './open-mailbox.ts';

/** Database and blobs; everything else is opened on first use. */
export interface Resources {
  readonly config: Config;
  readonly database: Database;
  readonly blobs: BlobStore;
  readonly directory: Directory;
  /** The OAuth tokens of mailboxes. */
  readonly tokens: Tokens;
  /** This process's folder for what is too large for memory. */
  readonly spoolDir: string;
  /** Its processes start with the first message. */
  reader(): Reader;
  /** @throws naming the setting if Redis does not answer; the next call tries again. */
  queues(): Promise<Queues>;
  /** Connects on first use. */
  mailbox(settings: Config['mailboxes'][number], keep?: KeepConnections): PolledMailbox;
  /** For resources opened by the caller: closed before everything opened earlier. */
  addCloser(close: () => Promise<unknown>): void;
  close(): Promise<void>;
}

/**
 * With a log, failures to close are logged, not thrown, and a Redis that may drop jobs gives a warning. @throws naming the setting
 * if the database is unreachable.
 */
export async function openResources(
  given: Config,
  { log, tokenEvents }: { readonly log?: Log; readonly tokenEvents?: Partial<TokenEvents> } = {},
): Promise<Resources> {
  let config = given;
  const stack = createClosingStack(
    log && ((error) => log.warn({ error: describeError(error) }, 'closing failed')),
  );
  const database = await openDatabase(config.mongodb).catch((error: unknown) => {
    throw new Error(
      `MONGODB_URI: no database answers (${describeError(error)}). Fix: check host, port and credentials`,
      { cause: error },
    );
  });
  stack.add(async () => await database.client.close());
  let spool: SpoolFolder;
  let directory: Directory;
  try {
    await prepareDatabase(database);
    directory = await openDirectory({
      database,
      fileMailboxes: given.mailboxes,
      keyFile: given.secretsKeyFile,
    });
    config = { ...given, rules: rulesWith(given.rules, directory) };
    spool = await openSpool(config);
  } catch (error) {
    await stack.close().catch(() => {});
    throw error;
  }
  stack.add(spool.close);
  const blobs = openBlobStore(config.blobs);
  stack.add(async () => await blobs.close());
  const tokens = openTokens({
    database,
    apps: config.oauthApps,
    keyFile: config.secretsKeyFile,
    ...(tokenEvents && { events: tokenEvents }),
  });
  let reader: Reader | undefined;
  let queues: Queues | undefined;
  return {
    config,
    database,
    blobs,
    directory,
    tokens,
    spoolDir: spool.dir,
    reader: () => {
      if (reader !== undefined) return reader;
      const opened = openReaderFor(config, { blobs, spoolDir: spool.dir });
      stack.add(async () => await opened.close());
      return (reader = opened);
    },
    queues: async () => {
      if (queues !== undefined) return queues;
      const { maxmemoryPolicy } = await inspectRedis(config.redis.url);
      if (maxmemoryPolicy !== 'noeviction')
        log?.warn(
          { maxmemoryPolicy },
          'Redis may drop jobs: set maxmemory-policy to noeviction (lost jobs are found again, but late)',
        );
      const opened = openQueues(config.redis);
      stack.add(async () => await opened.close());
      return (queues = opened);
    },
    mailbox: (settings, keep) => {
      const mailbox = openMailbox(settings, { stored: { tokens, directory }, ...(keep && { keep }) });
      stack.add(async () => await mailbox.source.close());
      return mailbox;
    },
    addCloser: (close) => stack.add(close),
    close: async () => await stack.close(),
  };
}

/** Opens, works and closes, whatever happens to the work. */
export async function withResources<T>(
  config: Config,
  work: (resources: Resources) => Promise<T>,
): Promise<T> {
  const resources = await openResources(config);
  let result: T;
  try {
    result = await work(resources);
  } catch (error) {
    // Only the reason why the work failed counts.
    await resources.close().catch(() => {});
    throw error;
  }
  await resources.close();
  return result;
}

async function openSpool({ ingest: { spoolDir } }: Config): Promise<SpoolFolder> {
  try {
    return await openSpoolFolder(spoolDir);
  } catch (error) {
    throw new Error(
      `SPOOL_DIR: nothing can be put into ${spoolDir} (${describeError(error)}). Fix: make it writable, or name another folder`,
      { cause: error },
    );
  }
}

export function openReaderFor(
  config: Config,
  { blobs, spoolDir }: { readonly blobs: BlobStore; readonly spoolDir: string },
): Reader {
  const { maxMessageBytes, readTimeLimitSeconds, concurrency } = config.ingest;
  const { caseWords, caseStatuses } = config.rules;
  return openReader({
    blobs,
    processes: Math.min(concurrency, 2),
    maxMessageBytes,
    timeLimitMs: readTimeLimitSeconds * 1000,
    spoolDir,
    reading: {
      authenticate: config.rules.authentication !== 'off',
      trustedAuthservIds: config.rules.trustedAuthservIds,
      ownRelays: config.rules.ownRelays,
      caseTags: { caseWords, caseStatuses },
    },
  });
}
