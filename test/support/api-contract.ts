/** Whether the API answers as its own document says. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';
import { describeApi } from '../../src/dashboard/api/document.ts';
import type { DescribedOperation, DescribedResponse } from '../../src/dashboard/api/document.ts';
import { operations } from '../../src/dashboard/api/operations.ts';

export const contract = describeApi(operations);

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'contract', ...contract });

/** Without a variable part before with one, as the router prefers. */
const templates = Object.keys(contract.paths)
  .toSorted((a, b) => a.split('{').length - b.split('{').length)
  .map((path) => ({ path, pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/gu, '[^/]+')}$`, 'u') }));

export function operationAt(method: string, path: string): DescribedOperation {
  const at = templates.find(({ path: template, pattern }) => {
    const isIt = pattern.test(path.split('?')[0] ?? path);
    return isIt && contract.paths[template]?.[method] !== undefined;
  });
  const found = at === undefined ? undefined : contract.paths[at.path]?.[method];
  if (found === undefined) throw new Error(`${method} ${path} is not in the document`);
  return found;
}

export function responseOf(operation: DescribedOperation, status: number): DescribedResponse {
  const response = operation.responses[String(status)];
  if (response === undefined) throw new Error(`${operation.operationId} may not answer ${status}`);
  if (!('$ref' in response)) return response;
  const found = contract.components.responses[response.$ref.split('/').at(-1) ?? ''];
  if (found === undefined) throw new Error(`${response.$ref} is described nowhere`);
  return found;
}

/** The document refers to its own schemas. */
const within = (schema: object): object =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"contract#/components/')) as object;

export function problemsOf(schema: object, value: unknown): readonly string[] {
  const validate = ajv.compile(within(schema));
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath}: ${message}`);
}

/** Fails where status, media type or body are not what the document says. */
export function checkAnswer({
  method,
  path,
  response,
  json,
}: {
  readonly method: string;
  readonly path: string;
  readonly response: Response;
  readonly json: unknown;
}): void {
  const described = responseOf(operationAt(method, path), response.status);
  const [mediaType = ''] = (response.headers.get('content-type') ?? '').split(';');
  const schema = described.content[mediaType]?.schema;
  expect([path, mediaType, Object.keys(described.content)]).toEqual([path, mediaType, [mediaType]]);
  const says = problemsOf(schema ?? {}, json);
  expect({ path, status: response.status, says }).toEqual({ path, status: response.status, says: [] });
  if (response.status >= 400) {
    const { code, status } = json as { readonly code: string; readonly status: number };
    expect([path, status, described.description]).toEqual([
      path,
      response.status,
      expect.stringContaining(`\`${code}\``),
    ]);
  }
}
