import { findAttribution } from './attribution.ts';

/** "AM> Could you come?": The Bat!, Becky! and readers of news set the initials of who is quoted before the mark. */
const INITIALS = /^\s{0,3}\p{Lu}\p{L}{0,3}>{1,9}(?:\s|$)/u;

/** Lines over which an attribution above may be wrapped. */
const MAX_ABOVE = 3;

/** Whether an attribution ends with the last line with text above `at`. */
function isAttributedAbove(lines: readonly string[], at: number): boolean {
  let last = at - 1;
  while (last >= 0 && at - last <= MAX_ABOVE && (lines[last] ?? '').trim() === '') last -= 1;
  if (last < 0 || !/[:：]\s{0,9}$/u.test((lines[last] ?? '').slice(-200))) return false;
  for (let first = last; first >= 0 && last - first < MAX_ABOVE; first -= 1)
    if (findAttribution(lines.slice(first, last + 1), 0)?.last === last - first) return true;
  return false;
}

/** Which lines are quoted by initials. The first such line follows an attribution ("… you wrote:"); without one, "A> 3 bar" is text. */
export function quotedByInitials(lines: readonly string[]): ReadonlySet<number> {
  const quoted = new Set<number>();
  for (const [at, line] of lines.entries())
    if (INITIALS.test(line) && (quoted.size > 0 || isAttributedAbove(lines, at))) quoted.add(at);
  return quoted;
}
