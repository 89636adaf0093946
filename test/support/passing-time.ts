import type { Database } from '../../src/store/mongo.ts';

/** As if this much time had passed since everything was written: a test cannot wait, and the clock is the database's. */
export async function letPass(
  database: Database,
  ms: number,
  { rows = true }: { readonly rows?: boolean } = {},
): Promise<void> {
  const earlier = (path: string) => ({
    $cond: [{ $eq: [{ $type: path }, 'date'] }, { $subtract: [path, ms] }, path],
  });
  for (const row of rows ? await database.sightings.find().toArray() : []) {
    const { retryAt = null, unlistedAt = null, short = null } = row;
    await database.sightings.updateOne(
      { _id: row._id },
      {
        $set: {
          ...(retryAt && { retryAt: before(retryAt, ms) }),
          ...(unlistedAt && { unlistedAt: before(unlistedAt, ms) }),
          ...(short && { short: { ...short, since: before(short.since, ms) } }),
        },
      },
    );
  }
  await database.cursors.updateMany({ ledger: { $type: 'object' } }, [
    {
      $set: {
        'ledger.countedAt': earlier('$ledger.countedAt'),
        'ledger.recentAt': earlier('$ledger.recentAt'),
        'ledger.comparedAt': earlier('$ledger.comparedAt'),
      },
    },
  ]);
}

const before = (at: Date, ms: number): Date => new Date(at.getTime() - ms);

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
