/**
 * The connections of one process to one account: reused, limited in number, and opened only when the account's gate allows it.
 */
import { ImapFlow } from 'imapflow';
import {
  afterDrop,
  afterFailure,
  afterLogin,
  afterService,
  type Gate,
  healthOf,
  openGate,
  refusal,
} from './connection-gate.ts';
import { type ImapAccount, imapOptions, readSecret, socketTimeoutMs } from './account.ts';
import { toMailboxError } from './imap-error.ts';
import { MailboxError, type MailboxHealth } from '../mailbox.ts';
import { createWaitQueue } from './wait-queue.ts';

export interface Connection {
  readonly client: ImapFlow;
  /** It served before, and the server may have dropped it meanwhile. */
  readonly reused: boolean;
  /** Why the connection ended, where the client said so; null otherwise. */
  readonly reason: () => unknown;
}

export interface Connections {
  /** @throws MailboxError. `fresh` asks for a new connection. */
  acquire(input: {
    readonly signal?: AbortSignal | undefined;
    readonly fresh?: boolean;
  }): Promise<Connection>;
  /** Keeps it for the next one who asks. */
  release(connection: Connection): void;
  /** The server asked for it after a login: nothing is asked of it before the time is over, on a kept connection neither. */
  slowDown(error: MailboxError): void;
  /** Logs out. */
  discard(connection: Connection): Promise<void>;
  health(): MailboxHealth;
  close(): Promise<void>;
}

