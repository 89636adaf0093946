import type { ParseBudget } from '../budget.ts';
import type { ParseLimits } from '../limits.ts';
import type { MessageDraft } from '../structure/message-draft.ts';

/** Where to cut a text so that it has at most this many of a mark, and how many it then has. */
interface Cut {
  readonly end: number;
  readonly count: number;
}

const feed = 0x0a;
const carriageReturn = 0x0d;
const tagStart = 0x3c;

function cutAfter(text: string, most: number, isMark: (code: number, at: number) => boolean): Cut {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (!isMark(text.charCodeAt(at), at)) continue;
    if (count >= most) return { end: at, count };
    count += 1;
  }
  return { end: text.length, count };
}

/** CR, LF and CRLF each end one line. */
function cutLines(text: string, most: number): Cut {
  if (!text.includes('\r')) return cutCounted(text, { most, count: countOf(text, '\n'), isMark: isFeed });
  return cutAfter(
    text,
    most,
    (code, at) => code === feed || (code === carriageReturn && text.charCodeAt(at + 1) !== feed),
  );
}

const cutMarks = (text: string, most: number): Cut =>
  cutCounted(text, {
    most,
    count: countOf(text, '<') + countOf(text, '\n'),
    isMark: (code) => code === tagStart || code === feed,
  });

const isFeed = (code: number): boolean => code === feed;

/** Only what has too many is looked at character by character. */
function cutCounted(
  text: string,
  {
    most,
    count,
    isMark,
  }: { readonly most: number; readonly count: number; readonly isMark: (code: number) => boolean },
): Cut {
  return count <= most ? { end: text.length, count } : cutAfter(text, most, isMark);
}

function countOf(text: string, mark: string): number {
  let count = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) count += 1;
  return count;
}

/** A text with pasted files, whose lines do not count, may have more lines than are kept. */
const maxRawLines = 300_000;

/** Limits a text before any other step: the number of its lines can then hurt none of them. */
export function precut(text: string): string {
  if (text.length <= maxRawLines) return text;
  const { end } = cutLines(text, maxRawLines);
  return end < text.length ? text.slice(0, end) : text;
}

interface Bounds {
  readonly draft: MessageDraft;
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
}

/** Limits a text by its lines. What is left out becomes a warning. Called before anything splits the text. */
export function boundLines(text: string, { draft, limits, budget }: Bounds): string {
  const { end, count } = cutLines(text, budget.left('textLines'));
  budget.take('textLines', count);
  if (end < text.length) draft.warn('text-too-long', `over ${limits.maxAllTextLines} lines`);
  return end < text.length ? text.slice(0, end) : text;
}

/** Limits HTML by its characters, tags and line ends. */
export function boundHtml(html: string, { draft, limits, budget }: Bounds): string {
  let bounded = html;
  if (html.length > limits.maxHtmlChars) {
    draft.warn('html-too-long', `over ${limits.maxHtmlChars} characters`);
    bounded = html.slice(0, limits.maxHtmlChars);
  }
  const { end, count } = cutMarks(bounded, budget.left('htmlMarks'));
  budget.take('htmlMarks', count);
  if (end < bounded.length) draft.warn('html-too-long', `over ${limits.maxAllHtmlMarks} tags and lines`);
  return end < bounded.length ? bounded.slice(0, end) : bounded;
}
