import iconv from 'iconv-lite';
import { alphabets } from './charset-characters.ts';
import type { Alphabet } from './charset-characters.ts';

/** Enough text to tell languages apart; more only costs time on large bodies. */
const sampleBytes = 3_000;
/** Below this share of matching characters nothing is recognised, and the most common single-byte charset of mail is used. */
const minScore = 0.35;
const fallback = 'windows-1252';
const firstEastAsian = 0x1100;

interface Candidate {
  readonly encoding: string;
  readonly latin: boolean;
  readonly frequent: ReadonlySet<number>;
  readonly script: Alphabet['script'];
}

const candidates: readonly Candidate[] = alphabets.flatMap((alphabet) => {
  const frequent = new Set(Array.from(alphabet.frequent, (character) => character.codePointAt(0) ?? 0));
  return alphabet.encodings.map((encoding) => ({
    encoding,
    latin: alphabet.latin,
    frequent,
    script: alphabet.script,
  }));
});

function isAsciiLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

function isTypography(code: number): boolean {
  return (
    (code >= 0x2013 && code <= 0x2026) ||
    code === 0x20ac ||
    code === 0xa0 ||
    code === 0xab ||
    code === 0xbb ||
    code === 0xb0
  );
}

function isUpper(character: string): boolean {
  return character !== character.toLowerCase();
}

/** Cyrillic and Greek code pages swap each other's cases: a capital inside a word indicates the wrong one. */
function isCaseBreak(before: string | undefined, character: string): boolean {
  return before !== undefined && before !== before.toUpperCase() && isUpper(character);
}

function pointsFor(candidate: Candidate, characters: readonly string[], index: number): number {
  const character = characters[index] ?? '';
  const code = character.codePointAt(0) ?? 0;
  if (code === 0xfffd) return index + 2 >= characters.length ? 0 : -4;
  if (code < 0xa0 || (code >= 0xe000 && code <= 0xf8ff)) return -4;
  const before = characters[index - 1];
  const after = characters[index + 1];
  const beforeCode = before?.codePointAt(0) ?? 0x20;
  const afterCode = after?.codePointAt(0) ?? 0x20;
  const inScript = candidate.script.some(([first, last]) => code >= first && code <= last);
  if (isTypography(code)) return 0.2;
  if (!candidate.latin) {
    if (!inScript) return -1;
    if (isCaseBreak(before, character)) return -1.5;
    // A word in one alphabet does not continue in ASCII characters; East Asian text does.
    if (code < firstEastAsian && (isAsciiLetter(beforeCode) || isAsciiLetter(afterCode))) return -1.5;
    return candidate.frequent.has(code) ? 1 : 0.3;
  }
  const besideAscii = isAsciiLetter(beforeCode) || isAsciiLetter(afterCode);
  // Spanish starts with its marks where Polish has a character inside words.
  if ((code === 0xbf || code === 0xa1) && !isAsciiLetter(beforeCode)) return 1;
  if (!inScript) return besideAscii ? -1.5 : -0.2;
  if (isCaseBreak(before, character)) return -1;
  if (beforeCode >= 0x80 && afterCode >= 0x80) return -1;
  return candidate.frequent.has(code) ? 1 : 0.2;
}

function countHigh(sample: Buffer): number {
  let count = 0;
  for (const byte of sample) if (byte >= 0x80) count += 1;
  return count;
}

/** Mean points per non-ASCII byte: two-byte characters count double, so that charsets compare. */
function score(candidate: Candidate, sample: Buffer): number {
  const characters = Array.from(iconv.decode(sample, candidate.encoding));
  let points = 0;
  let counted = 0;
  for (const [index, character] of characters.entries()) {
    if ((character.codePointAt(0) ?? 0) < 0x80) continue;
    points += pointsFor(candidate, characters, index);
    counted += 1;
  }
  return counted === 0 || countHigh(sample) === 0 ? 0 : points / counted;
}

/** So few characters look alike in any alphabet; ten bytes are a name of five characters. */
const shortBytes = 12;

/** A declared charset counts for more if a name is too short to tell, or if it could not fit by chance. */
function hintPoints(candidate: Candidate, points: number, sample: Buffer): number {
  const eastAsian = candidate.script.some(([first]) => first >= firstEastAsian);
  return eastAsian && points > 0 && countHigh(sample) <= shortBytes ? 1 : 0.3;
}

/**
 * The most likely charset of bytes that have no usable label and are not UTF-8: an iconv-lite name. Looks at no more than 3,000
 * bytes from the first non-ASCII one. `hint` (a charset declared elsewhere in the message) wins if it fits about as well.
 */
export function guessCharset(bytes: Buffer, hint: string | null): string {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  if (first < 0) return hint ?? fallback;
  const sample = bytes.subarray(Math.max(0, first - 20), first + sampleBytes);
  let best = { encoding: fallback, score: minScore };
  for (const candidate of candidates) {
    const plain = score(candidate, sample);
    const value = plain + (candidate.encoding === hint ? hintPoints(candidate, plain, sample) : 0);
    // The earlier, more common charset wins ties; a later one must be clearly better.
    if (value > best.score + 0.02) best = { encoding: candidate.encoding, score: value };
  }
  return best.encoding;
}
