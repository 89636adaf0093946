/** Mailboxes with messages, an installation, and the result of an undisturbed run. */
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { auditMailbox } from '../../src/poll/audit.ts';
import { openImapSource } from '../../src/mailbox/imap/imap.ts';
import { readEndState } from './end-state.ts';
import type { EndState } from './end-state.ts';
import { openInstallation } from './installation.ts';
import type { Installation, MailboxSettings, SettingChanges } from './installation.ts';
import { append, deliver, newMailboxes } from './mailboxes.ts';
import { startProgram } from './program.ts';
import type { Program, ProgramOptions } from './program.ts';
import type { Bench, Run } from './scenario.ts';
import { recover, untilSettled } from './settling.ts';

export interface Stage {
  readonly installation: Installation;
  readonly mailboxes: readonly [MailboxSettings, MailboxSettings];
  readonly sightings: number;
  readonly undisturbed: EndState;
  close(): Promise<void>;
}

/** The messages, and `more` generated ones so that there is a middle to break something in. */
export async function openStage({ servers }: Bench, more: number, bytes = 400): Promise<Stage> {
  const mailboxes = newMailboxes();
  const [ines] = mailboxes;
  const sightings = (await deliver(servers, mailboxes)) + more;
  await append(
    servers,
    ines.user,
    generatedMessages(more, bytes).map((raw) => ({ folder: 'INBOX', raw })),
  );
  const installation = await openInstallation(servers);
  await installation.reset({ mailboxes });
  const undisturbed = await runUndisturbed(installation, sightings);
  return { installation, mailboxes, sightings, undisturbed, close: () => installation.close() };
}

/** The end state of an undisturbed installation. */
export async function runUndisturbed(installation: Installation, sightings: number): Promise<EndState> {
  const program = await startProgram(installation.env);
  try {
    await untilSettled(installation, sightings, UNDISTURBED_LIMIT_MS);
    return await readEndState(installation.database, installation.blobDir);
  } catch (error) {
    throw new Error(`the undisturbed run did not settle:\n${program.log()}`, { cause: error });
  } finally {
    await program.stop();
  }
}

/** Messages of a client, all different, with a body of about this many bytes. */
export function generatedMessages(count: number, bytes: number): Buffer[] {
  const tag = randomBytes(4).toString('hex');
  return Array.from({ length: count }, (_, n) => {
    const line = `Line ${n} of ${tag}, nothing else to say.\r\n`;
    const date = new Date(Date.UTC(2026, 2, 3) + n * 60_000).toUTCString().replace('GMT', '+0000');
    return Buffer.from(
      `From: Rosa de la Cruz <rosa@delacruz.example>\r\nTo: Ines Larkin <ines.larkin@larkin-voss.example>\r\nSubject: Message ${n} of ${tag}\r\nDate: ${date}\r\nMessage-ID: <${tag}.${n}@delacruz.example>\r\n\r\n${line.repeat(Math.max(1, Math.round(bytes / line.length)))}`,
    );
  });
}

const LIMIT_MS = 120_000;
const UNDISTURBED_LIMIT_MS = 60_000;

/**
 * Runs the program, does `disturb` to it, and waits until everything is as in the undisturbed run. `seconds` count from the end of
 * the disturbance.
 */
export async function runDisturbed(
  { installation, mailboxes, undisturbed }: Pick<Stage, 'installation' | 'mailboxes' | 'undisturbed'>,
  input: {
    readonly changes?: SettingChanges;
    readonly options?: ProgramOptions;
    readonly limitMs?: number;
    /** As a supervisor does with a process that ends. */
    readonly isRestarted?: boolean;
    readonly disturb: (program: Program, installation: Installation) => Promise<void>;
  },
): Promise<Run> {
  await installation.reset({ mailboxes, ...input.changes });
  let program = await startProgram(installation.env, input.options);
  let isOver = false;
  const supervise = async (): Promise<void> => {
    for (;;) {
      await program.ended;
      if (isOver) return;
      program = await startProgram(installation.env, input.options);
    }
  };
  if (input.isRestarted === true) void supervise().catch(console.error);
  try {
    await input.disturb(program, installation);
    const recovery = await recover(installation, undisturbed, input.limitMs ?? LIMIT_MS);
    if (recovery.lost.length + recovery.doubled.length > 0)
      console.error(
        `${recovery.lost
          .slice(0, 5)
          .map((l) => `lost ${l}`)
          .concat(recovery.doubled.slice(0, 5).map((l) => `doubled ${l}`))
          .join('\n')}\n${program.log().slice(-2_000)}`,
      );
    return { ...recovery, missing: await missingIn(installation, mailboxes) };
  } finally {
    isOver = true;
    await program.stop();
  }
}

/** The counts of `docketmail audit`, over all mailboxes. */
export async function missingIn(
  installation: Installation,
  mailboxes: readonly MailboxSettings[],
): Promise<number> {
  let missing = 0;
  for (const { name, user, role, folders } of mailboxes) {
    const { host, port, password } = serverOf(installation);
    const source = openImapSource({
      name,
      host,
      port,
      security: 'none',
      user,
      credential: { kind: 'password', password },
    });
    try {
      const audits = await auditMailbox(
        installation.database,
        { name, role, folders, since: null, source },
        { fix: false },
      );
      missing += audits.reduce((sum, { missingCount }) => sum + missingCount, 0);
    } finally {
      await source.close();
    }
  }
  return missing;
}

function serverOf({ servers }: Installation): { host: string; port: number; password: string } {
  return {
    host: servers['IMAP_HOST'] ?? '',
    port: Number(servers['IMAP_PORT']),
    password: servers['IMAP_TEST_PASSWORD'] ?? '',
  };
}

/** Until this many sightings have finished: the middle of a run. */
export async function untilDone({ database }: Installation, count: number): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while ((await database.sightings.countDocuments({ state: 'done' })) < count) {
    if (Date.now() > deadline) throw new Error(`the run never came to ${count} messages`);
    await delay(20);
  }
}

/** Until this many sightings have their raw message. */
export async function untilFetched({ database }: Installation, count: number): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while ((await database.sightings.countDocuments({ rawKey: { $ne: null } })) < count) {
    if (Date.now() > deadline) throw new Error(`the raw messages of ${count} sightings were never fetched`);
    await delay(100);
  }
}
