import type { Collection, ObjectId } from 'mongodb';
import type { Review } from '../decide/case-updates.ts';
import type { CaseUpdateDocument } from './case-updates.ts';

/** Queries list the reasons, because an index cannot serve "any except". */
export const REVIEWS: readonly Review[] = [
  'unknown-status',
  'foreign-case',
  'unauthenticated',
  'parent-unknown',
  'look-alike',
];

/** Bounds the list of all of them; people cannot look through this many. */
const MAX_HELD = 100_000;

/** Messages with a held case update. Read from the CRM's rows, because an update may be held after its message was judged. */
export async function heldMessages(
  caseUpdates: Collection<CaseUpdateDocument>,
  reason: string | null,
): Promise<ObjectId[]> {
  const rows = await caseUpdates
    .find({ review: { $in: REVIEWS.filter((review) => reason === null || review === reason) } })
    .project<Pick<CaseUpdateDocument, 'messageRef'>>({ messageRef: 1 })
    .limit(MAX_HELD)
    .toArray();
  return [
    ...new Map(
      rows.flatMap(({ messageRef }) =>
        messageRef === undefined ? [] : [[messageRef.toHexString(), messageRef] as const],
      ),
    ).values(),
  ];
}

/** Why each of these rows is held, by id; rows that are not held are left out. */
export async function heldRows(
  caseUpdates: Collection<CaseUpdateDocument>,
  ids: readonly ObjectId[],
): Promise<Map<string, Review>> {
  if (ids.length === 0) return new Map();
  const rows = await caseUpdates
    .find({ _id: { $in: [...ids] }, review: { $in: [...REVIEWS] } })
    .project<{ _id: ObjectId; review: Review }>({ review: 1 })
    .toArray();
  return new Map(rows.map(({ _id, review }) => [_id.toHexString(), review]));
}

/** The number of held case updates per reason. */
export async function countHeld(caseUpdates: Collection<CaseUpdateDocument>): Promise<Map<Review, number>> {
  const counts = new Map<Review, number>();
  for (const review of REVIEWS)
    counts.set(review, await caseUpdates.countDocuments({ review, messageRef: { $exists: true } }));
  return counts;
}
