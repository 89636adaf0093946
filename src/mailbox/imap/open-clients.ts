import type { ImapFlow } from 'imapflow';
import type { ImapAccount } from './account.ts';
import type { AccountGate } from './account-gate.ts';
import { toMailboxError } from './imap-error.ts';
import { logIn } from './login.ts';
import { MailboxError } from '../mailbox.ts';
import type { ImapTraffic } from './traffic.ts';

/** The clients of an account that are connected or connecting. */
export interface OpenClients {
  count(): number;
  /** @throws MailboxError. */
  connect(signal: AbortSignal | undefined, isWatch: boolean): Promise<ImapFlow>;
  /** Why the client ended, if it said so; else null. */
  reasonOf(client: ImapFlow): unknown;
  livedMs(client: ImapFlow): number;
  /** From now on no client connects. */
  stop(): void;
  closeAll(): void;
}

export function createOpenClients({
  account,
  gate,
  now,
  maxIdleMs,
  onRoom,
  traffic,
}: {
  readonly account: ImapAccount;
  readonly gate: AccountGate;
  readonly now: () => number;
  readonly maxIdleMs: number;
  /** Called when another one may have room. */
  readonly onRoom: () => void;
  readonly traffic: ImapTraffic;
}): OpenClients {
  const open = new Set<ImapFlow>();
  const reasons = new WeakMap<ImapFlow, unknown>();
  let connecting = 0;
  let stopped = false;

  const reasonOf = (client: ImapFlow): unknown => reasons.get(client) ?? null;
  const livedMs = (client: ImapFlow): number => now() - (client.connectedAt ?? now());

  async function connect(signal: AbortSignal | undefined, isWatch: boolean): Promise<ImapFlow> {
    await gate.admit();
    connecting += 1;
    try {
      return await withNewToken({ account, gate, tryLogin: async () => await tryLogin(signal, isWatch) });
    } catch (error) {
      if (error instanceof MailboxError && !error.isRepeated) gate.failed(error);
      throw error;
    } finally {
      connecting -= 1;
      onRoom();
    }
  }

  async function tryLogin(signal: AbortSignal | undefined, isWatch: boolean): Promise<ImapFlow> {
    const asking = { host: account.host.toLowerCase(), isUrgent: !isWatch, signal };
    return await logIn({
      account,
      secret: () => gate.secret(),
      turn: async () => {
        const hasWaited = await traffic.pace.turn(asking);
        // Another connection of the account may have failed meanwhile.
        if (hasWaited) await gate.admit();
        return hasWaited;
      },
      start: () => traffic.starts.turn(asking),
      maxIdleMs,
      signal,
      isStopped: () => stopped,
      onClient: followUp,
      onTried: (outcome) => traffic.onLogin(outcome),
      onLogin: (client) => {
        open.add(client);
        gate.loggedIn();
      },
    });
  }

  /** At any time in the client's life, an `error` without a listener would end the process. */
  function followUp(client: ImapFlow): void {
    traffic.onConnection(client, 'connecting');
    client.on('error', (error) => reasons.set(client, error));
    client.on('close', () => {
      traffic.onConnection(client, null);
      if (!open.delete(client)) return;
      const why = reasonOf(client) ?? farewellOf(client);
      if (!client.closedByClient) gate.dropped(toMailboxError(why, 'connection lost'), livedMs(client));
      onRoom();
    });
  }

  return {
    count: () => open.size + connecting,
    connect,
    reasonOf,
    livedMs,
    stop: () => {
      stopped = true;
    },
    closeAll: () => {
      for (const client of open) client.close();
    },
  };
}

/** A token may be refused before it expires (revoked, or a wrong clock): a new one is tried once. */
async function withNewToken({
  account: { credential },
  gate,
  tryLogin,
}: {
  readonly account: ImapAccount;
  readonly gate: AccountGate;
  readonly tryLogin: () => Promise<ImapFlow>;
}): Promise<ImapFlow> {
  try {
    return await tryLogin();
  } catch (error) {
    const isRefused = error instanceof MailboxError && error.code === 'authentication-failed';
    if (!isRefused || credential.kind !== 'accessToken' || credential.refused === undefined) throw error;
    const tried = gate.triedSecret();
    if (tried !== null) await credential.refused(tried);
    return await tryLogin().catch((again: unknown) => {
      if (!(again instanceof MailboxError) || again.code !== 'authentication-failed') throw again;
      throw new MailboxError('needs-permission', again.message, { cause: again });
    });
  }
}

function farewellOf({ byeReason }: ImapFlow): Error {
  return Object.assign(new Error(byeReason ?? 'the server closed it'), byeReason && { reason: byeReason });
}
