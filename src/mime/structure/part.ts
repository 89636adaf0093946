import { fieldText } from '../header/headers.ts';
import type { Field } from '../header/headers.ts';
import { readParameterised } from '../header/parameters.ts';
import { decodeEncodedWords } from '../charset/encoded-words.ts';

/** One MIME entity as its header announces it (RFC 2045, RFC 2183). */
export interface Part {
  readonly parent: Part | null;
  /** Position among its siblings, from 0. */
  readonly index: number;
  readonly depth: number;
  readonly fields: readonly Field[];
  /** Lower-cased `type/subtype`; `text/plain` if absent or unreadable (RFC 2045 §5.2). */
  readonly contentType: string;
  readonly parameters: ReadonlyMap<string, string>;
  /** Lower-cased, null if absent. */
  readonly disposition: string | null;
  /** As in the header, decoded but not yet safe. */
  readonly filename: string | null;
  /** Lower-cased Content-Transfer-Encoding, "7bit" if absent. */
  readonly encoding: string;
  /** Without angle brackets. */
  readonly contentId: string | null;
  readonly kind: 'multipart' | 'message' | 'leaf';
}

const typePattern = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+*-]{1,127}$/u;

function firstField(fields: readonly Field[], name: string): string | null {
  const field = fields.find((candidate) => candidate.name === name);
  if (field === undefined) return null;
  const { text } = fieldText(field.value, null);
  // RFC 2047 §5 forbids it here, but gateways encode the whole value.
  return text.startsWith('=?') ? decodeEncodedWords(text) : text;
}

export function isEncoded(part: Pick<Part, 'encoding'>): boolean {
  return (
    part.encoding === 'base64' ||
    part.encoding === 'quoted-printable' ||
    part.encoding === 'x-uuencode' ||
    part.encoding === 'uuencode'
  );
}

export function isMessageType(part: Pick<Part, 'contentType'>): boolean {
  return part.contentType === 'message/rfc822' || part.contentType === 'message/global';
}

function kindOf(contentType: string, encoding: string): Part['kind'] {
  if (contentType.startsWith('multipart/')) return 'multipart';
  return isMessageType({ contentType }) && !isEncoded({ encoding }) ? 'message' : 'leaf';
}

function readContentType(
  raw: string | null,
  fallback: string,
): { readonly type: string; readonly parameters: ReadonlyMap<string, string> } {
  if (raw === null) return { type: fallback, parameters: new Map() };
  const { value, parameters } = readParameterised(raw);
  if (typePattern.test(value)) return { type: value, parameters };
  // RFC 2045 §5.2: an unreadable type is plain text; but a bare "html" or "pdf" is text only if it says so.
  if (value === 'html') return { type: 'text/html', parameters };
  return { type: parameters.has('boundary') ? 'multipart/mixed' : fallback, parameters };
}

/** Known encodings under names that programs use: `base-64`, `quoted/printable`. */
function readEncoding(raw: string | null): string {
  const { value } = readParameterised(raw ?? '7bit');
  const characters = value.replaceAll(/[^a-z0-9]/gu, '');
  if (characters === 'quotedprintable') return 'quoted-printable';
  return characters === 'base64' ? characters : value;
}

function readFilename(
  disposition: ReadonlyMap<string, string>,
  type: ReadonlyMap<string, string>,
): string | null {
  const names = [
    disposition.get('filename'),
    disposition.get('name'),
    type.get('name'),
    type.get('filename'),
  ];
  return names.find((name) => name !== undefined && name.trim() !== '') ?? null;
}

/** Reads what the fields of an entity say about its body. `multipart/digest` makes message/rfc822 the default of its parts. */
export function readPart(input: {
  readonly fields: readonly Field[];
  readonly parent: Part | null;
  readonly index: number;
}): Part {
  const { fields, parent, index } = input;
  const fallback = parent?.contentType === 'multipart/digest' ? 'message/rfc822' : 'text/plain';
  const { type, parameters } = readContentType(firstField(fields, 'content-type'), fallback);
  const rawDisposition = firstField(fields, 'content-disposition');
  const disposition = rawDisposition === null ? null : readParameterised(rawDisposition);
  const encoding = readEncoding(firstField(fields, 'content-transfer-encoding'));
  const contentId = firstField(fields, 'content-id')?.replaceAll(/[<>\s]/gu, '') ?? '';
  return {
    parent,
    index,
    depth: parent === null ? 0 : parent.depth + 1,
    fields,
    contentType: type,
    parameters,
    disposition: disposition === null || disposition.value === '' ? null : disposition.value,
    filename: readFilename(disposition?.parameters ?? new Map(), parameters),
    encoding,
    contentId: contentId === '' ? null : contentId,
    kind: kindOf(type, encoding),
  };
}
