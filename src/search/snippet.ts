/** PURE. Where a text has what was asked for. */
import type { Query, Term } from './query.ts';
import { asFound, wordsIn } from './words.ts';

export type Snippet = readonly { readonly text: string; readonly isMatch: boolean }[];

const AROUND_CHARS = 90;
const MAX_CHARS = 220;

/** Around the first word that was asked for; the beginning of a text that has none. */
export function snippetOf(original: string, { all }: Pick<Query, 'all'>): Snippet {
  const text = asFound(original);
  const matches: { readonly at: number; readonly end: number }[] = [];
  for (const { spellings, at, end } of wordsIn(text)) {
    const first = matches[0];
    if (first !== undefined && at > first.at + MAX_CHARS) break;
    if ((matches.at(-1)?.end ?? 0) <= at && all.some((term) => isMeant(term, spellings)))
      matches.push({ at, end });
  }
  const start = Math.max(0, (matches[0]?.at ?? 0) - AROUND_CHARS);
  const end = Math.min(text.length, start + MAX_CHARS);
  const parts: { text: string; isMatch: boolean }[] = [];
  let from = start;
  for (const match of matches) {
    if (match.end > end) break;
    parts.push({ text: text.slice(from, match.at), isMatch: false });
    parts.push({ text: text.slice(match.at, match.end), isMatch: true });
    from = match.end;
  }
  parts.push({ text: text.slice(from, end), isMatch: false });
  return parts
    .map((part, index) => ({
      ...part,
      text: `${index === 0 && start > 0 ? '…' : ''}${part.text.replaceAll(/\s+/gu, ' ')}${index === parts.length - 1 && end < text.length ? '…' : ''}`.toWellFormed(),
    }))
    .filter((part) => part.text !== '');
}

function isMeant({ spellings, isPrefix }: Term, found: readonly string[]): boolean {
  return spellings.some((wanted) =>
    found.some((word) => (isPrefix ? word.startsWith(wanted) : word === wanted)),
  );
}

/** Whether the words of each phrase stand one behind the other. */
export function hasPhrases(text: string, { phrases }: Pick<Query, 'phrases'>): boolean {
  if (phrases.length === 0) return true;
  const words = [...wordsIn(text)].map(({ spellings }) => spellings);
  return phrases.every((phrase) =>
    words.some((_, start) =>
      phrase.every((wanted, index) => words[start + index]?.some((word) => wanted.includes(word)) === true),
    ),
  );
}
