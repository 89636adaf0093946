import { stat } from 'node:fs/promises';
import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { addIngestJobs } from '../queue/queues.ts';
import { undoImport } from '../ingest/undo-import.ts';
import type { UndoneImport } from '../ingest/undo-import.ts';
import type { IngestOutcome } from '../ingest/ingest-deps.ts';
import { scanClients } from '../store/address-book.ts';
import { BATCH_NAME, importedBatches } from '../store/imports.ts';
import { ingestFiles } from './ingest-files.ts';
import type { Outcomes } from './ingest-files.ts';
import { previewIngest } from './ingest-preview.ts';
import { printable } from './triage-report.ts';
import { UsageError, exitStatus } from './usage.ts';

interface Options {
  readonly role: string;
  readonly batch?: string;
  readonly dryRun?: boolean;
}

export function ingestCommand(): Command {
  const ingest = new Command('ingest')
    .description('ingest message files, mbox files or folders through the same pipeline as a mailbox')
    .argument('<path...>', '.eml, .msg, .mbox and .zip files, or folders of them')
    .option('--role <role>', 'capture or dropbox', 'capture')
    .option('--batch <name>', 'a name to undo the import by: ingest undo NAME')
    .option('--dry-run', 'only say what would happen; nothing is written')
    .action(async (paths: string[], options: Options) => await ingestPaths(paths, options));
  ingest
    .command('undo')
    .description(
      'take back what an import with --batch alone brought; what was seen elsewhere, decided by a person or edited in the CRM stays',
    )
    .argument('<batch>', 'its name')
    .option('--dry-run', 'only say what would be removed')
    .action(
      async (batch: string, _, command: Command) =>
        // The option of the same name above would take it otherwise.
        await undo(batch, command.optsWithGlobals<{ dryRun?: boolean }>().dryRun === true),
    );
  return ingest;
}

async function ingestPaths(paths: readonly string[], { role, batch, dryRun }: Options): Promise<void> {
  if (role !== 'capture' && role !== 'dropbox')
    throw new UsageError(`--role: ${role}; choose capture or dropbox`);
  refuseBatchName(batch ?? 'none');
  for (const path of paths)
    if ((await stat(path).catch(() => null)) === null)
      throw new UsageError(`${path}: no such file or folder`);
  const config = loadConfig(process.env, { mailboxes: 'optional' });
  if (dryRun === true) {
    const { lines, refused } = await previewIngest(config, { paths, role });
    for (const line of lines) console.log(printable(line));
    reportRefused(refused);
    return;
  }
  await withResources(config, async (resources) => {
    const { database } = resources;
    for (let after = (await scanClients(database, { after: null })).after; after !== null;)
      after = (await scanClients(database, { after })).after;
    report(await ingestFiles(resources, { paths, role, batch: batch ?? null }));
  });
}

function refuseBatchName(name: string): void {
  if (!BATCH_NAME.test(name))
    throw new UsageError(
      `${name}: a batch is named by up to 64 letters, digits, dots, hyphens and underscores`,
    );
}

async function undo(batch: string, dryRun: boolean): Promise<void> {
  refuseBatchName(batch);
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async (resources) => {
    const { database } = resources;
    const batches = await importedBatches(database.cursors);
    const mailboxes = batches.get(batch) ?? [];
    if (mailboxes.length === 0) {
      const others = [...batches.keys()].join(', ') || 'none';
      console.log(`nothing of an import named ${batch} is there (imports that are: ${others})`);
      return;
    }
    const undone = await undoImport(
      {
        database,
        reader: resources.reader(),
        rejudgeSoon: async (ids) =>
          // Their marks are in the database: a worker finds them within its interval.
          await addIngestJobs(await resources.queues(), 'message', ids).catch(() => {}),
      },
      { mailboxes, dryRun },
    );
    console.log(undoneReport(undone, dryRun));
  });
}

function undoneReport(
  { messages, communications, caseUpdates, sightings, kept }: UndoneImport,
  dryRun: boolean,
) {
  const stay = Object.entries(kept)
    .filter(([, count]) => count > 0)
    .map(([why, count]) => `${count} ${why}`);
  return [
    `${dryRun ? 'Would take back' : 'Taken back'}: ${messages} messages, ${communications} communications, ${caseUpdates} case updates (${sightings} files of the ledger).`,
    stay.length === 0 ? 'Nothing of it stays.' : `These messages stay: ${stay.join(', ')}.`,
  ].join(' ');
}

function report({ results, errors, refused, blobs }: Outcomes): void {
  const count = (test: (outcome: IngestOutcome) => boolean): number => results.filter(test).length;
  const sum = (of: (outcome: IngestOutcome) => number): number =>
    results.reduce((total, outcome) => total + of(outcome), 0);
  console.log(
    [
      `${results.length} messages: ${count((o) => o.outcome === 'stored')} on a client's record, ${count((o) => o.outcome === 'triage')} in triage,`,
      `${count((o) => o.outcome === 'ignored')} ignored, ${count((o) => o.outcome === 'quarantined')} quarantined.`,
      `Written: ${sum((o) => o.communications)} communications, ${sum((o) => o.caseUpdates)} case updates, ${blobs} blobs.`,
      ...(refused.size > 0 ? [`Refused: ${refused.size} files.`] : []),
      ...(errors.length > 0 ? [`Failed: ${errors.length}.`] : []),
    ].join(' '),
  );
  for (const error of errors) console.error(printable(error));
  if (errors.length > 0) process.exitCode = exitStatus.failed;
  reportRefused(refused);
}

function reportRefused(refused: ReadonlyMap<string, string>): void {
  for (const [file, why] of refused) console.error(printable(`${file}: ${why}`));
  if (refused.size > 0) process.exitCode = exitStatus.failed;
}
