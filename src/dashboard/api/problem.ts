/** Everything that the API refuses, as RFC 9457 describes it: one shape, a stable code, and a sentence that helps. */
import type { Context } from 'hono';
import { z } from 'zod';

/** Codes are stable; each has one status. */
export const problems = {
  unreadable: { status: 400, title: 'The request cannot be read' },
  unauthenticated: { status: 401, title: 'Nobody is signed in' },
  forbidden: { status: 403, title: 'The role does not allow it' },
  'foreign-site': { status: 403, title: 'The request comes from another site' },
  'read-only': { status: 403, title: 'It can only be changed in the settings' },
  'no-such-path': { status: 404, title: 'There is no such path' },
  'no-such-message': { status: 404, title: 'There is no such message' },
  'no-such-client': { status: 404, title: 'There is no such client' },
  'no-such-communication': { status: 404, title: 'There is no such communication' },
  'no-such-decision': { status: 404, title: 'There is no such decision' },
  'no-such-case': { status: 404, title: 'There is no such case' },
  'no-such-webhook': { status: 404, title: 'There is no such webhook' },
  'no-such-mailbox': { status: 404, title: 'There is no such mailbox' },
  'no-such-app': { status: 404, title: 'There is no such OAuth app' },
  'no-such-user': { status: 404, title: 'There is no such user' },
  'no-such-token': { status: 404, title: 'There is no such token' },
  'method-not-allowed': { status: 405, title: 'The path does not know this method' },
  'already-decided': { status: 409, title: 'It is decided already' },
  'already-there': { status: 409, title: 'The name is taken' },
  'changed-meanwhile': { status: 409, title: 'It was changed meanwhile' },
  unclear: { status: 409, title: 'The name fits several' },
  'last-admin': { status: 409, title: 'Nobody else could administer' },
  'precondition-failed': { status: 412, title: 'It is not the revision of If-Match' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body is no JSON' },
  'invalid-request': { status: 422, title: 'The request is not valid' },
  'bad-cursor': { status: 422, title: 'The cursor is not one of this list' },
  'not-possible': { status: 422, title: 'It is not possible' },
  'no-key': { status: 422, title: 'There is no key for secrets' },
  'too-many-attempts': { status: 429, title: 'Too many wrong passwords' },
  internal: { status: 500, title: 'Something went wrong' },
} as const;

export type ProblemCode = keyof typeof problems;
export const problemCodes = Object.keys(problems) as ProblemCode[];

/** One thing that is wrong with what was sent. */
export interface Fault {
  readonly in: 'path' | 'query' | 'header' | 'body';
  /** RFC 6901, as a fragment of a URI: `#/clients/0`. */
  readonly pointer: string;
  readonly detail: string;
}

/** Thrown by the work of an operation; answered with its status. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];

  constructor(code: ProblemCode, detail: string, faults: readonly Fault[] = []) {
    super(detail);
    this.code = code;
    this.faults = faults;
  }
}

export const problemType = 'application/problem+json';

export const problemShape = z
  .strictObject({
    type: z.string().describe('Where this kind of problem is described.'),
    title: z.string(),
    status: z.int().min(400).max(599),
    detail: z.string().describe('What is wrong, and what to do.'),
    code: z.enum(problemCodes).describe('Stable; programs decide by it.'),
    errors: z
      .array(
        z.strictObject({
          in: z.enum(['path', 'query', 'header', 'body']),
          pointer: z.string().describe('A JSON pointer (RFC 6901) as a URI fragment, such as `#/clients/0`.'),
          detail: z.string(),
        }),
      )
      .optional()
      .describe('Of `invalid-request`: each value that is wrong.'),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: '/api/reference#no-such-message',
        title: problems['no-such-message'].title,
        status: 404,
        detail: '65f000000000000000000000: no such message',
        code: 'no-such-message',
      },
    ],
  });

/** A caller's own words may stand in it. */
const MAX_DETAIL_CHARS = 2_000;

export function answerProblem(
  context: Context,
  code: ProblemCode,
  { detail, faults = [] }: { readonly detail: string; readonly faults?: readonly Fault[] },
): Response {
  const { status, title } = problems[code];
  const problem: z.output<typeof problemShape> = {
    type: `/api/reference#${code}`,
    title,
    status,
    detail: detail.slice(0, MAX_DETAIL_CHARS),
    code,
    ...(faults.length > 0 && { errors: [...faults] }),
  };
  return context.body(JSON.stringify(problem), status, { 'Content-Type': problemType });
}

/** Whether programs ask: they get problems, people get pages. */
export const isApi = (context: Context): boolean => /^\/api(?:\/|$)/u.test(context.req.path);
