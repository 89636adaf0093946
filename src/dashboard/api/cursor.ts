/** Cursors of lists: opaque, and only good for the list and the filters that they came from. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem } from './problem.ts';

const CHECK_BYTES = 9;
/** The longest place is the number of a case. */
export const MAX_CURSOR_CHARS = 1_200;

/** Of a query. */
export const cursor = z
  .string()
  .min(1)
  .max(MAX_CURSOR_CHARS)
  .optional()
  .describe('`next` of the previous page, with the same filters.');

/** Of an answer. */
export const nextCursor = z.string().nullable().describe('`after` of the next page; null on the last one.');

export interface Cursors {
  /** The place, or null for the first page. @throws Problem for what no page of this list returned. */
  open(after: string | undefined): string | null;
  seal(place: string | null): string | null;
}

/**
 * The checksum refuses what was cut, changed or taken from another list. It is no secret: whoever makes one up sees no more than the
 * list shows.
 */
export function cursorsOf(list: string, filters: Readonly<Record<string, unknown>> = {}): Cursors {
  const asked = Object.keys(filters)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((name) => [name, filters[name] ?? null]);
  const sealed = (place: string): string => {
    const check = createHash('sha256')
      .update(JSON.stringify([list, asked, place]))
      .digest();
    return Buffer.concat([check.subarray(0, CHECK_BYTES), Buffer.from(place)]).toString('base64url');
  };
  return {
    open: (after) => {
      if (after === undefined) return null;
      const place = Buffer.from(after, 'base64url').subarray(CHECK_BYTES).toString();
      if (sealed(place) === after) return place;
      throw new Problem(
        'bad-cursor',
        'after: is not a cursor of this list with these filters; give `next` of its previous page, or leave it out to begin again',
      );
    },
    seal: (place) => (place === null ? null : sealed(place)),
  };
}
