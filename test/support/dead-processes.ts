import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/store/mongo.ts';

const HOUR_MS = 60 * 60_000;

/** Rows of processes elsewhere whose heartbeats ended long ago, and their names. */
export async function deadProcesses(
  { database }: { readonly database: Pick<Database, 'processes'> },
  count: number,
  changes: { readonly beatAt?: Date } = {},
): Promise<string[]> {
  const names = Array.from({ length: count }, () => randomUUID());
  const beatAt = new Date(Date.now() - HOUR_MS);
  await database.processes.insertMany(
    names.map((_id) => ({ _id, pid: 1, place: 'another machine', beatAt, ...changes })),
  );
  return names;
}
