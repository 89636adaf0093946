import type { Context } from 'hono';
import { z } from 'zod';
import { callerOf } from '../who.ts';
import { Problem } from './problem.ts';
import type { Fault } from './problem.ts';

export const MAX_PAGE = 200;

export const by = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .optional()
  .describe(
    'Who decides. Counts only where nobody is signed in by name; defaults to the user name of the request.',
  );
export const limit = z.coerce.number().int().min(1).max(MAX_PAGE).default(50).describe('Rows of a page.');
export const moment = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .describe('At or after this moment, in ISO 8601 with a time zone.');
export const objectId = z.string().regex(/^[0-9a-f]{24}$/u, 'expected 24 hexadecimal digits');

/** More faults than these help nobody. */
const MAX_FAULTS = 20;
const MAX_FAULT_CHARS = 300;

export function readPath<T>(context: Context, schema: z.ZodType<T>): T {
  return checked('path', schema, context.req.param());
}

/** One value per name: which of two counts would be a guess. Without a schema nothing may be asked. */
export function readQuery(context: Context, schema: z.ZodType = z.strictObject({})): unknown {
  const asked = new URL(context.req.url).searchParams;
  for (const name of asked.keys())
    if (asked.getAll(name).length > 1)
      throw invalid([{ in: 'query', pointer: pointerTo([name]), detail: 'is given more than once' }]);
  return checked('query', schema, Object.fromEntries(asked));
}

/** No body counts as an empty one. Only JSON: a form of another site cannot send it without a preflight. */
export async function readBody(context: Context, schema: z.ZodType | undefined): Promise<unknown> {
  if (schema === undefined) return undefined;
  const text = await context.req.text();
  if (text === '') return checked('body', schema, {});
  if (!/^application\/json\s*(?:;|$)/iu.test(context.req.header('content-type') ?? ''))
    throw new Problem('unsupported-media-type', 'the body must be application/json: set Content-Type');
  if (!/^(?:identity)?$/iu.test(context.req.header('content-encoding') ?? ''))
    throw new Problem(
      'unsupported-media-type',
      'the body must not be compressed: leave out Content-Encoding',
    );
  try {
    return checked('body', schema, JSON.parse(text));
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new Problem('unreadable', `the body is not JSON: ${error.message.slice(0, MAX_FAULT_CHARS)}`);
    throw error;
  }
}

function checked<T>(place: Fault['in'], schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  throw invalid(
    read.error.issues.slice(0, MAX_FAULTS).map(({ path, message }) => ({
      in: place,
      pointer: pointerTo(path),
      detail: message.slice(0, MAX_FAULT_CHARS),
    })),
  );
}

function invalid(faults: readonly Fault[]): Problem {
  const said = faults.map(({ in: place, pointer, detail }) =>
    pointer === '#' ? `${place}: ${detail}` : `${decodeURIComponent(pointer.slice(2))}: ${detail}`,
  );
  return new Problem('invalid-request', said.join('; '), faults);
}

const pointerTo = (path: readonly PropertyKey[]): string =>
  `#${path
    .map(
      (key) =>
        `/${encodeURIComponent(String(key).toWellFormed().replaceAll('~', '~0').replaceAll('/', '~1'))}`,
    )
    .join('')
    .slice(0, MAX_FAULT_CHARS)}`;

/** Whoever is signed in. Only where nobody is by name, the person named in the request. */
export function whoAsks(context: Context, named: string | undefined): string {
  const caller = callerOf(context);
  const claimed = caller?.isNamed === false ? named : undefined;
  return claimed ?? caller?.name ?? 'api';
}
