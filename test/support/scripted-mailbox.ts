/** A firm whose mailbox is on a scripted server: the server's answers can change between polls. */
import { onTestFinished } from 'vitest';
import type { PolledMailbox } from '../../src/poll/poll-run.ts';
import { rawMessage } from './messages.ts';
import { openScriptedServer } from './scripted-imap.ts';
import type { Script, ScriptedMessage, ScriptedServer } from './scripted-imap.ts';
import { openFirm } from './servers.ts';
import type { Firm, FirmOptions } from './servers.ts';

export interface Scripted {
  readonly firm: Firm;
  readonly mailbox: PolledMailbox;
  readonly server: ScriptedServer;
  /** What the server does from now on. */
  become(script: Script): void;
}

export async function openScripted(script: Script, options: FirmOptions = {}): Promise<Scripted> {
  let now = script;
  const server = await openScriptedServer({
    get messages() {
      return now.messages ?? [];
    },
    get examine() {
      return now.examine;
    },
    answer: (command) => now.answer?.(command),
  });
  onTestFinished(() => server.close());
  const firm = await openFirm(options);
  const mailbox = firm.mailbox({
    name: 'office',
    host: '127.0.0.1',
    port: server.port,
    security: 'none',
    user: 'office',
    credential: { kind: 'password', password: 'secret' },
  });
  return { firm, mailbox, server, become: (next) => (now = next) };
}

export const mailOf = (...uids: readonly number[]): ScriptedMessage[] =>
  uids.map((uid) => ({ uid, raw: rawMessage({ id: `${uid}@kline.test`, subject: `Lease ${uid}` }) }));

/** The ledger's rows, by UID. */
export async function statesOf({ firm }: Pick<Scripted, 'firm'>): Promise<Record<number, string>> {
  const rows = await firm.database.sightings.find().sort({ uid: 1 }).toArray();
  return Object.fromEntries(
    rows.map(({ uid, state, rawKey }) => [uid, state === 'pending' && rawKey !== null ? 'fetched' : state]),
  );
}
