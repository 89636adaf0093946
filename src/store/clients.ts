import type { Collection, ObjectId } from 'mongodb';

/** The CRM's client. docketmail only reads it; the CRM chooses `_id`. */
export interface ClientDocument {
  readonly _id: ObjectId | string | number;
  readonly name?: string;
  readonly email?: string;
  readonly emails?: readonly string[];
  readonly phone?: string;
  readonly company?: string;
  readonly notes?: string;
}

/** Adds or replaces clients by `_id`: to try docketmail out, or if no CRM writes the collection yet. */
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
