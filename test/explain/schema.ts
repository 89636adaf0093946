import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';

const schema: object = JSON.parse(readFileSync(new URL('explain.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** The errors of one parsed line of `explain --json`, each as path and reason; empty if none. */
export function explainProblems(line: unknown): readonly string[] {
  if (validate(line)) return [];
  return (validate.errors ?? []).map(({ instancePath, message, params }) =>
    `${instancePath || '/'} ${message ?? ''} ${JSON.stringify(params)}`.trim(),
  );
}
