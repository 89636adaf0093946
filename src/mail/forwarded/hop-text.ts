import { findBoundary, type Boundary } from './forward-boundary.ts';
import { isEndMark, isRule, readSeparator } from './forward-separator.ts';
import { joinUnquoted, withoutIndent, type QuotedLine } from './quoted-lines.ts';

/** Where the inner message ends: at its client's closing mark, or at the end of the quote. */
export function endOfHop(lines: readonly QuotedLine[], boundary: Boundary, limit: number): number {
  const start = boundary.head.end;
  let end = limit;
  for (let index = limit - 1; index >= start; index -= 1)
    if (isEndMark(lines[index]?.text ?? '')) {
      end = index;
      break;
    }
  let quoteEnd = end;
  while (quoteEnd > start && (lines[quoteEnd - 1]?.depth ?? 0) < boundary.head.depth) quoteEnd -= 1;
  // If only the header block is quoted, the text after it is not.
  const isEmpty = lines.slice(start, quoteEnd).every(({ text }) => text === '');
  return isEmpty ? end : quoteEnd;
}

/** Zoho prints its separator above and below the header block, others a rule or a mark ("8<") of their own below it. */
function skipRepeatedSeparator(lines: readonly QuotedLine[], start: number, end: number): number {
  if (isRule(lines[start]?.text ?? '') && start < end) return start + 1;
  let index = start;
  while (index < end && lines[index]?.text === '') index += 1;
  const text = lines[index]?.text ?? '';
  const separator = index < end ? readSeparator(text) : null;
  if (separator === 'original' && /8<|>8/u.test(text)) return index + 1;
  if (separator !== 'forward') return start;
  return findBoundary({ lines, start: index, limit: Math.min(end, index + 8), minStrength: 2 })?.at === index
    ? start
    : index + 1;
}

/** KMail closes a forward with just a rule. */
function withoutClosingRule(lines: readonly QuotedLine[], boundary: Boundary): readonly QuotedLine[] {
  const last = lines.findLastIndex(({ text }) => text !== '');
  return boundary.separator === 'forward' && /^-{30,}$/u.test(lines[last]?.text ?? '')
    ? lines.slice(0, last)
    : lines;
}

/** Some clients quote the inner message below a header block that is not quoted. */
function unquotedText(lines: readonly QuotedLine[], head: Boundary['head']): string {
  let depth = Number.POSITIVE_INFINITY;
  for (const line of lines) if (line.text !== '') depth = Math.min(depth, line.depth);
  const text = joinUnquoted(lines, Number.isFinite(depth) ? Math.max(depth, head.depth) : head.depth);
  return head.kind === 'block' ? text : withoutIndent(text);
}

/** The text of the inner message, whose lines end before `end`. */
export function textOfHop(input: {
  readonly lines: readonly QuotedLine[];
  readonly boundary: Boundary;
  readonly end: number;
}): string {
  const { lines, boundary, end } = input;
  const start = skipRepeatedSeparator(lines, boundary.head.end, end);
  return unquotedText(withoutClosingRule(lines.slice(start, end), boundary), boundary.head);
}
