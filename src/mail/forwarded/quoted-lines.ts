import { withoutInvisible } from '../../mime/character-folding.ts';

/** One line of a text body. */
export interface QuotedLine {
  /** As received. */
  readonly raw: string;
  /** Number of leading `>`. */
  readonly depth: number;
  /** Without quote marks, invisible characters and surrounding white space; "" for a blank line. */
  readonly text: string;
}

/** Clients print no longer line around a forward, except a list of recipients. The rest of a line is ignored. */
const MAX_READ_CHARS = 8_000;

/** Where the text after up to `depth` quote marks begins, and how many marks there are. One blank may follow each mark. */
function readQuoteMarks(raw: string, depth: number): { readonly start: number; readonly depth: number } {
  let start = 0;
  let found = 0;
  let index = 0;
  while (found < depth) {
    while (index < start + 3 && (raw[index] === ' ' || raw[index] === '\ufeff')) index += 1;
    if (raw[index] !== '>') break;
    found += 1;
    start = index + 1;
    index = start;
  }
  if (found > 0 && raw[start] === ' ') start += 1;
  return { start, depth: found };
}

export function readLines(text: string): QuotedLine[] {
  // Checked once: nearly every text has none of them.
  const isClean = withoutInvisible(text) === text;
  return text.split('\n').map((raw) => {
    const first = raw.charCodeAt(0);
    const mayBeQuoted = first === 0x3e || first === 0x20 || first === 0xfeff;
    const { start, depth } = mayBeQuoted
      ? readQuoteMarks(raw, Number.POSITIVE_INFINITY)
      : { start: 0, depth: 0 };
    const read = raw.slice(start, start + MAX_READ_CHARS);
    return { raw, depth, text: (isClean ? read : withoutInvisible(read)).trim() };
  });
}

/** The lines without up to `depth` levels of quoting, joined, without blank lines at both ends. */
export function joinUnquoted(lines: readonly QuotedLine[], depth: number): string {
  let first = 0;
  let last = lines.length;
  while (first < last && lines[first]?.text === '') first += 1;
  while (last > first && lines[last - 1]?.text === '') last -= 1;
  return lines
    .slice(first, last)
    .map(({ raw }) => (depth === 0 ? raw : raw.slice(readQuoteMarks(raw, depth).start)))
    .join('\n')
    .replaceAll('\r', '')
    .trim();
}

/** Removes the white space that all lines share: Outlook for Mac indents what it quotes. */
export function withoutIndent(text: string): string {
  const lines = text.split('\n');
  let indent = Number.POSITIVE_INFINITY;
  for (const [index, line] of lines.entries()) {
    if (index === 0 || line.trim() === '') continue;
    let width = 0;
    while (width < line.length && width < indent && line[width] === ' ') width += 1;
    indent = Math.min(indent, width);
  }
  if (!Number.isFinite(indent) || indent === 0) return text;
  return lines.map((line, index) => (index === 0 ? line : line.slice(indent))).join('\n');
}
