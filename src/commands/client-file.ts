import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'csv-parse/sync';
import { ObjectId } from 'mongodb';
import { z } from 'zod';
import type { ClientDocument } from '../store/clients.ts';
import { UsageError } from './usage.ts';

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);
const addresses = z
  .union([z.string(), z.array(z.string())], { error: 'expected a text or a list of texts' })
  .nullish()
  .transform((value) => value ?? undefined);
const id = z.union(
  [
    z.string().min(1),
    z.number(),
    z.object({ $oid: z.string().regex(/^[0-9a-f]{24}$/iu) }).transform(({ $oid }) => $oid.toLowerCase()),
  ],
  { error: 'expected a text, a number or {"$oid": …}; a row of a CSV may have an email instead' },
);
const clientRow = z.looseObject({
  _id: id,
  name: text,
  email: addresses,
  emails: addresses,
  phone: text,
  company: text,
  notes: text,
});

/** A client of a file, and its position: "line 3" or "client 3". */
export interface ClientRow {
  readonly client: ClientDocument;
  readonly place: string;
}

export interface ClientFile {
  readonly rows: readonly ClientRow[];
  /** For each invalid row: its position, what is wrong and what to do. */
  readonly problems: readonly string[];
  /** Unknown columns of a CSV. */
  readonly leftOut: readonly string[];
}

interface RawRow {
  readonly row: unknown;
  readonly place: string;
}

/** Reads client documents from a JSON array (`{"$oid": …}` or strings as ids) or a CSV with a header line. @throws UsageError. */
export async function readClientFile(path: string): Promise<ClientFile> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new UsageError(`${path}: cannot be read`, { cause: error });
  });
  const content = decoded(bytes);
  const problems: string[] = [];
  const { rows, leftOut } =
    extname(path).toLowerCase() === '.csv' ? fromCsv(content, path, problems) : fromJson(content, path);
  const clients = rows.flatMap(({ row, place }) => {
    const read = clientRow.safeParse(row);
    if (read.success) return [{ client: withObjectId(read.data), place }];
    const wrong = read.error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`);
    problems.push(`${place}: ${wrong.join('; ')}`);
    return [];
  });
  return { rows: clients, problems, leftOut };
}

/** The clients of a file. @throws UsageError if any of them is unreadable. */
export async function readClients(path: string): Promise<ClientDocument[]> {
  const { rows, problems } = await readClientFile(path);
  if (problems.length > 0) throw new UsageError([`${path}:`, ...problemLines(problems)].join('\n'));
  return rows.map(({ client }) => client);
}

/** Problems shown; more have the same cause. */
const SHOWN = 20;

export function problemLines(problems: readonly string[]): string[] {
  const more = problems.length - SHOWN;
  return [
    ...problems.slice(0, SHOWN).map((problem) => `- ${problem}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ];
}

/** UTF-16 if it has that byte order mark, as Excel saves "Unicode text", else UTF-8; invalid bytes become U+FFFD. */
function decoded(bytes: Buffer): string {
  const [first, second] = bytes;
  const label =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(label).decode(bytes);
}

/** Of two rows with one id only the last would remain. @throws UsageError that names them. */
export function refuseRepeatedIds(clients: readonly ClientDocument[], path: string): void {
  const firsts = new Map<string, number>();
  for (const [index, { _id }] of clients.entries()) {
    const key = JSON.stringify(_id);
    const first = firsts.get(key);
    if (first !== undefined)
      throw new UsageError(
        `${path}: client ${index + 1} has the id of client ${first}, ${String(_id)}; nothing was imported. Fix: give each an _id of its own`,
      );
    firsts.set(key, index + 1);
  }
}

/** 24 hex digits are an ObjectId written as JSON; any other id stays as it is. */
function withObjectId(row: z.infer<typeof clientRow>): ClientDocument {
  const { _id, name, email, emails, phone, company, notes } = row;
  const known =
    typeof _id === 'string' && /^[0-9a-f]{24}$/u.test(_id) ? ObjectId.createFromHexString(_id) : _id;
  return Object.fromEntries(
    Object.entries({ _id: known, name, email, emails, phone, company, notes }).filter(
      ([, value]) => value !== undefined,
    ),
  ) as unknown as ClientDocument;
}

function fromJson(content: string, path: string): { rows: RawRow[]; leftOut: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${path}: is not JSON`, { cause: error });
  }
  if (!Array.isArray(json)) throw new UsageError(`${path}: expected a JSON array of client documents`);
  return { rows: json.map((row: unknown, index) => ({ row, place: `client ${index + 1}` })), leftOut: [] };
}

/** "E-Mail" is `email`: an unknown column would be ignored, and a replaced client would lose its address. */
function columnNamed(heading: string): string {
  const name = heading.toLowerCase();
  const folded = name === '_id' ? name : name.replaceAll(/[\s_-]/gu, '');
  return Object.keys(clientRow.shape).find((field) => field === folded) ?? heading;
}

function namedColumns(headings: readonly string[], path: string): string[] {
  const columns = headings.map(columnNamed);
  const twice = columns.find((column, index) => columns.indexOf(column) !== index);
  if (twice !== undefined)
    throw new UsageError(`${path}: the column ${twice} is there twice. Fix: leave one of them out`);
  if (['email', 'emails', '_id'].some((column) => columns.includes(column))) return columns;
  throw new UsageError(
    `${path}: has no column email or _id, only ${headings.slice(0, 10).join(', ').slice(0, 200)}. Fix: begin with a line such as name,email,phone, with commas between`,
  );
}

/**
 * Columns by name, in any case: `email` and `emails` may contain several addresses, separated by semicolons or commas; without
 * `_id` the first one is the id. An unreadable row is a problem, and the others count.
 */
function fromCsv(content: string, path: string, problems: string[]): { rows: RawRow[]; leftOut: string[] } {
  let parsed: { record: Record<string, string>; raw: string; info: { lines: number } }[];
  let columns: string[] = [];
  const skipped = new Set<string>();
  try {
    parsed = parse(content, {
      columns: (headings: string[]) => (columns = namedColumns(headings, path)),
      bom: true,
      skip_empty_lines: true,
      trim: true,
      info: true,
      raw: true,
      skip_records_with_error: true,
      // It is called twice per row.
      on_skip: (error) => void skipped.add(error?.message ?? 'a row that cannot be read'),
    }) as unknown as typeof parsed;
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: cannot be read as CSV (${error instanceof Error ? error.message : ''})`, {
      cause: error,
    });
  }
  problems.push(...skipped);
  const known = Object.keys(clientRow.shape);
  return {
    rows: parsed.map(({ record, raw, info }) => ({
      row: clientOf(record),
      // The row ends there; a cell may contain line ends.
      place: `line ${info.lines - (raw.trim().split('\n').length - 1)}`,
    })),
    leftOut: columns.filter((column) => !known.includes(column)),
  };
}

function clientOf(record: Readonly<Record<string, string>>): unknown {
  const all = [...new Set([...addressesIn(record['email']), ...addressesIn(record['emails'])])];
  const [email] = all;
  return {
    ...record,
    email,
    emails: all.length > 1 ? all : undefined,
    _id: record['_id'] || email,
  };
}

/** The list in one cell. */
export const addressesIn = (cell: string | undefined): string[] =>
  (cell ?? '')
    .split(/[;,]/u)
    .map((part) => part.trim())
    .filter((part) => part !== '');
