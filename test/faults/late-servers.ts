/** A mailbox that says one thing and does another, and recovers: every message is stored, once. */
import { setTimeout as delay } from 'node:timers/promises';
import { fetchRow, openScriptedServer } from '../support/scripted-imap.ts';
import type { Script, ScriptedMessage } from '../support/scripted-imap.ts';
import { openInstallation } from './installation.ts';
import type { Installation } from './installation.ts';
import { startProgram } from './program.ts';
import { rowOf } from './scenario.ts';
import type { Row, Run, Scenario } from './scenario.ts';
import { isAtRest } from './settling.ts';
import { generatedMessages } from './stage.ts';

const MESSAGES = 12;
/** In the middle, with others on both sides. */
const BAD = 6;
const LIMIT_MS = 90_000;

interface Lie {
  readonly name: string;
  /** What the server does at first, with messages that all exist. */
  readonly script: (messages: readonly ScriptedMessage[]) => Script;
}

const examined = (messages: readonly ScriptedMessage[]): readonly string[] => [
  `* ${messages.length} EXISTS`,
  '* OK [UIDVALIDITY 77] ok',
  `* OK [UIDNEXT ${(messages.at(-1)?.uid ?? 0) + 1}] ok`,
];
const without = (messages: readonly ScriptedMessage[]): ScriptedMessage[] =>
  messages.filter(({ uid }) => uid !== BAD);
const isFetchOfBodies = (command: string): boolean =>
  command.startsWith('UID FETCH') && command.includes('BODY');

/** The bodies are served unchanged, except for the bad one, served as these bytes; null: not at all. */
const serving =
  (raw: (whole: Buffer) => Buffer | null, { namesUid = true }: { readonly namesUid?: boolean } = {}) =>
  (messages: readonly ScriptedMessage[]): Script => ({
    messages,
    answer: (command) => {
      if (!isFetchOfBodies(command)) return undefined;
      const set = command.split(' ')[2] ?? '';
      const asked = messages.filter(({ uid }) =>
        set.split(',').some((part) => {
          const [from = 0, to = from] = part.split(':').map(Number);
          return uid >= from && uid <= to;
        }),
      );
      const rows = asked.flatMap((message) => {
        const served = message.uid === BAD ? raw(message.raw) : message.raw;
        if (served === null) return [];
        const row = fetchRow(message.uid, { uid: message.uid, raw: served }, command);
        return namesUid || message.uid !== BAD ? [row] : [withoutUid(row)];
      });
      return [...rows, 'TAG OK done'];
    },
  });

const withoutUid = (row: Buffer): Buffer =>
  Buffer.from(row.toString('latin1').replace(/\(UID \d+ /u, '('), 'latin1');

const notice = Buffer.from(
  "From: Microsoft Exchange Server\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 6\r\n\r\nThe server couldn't retrieve the following message.\r\n",
);

const lies: readonly Lie[] = [
  {
    name: 'IMAP: a UID appears below others',
    script: (messages) => ({
      messages: without(messages),
      // Its UIDNEXT is beyond it from the start.
      examine: examined(messages).toSpliced(0, 1, `* ${messages.length - 1} EXISTS`),
    }),
  },
  {
    name: 'IMAP: EXISTS counts what SEARCH does not find',
    script: (messages) => ({ messages: without(messages), examine: examined(messages) }),
  },
  { name: 'IMAP: listed and not delivered', script: serving(() => null) },
  { name: 'IMAP: a row without its UID', script: serving((raw) => raw, { namesUid: false }) },
  { name: 'IMAP: half a message', script: serving((raw) => raw.subarray(0, raw.length / 2)) },
  { name: 'IMAP: an empty message', script: serving(() => Buffer.alloc(0)) },
  { name: 'IMAP: a notice in place of a message', script: serving(() => notice) },
  {
    name: 'IMAP: no UIDVALIDITY, now and then',
    script: (messages) => {
      let asked = 0;
      return {
        messages,
        get examine() {
          asked += 1;
          return examined(messages).filter((line) => asked % 2 === 1 || !line.includes('UIDVALIDITY'));
        },
      };
    },
  },
];

export const lateServers: Scenario = {
  name: 'late-servers',
  run: async (bench) => {
    const installation = await openInstallation(bench.servers);
    try {
      const rows: Row[] = [];
      for (const lie of lies)
        rows.push(rowOf(lie.name, MESSAGES, [await lied(installation, lie, bench.short ? 3_000 : 15_000)]));
      return rows;
    } finally {
      await installation.close();
    }
  },
};

async function lied(installation: Installation, { script }: Lie, lyingMs: number): Promise<Run> {
  const messages = generatedMessages(MESSAGES, 3_000).map((raw, at) => ({ uid: at + 1, raw }));
  let now = script(messages);
  const server = await openScriptedServer({
    get messages() {
      return now.messages ?? [];
    },
    get examine() {
      return now.examine ?? examined(now.messages ?? []);
    },
    answer: (command) => now.answer?.(command),
  });
  const mailbox = {
    name: 'late',
    user: 'a@firm.test',
    role: 'capture',
    folders: ['INBOX'],
    port: server.port,
  } as const;
  await installation.reset({ mailboxes: [mailbox] });
  const program = await startProgram(installation.env);
  const { database, env } = installation;
  const stored = async (): Promise<number> =>
    await database.sightings.countDocuments({ state: 'done', epoch: 1 });
  try {
    await until(async () => (await stored()) >= MESSAGES - 1);
    await delay(lyingMs);
    now = { messages, examine: examined(messages) };
    const started = Date.now();
    await until(async () => (await stored()) >= MESSAGES && (await isAtRest(database, env)));
    const seconds = (Date.now() - started) / 1000;
    const subjects = (await database.messages.find().toArray()).map(({ subject }) => subject);
    const communications = await database.communications.countDocuments();
    const found = new Set(subjects);
    return {
      lost: Array.from({ length: MESSAGES - found.size }, () => 'a message'),
      doubled: Array.from(
        { length: subjects.length - found.size + Math.max(0, communications - MESSAGES) },
        () => 'a message',
      ),
      stuck: await database.sightings.countDocuments({ state: { $ne: 'done' } }),
      seconds,
    };
  } finally {
    await program.stop();
    await server.close();
  }
}

/** Also ends on timeout: what is missing then is counted. */
async function until(check: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while (!(await check().catch(() => false)) && Date.now() < deadline) await delay(100);
}
