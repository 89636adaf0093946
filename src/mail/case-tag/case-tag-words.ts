import { looksLike } from './look-alikes.ts';

/** The words from the settings that make up case tags. */
export interface CaseTagWords {
  readonly caseWords: readonly string[];
  readonly caseStatuses: readonly { readonly status: string; readonly aliases: readonly string[] }[];
}

/** Folds text for comparison and keeps its length, so that positions are the same in both. */
export type Fold = (text: string) => string;

/** Ignores letter case; Turkish dotted and dotless i are one letter. Expects NFKC. */
export const foldExactly: Fold = (text) => foldEach(text, (character) => character);

/** Folds by appearance: letters of other scripts and accented letters become the Latin letter they look like. Expects NFKC. */
const foldToShape: Fold = (text) =>
  foldEach(text, (character) => looksLike(character) ?? withoutAccent(character));

export interface Vocabulary {
  readonly fold: Fold;
  /** Folded, longest first, so that "Case Update" is not read as "Case" and an extra "Update". */
  readonly words: readonly string[];
  readonly statusByAlias: ReadonlyMap<string, string>;
}

/** White space after NFKC; excludes the byte order mark, unlike `\s` and `trim`. */
export const spaces = /[\t\n\v\f\r \u1680\u2028\u2029]+/gu;
const marksAround = /^[ :;,.!()<>=|*"'/-]+|[ :;,.!()<>=|*"'/-]+$/gu;

const vocabularies = new WeakMap<
  CaseTagWords,
  { readonly exact: Vocabulary; readonly byShape: Vocabulary }
>();

/** `exact` compares letters, `byShape` their shapes. */
export function vocabulariesOf(words: CaseTagWords): {
  readonly exact: Vocabulary;
  readonly byShape: Vocabulary;
} {
  const known = vocabularies.get(words);
  if (known) return known;
  const made = { exact: vocabularyOf(words, foldExactly), byShape: vocabularyOf(words, foldToShape) };
  vocabularies.set(words, made);
  return made;
}

function vocabularyOf(words: CaseTagWords, fold: Fold): Vocabulary {
  const spellings = (word: string): readonly string[] => {
    const level = word.normalize('NFKC').replace(spaces, ' ').trim();
    // "FERME" for "Fermé": capitals are often typed without accents
    return [fold(level), fold(level.normalize('NFD').replaceAll(/(?<=\p{Script=Latin})\p{M}+/gu, ''))];
  };
  const statusByAlias = new Map<string, string>();
  for (const { status, aliases } of words.caseStatuses) {
    for (const alias of [status, ...aliases].flatMap(spellings)) {
      const key = aliasKey(alias);
      if (key !== '' && !statusByAlias.has(key)) statusByAlias.set(key, status);
    }
  }
  const caseWords = [...new Set(words.caseWords.flatMap(spellings))].filter((word) => word !== '');
  return { fold, words: caseWords.sort((a, b) => b.length - a.length), statusByAlias };
}

export function withoutMarks(text: string): string {
  return text.replace(marksAround, '');
}

export function statusOf(text: string, vocabulary: Vocabulary): string | null {
  return vocabulary.statusByAlias.get(aliasKey(vocabulary.fold(text))) ?? null;
}

export function aliasKey(folded: string): string {
  return folded.replace(marksAround, '').replace(/[ _-]+/gu, ' ');
}

function foldEach(text: string, change: (character: string) => string): string {
  let folded = '';
  for (const character of text) {
    const lower = lowerCase(change(character));
    folded += lower.length === character.length ? lower : character;
  }
  return folded;
}

function lowerCase(character: string): string {
  if (character === 'İ' || character === 'ı') return 'i';
  return character.toLowerCase();
}

function withoutAccent(character: string): string {
  const [base = character, ...marks] = character.normalize('NFD');
  const accented = marks.length > 0 && /\p{Script=Latin}/u.test(base);
  return accented ? base : character;
}
