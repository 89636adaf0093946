/** Several processes share the watches of mailboxes on a scripted server. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import type { PolledMailbox } from '../../src/poll/poll-run.ts';
import { startWatches } from '../../src/poll/watches.ts';
import type { Watches, WatchTiming } from '../../src/poll/watches.ts';
import type { Database } from '../../src/store/mongo.ts';
import { openScriptedServer } from '../support/scripted-imap.ts';
import type { ScriptedServer } from '../support/scripted-imap.ts';
import { newDatabase } from '../support/servers.ts';

const timing: WatchTiming = { leaseMs: 3_000, renewMs: 400, pauseMs: 50 };
const within = { timeout: 30_000, interval: 50 };

const newServer = async (): Promise<ScriptedServer> => {
  const server = await openScriptedServer({ capabilities: 'IMAP4rev1 IDLE' });
  onTestFinished(() => server.close());
  return server;
};

function mailboxOn({ port }: ScriptedServer, name: string): PolledMailbox {
  const source = openImapSource({
    name,
    host: '127.0.0.1',
    port,
    security: 'none',
    user: name,
    credential: { kind: 'password', password: 'none' },
  });
  onTestFinished(() => source.close());
  return { name, role: 'capture', folders: ['INBOX'], since: null, source };
}

interface Process {
  readonly owner: string;
  readonly watches: Watches;
  readonly arrivals: Set<string>;
  /** As a process that ends; `killed`: without a word. */
  end(how?: 'killed'): Promise<void>;
}

function newProcess(database: Database, server: ScriptedServer, names: readonly string[]): Process {
  const [stopping, owner, arrivals] = [new AbortController(), randomUUID(), new Set<string>()];
  let isKilled = false;
  // Of one that was killed nothing is heard any more.
  const leases = new Proxy(database.leases, {
    get: (target, key) => {
      if (isKilled) throw new Error('killed');
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const watches = startWatches({
    leases,
    owner,
    onArrival: (name) => arrivals.add(name),
    log: createLog('silent'),
    signal: stopping.signal,
    timing,
  });
  for (const name of names) watches.add(mailboxOn(server, name));
  const end = async (how?: 'killed'): Promise<void> => {
    isKilled = how === 'killed';
    stopping.abort();
    await watches.done;
  };
  onTestFinished(() => end());
  return { owner, watches, arrivals, end };
}

async function ownersOf(database: Database): Promise<Record<string, number>> {
  const rows = await database.leases.find({ kind: 'watch' }).toArray();
  const counts: Record<string, number> = {};
  for (const { owner } of rows) counts[owner] = (counts[owner] ?? 0) + 1;
  return counts;
}

it('one process watches everything, and gives a second one its half without leaving any unwatched', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  const names = Array.from({ length: 12 }, (_, at) => `m${at}`);
  const one = newProcess(database, server, names);
  await expect.poll(() => server.idling(), within).toBe(12);
  expect(one.arrivals.size).toBe(12);
  const two = newProcess(database, server, names);
  await expect.poll(() => ownersOf(database), within).toEqual({ [one.owner]: 6, [two.owner]: 6 });
  await expect.poll(() => server.idling(), within).toBe(12);
  await expect.poll(() => two.arrivals.size, within).toBe(6);
  await one.end();
  await expect.poll(() => ownersOf(database), within).toEqual({ [two.owner]: 12 });
  await expect.poll(() => server.idling(), within).toBe(12);
  await two.end();
  expect(await database.leases.countDocuments()).toBe(0);
  await expect.poll(() => server.connected(), within).toBe(0);
});

it('what a killed process watched is taken over when its leases have run out', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  const names = ['a', 'b', 'c', 'd'];
  const [one, two] = [newProcess(database, server, names), newProcess(database, server, names)];
  await expect.poll(() => ownersOf(database), within).toEqual({ [one.owner]: 2, [two.owner]: 2 });
  await one.end('killed');
  expect((await ownersOf(database))[one.owner]).toBe(2);
  await expect.poll(() => ownersOf(database), within).toEqual({ [two.owner]: 4 });
  await expect.poll(() => server.idling(), within).toBe(4);
});

it('a mailbox that only one of them knows is watched, however the shares are', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  const one = newProcess(database, server, ['a', 'b', 'c', 'd']);
  const two = newProcess(database, server, ['e']);
  await expect.poll(() => ownersOf(database), within).toEqual({ [one.owner]: 4, [two.owner]: 1 });
});

it('leases of a clock that is an hour ahead are no hindrance', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  const one = newProcess(database, server, ['a', 'b']);
  await expect.poll(() => ownersOf(database), within).toEqual({ [one.owner]: 2 });
  const until = new Date(Date.now() + 3_600_000);
  await database.leases.updateMany({}, { $set: { owner: 'a process whose clock is ahead', until } });
  await expect.poll(() => ownersOf(database), within).toEqual({ [one.owner]: 2 });
  await expect.poll(() => server.idling(), within).toBe(2);
  expect(await database.leases.distinct('owner', { kind: 'watcher' })).toEqual([one.owner]);
});

it('one that is removed is watched no more, and its lease is free at once', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  const { watches } = newProcess(database, server, ['a', 'b']);
  await expect.poll(() => server.idling(), within).toBe(2);
  await watches.remove('a');
  expect(await database.leases.distinct('mailbox', { kind: 'watch' })).toEqual(['b']);
  await expect.poll(() => server.connected(), within).toBe(1);
});

it('watches go on where the database is away for a moment, and end when others may have them', async () => {
  const [database, server] = [await newDatabase(), await newServer()];
  let isAway = false;
  const leases = new Proxy(database.leases, {
    get: (target, key) => {
      if (isAway) throw new Error('away');
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  const stopping = new AbortController();
  const watches = startWatches({
    leases,
    owner: 'one',
    onArrival: () => {},
    log: createLog('silent'),
    signal: stopping.signal,
    timing,
  });
  onTestFinished(async () => {
    stopping.abort();
    await watches.done;
  });
  watches.add(mailboxOn(server, 'a'));
  await expect.poll(() => server.idling(), within).toBe(1);
  isAway = true;
  await delay(timing.renewMs * 2);
  expect(server.idling()).toBe(1);
  await expect.poll(() => server.idling(), within).toBe(0);
  isAway = false;
  await expect.poll(() => server.idling(), within).toBe(1);
});