/** The clock and the dice, given so that tests need not wait. */
export interface Chance {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Ends early, without an error, when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface ConnectionTiming {
  readonly idleCloseMs: number;
  readonly maxIdleMs: number;
  readonly busyAfterMs: number;
}

export const connectionTiming: ConnectionTiming = {
  // Before the socket's own watchdog would call the silence a failure.
  idleCloseMs: socketTimeoutMs - 10_000,
  // RFC 2177: at least every 29 minutes.
  maxIdleMs: 25 * 60_000,
  busyAfterMs: 30_000,
};

/** One watch, one poll, and one to spare. */
const defaultConnectionLimit = 3;
const logoutMs = 2_000;

export function createConnections({
  account,
  chance,
  timing,
  keeps,
}: {
  readonly account: ImapAccount;
  readonly chance: Chance;
  readonly timing: ConnectionTiming;
  /** Whether a connection that is given back is kept for the next one. */
  readonly keeps: () => boolean;
}): Connections {
  const limit = account.connectionLimit ?? defaultConnectionLimit;
  const open = new Set<ImapFlow>();
  const idle: { readonly client: ImapFlow; readonly timer: NodeJS.Timeout }[] = [];
  const waiting = createWaitQueue();
  const reasons = new WeakMap<ImapFlow, unknown>();
  let connecting = 0;
  let closed = false;
  let gate: Gate = openGate;
  let triedSecret: string | null = null;
  let quietUntil = 0;

  const reasonOf = (client: ImapFlow) => (): unknown => reasons.get(client) ?? null;
  const moment = (): { now: number; dice: number } => ({ now: chance.now(), dice: chance.random() });

  async function acquire({
    signal,
    fresh = false,
  }: Parameters<Connections['acquire']>[0]): Promise<Connection> {
    for (;;) {
      if (closed) throw new MailboxError('connection', 'the mailbox is closed');
      if (signal?.aborted) throw new MailboxError('aborted', 'the caller gave up');
      if (chance.now() < quietUntil)
        throw refusal({ ...gate, state: 'throttled', until: quietUntil }, chance.now());
      const kept = fresh ? undefined : takeIdle();
      if (kept) return { client: kept, reused: true, reason: reasonOf(kept) };
      if (open.size + connecting < limit) {
        const client = await connect(signal);
        return { client, reused: false, reason: reasonOf(client) };
      }
      const spare = takeIdle();
      if (spare) await logOut(spare);
      else if (!(await waiting.wait(timing.busyAfterMs, signal)) && !signal?.aborted)
        throw new MailboxError('busy', `all ${limit} connections of the account are in use`);
    }
  }

  function takeIdle(): ImapFlow | undefined {
    for (let kept = idle.pop(); kept; kept = idle.pop()) {
      clearTimeout(kept.timer);
      if (kept.client.usable) return kept.client;
    }
    return undefined;
  }

  async function connect(signal: AbortSignal | undefined): Promise<ImapFlow> {
    const refused = refusal(gate, chance.now());
    if (refused && !(await wasRenewed())) throw refused;
    connecting += 1;
    let client: ImapFlow | undefined;
    const abort = (): void => client?.close();
    signal?.addEventListener('abort', abort);
    try {
      const secret = await readSecret(account.credential);
      triedSecret = secret;
      client = new ImapFlow({ ...(await imapOptions(account, secret)), maxIdleTime: timing.maxIdleMs });
      followUp(client);
      if (!signal?.aborted && !closed) await client.connect();
      if (signal?.aborted || closed) throw new MailboxError('aborted', 'the caller gave up');
      open.add(client);
      gate = afterLogin(gate);
      return client;
    } catch (error) {
      client?.close();
      const failure = signal?.aborted
        ? new MailboxError('aborted', 'the caller gave up', { cause: error })
        : toMailboxError(error, `cannot log in to ${account.host}:${account.port}`);
      gate = afterFailure(gate, failure, moment());
      throw failure;
    } finally {
      signal?.removeEventListener('abort', abort);
      connecting -= 1;
      waiting.call();
    }
  }

  /** A token that another program renewed ends the pause after a refused login. */
  async function wasRenewed(): Promise<boolean> {
    if (gate.state !== 'authentication-failed') return false;
    return (await readSecret(account.credential).catch(() => triedSecret)) !== triedSecret;
  }

  /** An `error` without a listener would end the process, at any time of the client's life. */
  function followUp(client: ImapFlow): void {
    client.on('error', (error) => reasons.set(client, error));
    client.on('close', () => {
      if (!open.delete(client)) return;
      if (!client.closedByClient) {
        const error = toMailboxError(reasonOf(client)() ?? farewellOf(client), 'connection lost');
        gate = afterDrop(gate, error, { ...moment(), livedMs: livedMs(client) });
      }
      waiting.call();
    });
  }

  const livedMs = (client: ImapFlow): number => chance.now() - (client.connectedAt ?? chance.now());

  function release({ client }: Connection): void {
    gate = afterService(gate, { livedMs: livedMs(client) });
    if (closed || !client.usable) {
      client.close();
      return;
    }
    if (!keeps()) {
      void logOut(client);
      return;
    }
    const timer = setTimeout(() => {
      const at = idle.findIndex((kept) => kept.client === client);
      if (at >= 0) idle.splice(at, 1);
      void logOut(client);
    }, timing.idleCloseMs);
    timer.unref();
    idle.push({ client, timer });
    waiting.call();
  }

  return {
    acquire,
    release,
    slowDown: (error) => {
      gate = afterFailure(gate, error, moment());
      quietUntil = gate.until;
    },
    discard: ({ client }) => logOut(client),
    health: () => healthOf(gate, chance.now()),
    close: async () => {
      closed = true;
      const kept = idle.splice(0).map(({ client, timer }) => {
        clearTimeout(timer);
        return logOut(client);
      });
      await Promise.all(kept);
      for (const client of open) client.close();
      waiting.callAll();
    },
  };
}

function farewellOf({ byeReason }: ImapFlow): Error {
  return Object.assign(new Error(byeReason ?? 'the server closed it'), byeReason && { reason: byeReason });
}

/** A polite end, and in any case an end. */
async function logOut(client: ImapFlow): Promise<void> {
  if (!client.usable) {
    client.close();
    return;
  }
  const timer = setTimeout(() => client.close(), logoutMs);
  try {
    await client.logout();
  } catch {
    // The connection broke first, which is as good an end.
  } finally {
    clearTimeout(timer);
    client.close();
  }
}
