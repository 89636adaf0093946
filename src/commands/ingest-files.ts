import { mkdtemp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ObjectId } from 'mongodb';
import type { Resources } from '../app/open.ts';
import { describeError } from '../errors.ts';
import { ingestAgain, ingestGroup } from '../ingest/ingest.ts';
import type { IngestDeps, IngestOutcome } from '../ingest/ingest-deps.ts';
import { openFilesSource } from '../mailbox/files/files.ts';
import { locateForImport } from '../mailbox/files/import-files.ts';
import { groupLimits } from '../poll/fetched-groups.ts';
import { pollMailbox } from '../poll/poll.ts';
import type { PollDeps, PolledMailbox } from '../poll/poll-run.ts';
import { importMailbox } from '../store/imports.ts';
import { countingBlobs } from './counting-blobs.ts';
import { createProgress } from './progress.ts';

export interface FilesToIngest {
  readonly paths: readonly string[];
  readonly role: 'capture' | 'dropbox';
  /** The import can be undone by this name. */
  readonly batch: string | null;
}

export interface Outcomes {
  readonly results: readonly IngestOutcome[];
  readonly errors: readonly string[];
  /** Files that are not messages, with what they are. */
  readonly refused: ReadonlyMap<string, string>;
  readonly blobs: number;
}

/** Everything in the paths, through the same pipeline as a mailbox, to its end. */
export async function ingestFiles(resources: Resources, files: FilesToIngest): Promise<Outcomes> {
  const { config, database } = resources;
  const reader = resources.reader();
  const blobs = countingBlobs(resources.blobs);
  const results: IngestOutcome[] = [];
  const errors: string[] = [];
  const refused = new Map<string, string>();
  const dir = await mkdtemp(join(resources.spoolDir, 'import-'));
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
    for (const path of files.paths) errors.push(...(await pollPath(poll, { ...files, path, dir, refused })));
    for (let id = again.shift(); id !== undefined; id = again.shift()) await ingestAgain(deps, id);
  } finally {
    progress.end();
  }
  return { results, errors, refused, blobs: blobs.stored() };
}

/** Polls the files of a path like a mailbox, and what an earlier run left of it. Returns what could not be read. */
async function pollPath(
  deps: PollDeps,
  {
    path,
    role,
    batch,
    dir,
    refused,
  }: FilesToIngest & { readonly path: string; readonly dir: string; readonly refused: Map<string, string> },
): Promise<string[]> {
  const name = importMailbox({ batch, path: resolve(path) });
  const source = openFilesSource({
    name,
    path,
    locate: (root) => locateForImport(root, { dir, refuse: ({ file, why }) => void refused.set(file, why) }),
  });
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
