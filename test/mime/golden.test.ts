import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseMessage } from '../../src/mime/parse.ts';
import { toGolden } from './golden.ts';

const folder = join(import.meta.dirname, '../fixtures/mail');
const traits = readdirSync(folder)
  .filter((name) => name.endsWith('.eml'))
  .map((name) => name.slice(0, -'.eml'.length));

function withLineEnds(raw: Buffer, lineEnd: '\n' | '\r\n'): Buffer {
  return Buffer.from(raw.toString('latin1').replaceAll('\r\n', '\n').replaceAll('\n', lineEnd), 'latin1');
}

describe.each(traits)('%s', (trait) => {
  const raw = readFileSync(join(folder, `${trait}.eml`));
  const expected: unknown = JSON.parse(readFileSync(join(folder, `${trait}.json`), 'utf8'));

  it.each([
    ['LF', '\n'],
    ['CRLF', '\r\n'],
  ] as const)('is read as its golden says, with %s', async (_name, lineEnd) => {
    expect(toGolden(await parseMessage({ raw: withLineEnds(raw, lineEnd) }))).toEqual(expected);
  });
});
