/** The mailbox changes under the eyes of the reader, and folders begin anew: nothing is lost and nothing stored twice. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import { compareStates, readEndState } from './end-state.ts';
import type { EndState } from './end-state.ts';
import { openInstallation } from './installation.ts';
import type { Installation, MailboxSettings } from './installation.ts';
import { append, deliver, newMailboxes, withWriter } from './mailboxes.ts';
import { startProgram } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Bench, Row, Run, Scenario } from './scenario.ts';
import { untilSettled } from './settling.ts';
import { generatedLetters, missingIn } from './stage.ts';
import { openWire } from './wire.ts';

const LIMIT_MS = 60_000;
const LETTERS = 6;

/** Letters in INBOX of a mailbox of three folders that nobody used before. */
interface Case {
  readonly bench: Bench;
  readonly installation: Installation;
  readonly ines: MailboxSettings;
  readonly crm: MailboxSettings;
}

interface Change {
  readonly name: string;
  /** Called before the program's first FETCH of a body is passed on to the server. */
  readonly whileFetching?: (it: Case) => Promise<void>;
  /** Called when everything has come to rest. */
  readonly after?: (it: Case) => Promise<void>;
  /** Called after that, while no process runs and nobody is logged in. */
  readonly meanwhile?: (it: Case) => Promise<void>;
  /** Distinct messages that the CRM must hold in the end, and how many communications; LETTERS of each otherwise. */
  readonly stored?: number;
  /** Sightings that must have come to their end, over all epochs. */
  readonly sightings: number;
  /** Full form only. */
  readonly slow?: boolean;
}

const inbox = async (it: Case, work: (client: ImapFlow) => Promise<unknown>): Promise<void> => {
  await withWriter(it.bench.servers, it.ines.user, async (client) => {
    await client.mailboxOpen('INBOX');
    await work(client);
  });
};

async function lostIndex({ bench, ines }: Case, keep: readonly string[]): Promise<void> {
  const path = join(bench.services.folder, 'imap', 'mail', ines.user, 'inbox');
  const names = (await readdir(path)).filter((name) => name.startsWith('dovecot') && !keep.includes(name));
  for (const name of names) await rm(join(path, name));
}

const changes: readonly Change[] = [
  {
    name: 'expunged between SEARCH and FETCH',
    whileFetching: async (it) => await inbox(it, async (c) => await c.messageDelete('2')),
    stored: LETTERS - 1,
    sightings: LETTERS,
  },
  {
    name: 'arriving during FETCH',
    whileFetching: async ({ bench, ines }) =>
      await append(
        bench.servers,
        ines.user,
        generatedLetters(2, 300).map((raw) => ({ folder: 'INBOX', raw })),
      ),
    stored: LETTERS + 2,
    sightings: LETTERS + 2,
  },
  {
    name: 'moved to another folder during FETCH',
    whileFetching: async (it) => await inbox(it, async (c) => await c.messageMove('1:3', 'Archive')),
    sightings: LETTERS + 3,
  },
  {
    name: 'moved to another folder when done',
    slow: true,
    after: async (it) => await inbox(it, async (c) => await c.messageMove('1:3', 'Archive')),
    sightings: LETTERS + 3,
  },
  {
    name: 'copied to a second mailbox',
    slow: true,
    after: async (it) => {
      let raw: Buffer | undefined;
      await inbox(it, async (c) => {
        const found = await c.fetchOne('1', { source: true });
        raw = found === false ? undefined : found.source;
      });
      if (raw !== undefined) await append(it.bench.servers, it.crm.user, [{ folder: 'INBOX', raw }]);
    },
    sightings: LETTERS + 1,
  },
  {
    name: 'appended with an old INTERNALDATE',
    slow: true,
    after: async ({ bench, ines }) =>
      await append(
        bench.servers,
        ines.user,
        generatedLetters(1, 300).map((raw) => ({
          folder: 'INBOX',
          raw,
          internalDate: new Date('2009-05-05T05:05:05Z'),
        })),
      ),
    stored: LETTERS + 1,
    sightings: LETTERS + 1,
  },
  {
    name: 'UIDVALIDITY reset',
    after: async ({ bench, ines }) =>
      await bench.services.resetUidValidity({ user: ines.user, folder: 'INBOX' }),
    sightings: 2 * LETTERS,
  },
  {
    name: 'lost index, UIDNEXT as before',
    slow: true,
    meanwhile: async (it) => await lostIndex(it, []),
    sightings: 2 * LETTERS,
  },
  {
    name: 'HIGHESTMODSEQ going down',
    after: async (it) => {
      // Flags raise it, the lost index lets it fall; UIDVALIDITY and UIDs stay.
      await inbox(it, async (c) => {
        for (const flag of ['\\Seen', '\\Flagged', '\\Answered']) await c.messageFlagsAdd('1:*', [flag]);
      });
      await append(
        it.bench.servers,
        it.ines.user,
        generatedLetters(1, 300).map((raw) => ({ folder: 'INBOX', raw })),
      );
    },
    meanwhile: async (it) => await lostIndex(it, ['dovecot-uidlist', 'dovecot-uidvalidity']),
    stored: LETTERS + 1,
    sightings: LETTERS + 1,
  },
  {
    name: 'folder deleted and made again',
    after: async (it) => {
      await withWriter(it.bench.servers, it.ines.user, async (c) => {
        await c.append('Archive', generatedLetters(1, 300)[0] ?? '');
      });
      await untilSettled(it.installation, LETTERS + 1, LIMIT_MS);
      await withWriter(it.bench.servers, it.ines.user, async (c) => {
        await c.mailboxDelete('Archive');
        await c.mailboxCreate('Archive');
        await c.append('Archive', generatedLetters(1, 300)[0] ?? '');
      });
    },
    stored: LETTERS + 2,
    sightings: LETTERS + 2,
  },
  {
    name: 'folder renamed, another takes its name',
    slow: true,
    after: async (it) => {
      await withWriter(it.bench.servers, it.ines.user, async (c) => {
        await c.append('Archive', generatedLetters(1, 300)[0] ?? '');
      });
      await untilSettled(it.installation, LETTERS + 1, LIMIT_MS);
      await withWriter(it.bench.servers, it.ines.user, async (c) => {
        await c.mailboxRename('Archive', 'Old');
        await c.mailboxCreate('Archive');
        await c.append('Archive', generatedLetters(1, 300)[0] ?? '');
      });
    },
    stored: LETTERS + 2,
    sightings: LETTERS + 2,
  },
];

