import { ImapFlow } from 'imapflow';
import { type ImapAccount, imapOptions } from './account.ts';
import { toMailboxError } from './imap-error.ts';
import { MailboxError } from '../mailbox.ts';
import type { MailboxErrorCode } from '../mailbox.ts';

const logoutMs = 2_000;

export interface LoginInput {
  readonly account: ImapAccount;
  readonly secret: () => Promise<string>;
  /** Waits until a login is due; true if that took time. */
  readonly turn: () => Promise<boolean>;
  /** Waits until it may connect. */
  readonly start: () => Promise<unknown>;
  readonly maxIdleMs: number;
  readonly signal: AbortSignal | undefined;
  readonly isStopped: () => boolean;
  /** Called before it connects. */
  readonly onClient: (client: ImapFlow) => void;
  readonly onLogin: (client: ImapFlow) => void;
  /** The server was asked. Not called if the caller gave up. */
  readonly onTried: (outcome: 'ok' | MailboxErrorCode) => void;
}

/** @throws MailboxError, leaving nothing open. */
export async function logIn(input: LoginInput): Promise<ImapFlow> {
  const { account, signal, isStopped } = input;
  let client: ImapFlow | undefined;
  const abort = (): void => client?.close();
  signal?.addEventListener('abort', abort);
  try {
    let secret = await input.secret();
    // A token may have ended meanwhile.
    if ((await input.turn()) && !signal?.aborted) secret = await input.secret();
    const options = await imapOptions(account, secret);
    await input.start();
    client = new ImapFlow({ ...options, maxIdleTime: input.maxIdleMs });
    input.onClient(client);
    if (!signal?.aborted && !isStopped()) await client.connect();
    if (signal?.aborted || isStopped()) throw new MailboxError('aborted', 'aborted by the caller');
    input.onTried('ok');
    input.onLogin(client);
    return client;
  } catch (error) {
    client?.close();
    if (signal?.aborted) throw new MailboxError('aborted', 'aborted by the caller', { cause: error });
    const failure = toMailboxError(error, `cannot log in to ${account.host}:${account.port}`);
    if (client !== undefined && failure.code !== 'aborted') input.onTried(failure.code);
    throw failure;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Logs out politely, and closes in any case. */
export async function logOut(client: ImapFlow): Promise<void> {
  if (!client.usable) {
    client.close();
    return;
  }
  const timer = setTimeout(() => client.close(), logoutMs);
  try {
    await client.logout();
  } catch {
    // The connection broke first, which is fine too.
  } finally {
    clearTimeout(timer);
    client.close();
  }
}
