const DAY_MS = 24 * 60 * 60_000;
/** Rows of a busy day are sorted at once by any engine; a quiet one is asked a second or third time. */
const SPANS_MS = [DAY_MS, 14 * DAY_MS, 200 * DAY_MS] as const;

/**
 * The newest rows before a moment. Engines that do not read an index backwards sort all that a query finds, so it is first asked of a
 * short span before the moment, then of longer ones.
 */
export async function newestRows<T>(
  { before, wanted }: { readonly before: Date | null; readonly wanted: number },
  query: (since: Date | null) => Promise<T[]>,
): Promise<T[]> {
  const from = before?.getTime() ?? Date.now();
  for (const span of SPANS_MS) {
    const rows = await query(new Date(from - span));
    if (rows.length >= wanted) return rows;
  }
  return await query(null);
}
