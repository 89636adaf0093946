/** Mailboxes at run time: added, changed, paused and removed. Every process follows within its interval. */
import type { Config } from '../config/config.ts';
import { readKeyRing, SecretError } from '../secrets/key-ring.ts';
import { seal } from '../secrets/sealed.ts';
import { changeMailbox, insertMailbox, removeMailbox } from '../store/mailboxes.ts';
import type { MailboxChoice, MailboxDocument } from '../store/mailboxes.ts';
import type { Database } from '../store/mongo.ts';
import type { ConfiguredMailbox, Directory } from './directory.ts';
import { MailboxRequestError, readChoice } from './mailbox-input.ts';
import type { AskedChoice, MailboxFields } from './mailbox-input.ts';

export interface AdminDeps {
  readonly database: Database;
  readonly directory: Directory;
  readonly config: Pick<Config, 'oauthApps' | 'secretsKeyFile' | 'pollIntervalSeconds'>;
}

/** @throws MailboxRequestError; nothing is stored then. */
export async function addMailbox(
  deps: AdminDeps,
  fields: MailboxFields,
  { isPaused = false }: { readonly isPaused?: boolean } = {},
): Promise<ConfiguredMailbox> {
  const { directory, database, config } = deps;
  const asked = readChoice(fields, {
    before: null,
    apps: config.oauthApps,
    pollIntervalSeconds: config.pollIntervalSeconds,
  });
  const name = fields.name ?? asked.user;
  await directory.refresh();
  if (directory.named(name) !== null) throw alreadyThere(name);
  const choice = await sealed(deps, name, asked);
  const desired = isPaused ? 'paused' : 'running';
  if (!(await insertMailbox(database.mailboxes, name, { ...choice, desired }))) throw alreadyThere(name);
  return await fresh(deps, name);
}

const alreadyThere = (name: string): MailboxRequestError =>
  new MailboxRequestError(
    'already-there',
    `there is a mailbox ${name} already. Fix: choose another name, or change that one`,
  );

/** Of what is named only. `revision`: as the caller saw it. @throws MailboxRequestError. */
export async function editMailbox(
  deps: AdminDeps,
  name: string,
  { revision, fields }: { readonly revision: number | null; readonly fields: MailboxFields },
): Promise<ConfiguredMailbox> {
  if (fields.name !== undefined && fields.name !== name)
    throw new MailboxRequestError(
      'bad-request',
      'the name of a mailbox never changes: it is part of every record of it. Fix: add another one',
    );
  const stored = await storedNamed(deps, name);
  const asked = readChoice(fields, { before: stored, apps: deps.config.oauthApps, pollIntervalSeconds: 60 });
  const { pass, ...choice } = await sealed(deps, name, asked);
  // What is not named stays, the password first of all.
  const change = {
    ...choice,
    ...(asked.pass !== undefined && { pass }),
    ...(asked.oauth !== null && { pass: null }),
  };
  await write(deps, name, { stored, revision, change });
  if (asked.oauth === null || asked.oauth.app !== stored.oauth?.app)
    await deps.database.tokens.deleteOne({ _id: name });
  return await fresh(deps, name);
}

export async function pauseMailbox(
  deps: AdminDeps,
  name: string,
  { revision, isPaused }: { readonly revision: number | null; readonly isPaused: boolean },
): Promise<ConfiguredMailbox> {
  const stored = await storedNamed(deps, name);
  await write(deps, name, { stored, revision, change: { desired: isPaused ? 'paused' : 'running' } });
  return await fresh(deps, name);
}

/**
 * Its secrets, leases and state go at once. The messages stay, and the ledger of what was read: one that is added again under this
 * name reads nothing twice. @throws MailboxRequestError.
 */
export async function deleteMailbox(deps: AdminDeps, name: string, revision: number | null): Promise<void> {
  const { database, directory } = deps;
  const stored = await storedNamed(deps, name);
  if (!(await removeMailbox(database.mailboxes, name, revision ?? stored.revision)))
    throw changedMeanwhile(name);
  await database.tokens.deleteOne({ _id: name });
  await database.signIns.deleteMany({ mailbox: name });
  await database.leases.deleteMany({ mailbox: name });
  await database.mailboxStates.deleteOne({ _id: name });
  await database.polls.deleteOne({ _id: name });
  await directory.refresh();
}

async function storedNamed(
  { database, directory }: AdminDeps,
  name: string,
): Promise<MailboxDocument & MailboxChoice> {
  await directory.refresh();
  const found = directory.named(name);
  if (found === null)
    throw new MailboxRequestError(
      'no-such-mailbox',
      `there is no mailbox ${name}. Fix: docketmail mailbox list shows them`,
    );
  if (found.source === 'file')
    throw new MailboxRequestError(
      'read-only',
      `mailbox ${name} stands in the settings. Fix: change it there and restart`,
    );
  const stored = await database.mailboxes.findOne({ _id: name });
  if (stored === null || stored.desired === 'removed') throw changedMeanwhile(name);
  // What is not removed is whole.
  return stored as MailboxDocument & MailboxChoice;
}

async function write(
  { database }: AdminDeps,
  name: string,
  {
    stored,
    revision,
    change,
  }: {
    readonly stored: MailboxDocument;
    readonly revision: number | null;
    readonly change: Parameters<typeof changeMailbox>[2]['change'];
  },
): Promise<void> {
  const from = revision ?? stored.revision;
  if (!(await changeMailbox(database.mailboxes, name, { revision: from, change })))
    throw changedMeanwhile(name);
}

const changedMeanwhile = (name: string): MailboxRequestError =>
  new MailboxRequestError(
    'changed-meanwhile',
    `somebody else changed mailbox ${name} meanwhile. Fix: look at it again, then repeat what is still wanted`,
  );

async function sealed(
  { config }: AdminDeps,
  name: string,
  { pass, ...choice }: AskedChoice,
): Promise<MailboxChoice> {
  try {
    // OAuth stores tokens soon: better to say now that they cannot be.
    const ring = await readKeyRing(config.secretsKeyFile);
    return {
      ...choice,
      pass: pass === undefined ? null : seal(ring, { kind: 'mailbox', name, field: 'pass' }, pass),
    };
  } catch (error) {
    if (error instanceof SecretError)
      throw new MailboxRequestError('no-key', error.message, { cause: error });
    throw error;
  }
}

async function fresh({ directory }: AdminDeps, name: string): Promise<ConfiguredMailbox> {
  await directory.refresh();
  const found = directory.named(name);
  if (found === null) throw changedMeanwhile(name);
  return found;
}