export const mailboxChanges: Scenario = {
  name: 'changes',
  run: async (bench) => {
    const installation = await openInstallation(bench.servers);
    const rows: Row[] = [];
    try {
      for (const change of changes.filter(({ slow }) => slow !== true || !bench.short)) {
        const [ines, crm] = newMailboxes();
        const it = { bench, installation, ines: { ...ines, folders: ['INBOX', 'Archive'] }, crm };
        rows.push(rowOf(change.name, change.stored ?? LETTERS, [await changedRun(it, change)]));
      }
      return rows;
    } finally {
      await installation.close();
    }
  },
};

async function changedRun(
  it: Case,
  { whileFetching, after, meanwhile, stored = LETTERS, sightings }: Change,
): Promise<Run> {
  const { bench, installation, ines, crm } = it;
  await append(
    bench.servers,
    ines.user,
    generatedLetters(LETTERS, 300).map((raw) => ({ folder: 'INBOX', raw })),
  );
  await deliver(bench.servers, [crm], []);
  const target = { host: bench.servers['IMAP_HOST'] ?? '', port: Number(bench.servers['IMAP_PORT']) };
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
      await untilSettled(installation, LETTERS, LIMIT_MS);
      await after(it);
    }
    if (meanwhile !== undefined) {
      await untilSettled(installation, after === undefined ? LETTERS : stored, LIMIT_MS);
      await program.stop();
      await meanwhile(it);
      program = await startProgram(installation.env);
      // A first poll after the reset, so that what was at rest before is not taken for the end.
      const polled = Date.now();
      while (
        (await installation.database.cursors.findOne({
          mailbox: ines.name,
          lastPolledAt: { $gt: new Date(polled) },
        })) === null
      ) {
        if (Date.now() - polled > LIMIT_MS) throw new Error('the mailbox was not polled again');
        await delay(50);
      }
    }
    const started = Date.now();
    await untilSettled(installation, sightings, LIMIT_MS);
    const seconds = (Date.now() - started) / 1000;
    const state = await readEndState(installation.database, null);
    return { ...distinct(state, stored), seconds, missing: await missingIn(installation, [ines, crm]) };
  } catch (error) {
    throw new Error(
      `${error instanceof Error ? error.message : ''}\n${(await readEndState(installation.database, null)).join('\n')}\n${program.log().slice(-1_500)}`,
      { cause: error },
    );
  } finally {
    await program.stop();
    await wire.close();
  }
}

/** One communication a letter: every letter is of one client. */
function distinct(state: EndState, stored: number): Pick<Run, 'lost' | 'doubled'> {
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
