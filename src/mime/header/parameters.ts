import { cleanText, decodeText } from '../charset/charset.ts';
import { decodeEncodedWords } from '../charset/encoded-words.ts';

/** A structured value such as Content-Type: its first token and its parameters (RFC 2045 §5.1, RFC 2231). */
export interface Parameterised {
  /** Lower-cased, without comments and white space. */
  readonly value: string;
  /** Names lower-cased. Continuations joined, charsets and encoded words decoded. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A real header has a handful; 2231 continuations of a long name some dozens. */
const maxParameters = 200;
const maxCommentDepth = 50;

function skipComment(text: string, start: number): number {
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\') index += 1;
    else if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    if (depth === 0 || depth > maxCommentDepth) return index + 1;
  }
  return text.length;
}

/** `"the "big" one.pdf"`: inner quotes without escapes. Where the value really ends, -1 if it ends at `close`. */
function endOfLooseQuotes(text: string, close: number): number {
  const semicolon = text.indexOf(';', close);
  const rest = text.slice(close, semicolon < 0 ? text.length : semicolon).trimEnd();
  return rest.length > 2 && rest.endsWith('"') && !/=\s{0,9}"/u.test(rest) ? close + rest.length - 1 : -1;
}

/** `""a.pdf""`: quoted by the program that made the name, and again by the one that wrote the header. */
function readDoubled(text: string, start: number): { readonly value: string; readonly end: number } | null {
  const doubled = /^""([^";]{1,998})""/u.exec(text.slice(start, start + 1_002));
  return doubled?.[1] === undefined ? null : { value: doubled[1], end: start + doubled[0].length };
}

/** Null if the quote is never closed. */
function readQuoted(text: string, start: number): { readonly value: string; readonly end: number } | null {
  const output: string[] = [];
  for (let index = start + 1; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '"') {
      const end = endOfLooseQuotes(text, index);
      if (end < 0) return { value: output.join(''), end: index + 1 };
      return { value: output.join('') + text.slice(index, end), end: end + 1 };
    }
    const next = text[index + 1];
    // Only quotes and backslashes are unescaped: clients do not double the backslashes of Windows paths.
    if (character === '\\' && (next === '"' || next === '\\')) {
      output.push(next);
      index += 1;
    } else {
      output.push(character);
    }
  }
  return null;
}

/** Up to the next `;`, skipping comments; a quoted string only counts at the start of the value. */
function readValue(text: string, start: number): { readonly value: string; readonly end: number } {
  let index = start;
  while (index < text.length && /\s/u.test(text[index] ?? '')) index += 1;
  if (text[index] === '"') {
    const quoted = readDoubled(text, index) ?? readQuoted(text, index);
    if (quoted !== null) {
      const end = text.indexOf(';', quoted.end);
      return { value: quoted.value, end: end < 0 ? text.length : end };
    }
    index += 1;
  }
  const output: string[] = [];
  let after = ' ';
  while (index < text.length && text[index] !== ';') {
    const character = text[index] ?? '';
    if (character === '(' && /\s/u.test(after)) {
      index = skipComment(text, index);
      continue;
    }
    output.push(character);
    after = character;
    index += 1;
  }
  return { value: output.join('').trim(), end: index };
}

function percentBytes(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let length = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    const code =
      bytes[index] === 0x25
        ? Number.parseInt(bytes.toString('latin1', index + 1, index + 3), 16)
        : Number.NaN;
    if (Number.isNaN(code) || !/^[\da-f]{2}$/iu.test(bytes.toString('latin1', index + 1, index + 3))) {
      bytes[length++] = bytes[index] ?? 0;
    } else {
      bytes[length++] = code;
      index += 2;
    }
  }
  return bytes.subarray(0, length);
}

interface Section {
  readonly order: number;
  readonly encoded: boolean;
  readonly value: string;
}

function joinSections(sections: readonly Section[]): string {
  const ordered = sections.toSorted((left, right) => left.order - right.order);
  let charset: string | null = null;
  const pieces = ordered.map((section, index) => {
    if (!section.encoded) return Buffer.from(section.value, 'utf8');
    let { value } = section;
    const prefix = index === 0 ? /^([^']{0,40})'[^']{0,40}'/u.exec(value) : null;
    if (prefix !== null) {
      charset = prefix[1] === '' ? null : (prefix[1] ?? null);
      value = value.slice(prefix[0].length);
    }
    return percentBytes(value);
  });
  return decodeText({ bytes: Buffer.concat(pieces), label: charset }).text;
}

/** Single quotes mean nothing in MIME, but people who write headers by hand think so; in a boundary they are in the delimiter too. */
function withoutSingleQuotes(name: string, value: string): string {
  const quoted = value.length > 2 && value.startsWith("'") && value.endsWith("'");
  return quoted && name !== 'boundary' ? value.slice(1, -1) : value;
}

/** `attachment filename=…`, `attachment, filename=…` and a bare `filename=…`: the text before the first parameter. */
const valueWithoutSemicolon =
  /^\s{0,20}([^\s;,="(]{0,200}(?:[\s,]{1,20}|(?<=^\s{0,20})))(?=[a-z][a-z0-9*_-]{0,40}\s{0,9}=)/iu;

function readFirst(text: string): { readonly value: string; readonly end: number } {
  const loose = valueWithoutSemicolon.exec(text.slice(0, 500));
  // The position before the parameter counts as its semicolon.
  if (loose !== null) return { value: (loose[1] ?? '').replaceAll(',', ''), end: loose[0].length - 1 };
  return readValue(text, 0);
}

function joinParameters(raw: readonly (readonly [string, string])[]): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const sections = new Map<string, Section[]>();
  for (const [name, value] of raw) {
    const extended = /^([^*]{1,60})\*(\d{1,4})?(\*)?$/u.exec(name);
    if (extended?.[1] === undefined) {
      // RFC 2045 allows no duplicates; most readers take the first. RFC 2047 forbids encoded words here, but clients write them.
      if (!parameters.has(name)) parameters.set(name, decodeEncodedWords(withoutSingleQuotes(name, value)));
      continue;
    }
    const list = sections.get(extended[1]) ?? [];
    list.push({
      order: Number(extended[2] ?? 0),
      encoded: extended[3] !== undefined || extended[2] === undefined,
      value,
    });
    sections.set(extended[1], list);
  }
  // RFC 2231 and RFC 6266 §4.3: the extended form wins over the plain one.
  for (const [name, list] of sections)
    parameters.set(name, decodeEncodedWords(cleanText(joinSections(list))));
  return parameters;
}

/** Reads `text/plain; charset="utf-8"; name*0*=…`. Tolerates spaces, comments, missing quotes and extra semicolons. Linear. */
export function readParameterised(text: string): Parameterised {
  const first = readFirst(text);
  const raw: (readonly [string, string])[] = [];
  let index = first.end;
  while (index < text.length && raw.length < maxParameters) {
    index += 1;
    while (index < text.length && /[\s;]/u.test(text[index] ?? '')) index += 1;
    if (text[index] === '(') index = skipComment(text, index);
    const equals = text.indexOf('=', index);
    const semicolon = text.indexOf(';', index);
    if (equals < 0) break;
    if (semicolon >= 0 && semicolon < equals) {
      index = semicolon;
      continue;
    }
    const name = text
      .slice(index, Math.min(equals, index + 200))
      .replaceAll(/\s/gu, '')
      .toLowerCase();
    const value = readValue(text, equals + 1);
    if (name !== '') raw.push([name, value.value]);
    index = value.end;
  }
  return { value: first.value.replaceAll(/\s/gu, '').toLowerCase(), parameters: joinParameters(raw) };
}
