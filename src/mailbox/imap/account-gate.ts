/** The gate of one account in this process, with its clock and random numbers. */
import { type ImapAccount, readSecret } from './account.ts';
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
import type { MailboxError, MailboxHealth } from '../mailbox.ts';

/** Clock and random numbers, passed in so that tests need not wait. */
export interface Chance {
  readonly now: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Ends early, without an error, when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface AccountGate {
  /** @throws MailboxError while no connection may be tried. */
  admit(): Promise<void>;
  /** @throws MailboxError while the server wants no requests, not even on a kept connection. */
  keepQuiet(): void;
  /** The secret for the next login. */
  secret(): Promise<string>;
  /** The secret of the last login. */
  triedSecret(): string | null;
  loggedIn(): void;
  failed(error: MailboxError): void;
  dropped(error: MailboxError, livedMs: number): void;
  served(livedMs: number): void;
  slowDown(error: MailboxError): void;
  health(): MailboxHealth;
}

export function createAccountGate({ credential }: ImapAccount, { now, random }: Chance): AccountGate {
  let gate: Gate = openGate;
  let triedSecret: string | null = null;
  let quietUntil = 0;
  const moment = (): { now: number; dice: number } => ({ now: now(), dice: random() });

  /** A token renewed by another program ends the pause after a refused login. */
  async function wasRenewed(): Promise<boolean> {
    if (gate.state !== 'authentication-failed') return false;
    return (await readSecret(credential).catch(() => triedSecret)) !== triedSecret;
  }

  return {
    admit: async () => {
      const refused = refusal(gate, now());
      if (refused && !(await wasRenewed())) throw refused;
    },
    keepQuiet: () => {
      const refused = refusal({ ...gate, state: 'throttled', until: quietUntil }, now());
      if (refused) throw refused;
    },
    secret: async () => (triedSecret = await readSecret(credential)),
    triedSecret: () => triedSecret,
    loggedIn: () => {
      gate = afterLogin(gate);
    },
    failed: (error) => {
      gate = afterFailure(gate, error, moment());
    },
    dropped: (error, livedMs) => {
      gate = afterDrop(gate, error, { ...moment(), livedMs });
    },
    served: (livedMs) => {
      gate = afterService(gate, { livedMs });
    },
    slowDown: (error) => {
      gate = afterFailure(gate, error, moment());
      quietUntil = gate.until;
    },
    health: () => healthOf(gate, now()),
  };
}
