import { spaces, statusOf, withoutMarks } from './case-tag-words.ts';
import type { Vocabulary } from './case-tag-words.ts';

/** The content of a tag; see `CaseTag`. */
export interface TagParts {
  readonly ref: string | null;
  readonly status: string | null;
  readonly statusText: string | null;
}

/** A court's file number such as "12 O 345/26" has three words. */
const MAX_REF_WORDS = 5;
/** What mail clients make of a word that looks like a link: `http://Case #4711`, `Case #4711<http://crm.test/4711>`. */
const linkScheme = /^(?:https?|mailto|tel):(?:\/\/)?/iu;
const linkTarget = /<(?:https?|mailto|tel):[^<>]*>/giu;
/** Scripts without spaces between words. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;
const numberWord = /^(?:no|nr|num|number|nummer|numero|numéro|número|n°)[. :#]*(?=[\p{L}/-]*\p{N})/iu;
const refWord = /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._/\\-]*/u;

/** Reads the text between the brackets; null if it is not a tag. `inner` must be short: the work is quadratic. */
export function readParts(inner: string, vocabulary: Vocabulary): TagParts | null {
  const text = inner
    .replace(linkTarget, ' ')
    .replace(spaces, ' ')
    .replaceAll(/[\p{Pd}−]/gu, '-')
    .replaceAll(/^ | $/gu, '')
    .replace(linkScheme, '')
    .replaceAll(/%20/gu, ' ');
  const folded = vocabulary.fold(text);
  for (const word of vocabulary.words) {
    const end = endOfWord(folded, word);
    if (end === null) continue;
    const parts = readAfterWord(text.slice(end), folded.slice(end), vocabulary);
    if (parts) return parts;
  }
  return null;
}

/** Where the case word ends in the folded text, null if the text does not start with it. "Case-Update" is "Case Update". */
function endOfWord(folded: string, word: string): number | null {
  let at = 0;
  for (const character of word) {
    if (character === ' ') {
      while (' -_'.includes(folded.charAt(at)) && at < folded.length) at += 1;
      continue;
    }
    if (!folded.startsWith(character, at)) return null;
    at += character.length;
  }
  const next = folded.slice(at, at + 2);
  return /^[\p{L}\p{M}]/u.test(next) && !unspaced.test(word.slice(-1)) ? null : at;
}

function readAfterWord(text: string, folded: string, vocabulary: Vocabulary): TagParts | null {
  const lead = /^[ :#/_-]*/u.exec(folded)?.[0] ?? '';
  let body = text.slice(lead.length);
  if (body === '') return lead.includes('#') ? null : { ref: null, status: null, statusText: null };
  const status = statusOf(body, vocabulary);
  if (status !== null && !lead.includes('#')) return { ref: null, status, statusText: withoutMarks(body) };
  const number = numberWord.exec(body)?.[0] ?? '';
  body = body.slice(number.length);
  const counted = readRef(body, { numbered: number !== '' || lead.includes('#'), vocabulary });
  if (counted) return counted;
  // a word without colon or number is someone else's heading: "[Case study]"
  return lead.includes(':') ? { ref: null, status: null, statusText: withoutMarks(body) || null } : null;
}

/** Splits "4711: On Hold", "4711 Closed", "4711-Closed", "12 O 345/26: Open" into case number and status. */
function readRef(
  body: string,
  { numbered, vocabulary }: { readonly numbered: boolean; readonly vocabulary: Vocabulary },
): TagParts | null {
  const colon = vocabulary.fold(body).indexOf(':');
  if (colon > 0) {
    const ref = wholeRef(body.slice(0, colon), MAX_REF_WORDS);
    if (ref !== null) return partsOf(ref, body.slice(colon + 1), vocabulary);
  }
  const first = refWord.exec(body)?.[0];
  if (first === undefined || !(numbered || /\p{N}/u.test(first))) return null;
  const known = refBeforeStatus(body, vocabulary);
  if (known) return known;
  const ref = first.replace(/[._/\\-]{1,160}$/u, '');
  return partsOf(ref, body.slice(first.length), vocabulary);
}

/** A number of several words, or one joined to its status, is only recognised by the known status after it. */
function refBeforeStatus(body: string, vocabulary: Vocabulary): TagParts | null {
  for (let at = 1; at < body.length; at += 1) {
    if (!' -_/'.includes(body.charAt(at))) continue;
    const ref = wholeRef(body.slice(0, at), MAX_REF_WORDS);
    if (ref !== null && statusOf(body.slice(at + 1), vocabulary) !== null) {
      return partsOf(ref, body.slice(at + 1), vocabulary);
    }
  }
  return null;
}

function wholeRef(text: string, maxWords: number): string | null {
  const words = text.trim().split(' ');
  const fits =
    words.length <= maxWords &&
    words.every((word) => refWord.exec(word)?.[0] === word) &&
    /\p{N}/u.test(words[0] ?? '') &&
    /\p{N}/u.test(words.at(-1) ?? '');
  return fits ? words.join(' ').replace(/[._/\\-]{1,160}$/u, '') : null;
}

function partsOf(ref: string, statusPart: string, vocabulary: Vocabulary): TagParts {
  const statusText = withoutMarks(statusPart);
  return { ref, status: statusOf(statusText, vocabulary), statusText: statusText === '' ? null : statusText };
}
