import { foldedEndStems, foldedForwardStems, forwardedPhrases, originalPhrases } from './forward-words.ts';
import { fold } from '../letter-folding.ts';

/** `forward`: said of forwards only ("Forwarded message"); `original`: of replies too ("Original Message"); `end`: closes one. */
export type Separator = 'forward' | 'original' | 'end';

/** With dashes on both sides and a name in it ("Forwarded by … on …"), no separator is longer. */
const MAX_SEPARATOR_CHARS = 160;
/** Without dashes it is a phrase of the tables and little more. */
const MAX_BARE_CHARS = 64;
const decoration = String.raw`[-–—_=*#~<>|+.·•─━═\s]`;
const leading = new RegExp(`^${decoration}{1,100}`, 'u');
const trailing = new RegExp(`${decoration}{1,100}$`, 'u');
/** Dashes that no sentence begins with. */
const decorated = /^\s{0,3}[-–—_=*#~─━═]{3}/u;

const adornment = new RegExp(`^${decoration}`, 'u');

const firstWordOf = (phrase: string): string => phrase.split(' ', 1).join('');
const firstWords: ReadonlySet<string> = new Set([...forwardedPhrases, ...originalPhrases].map(firstWordOf));

/** Asked first, because nearly every line begins with another word. */
function mayBeginPhrase(text: string): boolean {
  return text.length <= MAX_BARE_CHARS && firstWords.has(fold(firstWordOf(text).replace(/[:：]$/u, '')));
}

/** True for a line of dashes, underscores or the like alone. */
export function isRule(text: string): boolean {
  return /^[-–—_=*#~─━═]{4,200}$/u.test(text);
}

/** "----- End forwarded message -----". */
export function isEndMark(text: string): boolean {
  return decorated.test(text) && readSeparator(text) === 'end';
}

/**
 * What a line says if it is a separator: a phrase of the tables, alone or between dashes, or, between dashes, any wording with a
 * stem that says "forwarded". Null for every other line, so that a sentence about a forwarded message is none.
 */
export function readSeparator(text: string): Separator | null {
  if (text.length < 2 || text.length > MAX_SEPARATOR_CHARS) return null;
  const isAdorned = adornment.test(text);
  if (!isAdorned && !mayBeginPhrase(text)) return null;
  const isDecorated = isAdorned && decorated.test(text);
  if (!/\p{L}/u.test(text)) return null;
  const phrase = fold(text.replace(leading, '').replace(trailing, ''))
    .replace(/[:：]$/u, '')
    .trim();
  if (isDecorated && foldedEndStems.some((stem) => phrase.startsWith(stem))) return 'end';
  if (forwardedPhrases.has(phrase))
    return isDecorated || /[:：]\*{0,2}$/u.test(text) || phrase.includes(' ') ? 'forward' : null;
  if (originalPhrases.has(phrase)) return 'original';
  if (!isDecorated) return null;
  if (foldedForwardStems.some((stem) => phrase.includes(stem))) return 'forward';
  return [...originalPhrases].some((known) => phrase.startsWith(known)) ? 'original' : null;
}
