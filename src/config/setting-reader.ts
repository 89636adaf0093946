import { quoted, readAs } from './setting-kinds.ts';
import type { Setting, ValueOf, ValuesOf } from './setting.ts';

/** One place where a setting is written: its value, and how a problem names the place. */
export interface Occurrence {
  readonly label: string;
  /** undefined, null and "" mean not set: compose files pass empty strings. */
  readonly value: unknown;
  /** The label of the setting that names a file instead, and the file. */
  readonly file: { readonly label: string; readonly path: string } | null;
}

export type ReadFile = (path: string) => string;

interface Reader {
  readonly readFile: ReadFile;
  /** Problems are added here, without secrets. */
  readonly problems: string[];
}

/** Reads every setting of a table. One that is undefined afterwards has a problem. */
export function readTable<Table extends Readonly<Record<string, Setting>>>(
  input: Reader & {
    readonly table: Table;
    /** undefined after a problem. */
    readonly find: (key: string, row: Setting) => Occurrence | undefined;
  },
): Partial<ValuesOf<Table>>;
export function readTable({
  table,
  find,
  ...reader
}: Reader & {
  readonly table: Readonly<Record<string, Setting>>;
  readonly find: (key: string, row: Setting) => Occurrence | undefined;
}): Readonly<Record<string, unknown>> {
  const entries = Object.entries(table).map(([key, row]) => {
    const at = find(key, row);
    return [key, at === undefined ? undefined : readSetting({ row, at, ...reader })] as const;
  });
  return Object.fromEntries(entries);
}

/** Reads one setting; undefined after a problem. */
export function readSetting<Row extends Setting>(
  input: Reader & { readonly row: Row; readonly at: Occurrence },
): ValueOf<Row> | undefined;
export function readSetting({
  row,
  at,
  readFile,
  problems,
}: Reader & { readonly row: Setting; readonly at: Occurrence }): unknown {
  const direct = isSet(at.value);
  if (direct && at.file !== null) {
    problems.push(`${at.label}: given twice, also by ${at.file.label}. Fix: leave one of them out.`);
    return undefined;
  }
  const fromFile = at.file === null ? null : readSecretFile({ ...at.file, readFile, problems });
  if (fromFile === undefined) return undefined;
  const given = fromFile ?? (direct ? at.value : row.fallback);
  if (given === undefined) {
    if (row.required !== true) return null;
    problems.push(missing({ row, label: at.label }));
    return undefined;
  }
  const reading = readAs(row.kind, given);
  if (reading.ok) return reading.value;
  const label = at.file?.label ?? at.label;
  const isHidden = row.secret === true || mayHoldPassword(given);
  const shown = isHidden ? 'a value that is not shown' : quoted(given);
  const why = reading.wrong === '' ? '' : ` (${reading.wrong})`;
  const instead = row.fallback === undefined ? '' : `, or leave it out for the default ${row.fallback}`;
  problems.push(`${label}: got ${shown}${why}; expected ${row.kind.expects}. Fix: correct it${instead}.`);
  return undefined;
}

/** "user:password@host", whatever else is wrong with it. */
function mayHoldPassword(value: unknown): boolean {
  return typeof value === 'string' && /:[^]*@/u.test(value);
}

export function isSet(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

export function missing({ row, label }: { row: Setting; label: string }): string {
  const example = row.example === undefined ? '' : `, such as ${label}=${row.example}`;
  const orFile = row.secret === true ? `, or name a file that contains it in ${label}_FILE` : '';
  return `${label}: not set; expected ${row.kind.expects}. ${row.doc} Fix: set it in the environment or in .env${example}${orFile}.`;
}

/** The text of a file without its last line end, which editors and `echo` add; undefined after a problem. */
function readSecretFile(
  file: Reader & { readonly label: string; readonly path: string },
): string | undefined {
  const content = readTextFile(file)?.replace(/\r?\n$/u, '');
  if (content !== '') return content;
  file.problems.push(`${file.label}: the file ${quoted(file.path)} is empty. Fix: write the secret into it.`);
  return undefined;
}

/** undefined after a problem. */
export function readTextFile({
  label,
  path,
  readFile,
  problems,
}: Reader & { readonly label: string; readonly path: string }): string | undefined {
  try {
    return readFile(path);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    problems.push(
      `${label}: the file ${quoted(path)} cannot be read (${reason}). Fix: correct the path or the permissions of the file.`,
    );
    return undefined;
  }
}
