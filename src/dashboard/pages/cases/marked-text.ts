import { html } from 'hono/html';
import type { Html } from '../layout.ts';

/** Letters of other scripts than the text is written in, and characters that nobody sees: each with its number. */
export function markedText(text: string): Html {
  const letters = Array.from(text).filter((character) => /\p{L}/u.test(character));
  const latin = letters.filter((character) => /\p{Script=Latin}/u.test(character)).length;
  // Text of another script throughout is just that.
  const isLatin = latin * 2 >= letters.length;
  return html`${Array.from(text).map((character) =>
    isOdd(character, isLatin)
      ? html`<mark title="${codeOf(character)}"
          >${/\p{L}|\p{N}|\p{P}|\p{S}/u.test(character) ? character : codeOf(character)}</mark
        >`
      : character,
  )}`;
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;

function isOdd(character: string, isLatin: boolean): boolean {
  if (/[\p{Cf}\p{Cc}\p{Co}\p{Cn}]/u.test(character)) return true;
  // Digits, signs and letters in full width or mathematical dress.
  if (character.codePointAt(0) !== undefined && character.normalize('NFKC') !== character.normalize('NFC'))
    return true;
  return isLatin && /\p{L}/u.test(character) && !/\p{Script=Latin}/u.test(character);
}
