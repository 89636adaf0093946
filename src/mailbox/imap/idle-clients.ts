import type { ImapFlow } from 'imapflow';
import { logOut } from './login.ts';

/** Idle connections, kept for the next caller. */
export interface IdleClients {
  keep(client: ImapFlow): void;
  /** The most recently used one that still works. */
  take(): ImapFlow | undefined;
  logOutAll(): Promise<void>;
}

export function createIdleClients(closeAfterMs: number): IdleClients {
  const idle: { readonly client: ImapFlow; readonly timer: NodeJS.Timeout }[] = [];
  return {
    keep: (client) => {
      const timer = setTimeout(() => {
        const at = idle.findIndex((kept) => kept.client === client);
        if (at >= 0) idle.splice(at, 1);
        void logOut(client);
      }, closeAfterMs);
      timer.unref();
      idle.push({ client, timer });
    },
    take: () => {
      for (let kept = idle.pop(); kept; kept = idle.pop()) {
        clearTimeout(kept.timer);
        if (kept.client.usable) return kept.client;
      }
      return undefined;
    },
    logOutAll: async () => {
      await Promise.all(
        idle.splice(0).map(({ client, timer }) => {
          clearTimeout(timer);
          return logOut(client);
        }),
      );
    },
  };
}
