import type { ParsedMessage } from '../../src/mime/parsed-message.ts';

type Golden = Omit<ParsedMessage, 'headers' | 'html' | 'nested'> & { readonly nested: readonly Golden[] };

/**
 * The content of a golden file: all facts except the header list, which repeats the file, and the sanitised HTML, which has its own
 * tests.
 */
export function toGolden(message: ParsedMessage): Golden {
  const { headers: _headers, html: _html, nested, ...facts } = message;
  return { ...facts, nested: nested.map(toGolden) };
}
