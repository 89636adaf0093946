import { Command } from 'commander';
import { openStores } from '../app/open.ts';
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
      const stores = await openStores(loadConfig(process.env, { mailboxes: 'optional' }));
      try {
        const { added, replaced, unchanged } = await importClients(stores.database.clients, documents);
        for (let after = (await scanClients(stores.database, { after: null })).after; after !== null;)
          after = (await scanClients(stores.database, { after })).after;
        console.log(
          `${documents.length} clients: ${added} added, ${replaced} replaced, ${unchanged} unchanged`,
        );
      } finally {
        await stores.close();
      }
    });
  return clients;
}
