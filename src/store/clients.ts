import type { Collection, ObjectId } from 'mongodb';
import { normaliseAddress } from '../mime/addresses/addresses.ts';

/** The CRM's client. docketmail only reads it; `_id` is whatever the CRM chose. */
export interface ClientDocument {
  readonly _id: ObjectId | string | number;
  readonly name?: string;
  readonly email?: string;
  readonly emails?: readonly string[];
  readonly phone?: string;
  readonly company?: string;
  readonly notes?: string;
}

/** Normalised addresses of a client, each once; what cannot be read as an address is left out. */
export function addressesOf(client: Pick<ClientDocument, 'email' | 'emails'>): string[] {
  const written = [client.email, ...(Array.isArray(client.emails) ? client.emails : [])];
  const addresses = written.flatMap((text) => {
    const address = typeof text === 'string' ? normaliseAddress(text) : null;
    return address === null ? [] : [address];
  });
  return [...new Set(addresses)];
}

/** Adds or replaces clients by `_id`: for trying docketmail out, or where no CRM writes the collection yet. */
export async function importClients(
  clients: Collection<ClientDocument>,
  documents: readonly ClientDocument[],
): Promise<{ added: number; replaced: number; unchanged: number }> {
  let [added, replaced] = [0, 0];
  for (const { _id, ...fields } of documents) {
    const result = await clients.updateOne({ _id }, { $set: fields }, { upsert: true });
    if (result.upsertedCount > 0) added++;
    else if (result.modifiedCount > 0) replaced++;
  }
  return { added, replaced, unchanged: documents.length - added - replaced };
}
