/** The connections of one process to one account: reused, limited in number, and opened only if the account's gate allows it. */
import type { ImapFlow } from 'imapflow';
import { type ImapAccount, socketTimeoutMs } from './account.ts';
import { type Chance, createAccountGate } from './account-gate.ts';
import { createIdleClients } from './idle-clients.ts';
import { logOut } from './login.ts';
import { createOpenClients } from './open-clients.ts';
import { MailboxError, type MailboxHealth } from '../mailbox.ts';
import type { ImapTraffic } from './traffic.ts';
import { createWaitQueue } from './wait-queue.ts';

export interface Connection {
  readonly client: ImapFlow;
  /** Used before; the server may have dropped it since. */
  readonly reused: boolean;
  /** Why the connection ended, if the client said so; else null. */
  readonly reason: () => unknown;
}

export interface Connections {
  /** @throws MailboxError. `fresh` requests a new connection, as `isWatch` does: nobody waits for its answers. */
  acquire(input: {
    readonly signal?: AbortSignal | undefined;
    readonly fresh?: boolean;
    readonly isWatch?: boolean;
  }): Promise<Connection>;
  /** Keeps it for the next caller. */
  release(connection: Connection): void;
  /** The server asked for this after a login: no requests until the time is over, not even on a kept connection. */
  slowDown(error: MailboxError): void;
  /** Logs out. */
  discard(connection: Connection): Promise<void>;
  health(): MailboxHealth;
  close(): Promise<void>;
}

export interface ConnectionTiming {
  readonly idleCloseMs: number;
  readonly maxIdleMs: number;
  readonly busyAfterMs: number;
}

export const connectionTiming: ConnectionTiming = {
  // Before the socket's own watchdog treats the silence as a failure.
  idleCloseMs: socketTimeoutMs - 10_000,
  // RFC 2177: at least every 29 minutes.
  maxIdleMs: 25 * 60_000,
  busyAfterMs: 30_000,
};

/** One watch, one poll, and one spare. */
const defaultConnectionLimit = 3;
export function createConnections({
  account,
  chance,
  timing,
  keeps,
  traffic,
}: {
  readonly account: ImapAccount;
  readonly chance: Chance;
  readonly timing: ConnectionTiming;
  /** Whether a released connection is kept for the next caller. */
  readonly keeps: () => boolean;
  readonly traffic: ImapTraffic;
}): Connections {
  const limit = account.connectionLimit ?? defaultConnectionLimit;
  const gate = createAccountGate(account, chance);
  const idle = createIdleClients(timing.idleCloseMs);
  const waiting = createWaitQueue();
  const clients = createOpenClients({
    account,
    gate,
    now: chance.now,
    maxIdleMs: timing.maxIdleMs,
    onRoom: () => waiting.call(),
    traffic,
  });
  let closed = false;

  function connectionOf(
    client: ImapFlow,
    { reused, isWatch }: { reused: boolean; isWatch: boolean },
  ): Connection {
    traffic.onConnection(client, isWatch ? 'watching' : 'busy');
    return { client, reused, reason: () => clients.reasonOf(client) };
  }

  async function acquire({
    signal,
    fresh = false,
    isWatch = false,
  }: Parameters<Connections['acquire']>[0]): Promise<Connection> {
    for (;;) {
      if (closed) throw new MailboxError('connection', 'the mailbox is closed');
      if (signal?.aborted) throw new MailboxError('aborted', 'aborted by the caller');
      gate.keepQuiet();
      const kept = fresh || isWatch ? undefined : idle.take();
      if (kept) return connectionOf(kept, { reused: true, isWatch });
      if (clients.count() < limit)
        return connectionOf(await clients.connect(signal, isWatch), { reused: false, isWatch });
      const spare = idle.take();
      if (spare) await logOut(spare);
      else if (!(await waiting.wait(timing.busyAfterMs, signal)) && !signal?.aborted)
        throw new MailboxError('busy', `all ${limit} connections of the account are in use`);
    }
  }

  function release({ client }: Connection): void {
    gate.served(clients.livedMs(client));
    if (closed || !client.usable) client.close();
    else if (!keeps()) void logOut(client);
    else {
      idle.keep(client);
      traffic.onConnection(client, 'idle');
      waiting.call();
    }
  }

  return {
    acquire,
    release,
    slowDown: (error) => gate.slowDown(error),
    discard: ({ client }) => logOut(client),
    health: () => gate.health(),
    close: async () => {
      closed = true;
      clients.stop();
      await idle.logOutAll();
      clients.closeAll();
      waiting.callAll();
    },
  };
}
