import type { Context } from 'hono';
import { z } from 'zod';

/** A form field that was sent once or several times. */
export const many = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((given) => (Array.isArray(given) ? given : [given]));

/** A path of ours, with its query: a form leads nowhere else. */
export const localPath = z
  .string()
  .max(2_000)
  .regex(/^\/(?![/\\])[^\s\\]*$/u)
  .catch('/');

/** The form was filled in a way that the page does not offer. */
export class BadForm extends Error {
  override readonly name = 'BadForm';
}

/** The guard has already refused forms of other sites. */
export async function formOf<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const given = await context.req.parseBody({ all: true });
  const read = schema.safeParse(given);
  if (read.success) return read.data;
  throw new BadForm(
    read.error.issues.map(({ path, message }) => `${path.join('.') || 'form'}: ${message}`).join('; '),
  );
}

/** The path and query of a request without some of its parameters. */
export function pathWithout(context: Context, names: readonly string[]): string {
  const { pathname, searchParams } = new URL(context.req.url);
  for (const name of names) searchParams.delete(name);
  return withQuery(pathname, searchParams);
}

/** Adds parameters to a path of ours. */
export function pathWith(path: string, added: Readonly<Record<string, string>>): string {
  const { pathname, searchParams } = new URL(path, 'http://here');
  for (const name of ['done', 'did']) searchParams.delete(name);
  for (const [name, value] of Object.entries(added)) searchParams.set(name, value);
  return withQuery(pathname, searchParams);
}

function withQuery(pathname: string, query: URLSearchParams): string {
  const text = query.toString();
  return text === '' ? pathname : `${pathname}?${text}`;
}
