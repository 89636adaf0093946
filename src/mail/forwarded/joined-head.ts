import { isDecorated, readSeparator } from './forward-separator.ts';
import { readLabelledLine } from './header-label.ts';

/** Longer is no header block of one message. */
const MAX_LINE_CHARS = 2_000;
/** What stands between dashes before the first label. */
const MAX_SEPARATOR_CHARS = 100;
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

/**
 * Samsung and Yahoo lose the line breaks of a header block in their plain text: "----- Original message -----From: … Date: … To: …".
 * Such a line is parted into the lines that it was; every other one stays.
 */
export function partJoinedHeads(text: string): string {
  if (!/^[ >]{0,9}[-_=]{3,40}[^\n]{2,100}[-_=]{3,40} {0,9}\p{Lu}/mu.test(text)) return text;
  let joined = 0;
  return text
    .split('\n')
    .map((line) => {
      if (joined >= MAX_JOINED_LINES || line.length > MAX_LINE_CHARS || !isDecorated(line.trimStart()))
        return line;
      const parts = /^(?<mark>\s{0,9}[-_=]{3,40}[^-_=]{2,80}[-_=]{3,40})\s{0,9}(?<rest>\p{Lu}.{5,})$/u.exec(
        line,
      );
      const mark = parts?.groups?.['mark']?.trim() ?? '';
      const rest = parts?.groups?.['rest'] ?? '';
      const separator = mark.length > MAX_SEPARATOR_CHARS ? null : readSeparator(mark);
      if (separator === null || separator === 'end' || readLabelledLine(rest)?.field !== 'from') return line;
      joined += 1;
      return `${mark}\n${splitLabels(rest)}`;
    })
    .join('\n');
}
