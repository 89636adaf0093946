/** Whose case a number is (docs/decisions/0010-whose-case-it-is.md). */

/** A claim to a case. */
export interface Claim {
  readonly date: Date;
  /** When it was made: the Date header, but no earlier than the arrival, since a sender writes what date it likes. */
  readonly claimedAt?: Date;
  readonly clientId: unknown;
  readonly review?: string | null;
  readonly confirmedAt?: Date | null;
  /** False where people or other programs wrote it, who know whose case it is. */
  readonly isOurs?: boolean;
}

/**
 * The clients whose case it is: those of the update that arrived first of all that took effect, and whom a person let into it. By
 * arrival and not by the order of ingestion, so that several mailboxes that are read at once come to one end; and not by the Date
 * header, so that nobody takes over a case by writing an old one. What is held owns nothing.
 */
export function caseOwners(updates: readonly Claim[]): ReadonlySet<string> {
  const effective = updates.filter(({ review }) => (review ?? null) === null);
  const letIn = effective.filter(
    ({ confirmedAt, isOurs }) => (confirmedAt ?? null) !== null || isOurs === false,
  );
  const claims = effective.filter((one) => !letIn.includes(one)).toSorted(compareClaims);
  const owning = claims.filter((one) => claims[0] && compareClaims(one, claims[0]) === 0);
  return new Set([...owning, ...letIn].map(({ clientId }) => String(clientId)));
}

/** When a message lays claim to a case: as its Date says, but not before it arrived. */
export const claimedAt = ({ date, arrivedAt }: { readonly date: Date; readonly arrivedAt: Date }): Date =>
  arrivedAt > date ? arrivedAt : date;

const compareClaims = (a: Claim, b: Claim): number =>
  (a.claimedAt ?? a.date).getTime() - (b.claimedAt ?? b.date).getTime() ||
  a.date.getTime() - b.date.getTime();
