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

/** Reads client documents from a JSON array (`{"$oid": …}` or strings as ids) or a CSV with a header line. @throws UsageError. */
export async function readClients(path: string): Promise<ClientDocument[]> {
  const content = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path}: cannot be read`, { cause: error });
  });
  const rows = extname(path).toLowerCase() === '.csv' ? fromCsv(content, path) : fromJson(content, path);
  const problems: string[] = [];
  const clients = rows.flatMap((row, index) => {
    const read = clientRow.safeParse(row);
    if (read.success) return [withObjectId(read.data)];
    problems.push(
      `client ${index + 1}: ${read.error.issues.map((issue) => `${issue.path.join('.') || 'row'}: ${issue.message}`).join('; ')}`,
    );
    return [];
  });
  if (problems.length > 0)
    throw new UsageError(
      `${path}:\n${problems
        .slice(0, 20)
        .map((problem) => `- ${problem}`)
        .join('\n')}`,
    );
  return clients;
}

/** Two rows of one id would leave the last one only. @throws UsageError that names them. */
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

/** 24 hex digits are an ObjectId written as JSON; any other id is kept as it is. */
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

function fromJson(content: string, path: string): unknown[] {
  let json: unknown;
  try {
    json = JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${path}: is no JSON`, { cause: error });
  }
  if (!Array.isArray(json)) throw new UsageError(`${path}: expected a JSON array of client documents`);
  return json;
}

/** "E-Mail" is `email`: what is not known by its name would be left out, and a replaced client lose its address. */
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
  if (columns.includes('email') || columns.includes('_id')) return columns;
  throw new UsageError(
    `${path}: has no column email or _id, only ${headings.slice(0, 10).join(', ').slice(0, 200)}. Fix: begin with a line such as name,email,phone, with commas between`,
  );
}

/**
 * Columns by name, in whatever case: `email` and `emails` may hold several, separated by semicolons; without `_id` the first gives
 * one.
 */
function fromCsv(content: string, path: string): unknown[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(content, {
      columns: (headings: string[]) => namedColumns(headings, path),
      bom: true,
      skip_empty_lines: true,
      trim: true,
    });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${path}: cannot be read as CSV (${error instanceof Error ? error.message : ''})`, {
      cause: error,
    });
  }
  return rows.map((row) => {
    const [email, ...more] = [row['email'] ?? '', row['emails'] ?? '']
      .flatMap((cell) => cell.split(';'))
      .map((part) => part.trim())
      .filter((part) => part !== '');
    return {
      ...row,
      email,
      ...(more.length > 0 ? { emails: [email, ...more] } : { emails: undefined }),
      _id: row['_id'] || email,
    };
  });
}
