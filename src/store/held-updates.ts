import type { Collection, ObjectId } from 'mongodb';
import type { Review } from '../decide/case-updates.ts';
import type { CaseUpdateDocument } from './case-updates.ts';

/** By name, because an index finds what is, not what is not. */
export const REVIEWS: readonly Review[] = [
  'unknown-status',
  'foreign-case',
  'unauthenticated',
  'parent-unknown',
  'look-alike',
];

/** More than people can look through; a list of them all must not grow without end. */
const MAX_HELD = 100_000;

/** The messages of which a case update is held. The CRM's rows tell it: whose case it is may have held one after its message was judged. */
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

/** Why each of these rows is held, by its id; those that are not are left out. */
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

/** How many case updates are held, by the reason. */
export async function countHeld(caseUpdates: Collection<CaseUpdateDocument>): Promise<Map<Review, number>> {
  const counts = new Map<Review, number>();
  for (const review of REVIEWS)
    counts.set(review, await caseUpdates.countDocuments({ review, messageRef: { $exists: true } }));
  return counts;
}
