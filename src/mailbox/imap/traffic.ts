/** What the connections of a process share: how fast it logs in, and its figures. */
import type { MailboxErrorCode } from '../mailbox.ts';
import type { LoginPace } from './login-pace.ts';

export const connectionStates = ['connecting', 'watching', 'busy', 'idle'] as const;
export type ConnectionState = (typeof connectionStates)[number];

export interface ImapTraffic {
  readonly pace: LoginPace;
  /** Again right before it connects: a slow database may let many go at once that had their turns one by one. */
  readonly starts: LoginPace;
  onLogin(outcome: 'ok' | MailboxErrorCode): void;
  /** null: the connection has ended. */
  onConnection(connection: object, state: ConnectionState | null): void;
}

/** Of a command, which opens few connections and shows no figures. */
export const unnoticed: ImapTraffic = {
  pace: { turn: async () => false },
  starts: { turn: async () => false },
  onLogin: () => {},
  onConnection: () => {},
};
