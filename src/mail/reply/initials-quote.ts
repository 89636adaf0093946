import { findAttribution } from './attribution.ts';

/**
 * "AM> Could you come?", "Ann> Could you come?": The Bat!, Becky! and newsreaders put the quoted person's initials or name before
 * the mark.
 */
const INITIALS = /^\s{0,3}(?<who>\p{Lu}\p{L}{0,14})>{1,9}(?:\s|$)/u;
/** Shell prompts, which are not names. */
const PROMPTS: ReadonlySet<string> = new Set([
  'SQL',
  'PS',
  'DOS',
  'CMD',
  'C',
  'D',
  'MySQL',
  'FTP',
  'IRB',
  'PROMPT',
]);
/** A single initial may number a list: then only adjacent lines are quoted. */
const MIN_INITIALS = 2;

/** How many lines an attribution above may wrap over. */
const MAX_ABOVE = 3;

/** Whether the last line with text above `at` ends an attribution. */
function isAttributedAbove(lines: readonly string[], at: number): boolean {
  let last = at - 1;
  while (last >= 0 && at - last <= MAX_ABOVE && (lines[last] ?? '').trim() === '') last -= 1;
  if (last < 0 || !/[:：]\s{0,9}$/u.test((lines[last] ?? '').slice(-200))) return false;
  for (let first = last; first >= 0 && last - first < MAX_ABOVE; first -= 1)
    if (findAttribution(lines.slice(first, last + 1), 0)?.last === last - first) return true;
  return false;
}

/**
 * Which lines are quoted by initials. The first such line follows an attribution ("… you wrote:"), or the same initials are on a
 * second line: right below, or, if longer, anywhere, because a list has different ones on each line. Otherwise "A> 3 bar" is text.
 */
export function quotedByInitials(lines: readonly string[]): ReadonlySet<number> {
  const quoted = new Set<number>();
  const marks = lines.map((line) => INITIALS.exec(line.slice(0, 40))?.groups?.['who'] ?? null);
  const counts = new Map<string, number>();
  for (const who of marks) if (who !== null) counts.set(who, (counts.get(who) ?? 0) + 1);
  const isRepeated = (who: string, at: number): boolean =>
    !PROMPTS.has(who) &&
    (marks[at - 1] === who ||
      marks[at + 1] === who ||
      (who.length >= MIN_INITIALS && (counts.get(who) ?? 0) > 1));
  for (const [at, who] of marks.entries())
    if (who !== null && (quoted.size > 0 || isAttributedAbove(lines, at) || isRepeated(who, at)))
      quoted.add(at);
  return quoted;
}
