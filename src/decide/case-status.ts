/** What a case update says of its case's status. */
interface StatusChange {
  readonly date: Date;
  readonly status: string;
  readonly statusInherited?: boolean;
  readonly review?: string | null;
}

/** A case that nobody gave a status yet. */
const FIRST_STATUS = 'Open';

/**
 * The status that an update inherits: that of the latest earlier update which took effect and named one. Updates of one date
 * do not see each other, so the order of arrival does not matter.
 */
export function caseStatusAt(updates: readonly StatusChange[], at: Pick<StatusChange, 'date'>): string {
  let latest: StatusChange | null = null;
  for (const update of updates) {
    const counts =
      update.statusInherited !== true && (update.review ?? null) === null && update.date < at.date;
    if (counts && (latest === null || update.date > latest.date)) latest = update;
  }
  return latest?.status ?? FIRST_STATUS;
}

/** The clients whose case it is: those of the earliest update that took effect, or would but for being another client's. */
export function caseOwners(
  updates: readonly { readonly date: Date; readonly clientId: unknown; readonly review?: string | null }[],
): ReadonlySet<string> {
  const effective = updates.filter(({ review }) => (review ?? null) === null || review === 'foreign-case');
  const first = Math.min(...effective.map(({ date }) => date.getTime()));
  return new Set(
    effective.filter(({ date }) => date.getTime() === first).map(({ clientId }) => String(clientId)),
  );
}

/** "ab-12", "Ab-12" and "AB-12" are one case. Spelled out, because no collation is relied on to find them. */
export function spellingsOfRef(ref: string): readonly string[] {
  const small = ref.toLowerCase();
  return [...new Set([ref, ref.toUpperCase(), small, small.charAt(0).toUpperCase() + small.slice(1)])];
}
