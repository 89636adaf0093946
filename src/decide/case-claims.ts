/** Which clients own a case number (docs/decisions/0010-whose-case-it-is.md). */

/** A claim to a case. */
export interface Claim {
  readonly date: Date;
  /** When it was made: the Date header, but not before arrival, because a sender can write any date. */
  readonly claimedAt?: Date;
  readonly clientId: unknown;
  readonly review?: string | null;
  readonly confirmedAt?: Date | null;
  /** False if a person or another program wrote the row; they know who owns the case. */
  readonly isOurs?: boolean;
}

/**
 * The clients who own the case: those of the effective update that arrived first, and those that a person added. The order of arrival
 * counts, because the order of ingestion varies if several mailboxes are read at once, and anyone could take over a case with an old
 * Date header. Held updates give no ownership.
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

/** When a message claims a case: by its Date header, but not before it arrived. */
export const claimedAt = ({ date, arrivedAt }: { readonly date: Date; readonly arrivedAt: Date }): Date =>
  arrivedAt > date ? arrivedAt : date;

const compareClaims = (a: Claim, b: Claim): number =>
  (a.claimedAt ?? a.date).getTime() - (b.claimedAt ?? b.date).getTime() ||
  a.date.getTime() - b.date.getTime();
