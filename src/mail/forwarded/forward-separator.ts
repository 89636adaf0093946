import {
  foldedEndWords,
  foldedForwardStems,
  foldedMessageStems,
  foldedOriginalStems,
  forwardedPhrases,
  originalPhrases,
} from './forward-words.ts';
import { fold } from '../../mime/character-folding.ts';

/** `forward`: for forwards only ("Forwarded message"); `original`: for replies too ("Original Message"); `end`: closes one. */
export type Separator = 'forward' | 'original' | 'end';

/** With dashes on both sides and a name in it ("Forwarded by … on …"), no separator is longer. */
const MAX_SEPARATOR_CHARS = 160;
/** Without dashes it is a phrase of the tables and little more. */
const MAX_BARE_CHARS = 64;
/** A sender's own heading between dashes is longer than a client's wording. */
const MAX_WORDS_OF_STEMS = 4;
const decoration = String.raw`(?:[-–—_=*#~<>|+.·•─━═\s]|8<|>8)`;
const leading = new RegExp(`^${decoration}{1,100}`, 'u');
const trailing = new RegExp(`${decoration}{1,100}$`, 'u');
/** Dashes that no sentence begins with. */
const decorated = /^\s{0,3}[-–—_=*#~─━═]{3}/u;

const adornment = new RegExp(`^${decoration}`, 'u');

const originals: readonly string[] = [...originalPhrases];
const firstWordOf = (phrase: string): string => phrase.split(' ', 1).join('');
const firstWords: ReadonlySet<string> = new Set([...forwardedPhrases, ...originalPhrases].map(firstWordOf));

/** Checked first, because nearly every line begins with another word. */
function mayBeginPhrase(text: string): boolean {
  return text.length <= MAX_BARE_CHARS && firstWords.has(fold(firstWordOf(text).replace(/[:：]$/u, '')));
}

/** A line of only dashes, underscores or the like. */
export function isRule(text: string): boolean {
  return /^[-–—_=*#~─━═]{4,200}$/u.test(text);
}

/** "----- End forwarded message -----". */
export function isEndMark(text: string): boolean {
  return decorated.test(text) && readSeparator(text) === 'end';
}

const holds = (phrase: string, stems: readonly string[]): boolean =>
  stems.some((stem) => phrase.includes(stem));

const endsOne = (phrase: string): boolean =>
  foldedEndWords.some(
    (word) => phrase.startsWith(word) && !/^\p{Script=Latin}/u.test(phrase.slice(word.length)),
  ) &&
  (holds(phrase, foldedForwardStems) ||
    (holds(phrase, foldedOriginalStems) && holds(phrase, foldedMessageStems)));

/** "Original" and "message" in either order, and nothing else. */
const isOriginalWording = (phrase: string): boolean =>
  phrase.split(' ').length <= MAX_WORDS_OF_STEMS &&
  holds(phrase, foldedOriginalStems) &&
  holds(phrase, foldedMessageStems);

/** Between dashes, which no sentence is. */
export const isDecorated = (text: string): boolean => decorated.test(text);

/**
 * The kind of separator a line is: a phrase of the tables, alone or between dashes, or, between dashes, any wording with the stems
 * of "forwarded" or "original message". Null for every other line, such as a sentence about a forwarded message.
 */
export function readSeparator(given: string): Separator | null {
  if (given.length < 2 || given.length > MAX_SEPARATOR_CHARS) return null;
  const isAdorned = adornment.test(given);
  if (!isAdorned && !mayBeginPhrase(given)) return null;
  // Some clients leave the entity in their plain text.
  const text = given.replaceAll('&nbsp;', ' ');
  const dashed = isAdorned && isDecorated(text);
  if (!/\p{L}/u.test(text)) return null;
  const phrase = fold(text.replace(leading, '').replace(trailing, ''))
    .replace(/[:：]$/u, '')
    .trim();
  if (dashed && endsOne(phrase)) return 'end';
  if (forwardedPhrases.has(phrase))
    return dashed || /[:：]\*{0,2}$/u.test(text) || phrase.includes(' ') ? 'forward' : null;
  if (originalPhrases.has(phrase)) return 'original';
  if (!dashed) return null;
  if (holds(phrase, foldedForwardStems)) return 'forward';
  if (isOriginalWording(phrase)) return 'original';
  return originals.some((known) => phrase.startsWith(known)) ? 'original' : null;
}

/** "Here begins the forwarded message:" in a wording that is not in the tables; only counts together with what follows. */
export function mayIntroduce(text: string): boolean {
  if (text.length > MAX_BARE_CHARS || !/[:：]\*{0,2}$/u.test(text)) return false;
  return holds(fold(text), foldedForwardStems);
}
