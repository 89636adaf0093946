/** Requests made from the API's document: valid ones, and ones that it must refuse. */
import type { DescribedOperation, JsonSchema } from '../../src/dashboard/api/document.ts';
import { contract } from './api-contract.ts';

export interface Call {
  /** What is special about it. */
  readonly says: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: readonly (readonly [string, string])[];
  /** Undefined: as the valid one. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: any but a fault of the server. */
  readonly status: number | null;
}

interface Node extends JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
  readonly items?: Node;
  readonly properties?: Readonly<Record<string, Node>>;
  readonly required?: readonly string[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
}

const resolved = (node: Node): Node =>
  node.$ref === undefined ? node : (contract.components.schemas[node.$ref.split('/').at(-1) ?? ''] as Node);

/** One value that the schema allows. */
export function valueOf(given: JsonSchema): unknown {
  const node = resolved(given);
  if (node.examples !== undefined) return node.examples[0];
  if (node.enum !== undefined) return node.enum[0];
  if (node.const !== undefined) return node.const;
  const [choice] = node.anyOf ?? node.oneOf ?? [];
  if (choice !== undefined) return valueOf(choice);
  switch (String([node.type].flat()[0])) {
    case 'object':
      return Object.fromEntries(
        Object.entries(node.properties ?? {}).map(([name, one]) => [name, valueOf(one)]),
      );
    case 'array':
      return node.items === undefined ? [] : [valueOf(node.items)];
    case 'integer':
    case 'number':
      return Math.max(node.minimum ?? 1, 1);
    case 'boolean':
      return false;
    case 'null':
      return null;
    default:
      if (node.format === 'date-time') return '2026-03-02T10:00:00Z';
      if (node.pattern?.includes('[0-9a-f]{24}') === true) return 'f'.repeat(24);
      return 'text of a test'.slice(0, node.maxLength ?? 100);
  }
}

const hostileTexts = [
  '\0',
  '{"$gt":""}',
  '$where',
  '__proto__',
  'constructor',
  '..%2f..%2fetc',
  '%',
  '((((a+)+)+)+)+$',
  '😀'.repeat(50),
  '\u202e\ufeff',
  '\'"<script>',
  '-9007199254740993',
  '1e309',
  'NaN',
  '[object Object]',
];

/** Values that the schema does not allow. */
function wrongTexts(node: Node): string[] {
  const type = [node.type].flat()[0];
  return [
    ...(node.enum === undefined ? [] : ['none of these', '']),
    ...(type === 'integer' ? ['x', '1.5', '', '0x', '1e99', String((node.maximum ?? 2 ** 53) + 1)] : []),
    ...(type === 'integer' ? [String((node.minimum ?? 0) - 1)] : []),
    ...(node.maxLength === undefined ? [] : ['x'.repeat(node.maxLength + 1)]),
    ...((node.minLength ?? 0) > 0 ? [''] : []),
    ...(node.format === 'date-time' ? ['yesterday', '2026-13-45', '2026-03-02', ''] : []),
    ...(node.pattern?.includes('[0-9a-f]{24}') === true ? ['zzz', 'F'.repeat(23)] : []),
  ];
}

export function wrongCalls(operation: DescribedOperation, validBody: unknown): Call[] {
  const { parameters = [] } = operation;
  const required = parameters.flatMap((one) =>
    one.in === 'query' && one.required ? [[one.name, String(valueOf(one.schema))] as const] : [],
  );
  const others = (name: string) => required.filter(([known]) => known !== name);
  const calls: Call[] = [
    { says: 'unknown in the query', query: [...required, ['colour', 'red']], status: 422 },
    ...required.map(([name]) => ({ says: `without ${name}`, query: others(name), status: 422 })),
  ];
  for (const { name, in: place, schema } of parameters) {
    const node = schema as Node;
    if (place === 'path')
      calls.push(
        ...wrongTexts(node)
          .filter(Boolean)
          .map((text) => ({ says: `path ${name}`, params: { [name]: text }, query: required, status: 422 })),
        ...hostileTexts.map((text) => ({
          says: `path ${name} ${JSON.stringify(text)}`,
          params: { [name]: text },
          query: required,
          status: null,
        })),
      );
    if (place !== 'query') continue;
    const first = [name, String(valueOf(node))] as const;
    calls.push(
      { says: `${name} twice`, query: [...others(name), first, first], status: 422 },
      ...wrongTexts(node).map((text) => ({
        says: `${name}=${text.slice(0, 20)}`,
        query: [...others(name), [name, text] as const],
        status: 422,
      })),
      ...hostileTexts.map((text) => ({
        says: `${name}=${JSON.stringify(text)}`,
        query: [...others(name), [name, text] as const],
        // No page gives such a cursor.
        status: name === 'after' && operation.operationId !== 'listEvents' ? 422 : null,
      })),
    );
  }
  return [...calls, ...wrongBodies(operation, validBody)];
}

function wrongBodies({ requestBody }: DescribedOperation, validBody: unknown): Call[] {
  const schema = requestBody?.content['application/json']?.schema;
  if (schema === undefined) return [];
  const node = resolved(schema);
  const valid = validBody as Readonly<Record<string, unknown>>;
  const text = JSON.stringify(valid);
  const deep = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const type = (contentType: string) => ({ headers: { 'content-type': contentType } });
  return [
    { says: 'broken JSON', body: `${text.slice(0, -1)},`, status: 400 },
    { says: 'no JSON', body: '<a/>', status: 400 },
    { says: 'as a form', body: text, ...type('application/x-www-form-urlencoded'), status: 415 },
    { says: 'as text', body: text, ...type('text/plain'), status: 415 },
    { says: 'as almost JSON', body: text, ...type('application/jsonp'), status: 415 },
    { says: 'compressed', body: text, headers: { 'content-encoding': 'gzip' }, status: 415 },
    { says: 'too large', body: JSON.stringify({ ...valid, by: 'x'.repeat(70_000) }), status: 413 },
    { says: 'an array', body: '[]', status: 422 },
    { says: 'null', body: 'null', status: 422 },
    { says: 'a number', body: '1e999', status: 422 },
    { says: 'nested deeply', body: deep, status: 422 },
    { says: 'an unknown field', body: JSON.stringify({ ...valid, colour: 'red' }), status: 422 },
    ...(node.required ?? []).map((name) => {
      const { [name]: _, ...rest } = valid;
      return { says: `without ${name}`, body: JSON.stringify(rest), status: 422 };
    }),
    ...Object.entries(node.properties ?? {}).flatMap(([name, one]) =>
      [{ $gt: '' }, [[]], 1.5, true, 'x'.repeat(10_000), '\0', ''].map((value) => ({
        says: `${name}: ${JSON.stringify(value).slice(0, 20)}`,
        body: JSON.stringify({ ...valid, [name]: value }),
        // Not by its schema alone, where several types are taken.
        status:
          typeof value === 'object' && one.type === 'string' && one.maxLength !== undefined ? 422 : null,
      })),
    ),
  ];
}
