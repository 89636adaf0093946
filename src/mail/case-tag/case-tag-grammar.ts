import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';
import { readForms } from './case-tag-forms.ts';
import type { TagParts } from './case-tag-forms.ts';
import { spaces } from './case-tag-words.ts';
import type { Vocabulary } from './case-tag-words.ts';

/** Mail clients turn words into links: `http://Case #4711`, `Case #4711<http://crm.test/4711>`. */
const linkScheme = /^(?:https?|mailto|tel):(?:\/\/)?/iu;
const linkTarget = /<(?:https?|mailto|tel):[^<>]*>/giu;
/** Scripts that do not separate words with spaces. */
const unspaced = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u;

/** Reads the text between the brackets; null if it is not a tag. `inner` must be short: the work is quadratic. */
export function readParts(inner: string, vocabulary: Vocabulary): TagParts | null {
  const level = inner
    .replace(linkTarget, ' ')
    .replace(spaces, ' ')
    .replaceAll(/[\p{Pd}−]/gu, '-')
    .replaceAll(/^ | $/gu, '')
    .replace(linkScheme, '')
    .replaceAll(/%20/gu, ' ');
  const own = readFromWord(level, vocabulary);
  if (own !== null) return own;
  // Gateways and ticket systems add prefixes inside the bracket: "[Re: Case 4711: Closed]", "[EXTERNAL: Case 4711]".
  const { bare, kinds } = stripSubjectPrefixes(level);
  return kinds.length === 0 ? null : readFromWord(bare, vocabulary);
}

function readFromWord(text: string, vocabulary: Vocabulary): TagParts | null {
  const folded = vocabulary.fold(text);
  for (const word of vocabulary.words) {
    const end = endOfWord(folded, word);
    if (end === null) continue;
    const lead = /^[ :#/_-]*/u.exec(folded.slice(end))?.[0] ?? '';
    const parts = readForms({ lead, text: text.slice(end + lead.length), vocabulary });
    if (parts !== null) return parts;
  }
  return null;
}

/** Where the case word ends in the folded text; null if the text does not start with it. "Case-Update" matches "Case Update". */
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
