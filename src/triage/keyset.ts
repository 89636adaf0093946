/** Places in a listing by time: a page is read from the index, wherever it is, and no row is skipped or shown twice. */
import { ObjectId } from 'mongodb';
import type { Document, Filter } from 'mongodb';

export interface Place {
  readonly time: Date;
  readonly id: ObjectId;
}

export const placeText = (time: Date, id: ObjectId): string => `${time.getTime()}-${id.toHexString()}`;

/** Null for a text that no page returned. */
export function placeIn(text: string): Place | null {
  const [, time, id] = /^(-?\d{1,15})-([0-9a-f]{24})$/u.exec(text) ?? [];
  if (time === undefined || id === undefined) return null;
  return { time: new Date(Number(time)), id: ObjectId.createFromHexString(id) };
}

/** What comes after a place: later (1) or earlier (-1). */
export function beyond<T extends Document>(
  { time, id }: Place,
  { field, way }: { readonly field: string; readonly way: 1 | -1 },
): Filter<T> {
  const [than, or] = way === 1 ? (['$gt', '$gte'] as const) : (['$lt', '$lte'] as const);
  return {
    // For the index; the rest only separates rows of the same moment.
    [field]: { [or]: time },
    $or: [{ [field]: { [than]: time } }, { [field]: time, _id: { [than]: id } }],
  } as Filter<T>;
}
