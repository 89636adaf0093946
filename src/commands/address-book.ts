import { Command } from 'commander';
import { clientChanged, rebuildBook } from '../rejudge/address-book-sync.ts';
import { previewRematch, rematchOf } from '../rejudge/rematch.ts';
import { idsMeant } from '../triage/named.ts';
import { createProgress } from './progress.ts';
import { withTriageContext } from './triage-context.ts';
import { tallyReport } from './triage-report.ts';

export function addressBookCommand(): Command {
  const book = new Command('address-book').description(
    'the addresses that identify clients, from the CRM and from decisions',
  );
  book
    .command('rebuild')
    .description('read every client now and rematch the mail of new addresses')
    .option('--json', 'JSON instead of text')
    .action(rebuild);
  book
    .command('hint')
    .description('these clients changed: refresh them now and rematch their mail')
    .argument('<client...>', 'ids')
    .option('--dry-run', 'only show what would change')
    .option('--json', 'one JSON line per client')
    .action(hint);
  return book;
}

async function rebuild({ json }: { json?: boolean }): Promise<void> {
  await withTriageContext(async ({ database, enqueue }) => {
    const progress = createProgress('clients', await database.clients.estimatedDocumentCount());
    const started = Date.now();
    const done = await rebuildBook(database, { enqueue, progress: (scanned) => progress.show(scanned) });
    progress.end();
    const seconds = Math.round((Date.now() - started) / 100) / 10;
    console.log(
      json === true
        ? JSON.stringify({ ...done, seconds })
        : `${done.scanned} clients read in ${seconds} s: ${done.gained} addresses new, ${done.lost} gone; ${done.marked} messages are judged again`,
    );
    if (done.withheld > 0)
      console.error(
        `${done.withheld} addresses disappeared at once, so no link was retracted; address-book hint does it per client`,
      );
  });
}

/** By id only: a deleted client can no longer be found by its document. */
async function hint(
  names: readonly string[],
  { dryRun, json }: { dryRun?: boolean; json?: boolean },
): Promise<void> {
  await withTriageContext(async (context) => {
    const { database, rules, enqueue } = context;
    for (const name of names) {
      const client = await database.clients.findOne(
        { _id: { $in: idsMeant(name) } },
        { projection: { _id: 1 } },
      );
      const clientId = client?._id ?? idsMeant(name).at(-1) ?? name;
      const rematch = await rematchOf(database, { clientId, rules });
      const preview = rematch === null ? null : await previewRematch(context, rematch);
      const changed = dryRun === true ? null : await clientChanged(database, { clientId, rules, enqueue });
      if (json === true)
        console.log(
          JSON.stringify({ client: name, found: rematch !== null, preview, marked: changed?.marked ?? 0 }),
        );
      else if (preview === null)
        console.log(`${name}: no such client; removed from the address book, its mail stays`);
      else
        console.log(
          `${name}: ${tallyReport(preview)}\n${changed === null ? 'nothing was done (--dry-run)' : `${changed.marked} messages will be judged again`}`,
        );
    }
  });
}
