import { readSeparator } from './forward-separator.ts';
import type { Label } from './forward-words.ts';
import { readLabelledLine } from './header-label.ts';
import { isSentFromLine } from '../reply/sent-from-line.ts';

/** A longer line is not the header block of one message. */
const MAX_LINE_CHARS = 2_000;
/** Lines looked at: clients print one such line per message of a thread. */
const MAX_JOINED_LINES = 50;

/** No label of the tables is longer, in characters and in words. */
const MAX_LABEL_CHARS = 24;
const MAX_LABEL_WORDS = 3;
/** How far before a label a time joined to it may begin, including its zone name. */
const MAX_TIME_CHARS = 48;

/** "09:26:50 AM EST", "9:26:50 SEČ", "09:26:50 GMT+1": a time and its zone at the end of the text. */
const endsInTime =
  /\p{Nd}{1,2}[:.h時]\p{Nd}{2}(?:[:.]\p{Nd}{2})?(?:[^\p{Nd}<>@:]{0,20}|\s?\[?(?:GMT|UTC)[+-]\p{Nd}{1,2}(?::?\p{Nd}{2})?\]?)$/u;

interface FoundLabel extends Label {
  readonly start: number;
  /** The first character of its value. */
  readonly end: number;
  readonly word: string;
}

/** The label that begins at `start` and ends in a colon. */
function readClosedLabel(text: string, start: number): FoundLabel | null {
  const near = text.slice(start, start + MAX_LABEL_CHARS);
  const colon = near.search(/[:：]/u);
  if (colon <= 0) return null;
  const word = near.slice(0, colon).trim();
  const labelled = readLabelledLine(`${word}:`);
  return labelled === null
    ? null
    : { field: labelled.field, languages: labelled.languages, word, start, end: start + colon + 1 };
}

/** The same without a colon, as Yahoo prints some: "Dw Eva Holm <…>". */
function readOpenLabel(text: string, start: number): FoundLabel | null {
  const words = text.slice(start, start + MAX_LABEL_CHARS).split(' ', MAX_LABEL_WORDS + 1);
  for (let count = Math.min(MAX_LABEL_WORDS, words.length - 1); count > 0; count -= 1) {
    const word = words.slice(0, count).join(' ');
    const labelled = /[:：]/u.test(word) ? null : readLabelledLine(`${word}:`);
    if (labelled !== null)
      return {
        field: labelled.field,
        languages: labelled.languages,
        word,
        start,
        end: start + word.length,
      };
  }
  return null;
}

/** A label begins with a capital, or in a script without capitals; only after a time may it be joined to a word. */
function readLabelAt(text: string, start: number): FoundLabel | null {
  if (!/\p{Lu}|\p{Lo}/u.test(text.charAt(start))) return null;
  const isGlued = /[\p{L}\p{M}]/u.test(text.charAt(start - 1));
  const isBehindTime = (): boolean => endsInTime.test(text.slice(Math.max(0, start - MAX_TIME_CHARS), start));
  const closed = readClosedLabel(text, start);
  if (closed !== null) return isGlued && !isBehindTime() ? null : closed;
  const open = readOpenLabel(text, start);
  if (open === null) return null;
  return (!isGlued && />\s?$/u.test(text.slice(Math.max(0, start - 2), start))) || isBehindTime()
    ? open
    : null;
}

/** Puts the labels of one line on lines of their own, each field once, all in a language of the first. */
function splitLabels(text: string): string {
  if (readLabelAt(text, 0) === null) return text;
  const met = new Set<string>();
  let languages: ReadonlySet<string> | null = null;
  const parts: string[] = [];
  let label = '';
  let from = 0;
  for (let start = 0; start < text.length; start += 1) {
    const found = readLabelAt(text, start);
    if (found === null || met.has(found.field)) continue;
    const common: ReadonlySet<string> = new Set(
      [...found.languages].filter((language) => languages?.has(language) ?? true),
    );
    if (common.size === 0) continue;
    languages = common;
    met.add(found.field);
    if (label !== '') parts.push(`${label}: ${text.slice(from, start).trim()}`);
    ({ word: label, end: from } = found);
    start = from - 1;
  }
  return [...parts, `${label}: ${text.slice(from).trim()}`].join('\n');
}

const isStroke = (character: string | undefined): boolean =>
  character === '-' || character === '_' || character === '=';

/** Where the run of strokes from `start` ends, or -1 if there are fewer than three. */
function endOfStrokes(line: string, start: number): number {
  let end = start;
  while (isStroke(line[end])) end += 1;
  return end - start < 3 ? -1 : end;
}

/** "----- Original message -----" and the rest of its line. */
function splitMark(line: string): { readonly mark: string; readonly rest: string } | null {
  const start = line.length - line.trimStart().length;
  const words = endOfStrokes(line, start);
  if (words < 0) return null;
  let close = words;
  while (close < line.length && !isStroke(line[close])) close += 1;
  const end = endOfStrokes(line, close);
  return end < 0 ? null : { mark: line.slice(start, end), rest: line.slice(end).trim() };
}

/** No app's sent-from line is longer. */
const MAX_SENT_FROM_CHARS = 90;

/** "YesSent from my phone": puts the sender's words and the sent-from line on separate lines. */
function splitSentFrom(line: string): string {
  for (let at = Math.max(1, line.length - MAX_SENT_FROM_CHARS); at < line.length; at += 1)
    if (/^[^\s\p{Lu}][\p{Lu}\p{Lo}]$/u.test(line.slice(at - 1, at + 1)) && isSentFromLine(line.slice(at)))
      return `${line.slice(0, at)}\n${line.slice(at)}`;
  return line;
}

/**
 * Samsung and Yahoo lose the line breaks of a header block in their plain text: "----- Original message -----From: … Date: … To:
 * …". Splits such a line back into its lines, and a sent-from line right above from the text joined to it; other lines stay.
 */
export function splitJoinedHeads(text: string): string {
  let joined = 0;
  const lines = text.split('\n');
  for (const [at, line] of lines.entries()) {
    if (joined >= MAX_JOINED_LINES) break;
    if (line.length > MAX_LINE_CHARS || !/[:：]/u.test(line)) continue;
    const parts = splitMark(line);
    if (parts === null || readLabelledLine(parts.rest)?.field !== 'from') continue;
    const separator = readSeparator(parts.mark);
    if (separator === null || separator === 'end') continue;
    joined += 1;
    lines[at] = `${parts.mark}\n${splitLabels(parts.rest)}`;
    if (at > 0) lines[at - 1] = splitSentFrom(lines[at - 1] ?? '');
  }
  return joined === 0 ? text : lines.join('\n');
}
