/** PURE. The words of a text as search knows them: the same for any engine, whatever its own text search does. */
import { fold, foldedSpellings } from '../mime/character-folding.ts';

/** Of one row; a longer message is found by its beginning. */
export const MAX_WORDS = 5_000;
/** Longer words are cut, in messages and queries alike. */
const MAX_WORD_CHARS = 64;
/** Text that is looked through for words. */
const MAX_TEXT_CHARS = 200_000;

/** Scripts that put no space between words. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}ー々〆';
const token = /[\p{L}\p{N}\p{M}]+(?:[-_./@+][\p{L}\p{N}\p{M}]+)*/gu;
const joiner = /[-_./@+]/u;
const runs = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu');
const unspaced = new RegExp(`^[${UNSPACED}]`, 'u');

/** A word where it stands in the text, with all spellings that find it. */
export interface PlacedWord {
  readonly spellings: readonly string[];
  readonly at: number;
  readonly end: number;
}

/** The text in which words have their places: half-width and other compatibility forms are plain. */
export const asFound = (text: string): string => text.slice(0, MAX_TEXT_CHARS).normalize('NFKC');

/** Each word in order. Case numbers, addresses and the like (`4711-A`) count whole, and are followed by their parts. */
export function* wordsIn(text: string): Generator<PlacedWord> {
  for (const { 0: found, index } of asFound(text).matchAll(token)) {
    const isJoined = joiner.test(found);
    if (isJoined && isIdentifier(found))
      yield { spellings: spellingsOf(found), at: index, end: index + found.length };
    let at = index;
    for (const part of found.split(joiner)) {
      yield* partsOf(part, at);
      at += part.length + 1;
    }
  }
}

/** Names such as Anna-Lena are two words; what has a digit or an @ is also one. */
const isIdentifier = (word: string): boolean => /[\p{N}@]/u.test(word);

function* partsOf(part: string, start: number): Generator<PlacedWord> {
  for (const { 0: run, index } of part.matchAll(runs)) {
    const at = start + index;
    if (!unspaced.test(run)) yield { spellings: spellingsOf(run), at, end: at + run.length };
    else yield* pairsOf(run, at);
  }
}

/** Without spaces, each two neighbouring characters count as a word, and the last one alone. */
function* pairsOf(run: string, start: number): Generator<PlacedWord> {
  const characters = Array.from(run);
  let at = start;
  for (const [index, character] of characters.entries()) {
    const pair = character + (characters[index + 1] ?? '');
    yield { spellings: [cut(fold(pair))], at, end: at + pair.length };
    at += character.length;
  }
}

function spellingsOf(word: string): readonly string[] {
  if (/^[\u0021-\u007e]*$/u.test(word)) return [cut(word.toLowerCase())];
  return foldedSpellings(word.normalize('NFKC')).map(cut);
}

const cut = (word: string): string =>
  Array.from(word.slice(0, 2 * MAX_WORD_CHARS))
    .slice(0, MAX_WORD_CHARS)
    .join('');

/** A name that is found only whole: a mailbox. */
export const wholeWord = (name: string): string => cut(fold(name.normalize('NFKC')));

/** What a query means by one bare word: sets of spellings, each of which must be found. */
export function wordsMeant(text: string): readonly (readonly string[])[] {
  const words = [...wordsIn(text)].map(({ spellings }) => spellings);
  const [first] = words;
  // The parts of an identifier say nothing more.
  if (joiner.test(text) && isIdentifier(text) && first !== undefined) return [first];
  return withoutLastOnes(words);
}

/** The words of a phrase in their order. */
export const wordsOfPhrase = (text: string): readonly (readonly string[])[] =>
  withoutLastOnes([...wordsIn(text)].map(({ spellings }) => spellings));

/** A pair says more than the single character behind it, which may be the first of another pair in a message. */
function withoutLastOnes(words: readonly (readonly string[])[]): readonly (readonly string[])[] {
  const isSingle = ([word = '']: readonly string[]): boolean =>
    unspaced.test(word) && Array.from(word).length === 1;
  return words.length > 1 ? words.filter((word) => !isSingle(word)) : words;
}
