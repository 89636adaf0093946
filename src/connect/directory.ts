/** The mailboxes that there are: those of the settings, and those that were added at run time. */
import type { MailboxConfig } from '../config/mailbox-config.ts';
import { MailboxError } from '../mailbox/mailbox.ts';
import { readKeyRing } from '../secrets/key-ring.ts';
import { unseal } from '../secrets/sealed.ts';
import { mailboxRevisions, storedMailboxes } from '../store/mailboxes.ts';
import type { StoredMailbox } from '../store/mailboxes.ts';
import type { Database } from '../store/mongo.ts';

export interface ConfiguredMailbox {
  readonly settings: MailboxConfig;
  /** `file`: of the settings, which only who edits them may change. */
  readonly source: 'file' | 'database';
  readonly isPaused: boolean;
  /** 0 of those of the settings. */
  readonly revision: number;
  /** Of those of the settings when this process started. */
  readonly changedAt: Date;
}

export interface Directory {
  /** As of the last `refresh`. */
  all(): readonly ConfiguredMailbox[];
  named(name: string): ConfiguredMailbox | null;
  /** Looks into the database. Says whether anything changed. */
  refresh(): Promise<boolean>;
  /** That of the last login to a mailbox of the database. @throws MailboxError. */
  password(name: string): Promise<string>;
}

/** @throws where a name stands both in the settings and in the database. */
export async function openDirectory({
  database,
  fileMailboxes,
  keyFile,
}: {
  readonly database: Pick<Database, 'mailboxes'>;
  readonly fileMailboxes: readonly MailboxConfig[];
  readonly keyFile: string | null;
}): Promise<Directory> {
  const { mailboxes } = database;
  const startedAt = new Date();
  const ofFile = fileMailboxes.map((settings): ConfiguredMailbox => ({
    settings,
    source: 'file',
    isPaused: false,
    revision: 0,
    changedAt: startedAt,
  }));
  const names = new Set(fileMailboxes.map(({ name }) => name));
  let revisions: ReadonlyMap<string, number> = new Map();
  let all: readonly ConfiguredMailbox[] = ofFile;

  async function refresh(): Promise<boolean> {
    const now = await mailboxRevisions(mailboxes);
    if (isSame(now, revisions)) return false;
    const stored = await storedMailboxes(mailboxes);
    // Whoever starts with both is told; one that runs keeps to its settings.
    all = [...ofFile, ...stored.filter(({ _id }) => !names.has(_id)).map(configured)];
    revisions = now;
    return true;
  }

  await refresh();
  for (const { _id } of await storedMailboxes(mailboxes))
    if (names.has(_id))
      throw new Error(
        `mailbox ${_id} stands in the settings and was added at run time, too. Fix: take it out of MAILBOXES_FILE, or rename it there`,
      );
  return {
    all: () => all,
    named: (name) => all.find(({ settings }) => settings.name === name) ?? null,
    refresh,
    password: async (name) => {
      const stored = await mailboxes.findOne({ _id: name });
      if (typeof stored?.pass !== 'string')
        throw new MailboxError('configuration', `mailbox ${name} has no password`);
      try {
        return unseal(await readKeyRing(keyFile), { kind: 'mailbox', name, field: 'pass' }, stored.pass);
      } catch (cause) {
        throw new MailboxError('configuration', cause instanceof Error ? cause.message : String(cause), {
          cause,
        });
      }
    },
  };
}

function configured({
  _id: name,
  revision,
  desired,
  updatedAt,
  pass: _,
  oauth,
  ...connection
}: StoredMailbox): ConfiguredMailbox {
  return {
    settings: {
      name,
      ...connection,
      auth: oauth === null ? { kind: 'stored' } : { kind: 'oauth', ...oauth },
    },
    source: 'database',
    isPaused: desired === 'paused',
    revision,
    changedAt: updatedAt,
  };
}

function isSame(one: ReadonlyMap<string, number>, two: ReadonlyMap<string, number>): boolean {
  return one.size === two.size && [...one].every(([name, revision]) => two.get(name) === revision);
}
