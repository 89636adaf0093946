/** What people decided, newest first. */
import type { Filter } from 'mongodb';
import type { DecisionDocument } from '../store/decisions.ts';
import type { Database } from '../store/mongo.ts';
import { beyond, placeText } from './keyset.ts';
import type { Place } from './keyset.ts';
import { idsMeant } from './named.ts';

export interface DecisionsAsked {
  readonly act: DecisionDocument['act'] | null;
  readonly by: string | null;
  /** Id of a client. */
  readonly client: string | null;
  readonly isUndone: boolean | null;
  readonly since: Date | null;
  /** Before this moment. */
  readonly until: Date | null;
  readonly after: Place | null;
  readonly limit: number;
}

export async function listDecisions(
  { decisions }: Pick<Database, 'decisions'>,
  { act, by, client, isUndone, since, until, after, limit }: DecisionsAsked,
): Promise<{ readonly rows: DecisionDocument[]; readonly next: string | null }> {
  const filters: Filter<DecisionDocument>[] = [
    ...(act === null ? [] : [{ act }]),
    ...(by === null ? [] : [{ by }]),
    ...(client === null ? [] : [{ clients: { $in: idsMeant(client) } }]),
    ...(isUndone === null ? [] : [{ undoneAt: isUndone ? { $ne: null } : null }]),
    ...(since === null ? [] : [{ at: { $gte: since } }]),
    ...(until === null ? [] : [{ at: { $lt: until } }]),
    ...(after === null ? [] : [beyond<DecisionDocument>(after, { field: 'at', way: -1 })]),
  ];
  const found = await decisions
    .find(filters.length === 0 ? {} : { $and: filters })
    .sort({ at: -1, _id: -1 })
    .limit(limit + 1)
    .toArray();
  const rows = found.slice(0, limit);
  const last = rows.at(-1);
  return { rows, next: found.length > limit && last !== undefined ? placeText(last.at, last._id) : null };
}
