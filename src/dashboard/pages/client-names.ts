import type { ClientDocument } from '../../store/clients.ts';
import type { Database } from '../../store/mongo.ts';
import { idsMeant } from '../../triage/named.ts';

/** Clients by their ids as text. Those that the CRM no longer has are left out. */
export async function clientsById(
  { clients }: Pick<Database, 'clients'>,
  ids: readonly string[],
): Promise<Map<string, ClientDocument>> {
  const wanted = [...new Set(ids)];
  if (wanted.length === 0) return new Map();
  const found = await clients.find({ _id: { $in: wanted.flatMap(idsMeant) } }).toArray();
  return new Map(found.map((client) => [String(client._id), client]));
}

/** What a person calls a client. */
export function nameOf(client: Pick<ClientDocument, 'name' | 'company' | 'email'> | undefined): string {
  const named = [client?.name, client?.company, client?.email].find(
    (value) => typeof value === 'string' && value.trim() !== '',
  );
  return named ?? (client === undefined ? 'a client that the CRM no longer has' : 'a client without a name');
}

export async function namesOfClients(
  database: Pick<Database, 'clients'>,
  ids: readonly string[],
): Promise<Map<string, string>> {
  const found = await clientsById(database, ids);
  return new Map(ids.map((id) => [id, nameOf(found.get(id))]));
}
