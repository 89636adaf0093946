/** The mailboxes that this process polls and watches: it follows the directory, one mailbox at a time. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { ConfiguredMailbox, Directory } from '../connect/directory.ts';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { PolledMailbox } from '../poll/poll-run.ts';
import { watchMailbox } from '../poll/watch.ts';
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

interface Running {
  readonly revision: number;
  readonly mailbox: PolledMailbox;
  readonly stop: AbortController;
  readonly watching: Promise<void>;
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

export function runMailboxes(input: Input): RunningMailboxes {
  const { directory, log, signal, everyMs, database } = input;
  const running = new Map<string, Running>();
  const owner = randomUUID();
  let following: Promise<void> = Promise.resolve();

  async function stop(name: string): Promise<void> {
    const one = running.get(name);
    running.delete(name);
    one?.stop.abort();
    await one?.mailbox.source.close().catch(() => {});
    await one?.watching;
  }

  async function follow(): Promise<void> {
    const wanted = new Map(
      directory.all().flatMap((one) => (one.isPaused ? [] : [[one.settings.name, one] as const])),
    );
    for (const [name, { revision }] of running) {
      const now = wanted.get(name);
      if (now?.revision === revision) continue;
      await stop(name);
      if (now !== undefined) continue;
      await removeScheduler(input.queues, name).catch(() => {});
      log.info({ mailbox: name }, 'mailbox is paused or removed; it is read no more');
    }
    for (const [name, one] of wanted) {
      if (running.has(name)) continue;
      running.set(name, start(input, { one, owner }));
      if (one.source === 'file') continue;
      await upsertScheduler(input.queues, one.settings).catch(() => {});
      log.info({ mailbox: name }, 'mailbox was added or changed; it is read from now on');
    }
  }

  /** One after another: a poll may ask for it while the timer does. */
  async function refresh(): Promise<void> {
    const before = following;
    const mine = (async () => {
      await before;
      if (signal.aborted) return;
      // A request to this process may have refreshed the directory before.
      await directory.refresh();
      await follow();
    })();
    following = mine.catch(() => {});
    await mine;
  }

  async function run(): Promise<void> {
    following = follow();
    await following;
    while (!signal.aborted) {
      await delay(everyMs, undefined, { signal }).catch(() => {});
      await refresh().catch((error: unknown) =>
        log.warn({ error: describeError(error) }, 'mailboxes could not be looked up; the known ones go on'),
      );
    }
    await Promise.all([...running.values()].map(async ({ watching }) => await watching));
  }

  return {
    named: async (name) => {
      if (!running.has(name)) await refresh().catch(() => {});
      const one = running.get(name);
      if (one !== undefined) return one.mailbox;
      if (directory.named(name)?.isPaused === true) return 'paused';
      return (await database.mailboxes.findOne({ _id: name })) === null ? undefined : 'paused';
    },
    done: run(),
    close: async () => void (await Promise.all([...running.keys()].map(stop))),
  };
}

function start(
  { open, database, queues, log, signal }: Input,
  { one, owner }: { readonly one: ConfiguredMailbox; readonly owner: string },
): Running {
  const mailbox = open(one.settings);
  const stop = new AbortController();
  const onArrival = (): void => {
    addPoll(queues, mailbox.name).catch((error: unknown) =>
      log.warn(
        { mailbox: mailbox.name, error: describeError(error) },
        'arrival could not be queued; the next tick finds it',
      ),
    );
  };
  const both = AbortSignal.any([signal, stop.signal]);
  const watching = watchMailbox({ mailbox, leases: database.leases, owner, onArrival, log, signal: both });
  return { revision: one.revision, mailbox, stop, watching };
}
