import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { scanClients } from '../store/address-book.ts';
import { importClients } from '../store/clients.ts';
import { problemLines, readClientFile, refuseRepeatedIds } from './client-file.ts';
import { sortRows } from './client-rows.ts';
import { exitStatus } from './usage.ts';

export function importClientsCommand(): Command {
  const clients = new Command('clients').description('the clients collection, if no CRM writes it yet');
  clients
    .command('import')
    .description('add or replace clients from a CSV or JSON file')
    .argument('<file>', 'CSV with a header line, or a JSON array of client documents')
    .action(importFile);
  return clients;
}

async function importFile(file: string): Promise<void> {
  const read = await readClientFile(file);
  const { clients, problems: refused } = sortRows(read.rows);
  const problems = [...read.problems, ...refused];
  refuseRepeatedIds(clients, file);
  if (read.leftOut.length > 0)
    console.error(`columns that mean nothing here are left out: ${read.leftOut.join(', ').slice(0, 500)}`);
  await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
    const { added, replaced, unchanged } = await importClients(database.clients, clients);
    for (let after = (await scanClients(database, { after: null })).after; after !== null;)
      after = (await scanClients(database, { after })).after;
    const notImported = problems.length > 0 ? `, ${problems.length} problems` : '';
    console.log(
      `${clients.length} clients: ${added} added, ${replaced} replaced, ${unchanged} unchanged${notImported}`,
    );
  });
  if (problems.length === 0) return;
  console.error([`${file}: these rows were not imported:`, ...problemLines(problems)].join('\n'));
  process.exitCode = exitStatus.failed;
}
