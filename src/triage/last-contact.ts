import type { ClientDocument } from '../store/clients.ts';
import type { Database } from '../store/mongo.ts';

/** When mail with each client was on record last. By the index of the client's timeline, one row for each. */
export async function lastContacts(
  { communications }: Pick<Database, 'communications'>,
  clientIds: readonly ClientDocument['_id'][],
): Promise<ReadonlyMap<string, Date>> {
  const found = await Promise.all(
    clientIds.map(async (clientId) => {
      const [latest] = await communications
        .find({ clientId }, { projection: { date: 1 } })
        .sort({ date: -1 })
        .limit(1)
        .toArray();
      return [String(clientId), latest?.date] as const;
    }),
  );
  return new Map(found.flatMap(([id, date]) => (date instanceof Date ? [[id, date]] : [])));
}
