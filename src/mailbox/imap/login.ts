import { ImapFlow } from 'imapflow';
import { type ImapAccount, imapOptions } from './account.ts';
import { toMailboxError } from './imap-error.ts';
import { MailboxError } from '../mailbox.ts';

const logoutMs = 2_000;

export interface LoginInput {
  readonly account: ImapAccount;
  readonly secret: () => Promise<string>;
  readonly maxIdleMs: number;
  readonly signal: AbortSignal | undefined;
  readonly isStopped: () => boolean;
  /** Called before it connects. */
  readonly onClient: (client: ImapFlow) => void;
  readonly onLogin: (client: ImapFlow) => void;
}

/** @throws MailboxError, leaving nothing open. */
export async function logIn(input: LoginInput): Promise<ImapFlow> {
  const { account, signal, isStopped } = input;
  let client: ImapFlow | undefined;
  const abort = (): void => client?.close();
  signal?.addEventListener('abort', abort);
  try {
    const options = await imapOptions(account, await input.secret());
    client = new ImapFlow({ ...options, maxIdleTime: input.maxIdleMs });
    input.onClient(client);
    if (!signal?.aborted && !isStopped()) await client.connect();
    if (signal?.aborted || isStopped()) throw new MailboxError('aborted', 'aborted by the caller');
    input.onLogin(client);
    return client;
  } catch (error) {
    client?.close();
    throw signal?.aborted
      ? new MailboxError('aborted', 'aborted by the caller', { cause: error })
      : toMailboxError(error, `cannot log in to ${account.host}:${account.port}`);
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
