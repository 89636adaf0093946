/** The mailboxes that this process polls and watches: it follows the directory, one mailbox at a time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { ConfiguredMailbox, Directory } from '../connect/directory.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';
import { startWatches } from '../poll/watches.ts';
import { addPoll, removeScheduler, upsertScheduler } from '../queue/queues.ts';
import type { Queues } from '../queue/queues.ts';
import type { Database } from '../store/mongo.ts';

export interface RunningMailboxes {
  /** `paused` also of one that was removed. undefined: nobody knows it. */
  named(name: string): Promise<PolledMailbox | 'paused' | undefined>;
  /** Follows the directory, and watches, until the signal is aborted. */
  readonly done: Promise<void>;
  /** Ends all connections; polls that still run break off. */
  close(): Promise<void>;
}

/** Each asks Redis for its schedule. */
const STARTED_AT_ONCE = 20;

interface Running {
  readonly revision: number;
  readonly mailbox: PolledMailbox;
}

interface Input {
  readonly directory: Directory;
  readonly open: (settings: ConfiguredMailbox['settings']) => PolledMailbox;
  readonly database: Pick<Database, 'leases' | 'mailboxes'>;
  readonly queues: Queues;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly everyMs: number;
}

/** Those that this process polls and watches now. */
interface RunningSet {
  get(name: string): PolledMailbox | undefined;
  /** Starts and ends what the directory says. */
  follow(): Promise<void>;
  /** Watches until the signal is aborted. */
  readonly watched: Promise<void>;
  close(): Promise<void>;
}

function createRunningSet({ directory, open, database, queues, log, signal }: Input): RunningSet {
  const running = new Map<string, Running>();
  const watches = startWatches({
    leases: database.leases,
    owner: randomUUID(),
    onArrival: (name) => {
      addPoll(queues, name).catch((error: unknown) =>
        log.warn(
          { mailbox: name, error: describeError(error) },
          'arrival could not be queued; the next tick finds it',
        ),
      );
    },
    log,
    signal,
  });

  async function stop(name: string): Promise<void> {
    const one = running.get(name);
    running.delete(name);
    await Promise.all([watches.remove(name), one?.mailbox.source.close().catch(() => {})]);
  }

  async function start(one: ConfiguredMailbox): Promise<void> {
    const { settings, source, revision } = one;
    const mailbox = open(settings);
    running.set(settings.name, { revision, mailbox });
    watches.add(mailbox);
    if (source === 'file') return;
    await upsertScheduler(queues, settings).catch(() => {});
    log.info({ mailbox: settings.name }, 'mailbox was added or changed; it is read from now on');
  }

  async function follow(): Promise<void> {
    const wanted = new Map(
      directory.all().flatMap((one) => (one.isPaused ? [] : [[one.settings.name, one] as const])),
    );
    const ended = [...running].filter(([name, { revision }]) => wanted.get(name)?.revision !== revision);
    // A server that is slow to say goodbye keeps nobody waiting.
    await Promise.all(
      ended.map(async ([name]) => {
        await stop(name);
        if (wanted.has(name)) return;
        await removeScheduler(queues, name).catch(() => {});
        log.info({ mailbox: name }, 'mailbox is paused or removed; it is read no more');
      }),
    );
    const missing = [...wanted.values()].filter(({ settings }) => !running.has(settings.name));
    await pMap(missing, start, { concurrency: STARTED_AT_ONCE });
  }

  return {
    get: (name) => running.get(name)?.mailbox,
    follow,
    watched: watches.done,
    close: async () => void (await Promise.all([...running.keys()].map(stop))),
  };
}

export function runMailboxes(input: Input): RunningMailboxes {
  const { directory, log, signal, everyMs, database } = input;
  const running = createRunningSet(input);
  let following: Promise<void> = Promise.resolve();

  /** One after another: a poll may ask for it while the timer does. */
  async function refresh(): Promise<void> {
    const before = following;
    const mine = (async () => {
      await before;
      if (signal.aborted) return;
      // A request to this process may have refreshed the directory before.
      await directory.refresh();
      await running.follow();
    })();
    following = mine.catch(() => {});
    await mine;
  }

  async function run(): Promise<void> {
    following = running.follow();
    await following;
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal }).catch(() => {});
      await refresh().catch((error: unknown) =>
        log.warn({ error: describeError(error) }, 'mailboxes could not be looked up; the known ones go on'),
      );
    }
    await running.watched;
  }

  return {
    named: async (name) => {
      if (running.get(name) === undefined) await refresh().catch(() => {});
      const mailbox = running.get(name);
      if (mailbox !== undefined) return mailbox;
      if (directory.named(name)?.isPaused === true) return 'paused';
      return (await database.mailboxes.findOne({ _id: name })) === null ? undefined : 'paused';
    },
    done: run(),
    close: async () => await running.close(),
  };
}
