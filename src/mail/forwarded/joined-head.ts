import { readSeparator } from './forward-separator.ts';
import { readLabelledLine } from './header-label.ts';
import { isTagline } from '../reply/sent-from-line.ts';

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

/** No app's tagline is longer. */
const MAX_TAGLINE_CHARS = 90;

/** "YesSent from my phone": the sender's words and the tagline behind them, on lines of their own. */
function partTagline(line: string): string {
  for (let at = Math.max(1, line.length - MAX_TAGLINE_CHARS); at < line.length; at += 1)
    if (/^[^\s\p{Lu}][\p{Lu}\p{Lo}]$/u.test(line.slice(at - 1, at + 1)) && isTagline(line.slice(at)))
      return `${line.slice(0, at)}\n${line.slice(at)}`;
  return line;
}

/**
 * Samsung and Yahoo lose the line breaks of a header block in their plain text: "----- Original message -----From: … Date: … To: …".
 * Such a line is parted into the lines that it was, and a tagline from what is glued to it right above; every other one stays.
 */
export function partJoinedHeads(text: string): string {
  let joined = 0;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (joined >= MAX_JOINED_LINES) break;
    if (line.length > MAX_LINE_CHARS || !line.includes(':')) continue;
    const parts = partMark(line);
    if (parts === null || readLabelledLine(parts.rest)?.field !== 'from') continue;
    const separator = readSeparator(parts.mark);
    if (separator === null || separator === 'end') continue;
    joined += 1;
    lines[at] = `${parts.mark}\n${splitLabels(parts.rest)}`;
    if (at > 0) lines[at - 1] = partTagline(lines[at - 1] ?? '');
  }
  return joined === 0 ? text : lines.join('\n');
}
