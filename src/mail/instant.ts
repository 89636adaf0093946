/**
 * The instant of an ISO 8601 text. A date that a mail client printed without a zone (see `Forward.date`) is read as UTC: the same
 * on every machine, and at most 14 hours off.
 */
export function instantOf(text: string): Date {
  const isDateOnly = /^\d{4}-\d{2}-\d{2}$/u.test(text);
  const hasZone = /(?:Z|[+-]\d{2}:?\d{2})$/u.test(text);
  return new Date(isDateOnly ? `${text}T00:00:00Z` : hasZone ? text : `${text}Z`);
}
