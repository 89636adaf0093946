/** One run of the program while its mailbox is changed. */
import { setTimeout as delay } from 'node:timers/promises';
import { compareStates, readEndState } from './end-state.ts';
import type { EndState } from './end-state.ts';
import type { Installation, MailboxSettings } from './installation.ts';
import { append, deliver } from './mailboxes.ts';
import type { Make } from './makes.ts';
import { startProgram } from './program.ts';
import type { Run } from './scenario.ts';
import { untilSettled } from './settling.ts';
import { generatedMessages, missingIn } from './stage.ts';
import { openWire } from './wire.ts';

export const LIMIT_MS = 60_000;
export const MESSAGES = 6;

/** Messages in INBOX of a new mailbox with two folders. */
export interface Case {
  readonly make: Make;
  readonly installation: Installation;
  readonly ines: MailboxSettings;
  readonly crm: MailboxSettings;
}

export interface Change {
  readonly name: string;
  /** Called before the program's first FETCH of a body is passed on to the server. */
  readonly whileFetching?: (it: Case) => Promise<void>;
  /** Called when everything is idle. */
  readonly after?: (it: Case) => Promise<void>;
  /** Called after that, while no process runs and nobody is logged in. What it returns is called once a poll has failed. */
  readonly meanwhile?: (it: Case) => Promise<(() => Promise<void>) | null>;
  /** Called once the next process has polled. */
  readonly afterwards?: (it: Case) => Promise<void>;
  /** Distinct messages that the CRM must have before `meanwhile`; MESSAGES otherwise. */
  readonly storedBefore?: number;
  /** Distinct messages that the CRM must have at the end, and how many communications; MESSAGES of each otherwise. */
  readonly stored?: number | ((make: Make) => number);
  /** Finished sightings, over all epochs. */
  readonly sightings: number;
  /** How many times a folder must be reset; never by default. */
  readonly resets?: number;
  /** Full form only. */
  readonly slow?: boolean;
}

export const storedOf = ({ stored = MESSAGES }: Change, make: Make): number =>
  typeof stored === 'number' ? stored : stored(make);

/** @throws if the folder was not reset as many times as expected, or did not become idle. */
export async function changedRun(it: Case, change: Change): Promise<Run> {
  const { make, installation, ines, crm } = it;
  const { whileFetching, after, meanwhile, afterwards } = change;
  const { servers } = make;
  await deliverMessages(it);
  const target = { host: servers['IMAP_HOST'] ?? '', port: Number(servers['IMAP_PORT']) };
  const wire = await openWire({
    target,
    behaviour: () => ({ kind: 'pass' }),
    ...(whileFetching && { when: { words: 'BODY.PEEK[', happens: async () => await whileFetching(it) } }),
  });
  await installation.reset({
    mailboxes: [
      { ...ines, port: wire.port },
      { ...crm, port: wire.port },
    ],
  });
  let program = await startProgram(installation.env);
  try {
    if (after !== undefined) {
      await untilSettled(installation, MESSAGES, LIMIT_MS);
      await after(it);
    }
    if (meanwhile !== undefined) {
      await untilSettled(installation, change.storedBefore ?? MESSAGES, LIMIT_MS);
      await program.stop();
      const mend = await meanwhile(it);
      const since = new Date();
      program = await startProgram(installation.env);
      if (mend !== null) {
        await untilCursor(it, { lastError: { $ne: null } }, 'the folder was not found broken');
        await mend();
      }
      // What was idle before does not count as the end.
      await untilCursor(it, { lastPolledAt: { $gt: since } }, 'the mailbox was not polled again');
      await afterwards?.(it);
    }
    const started = Date.now();
    await untilSettled(installation, change.sightings, LIMIT_MS);
    const seconds = (Date.now() - started) / 1000;
    const state = await readEndState(installation.database, null);
    const resets = await resetsOf(installation);
    if (resets !== (change.resets ?? 0))
      throw new Error(`${resets} resets were seen, not ${change.resets ?? 0}`);
    return {
      ...distinct(state, storedOf(change, make)),
      seconds,
      missing: await missingIn(installation, [ines, crm]),
    };
  } catch (error) {
    throw new Error(
      `${change.name} on ${make.name}: ${error instanceof Error ? error.message : ''}\n${(await readEndState(installation.database, null)).join('\n')}\n${program.log().slice(-1_500)}`,
      { cause: error },
    );
  } finally {
    await program.stop();
    await wire.close();
  }
}

export async function deliverMessages({ make, ines, crm }: Case): Promise<void> {
  const messages = generatedMessages(MESSAGES, 300);
  await append(
    make.servers,
    ines.user,
    messages.map((raw) => ({ folder: 'INBOX', raw })),
  );
  await deliver(make.servers, [crm], []);
}

async function untilCursor({ installation, ines }: Case, filter: object, otherwise: string): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  const { cursors } = installation.database;
  while ((await cursors.findOne({ mailbox: ines.name, folder: 'INBOX', ...filter })) === null) {
    if (Date.now() > deadline) throw new Error(otherwise);
    await delay(50);
  }
}

async function resetsOf({ database }: Installation): Promise<number> {
  const cursors = await database.cursors.find().toArray();
  return cursors.reduce((sum, { resets }) => sum + resets.length, 0);
}

/** One communication per message: each message is of one client. */
export function distinct(state: EndState, stored: number): Pick<Run, 'lost' | 'doubled'> {
  const communications = state.filter((fact) => fact.startsWith('communication '));
  const messages = state.filter((fact) => fact.startsWith('message ') && fact.includes(': stored matched'));
  const wanted = Array.from({ length: stored }, () => 'one');
  const got = (facts: readonly string[]): EndState => facts.map(() => 'one');
  const ofCommunications = compareStates(wanted, got(communications));
  const ofMessages = compareStates(wanted, got(messages));
  const twice = communications.filter((fact, at) => communications.indexOf(fact) !== at);
  return {
    lost: [...ofCommunications.lost, ...ofMessages.lost],
    doubled: [...ofCommunications.doubled, ...ofMessages.doubled, ...twice],
  };
}
