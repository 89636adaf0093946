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
    const counts = update.statusInherited !== true && (update.review ?? null) === null && update.date < at.date;
    if (counts && (latest === null || update.date > latest.date)) latest = update;
  }
  return latest?.status ?? FIRST_STATUS;
}
