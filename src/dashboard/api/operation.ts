/**
 * One operation of the API: what it takes, what it answers, and the work. The route, its checks and its description in OpenAPI all
 * come from this one declaration. To add one, write it with `operation({ … })`, list it in operations.ts, and give its route a role in
 * route-roles.ts.
 */
import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { ApiDeps } from './api-deps.ts';
import { answerProblem } from './problem.ts';
import type { ProblemCode } from './problem.ts';
import { problemOf } from './problem-of.ts';
import { readBody, readPath, readQuery } from './request.ts';

export const tags = {
  Review: 'The review queue, one message, and decisions about it.',
  Messages: 'Every message that was read, and those that could not be.',
  Clients: "Clients of the CRM, and what is on each one's record.",
  Cases: 'Histories of cases, and what the CRM reports of them.',
  Decisions: 'What people decided, and undoing it.',
  Mailboxes: 'Mailboxes and OAuth apps at run time.',
  Events: 'The event feed and webhooks.',
  Administration: 'How the installation fares, its settings, people and tokens.',
  Description: 'This API, described.',
} as const;

export type Tag = keyof typeof tags;
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** What was asked, checked by the schemas. */
export interface Asked<P, Q, B> {
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  readonly context: Context;
}

type Frozen<T> = T extends readonly (infer E)[]
  ? readonly Frozen<E>[]
  : T extends object
    ? { readonly [K in keyof T]: Frozen<T[K]> }
    : T;

interface Declared {
  /** The operationId: a verb and what it is about. */
  readonly id: string;
  readonly method: Method;
  /** With `{name}` for each parameter. */
  readonly path: `/api/${string}`;
  readonly tag: Tag;
  readonly summary: string;
  readonly description?: string;
  /** What a good answer means. */
  readonly says: string;
  /** Beside those that every operation may answer. */
  readonly refusals?: readonly ProblemCode[];
  /** Whether If-Match says which revision was seen. */
  readonly takesIfMatch?: true;
  /** Of the answer; JSON if it is not given. */
  readonly mediaType?: string;
  /** Headers of the answer, and what each tells. */
  readonly headers?: Readonly<Record<string, string>>;
}

interface Schemas {
  readonly params?: z.ZodType;
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  readonly answer: z.ZodType;
}

export interface Operation extends Declared, Schemas {
  readonly work: (deps: ApiDeps, asked: Asked<never, never, never>) => Promise<unknown>;
}

/** Objects are strict, of requests and answers alike: what no schema names is refused, and is not told. */
export function operation<
  A extends z.ZodType,
  P extends z.ZodType = z.ZodType<undefined>,
  Q extends z.ZodType = z.ZodType<undefined>,
  B extends z.ZodType = z.ZodType<undefined>,
>(
  declared: Declared & {
    readonly params?: P;
    readonly query?: Q;
    readonly body?: B;
    readonly answer: A;
    readonly work: (
      deps: ApiDeps,
      asked: Asked<z.output<P>, z.output<Q>, z.output<B>>,
    ) => Promise<Frozen<z.output<A>>>;
  },
): Operation {
  return declared;
}

/** As the router writes it. */
export const routeOf = ({ path }: Pick<Operation, 'path'>): string => path.replaceAll(/\{(\w+)\}/gu, ':$1');

export function mountOperation(app: Hono, one: Operation, deps: ApiDeps): void {
  app.on(one.method.toUpperCase(), routeOf(one), async (context) => {
    try {
      const asked = {
        params: one.params === undefined ? undefined : readPath(context, one.params),
        query: readQuery(context, one.query),
        body: await readBody(context, one.body),
        context,
      } as Asked<never, never, never>;
      const answer = await one.work(deps, asked);
      return one.mediaType === undefined
        ? context.json(answer as object)
        : context.body(answer as string, 200, { 'Content-Type': one.mediaType });
    } catch (error) {
      const problem = problemOf(error);
      if (problem === null) throw error;
      return answerProblem(context, problem.code, { detail: problem.message, faults: problem.faults });
    }
  });
}
