/** OpenAPI 3.1 from the operations. zod writes JSON Schema 2020-12, which is the dialect of 3.1. */
import { z } from 'zod';
import { neededFor } from '../route-roles.ts';
import type { Operation } from './operation.ts';
import { routeOf, tags } from './operation.ts';
import { problems, problemShape, problemType } from './problem.ts';
import type { ProblemCode } from './problem.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

export interface DescribedOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly description?: string;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly required: boolean;
    readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
  };
  /** What is refused stands once for all, under components. */
  readonly responses: Readonly<Record<string, DescribedResponse | { readonly $ref: string }>>;
}

export interface DescribedResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, object>>;
  readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>>;
}

export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly object[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly responses: Readonly<Record<string, DescribedResponse>>;
    readonly schemas: Readonly<Record<string, JsonSchema>>;
  };
}

const about = [
  'Mailboxes, messages, clients, cases, events and the review queue with its decisions, for programs.',
  'Every decision is stored with who and when, takes effect at once, and can be undone.',
  'Each operation needs a role, and each role may do what those before it may: reader, decider, operator, admin.',
  'A decision is recorded under the name of the token or person; `by` of a request counts only with DASHBOARD_PASSWORD or DASHBOARD_TOKEN, which all share, and while no password is set.',
  'Every refusal is a problem (RFC 9457, application/problem+json) with a stable `code`: 400 for what cannot be read, 422 for a path, query or body that can be read and is not valid, with a JSON pointer to each fault. A path that is not there is 404 `no-such-path`, another method 405 `method-not-allowed` with Allow.',
  'Lists are read page by page: give `next` as `after`, with the same filters. A cursor that is not of that list is refused with `bad-cursor`.',
].join('\n\n');

const securitySchemes = {
  basic: {
    type: 'http',
    scheme: 'basic',
    description: 'DASHBOARD_PASSWORD with any user name, or the name and password of a person.',
  },
  token: {
    type: 'http',
    scheme: 'bearer',
    description: 'A token of `docketmail token add`, or DASHBOARD_TOKEN.',
  },
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'docketmail-session',
    description: 'Of a person who signed in with the form; with the prefix `__Host-` by https.',
  },
} as const;

/** What every operation may answer, by what it takes. */
function refusalsOf({ method, body, refusals = [], takesIfMatch }: Operation): ProblemCode[] {
  return [
    'unauthenticated',
    'forbidden',
    'too-many-attempts',
    'internal',
    'invalid-request',
    ...(method === 'get' ? [] : (['foreign-site', 'too-large'] as const)),
    ...(body === undefined ? [] : (['unreadable', 'unsupported-media-type'] as const)),
    ...(takesIfMatch === true ? (['precondition-failed'] as const) : []),
    ...refusals,
  ];
}

export function describeApi(operations: readonly Operation[]): OpenApi {
  const schemas: Record<string, JsonSchema> = {};
  const responses: Record<string, DescribedResponse> = {};
  const schemaOf = schemaWriter(schemas);
  const paths: Record<string, Record<string, DescribedOperation>> = {};
  for (const one of operations) (paths[one.path] ??= {})[one.method] = describe(one, { schemaOf, responses });
  return {
    openapi: '3.1.0',
    info: { title: 'docketmail', version: '2', description: about },
    servers: [{ url: '/' }],
    tags: Object.entries(tags).map(([name, description]) => ({ name, description })),
    paths,
    components: {
      securitySchemes,
      responses: sorted(responses),
      schemas: sorted(schemas),
    },
  };
}

const sorted = <T>(named: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(named).toSorted(([a], [b]) => (a < b ? -1 : 1)));

interface Writing {
  readonly schemaOf: SchemaOf;
  /** Filled as operations are described. */
  readonly responses: Record<string, DescribedResponse>;
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => JsonSchema;

/** Schemas with an id stand once, under components. @throws if one id is two schemas. */
function schemaWriter(components: Record<string, JsonSchema>): SchemaOf {
  return (schema, io) => {
    const written = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    const text = JSON.stringify(written).replaceAll('"#/$defs/', '"#/components/schemas/');
    const {
      $schema: _,
      $defs: defs = {},
      id,
      ...rest
    } = JSON.parse(text) as JsonSchema & {
      readonly $defs?: Record<string, JsonSchema>;
      readonly id?: string;
    };
    const named = { ...defs, ...(id !== undefined && { [id]: rest }) };
    for (const [name, { id: _id, ...one }] of Object.entries(named)) {
      const known = components[name];
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(one))
        throw new Error(`the id ${name} is of two schemas`);
      components[name] = one;
    }
    return id === undefined ? rest : { $ref: `#/components/schemas/${id}` };
  };
}

function describe(one: Operation, { schemaOf, responses }: Writing): DescribedOperation {
  const { id, method, tag, summary, description, body } = one;
  const role = neededFor({ method: method.toUpperCase(), path: routeOf(one) });
  const parameters = parametersOf(one, schemaOf);
  const needs = `Needs the role ${role}.`;
  return {
    operationId: id,
    tags: [tag],
    summary,
    description: description === undefined ? needs : `${description} ${needs}`,
    security: Object.keys(securitySchemes).map((scheme) => ({ [scheme]: [role] })),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && {
      requestBody: {
        required: !body.safeParse({}).success,
        content: { 'application/json': { schema: schemaOf(body, 'input') } },
      },
    }),
    responses: responsesOf(one, { schemaOf, responses }),
  };
}

function parametersOf({ params, query, takesIfMatch }: Operation, schemaOf: SchemaOf) {
  const within = (schema: z.ZodType | undefined, place: 'path' | 'query') => {
    if (schema === undefined) return [];
    const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
      readonly properties?: Readonly<Record<string, JsonSchema>>;
      readonly required?: readonly string[];
    };
    return Object.entries(properties).map(([name, { description, ...rest }]) => ({
      name,
      in: place,
      required: required.includes(name),
      ...(typeof description === 'string' && { description }),
      schema: rest,
    }));
  };
  return [
    ...within(params, 'path'),
    ...within(query, 'query'),
    ...(takesIfMatch === true
      ? [
          {
            name: 'If-Match',
            in: 'header' as const,
            required: false,
            description: 'The ETag that was seen: 412 if there is a newer revision.',
            schema: { type: 'string', pattern: '^(?:\\*|"[0-9]{1,15}")$' },
          },
        ]
      : []),
  ];
}

function responsesOf(one: Operation, { schemaOf, responses }: Writing): DescribedOperation['responses'] {
  const [mediaType = 'application/json'] = (one.mediaType ?? 'application/json').split(';');
  const good: DescribedResponse = {
    description: one.says,
    ...(one.headers !== undefined && { headers: headersOf(one.headers) }),
    content: { [mediaType]: { schema: schemaOf(one.answer, 'output') } },
  };
  const refused = [...Map.groupBy(refusalsOf(one), (code) => problems[code].status)].map(
    ([status, codes]) => {
      const name = codes.join('.');
      responses[name] = {
        description: codes.map((code) => `\`${code}\`: ${problems[code].title}`).join('. '),
        ...(status === 429 && { headers: headersOf({ 'Retry-After': 'Seconds to wait.' }) }),
        content: { [problemType]: { schema: schemaOf(problemShape, 'output') } },
      };
      return [String(status), { $ref: `#/components/responses/${name}` }] as const;
    },
  );
  return { 200: good, ...Object.fromEntries(refused) };
}

const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(
    Object.entries(headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );
