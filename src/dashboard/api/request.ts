import type { Context } from 'hono';
import { z } from 'zod';
import { MAX_PAGE } from '../../triage/waiting.ts';
import { callerOf } from '../who.ts';

export const by = z.string().trim().min(1).max(200).optional();
export const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50);

/** The request is unreadable. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

export function queryOf<T>(context: Context, schema: z.ZodType<T>): T {
  return checked(schema, context.req.query());
}

/** No body counts as an empty one. Only JSON: a form of another site cannot send it without a preflight. */
export async function bodyOf<T>(context: Context, schema: z.ZodType<T>): Promise<T> {
  const text = await context.req.text();
  if (text === '') return checked(schema, {});
  if (!/^application\/json\b/iu.test(context.req.header('content-type') ?? ''))
    throw new BadRequest('the body must be application/json');
  try {
    return checked(schema, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadRequest('the body is not JSON');
    throw error;
  }
}

function checked<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw new BadRequest(
    read.error.issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`).join('; '),
  );
}

/** Whoever is signed in. Only where nobody is by name, the person named in the request. */
export function whoAsks(context: Context, named: string | undefined): string {
  const caller = callerOf(context);
  const claimed = caller?.isNamed === false ? named : undefined;
  return claimed ?? caller?.name ?? 'api';
}
