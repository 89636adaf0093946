import { Command } from 'commander';
import { withResources } from '../app/open.ts';
import { loadConfig } from '../config/config.ts';
import { scanClients } from '../store/address-book.ts';
import { importClients } from '../store/clients.ts';
import { readClients, refuseRepeatedIds } from './client-file.ts';

export function importClientsCommand(): Command {
  const clients = new Command('clients').description('the clients collection, if no CRM writes it yet');
  clients
    .command('import')
    .description('add or replace clients from a CSV or JSON file')
    .argument('<file>', 'CSV with a header line, or a JSON array of client documents')
    .action(async (file: string) => {
      const documents = await readClients(file);
      refuseRepeatedIds(documents, file);
      await withResources(loadConfig(process.env, { mailboxes: 'optional' }), async ({ database }) => {
        const { added, replaced, unchanged } = await importClients(database.clients, documents);
        for (let after = (await scanClients(database, { after: null })).after; after !== null;)
          after = (await scanClients(database, { after })).after;
        console.log(
          `${documents.length} clients: ${added} added, ${replaced} replaced, ${unchanged} unchanged`,
        );
      });
    });
  return clients;
}
