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
const id = z.union([
  z.string().min(1),
  z.number(),
  z.object({ $oid: z.string().regex(/^[0-9a-f]{24}$/iu) }).transform(({ $oid }) => $oid.toLowerCase()),
]);
const clientRow = z.looseObject({
  _id: id,
  name: text,
  email: text,
  emails: z
    .array(z.string())
    .nullish()
    .transform((value) => value ?? undefined),
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

/** Columns by name: `email` may hold several, separated by semicolons; without `_id` the email gives one. */
function fromCsv(content: string, path: string): unknown[] {
  let rows: Record<string, string>[];
  try {
    rows = parse(content, { columns: true, bom: true, skip_empty_lines: true, trim: true });
  } catch (error) {
    throw new UsageError(`${path}: cannot be read as CSV (${error instanceof Error ? error.message : ''})`, {
      cause: error,
    });
  }
  return rows.map((row) => {
    const [email, ...more] = (row['email'] ?? '')
      .split(';')
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
