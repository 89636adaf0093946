/**
 * Whether two texts with the same id, sender and date are one message that changed on its way. A gateway puts a banner above it, a
 * list a footer below it, and both rewrap lines or damage a character. None of them replaces words or adds one between others: "I do
 * accept" and "I do not accept" are two messages.
 */
import { PREVIEW_CHARS } from './message-facts.ts';

interface Word {
  readonly text: string;
  /** The first of a line or of a sentence. */
  readonly startsSentence: boolean;
}

interface Text {
  readonly words: readonly Word[];
  /** A preview ends in the middle of a message. */
  readonly isCut: boolean;
}

/** If a banner shifts a long text and cuts its end, at least this share of the shorter one is in both. */
const COMMON_SHARE = 0.6;
/** A damaged character breaks a word in two, and "e.V." may lose its points. */
const MAX_JOINED = 4;

/** Both are previews. */
export function differOnlyAtEnds(a: string, b: string): boolean {
  const [shorter, longer] = [readText(a), readText(b)].toSorted(
    (one, other) => one.words.length - other.words.length,
  );
  if (shorter === undefined || longer === undefined) return false;
  if (shorter.words.length === 0) return longer.words.length === 0;
  if (bringsNumber(shorter, longer) && bringsNumber(longer, shorter)) return false;
  return (
    longer.words.some((_, from) => isContinued(longer, shorter, from)) ||
    shorter.words.some((_, from) => from > 0 && isContinued(shorter, longer, from))
  );
}

/** Whether `other` begins at this word of `text`, and one of the two goes on where the other ends. */
function isContinued(text: Text, other: Text, from: number): boolean {
  if (from > 0 && text.words[from]?.startsSentence !== true) return false;
  let [at, otherAt] = [from, 0];
  while (at < text.words.length && otherAt < other.words.length) {
    const step = commonStep({ words: text.words, at }, { words: other.words, at: otherAt });
    if (step === null) break;
    [at, otherAt] = [at + step[0], otherAt + step[1]];
  }
  const common = Math.min(at - from, otherAt);
  return (
    common >= Math.min(text.words.length, other.words.length) * COMMON_SHARE &&
    (endsAt(text, at, { other, otherAt }) || endsAt(other, otherAt, { other: text, otherAt: at }))
  );
}

/** Whether a text ends here, and what the other one adds begins a line or a sentence. */
function endsAt(
  text: Text,
  at: number,
  { other, otherAt }: { readonly other: Text; readonly otherAt: number },
): boolean {
  if (at < text.words.length) return false;
  return text.isCut || otherAt === other.words.length || other.words[otherAt]?.startsSentence === true;
}

interface Place {
  readonly words: readonly Word[];
  readonly at: number;
}

/** How many words from here are the same in both, joined if need be; null if they differ. */
function commonStep(a: Place, b: Place): readonly [number, number] | null {
  const take = ({ words, at }: Place, count: number): string[] =>
    words.slice(at, at + count).map(({ text }) => text);
  if (isAlike(take(a, 1), take(b, 1))) return [1, 1];
  for (let count = 2; count <= MAX_JOINED; count += 1) {
    if (a.at + count <= a.words.length && isAlike(take(a, count), take(b, 1))) return [count, 1];
    if (b.at + count <= b.words.length && isAlike(take(a, 1), take(b, count))) return [1, count];
  }
  return null;
}

/** The same, or the same but for characters that a wrong character set changes. A word of such characters alone is never ignored. */
function isAlike(a: readonly string[], b: readonly string[]): boolean {
  if (withoutMarks(a.join('')) === withoutMarks(b.join(''))) return true;
  return [...a, ...b].every((word) => asciiOf(word) !== '') && asciiOf(a.join('')) === asciiOf(b.join(''));
}

const withoutMarks = (word: string): string => word.normalize('NFKD').replaceAll(/\p{M}/gu, '');
const asciiOf = (word: string): string => word.replaceAll(/[^\p{ASCII}]/gu, '');

const bringsNumber = (text: Text, other: Text): boolean =>
  text.words.some((word) => /\d/u.test(word.text) && !other.words.some(({ text: one }) => one === word.text));

/** Addresses of links and pictures, which only some programs print. */
const ADDRESS = /\p{Cf}|https?:\/\/\S+|<mailto:[^<>\s]+>|\[(?:cid|image):[^[\]]*\]/giu;
/** UTF-8 punctuation and no-break spaces, read as windows-1252. */
const DAMAGED_PUNCTUATION = /â€|Â(?=[\u00A0-\u00BF])/gu;

/** Also what sets off a banner or a footer on the same line. */
const SENTENCE_END = /[\r\n.!?…:;|\]。！？]|[-_=*]{2}/u;

function readText(preview: string): Text {
  const text = preview.normalize('NFC').replaceAll(ADDRESS, '').replaceAll(DAMAGED_PUNCTUATION, ' ');
  const words = [...text.toLowerCase().matchAll(/([^\p{L}\p{M}\p{N}]*)([\p{L}\p{M}\p{N}]+)/gu)].map(
    ([, before = '', word = ''], index): Word => ({
      text: word,
      startsSentence: index === 0 || SENTENCE_END.test(before),
    }),
  );
  const isCut = preview.length >= PREVIEW_CHARS;
  // The cut goes through a word.
  return { words: isCut ? words.slice(0, -1) : words, isCut };
}
