import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import type { ObjectId } from 'mongodb';
import { withResources } from '../app/open.ts';
import type { Resources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { describeError } from '../errors.ts';
import { ingestAgain, ingestGroup } from '../ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../ingest/ingest-deps.ts';
import { openFilesSource } from '../mailbox/files/files.ts';
import { groupLimits } from '../poll/fetched-groups.ts';
import { pollMailbox } from '../poll/poll.ts';
import type { PollDeps, PolledMailbox } from '../poll/poll-run.ts';
import { countingBlobs } from './counting-blobs.ts';
import { createProgress } from './progress.ts';
import { UsageError } from './usage.ts';
import { scanClients } from '../store/address-book.ts';

export function ingestCommand(): Command {
  return new Command('ingest')
    .description('ingest message files, mbox files or folders through the same pipeline as a mailbox')
    .argument('<path...>', '.eml files, .mbox files or folders')
    .option('--role <role>', 'capture or dropbox', 'capture')
    .action(async (paths: string[], { role }: { role: string }) => await ingestPaths(paths, role));
}

async function ingestPaths(paths: readonly string[], role: string): Promise<void> {
  if (role !== 'capture' && role !== 'dropbox')
    throw new UsageError(`--role: ${role}; choose capture or dropbox`);
  for (const path of paths)
    if ((await stat(path).catch(() => null)) === null)
      throw new UsageError(`${path}: no such file or folder`);
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  await withResources(config, async (resources) => {
    const { database } = resources;
    for (let after = (await scanClients(database, { after: null })).after; after !== null;)
      after = (await scanClients(database, { after })).after;
    report(await ingestAll({ resources, paths, role }));
  });
}

interface Outcomes {
  readonly results: readonly IngestOutcome[];
  readonly errors: readonly string[];
  readonly blobs: number;
}

async function ingestAll(input: {
  resources: Resources;
  paths: readonly string[];
  role: 'capture' | 'dropbox';
}): Promise<Outcomes> {
  const { resources, paths, role } = input;
  const { config, database } = resources;
  const reader = resources.reader();
  const blobs = countingBlobs(resources.blobs);
  const results: IngestOutcome[] = [];
  const errors: string[] = [];
  const again: ObjectId[] = [];
  const deps: IngestDeps = {
    database,
    blobs,
    reader,
    rules: config.rules,
    rejudgeSoon: async (ids) => void again.push(...ids),
  };
  const progress = createProgress('messages');
  const ingestThem = async (ids: readonly ObjectId[]): Promise<void> => {
    try {
      for (const { outcome, error } of await ingestGroup(deps, ids)) {
        if (outcome === undefined) errors.push(describeError(error));
        else results.push(outcome);
      }
    } catch (error) {
      errors.push(...ids.map(() => describeError(error)));
    }
    progress.show(results.length);
  };
  const poll: PollDeps = {
    database,
    blobs,
    spoolDir: resources.spoolDir,
    enqueue: ingestThem,
    remember: (key, raw) => reader.remember(key, raw),
    hasRoom: async () => true,
    batch: Number.POSITIVE_INFINITY,
    budgetMs: Number.POSITIVE_INFINITY,
  };
  try {
    for (const path of paths) errors.push(...(await pollPath(poll, path, role)));
    for (let id = again.shift(); id !== undefined; id = again.shift()) await ingestAgain(deps, id);
  } finally {
    progress.end();
  }
  return { results, errors, blobs: blobs.stored() };
}

/** Polls the files of a path as a mailbox, and what an earlier run left of it. Returns what could not be read. */
async function pollPath(deps: PollDeps, path: string, role: 'capture' | 'dropbox'): Promise<string[]> {
  const name = `files:${resolve(path)}`;
  const source = openFilesSource({ name, path });
  const mailbox: PolledMailbox = { name, role, folders: ['INBOX'], since: null, source };
  const errors: string[] = [];
  for (let more = true; more;) {
    const run = await pollMailbox(deps, mailbox, new AbortController().signal);
    errors.push(...run.problems.map(({ folder, error }) => `${folder}: ${describeError(error)}`));
    if (run.outcome === 'leased') throw new Error(`${path} is being ingested by another process`);
    more = run.outcome === 'more';
  }
  const left = await deps.database.sightings
    .find({ mailbox: name, state: 'pending', rawKey: { $ne: null } })
    .project<{ _id: ObjectId }>({ _id: 1 })
    .toArray();
  for (let at = 0; at < left.length; at += groupLimits.messages)
    await deps.enqueue(
      left.slice(at, at + groupLimits.messages).map(({ _id }) => _id),
      { isBacklog: true },
    );
  return errors;
}

function report({ results, errors, blobs }: Outcomes): void {
  const count = (test: (outcome: IngestOutcome) => boolean): number => results.filter(test).length;
  const sum = (of: (outcome: IngestOutcome) => number): number =>
    results.reduce((total, outcome) => total + of(outcome), 0);
  console.log(
    [
      `${results.length} messages: ${count((o) => o.outcome === 'stored')} on a client's record, ${count((o) => o.outcome === 'triage')} in triage,`,
      `${count((o) => o.outcome === 'ignored')} ignored, ${count((o) => o.outcome === 'quarantined')} quarantined.`,
      `Written: ${sum((o) => o.communications)} communications, ${sum((o) => o.caseUpdates)} case updates, ${blobs} blobs.`,
    ].join(' '),
  );
  for (const error of errors) console.error(error);
  if (errors.length > 0) process.exitCode = 1;
}
