/** What a bench found, for `npm run bench`, which gathers the rows of all of them. */
import { appendFile } from 'node:fs/promises';

export interface BenchRow {
  readonly bench: string;
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The same of what it is compared with, in the same run. */
  readonly beside?: { readonly what: string; readonly value: number };
}

/** The file to which `npm run bench` wants the rows of a bench. */
export const RESULT_FILE = 'DOCKETMAIL_BENCH_RESULT';

/** Does nothing for a bench that runs by itself: it has printed its figures. */
export async function report(rows: readonly BenchRow[]): Promise<void> {
  const file = process.env[RESULT_FILE];
  if (file !== undefined) await appendFile(file, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
}

export const ratioOf = ({ value, beside }: BenchRow): number | null =>
  beside === undefined || beside.value === 0 ? null : value / beside.value;

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
