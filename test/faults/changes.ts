/** The mailbox changes while it is read, and folders are reset: nothing is lost and nothing stored twice. */
import { setTimeout as delay } from 'node:timers/promises';
import type { ImapFlow } from 'imapflow';
import { changedRun, MESSAGES, LIMIT_MS, storedOf } from './changed-run.ts';
import type { Case, Change } from './changed-run.ts';
import { openInstallation } from './installation.ts';
import { append, newMailboxes, withWriter } from './mailboxes.ts';
import { openMakes } from './makes.ts';
import { rowOf } from './scenario.ts';
import type { Row, Scenario } from './scenario.ts';
import { untilSettled } from './settling.ts';
import { generatedMessages } from './stage.ts';

/** Not one that servers create by themselves: Cyrus does not allow deleting those. */
const MATTERS = 'Matters';

const inbox = async <T>(it: Case, work: (client: ImapFlow) => Promise<T>): Promise<T> =>
  await withWriter(it.make.servers, it.ines.user, async (client) => {
    await client.mailboxOpen('INBOX');
    return await work(client);
  });

const inboxOf = ({ ines }: Case): { readonly user: string; readonly folder: string } => ({
  user: ines.user,
  folder: 'INBOX',
});

const addMessage = async ({ make, ines }: Case): Promise<void> =>
  await append(
    make.servers,
    ines.user,
    generatedMessages(1, 300).map((raw) => ({ folder: 'INBOX', raw })),
  );

const restored = async (it: Case): Promise<null> => {
  await it.make.giveBack(inboxOf(it));
  return null;
};

async function untilModseqIsKnown(it: Case): Promise<void> {
  const now = await inbox(it, async ({ mailbox }) => (mailbox === false ? null : mailbox.highestModseq));
  const deadline = Date.now() + LIMIT_MS;
  const { cursors } = it.installation.database;
  while ((await cursors.findOne({ folder: 'INBOX', highestModseq: String(now) })) === null) {
    if (Date.now() > deadline) throw new Error(`HIGHESTMODSEQ ${now} was never noted`);
    await delay(50);
  }
}

const changes: readonly Change[] = [
  {
    name: 'expunged between SEARCH and FETCH',
    whileFetching: async (it) => await inbox(it, async (c) => void (await c.messageDelete('2'))),
    stored: ({ servesExpunged }) => (servesExpunged ? MESSAGES : MESSAGES - 1),
    sightings: MESSAGES,
  },
  {
    name: 'arriving during FETCH',
    whileFetching: async ({ make, ines }) =>
      await append(
        make.servers,
        ines.user,
        generatedMessages(2, 300).map((raw) => ({ folder: 'INBOX', raw })),
      ),
    stored: MESSAGES + 2,
    sightings: MESSAGES + 2,
  },
  {
    name: 'moved to another folder during FETCH',
    whileFetching: async (it) => await inbox(it, async (c) => void (await c.messageMove('1:3', MATTERS))),
    sightings: MESSAGES + 3,
  },
  {
    name: 'moved to another folder when done',
    slow: true,
    after: async (it) => await inbox(it, async (c) => void (await c.messageMove('1:3', MATTERS))),
    sightings: MESSAGES + 3,
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
      if (raw !== undefined) await append(it.make.servers, it.crm.user, [{ folder: 'INBOX', raw }]);
    },
    sightings: MESSAGES + 1,
  },
  {
    name: 'appended with an old INTERNALDATE',
    slow: true,
    after: async ({ make, ines }) =>
      await append(
        make.servers,
        ines.user,
        generatedMessages(1, 300).map((raw) => ({
          folder: 'INBOX',
          raw,
          internalDate: new Date('2009-05-05T05:05:05Z'),
        })),
      ),
    stored: MESSAGES + 1,
    sightings: MESSAGES + 1,
  },
  {
    name: 'UIDVALIDITY reset',
    after: async (it) => await it.make.resetUidValidity(inboxOf(it)),
    sightings: 2 * MESSAGES,
    resets: 1,
  },
  {
    name: 'index lost, UIDNEXT as before',
    slow: true,
    // Cyrus says NO to anyone opening it until it is reconstructed; UIDNEXT is unchanged there too.
    meanwhile: async (it) => await it.make.loseIndex(inboxOf(it)),
    sightings: 2 * MESSAGES,
    resets: 1,
  },
  {
    name: 'HIGHESTMODSEQ going down',
    after: async (it) => {
      await it.make.keep(inboxOf(it));
      // Flags raise it, the backup lowers it; UIDVALIDITY and UIDs stay.
      await inbox(it, async (c) => {
        for (const flag of ['\\Seen', '\\Flagged', '\\Answered']) await c.messageFlagsAdd('1:*', [flag]);
      });
      await untilModseqIsKnown(it);
    },
    meanwhile: restored,
    sightings: 2 * MESSAGES,
    resets: 1,
  },
  {
    name: 'restored from a backup, then a message under a UID that was in use',
    slow: true,
    after: async (it) => {
      await it.make.keep(inboxOf(it));
      await addMessage(it);
    },
    storedBefore: MESSAGES + 1,
    meanwhile: restored,
    afterwards: addMessage,
    stored: MESSAGES + 2,
    sightings: 2 * (MESSAGES + 1),
    resets: 1,
  },
  {
    name: 'folder deleted and made again',
    after: async (it) => {
      await withWriter(it.make.servers, it.ines.user, async (c) => {
        await c.append(MATTERS, generatedMessages(1, 300)[0] ?? '');
      });
      await untilSettled(it.installation, MESSAGES + 1, LIMIT_MS);
      await withWriter(it.make.servers, it.ines.user, async (c) => {
        await c.mailboxDelete(MATTERS);
        await c.mailboxCreate(MATTERS);
        await c.append(MATTERS, generatedMessages(1, 300)[0] ?? '');
      });
    },
    stored: MESSAGES + 2,
    sightings: MESSAGES + 2,
    resets: 1,
  },
  {
    name: 'folder renamed, another takes its name',
    slow: true,
    after: async (it) => {
      await withWriter(it.make.servers, it.ines.user, async (c) => {
        await c.append(MATTERS, generatedMessages(1, 300)[0] ?? '');
      });
      await untilSettled(it.installation, MESSAGES + 1, LIMIT_MS);
      await withWriter(it.make.servers, it.ines.user, async (c) => {
        await c.mailboxRename(MATTERS, 'Old');
        await c.mailboxCreate(MATTERS);
        await c.append(MATTERS, generatedMessages(1, 300)[0] ?? '');
      });
    },
    stored: MESSAGES + 2,
    sightings: MESSAGES + 2,
    resets: 1,
  },
];

export const mailboxChanges: Scenario = {
  name: 'changes',
  run: async (bench) => {
    const rows: Row[] = [];
    for (const make of await openMakes(bench)) {
      const installation = await openInstallation(make.servers);
      try {
        for (const change of changes.filter(({ slow }) => slow !== true || !bench.short)) {
          const [ines, crm] = newMailboxes();
          const it = { make, installation, ines: { ...ines, folders: ['INBOX', MATTERS] }, crm };
          await withWriter(make.servers, ines.user, async (c) => await c.mailboxCreate(MATTERS));
          const row = rowOf(`${make.name}: ${change.name}`, storedOf(change, make), [
            await changedRun(it, change),
          ]);
          rows.push(row);
          bench.say(`${row.name}: ${row.seconds} s`);
        }
      } finally {
        await installation.close();
      }
    }
    return rows;
  },
};
