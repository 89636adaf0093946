/**
 * One IDLE connection for each mailbox, in one of the processes. Each has its share, and asks for all leases at once: however many
 * mailboxes there are, a round costs few commands.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Collection } from 'mongodb';
import { describeError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { LeaseDocument } from '../store/leases.ts';
import {
  claimWatches,
  enterWatcher,
  findWatches,
  leaveWatches,
  releaseWatches,
  renewWatches,
} from '../store/watch-leases.ts';
import type { PolledMailbox } from './poll-run.ts';
import { shareOut } from './watch-share.ts';

export interface Watches {
  add(mailbox: PolledMailbox): void;
  /** Ends its watch. */
  remove(name: string): Promise<void>;
  /** Watches until the signal is aborted. */
  readonly done: Promise<void>;
}

export interface WatchTiming {
  readonly leaseMs: number;
  readonly renewMs: number;
  /** Between rounds, however many mailboxes are added. */
  readonly pauseMs: number;
}

const watchTiming: WatchTiming = { leaseMs: 30_000, renewMs: 10_000, pauseMs: 1_000 };

interface Input {
  readonly leases: Collection<LeaseDocument>;
  readonly owner: string;
  readonly onArrival: (mailbox: string) => void;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly timing?: WatchTiming;
}

export function startWatches(input: Input): Watches {
  const { leases, owner, log, signal, timing = watchTiming } = input;
  const { leaseMs, renewMs, pauseMs } = timing;
  const by = { owner, forMs: leaseMs };
  const wanted = new Map<string, PolledMailbox>();
  const connections = createConnections(input);
  let free: ReadonlySet<string> = new Set();
  let renewedAt = performance.now();
  let isNew = false;
  let isFailing = false;
  let wake = (): void => {};

  async function round(): Promise<void> {
    isNew = false;
    const asked = performance.now();
    await renewWatches(leases, by);
    let seen = await findWatches(leases);
    if (!seen.watchers.has(owner)) {
      await enterWatcher(leases, { ...by, dead: seen.dead });
      seen = await findWatches(leases);
    }
    renewedAt = asked;
    const names = new Set(wanted.keys());
    const { watches: held, watchers } = seen;
    const share = shareOut({ self: owner, wanted: names, held, watchers, freeBefore: free });
    free = share.free;
    await connections.end(share.release);
    await releaseWatches(leases, { owner, mailboxes: share.release });
    if (share.claim.length > 0) {
      await claimWatches(leases, { ...by, mailboxes: share.claim });
      seen = await findWatches(leases);
    }
    const given = new Set(share.release);
    const mine = new Set(
      seen.watches.flatMap((one) => (one.owner === owner && !given.has(one.mailbox) ? [one.mailbox] : [])),
    );
    await connections.end(connections.names().filter((name) => !mine.has(name)));
    // Removed while this round went on.
    await releaseWatches(leases, { owner, mailboxes: [...mine].filter((name) => !wanted.has(name)) });
    for (const [name, mailbox] of wanted) if (mine.has(name)) connections.start(mailbox);
  }

  /** Until their leases have run out, watches go on. */
  async function failed(error: unknown): Promise<void> {
    if (!isFailing)
      log.warn({ error: describeError(error) }, 'watches cannot be renewed; new mail is found by polls');
    isFailing = true;
    if (performance.now() - renewedAt >= leaseMs) await connections.end(connections.names());
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      if (wanted.size > 0) await round().then(() => (isFailing = false), failed);
      await delay(pauseMs, undefined, { signal }).catch(() => {});
      const woken = new AbortController();
      wake = () => woken.abort();
      if (isNew || signal.aborted) continue;
      const either = AbortSignal.any([signal, woken.signal]);
      await delay(renewMs - pauseMs, undefined, { signal: either }).catch(() => {});
    }
    await connections.end(connections.names());
    await leaveWatches(leases, owner).catch(() => {});
  }

  return {
    add: (mailbox) => {
      wanted.set(mailbox.name, mailbox);
      isNew = true;
      wake();
    },
    remove: async (name) => {
      wanted.delete(name);
      await connections.end([name]);
      if (!signal.aborted) await releaseWatches(leases, { owner, mailboxes: [name] }).catch(() => {});
    },
    done: run(),
  };
}

/** The watches of this process. */
function createConnections({ onArrival, log, signal }: Pick<Input, 'onArrival' | 'log' | 'signal'>) {
  const watching = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();
  return {
    names: (): string[] => [...watching.keys()],
    /** Does nothing while it is watched. */
    start: ({ name, folders: [folder], source }: PolledMailbox): void => {
      if (folder === undefined || watching.has(name)) return;
      const stop = new AbortController();
      const both = AbortSignal.any([signal, stop.signal]);
      const watch = { folder, onArrival: () => onArrival(name), signal: both };
      const ended = source.watch(watch).catch((error: unknown) => {
        log.warn({ mailbox: name, error: describeError(error) }, 'watch ended');
        // The next round starts it again.
        watching.delete(name);
      });
      watching.set(name, { stop, ended });
    },
    end: async (names: readonly string[]): Promise<void> => {
      const ending = names.flatMap((name) => watching.get(name) ?? []);
      for (const name of names) watching.delete(name);
      for (const { stop } of ending) stop.abort();
      await Promise.all(ending.map(async ({ ended }) => await ended));
    },
  };
}
