import { readSeparator } from './forward-separator.ts';
import { readLabelledLine } from './header-label.ts';

/** Longer is no header block of one message. */
const MAX_LINE_CHARS = 2_000;
/** Lines looked at: clients print one such line for each message of a thread. */
const MAX_JOINED_LINES = 50;

/** "From:", not "from:", at the beginning of a word or glued to what is before it. */
const labelLike = /(?<![\p{Ll}\p{M}])\p{Lu}[\p{L}\p{M}]{0,14}(?:\s[\p{L}\p{M}]{1,10})?\s?:(?=\s|$)/gu;

/** The labels of one line become lines of their own, each field once, all in a language of the first. */
function splitLabels(text: string): string {
  const met = new Set<string>();
  let languages: ReadonlySet<string> | null = null;
  const parts: string[] = [];
  let from = 0;
  for (const match of text.matchAll(labelLike)) {
    const labelled = readLabelledLine(match[0]);
    if (labelled === null || met.has(labelled.field)) continue;
    languages ??= labelled.languages;
    if (![...labelled.languages].some((language) => languages?.has(language))) continue;
    met.add(labelled.field);
    if (match.index > 0) parts.push(text.slice(from, match.index).trim());
    from = match.index;
  }
  return [...parts, text.slice(from)].join('\n');
}

const isStroke = (letter: string | undefined): boolean => letter === '-' || letter === '_' || letter === '=';

/** Where the run of strokes ends that begins at `start` or, where none of three does there, -1. */
function endOfStrokes(line: string, start: number): number {
  let end = start;
  while (isStroke(line[end])) end += 1;
  return end - start < 3 ? -1 : end;
}

/** "----- Original message -----" and what stands behind it on its line. */
function partMark(line: string): { readonly mark: string; readonly rest: string } | null {
  const start = line.length - line.trimStart().length;
  const words = endOfStrokes(line, start);
  if (words < 0) return null;
  let close = words;
  while (close < line.length && !isStroke(line[close])) close += 1;
  const end = endOfStrokes(line, close);
  return end < 0 ? null : { mark: line.slice(start, end), rest: line.slice(end).trim() };
}

/**
 * Samsung and Yahoo lose the line breaks of a header block in their plain text: "----- Original message -----From: … Date: … To: …".
 * Such a line is parted into the lines that it was; every other one stays.
 */
export function partJoinedHeads(text: string): string {
  let joined = 0;
  const lines = text.split('\n').map((line) => {
    if (joined >= MAX_JOINED_LINES || line.length > MAX_LINE_CHARS || !line.includes(':')) return line;
    const parts = partMark(line);
    if (parts === null || readLabelledLine(parts.rest)?.field !== 'from') return line;
    const separator = readSeparator(parts.mark);
    if (separator === null || separator === 'end') return line;
    joined += 1;
    return `${parts.mark}\n${splitLabels(parts.rest)}`;
  });
  return joined === 0 ? text : lines.join('\n');
}
