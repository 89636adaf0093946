import { decodeEncodedWords } from '../charset/encoded-words.ts';
import type { Address } from '../parsed-message.ts';
import { canonicalAddress } from './address-syntax.ts';
import { isSpace, maxAngleLength, scanComment, scanQuoted, tokeniseAddresses } from './address-tokens.ts';
import type { Token } from './address-tokens.ts';

const maxNameLength = 1_000;
/** An address with a name; a longer run of encoded words is a name. */
const maxEncodedLength = 1_000;
/** What copying from a web page leaves around an address: no-break spaces and zero-width characters. */
const edges = /^[\s\u200b-\u200f\u2060\ufeff]{1,20}|[\s\u200b-\u200f\u2060\ufeff]{1,20}$/gu;

/** Removes the white space and comments that RFC 5322 §4.4 allows inside an address, and source routes. */
function tidyAddress(text: string): string {
  const output: string[] = [];
  let index = 0;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (character === '"') {
      const { end } = scanQuoted(text, index, index + maxAngleLength);
      output.push(text.slice(index, end));
      index = end;
    } else if (character === '(') {
      index = scanComment(text, index).end;
    } else {
      if (!isSpace(character)) output.push(character);
      index += 1;
    }
  }
  const joined = output.join('');
  const route = /^@[^:"]{1,500}:/u.exec(joined);
  return (route === null ? joined : joined.slice(route[0].length))
    .replaceAll(edges, '')
    .replace(/^(?:mailto|smtp):/iu, '')
    .replace(/^(?:"([^"\\]{1,128}@[^"\\]{1,253})"|\[([^[\]]{1,128}@[^[\]]{1,253})\])$/u, '$1$2');
}

/** A display name safe to show: encoded words decoded, one line, no control or direction-changing characters. */
function displayName(text: string): string {
  return decodeEncodedWords(text)
    .replaceAll(/[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]+/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim()
    .slice(0, maxNameLength);
}

function stripQuotes(name: string): string {
  return /^'[^']+'$/u.test(name) ? name.slice(1, -1) : name;
}

export type Word = Exclude<Token, { readonly kind: ',' | ';' | ':' }>;

function joinWords(words: readonly Word[]): string {
  return words
    .map((word, index) =>
      index > 0 && (word.spaced || word.kind !== 'text') ? ` ${word.value}` : word.value,
    )
    .join('');
}

/** `john @ example . com` and `"john doe"@example.com` come as several words; the address is around the @. */
function splitBareAddress(
  words: readonly Word[],
): { readonly address: string; readonly name: readonly Word[] } | null {
  const at = words.findIndex((word) => word.kind === 'text' && word.value.includes('@'));
  const middle = words[at];
  if (middle === undefined) return null;
  let first = at;
  let last = at;
  if (middle.value.startsWith('@') && first > 0) first -= 1;
  // Do not join across dots before the @: "Dr. john@x.test" is not dr.john.
  while (last + 1 < words.length) {
    const here = words[last]?.value ?? '';
    const next = words[last + 1]?.value ?? '';
    if (!here.endsWith('@') && here !== '.' && !next.startsWith('.')) break;
    last += 1;
  }
  // Text joined to the front, as in `"a"b@x.test`, makes the address ambiguous.
  if (first > 0 && words[first]?.spaced === false) return { address: '', name: words };
  const spelled = words
    .slice(first, last + 1)
    .map((word) =>
      word.kind === 'quoted' ? `"${word.value.replaceAll(/["\\]/gu, String.raw`\$&`)}"` : word.value,
    );
  return { address: spelled.join(''), name: [...words.slice(0, first), ...words.slice(last + 1)] };
}

function toAddress(input: {
  readonly spelled: string | null;
  readonly name: readonly Word[];
  readonly comments: readonly Word[];
}): Address | null {
  const { spelled, name, comments } = input;
  const address =
    spelled === null ? null : canonicalAddress(stripQuotes(tidyAddress(spelled).replace(/[.,;]{1,9}$/u, '')));
  const shown =
    name.length > 0
      ? stripQuotes(displayName(joinWords(name)))
      : displayName(comments.map((word) => word.value).join(' '));
  if (address !== null) return { address, name: shown };
  // Anything else is kept as a name: a person sees it, and nothing matches it.
  const rest =
    spelled === null ? shown : displayName([shown, spelled].filter((part) => part !== '').join(' '));
  return rest === '' ? null : { address: null, name: rest };
}

const isAddress = (word: Word): boolean =>
  word.kind === 'text' && word.value.includes('@') && canonicalAddress(tidyAddress(word.value)) !== null;

/** Careless clients encode a whole mailbox, brackets included. Decoded if there are only encoded words. */
function readEncoded(phrase: readonly Word[]): Address | null {
  const text = phrase.map((word) => word.value).join(' ');
  if (text.length > maxEncodedLength || !phrase.every(({ value }) => /^=\?.{1,998}\?=$/u.test(value)))
    return null;
  const decoded = decodeEncodedWords(text);
  if (!decoded.includes('@') || decoded.includes('=?')) return null;
  const words = tokeniseAddresses(decoded).filter((token): token is Word => !/^[,;:]$/u.test(token.kind));
  const [only, ...more] = readElement(words);
  return only?.address == null || more.length > 0 ? null : only;
}

/** Mailboxes without brackets: one, or several if the commas between them are missing. */
function readBare(phrase: readonly Word[], comments: readonly Word[]): readonly Address[] {
  const encoded = readEncoded(phrase);
  if (encoded !== null) return [encoded];
  if (phrase.filter(isAddress).length < 2) {
    const bare = splitBareAddress(phrase);
    const only = toAddress({ spelled: bare?.address ?? null, name: bare?.name ?? phrase, comments });
    return only === null ? [] : [only];
  }
  let name: Word[] = [];
  return phrase.flatMap((word) => {
    if (!isAddress(word)) {
      if (/\p{L}/u.test(word.value)) name.push(word);
      return [];
    }
    const address = toAddress({ spelled: word.value, name, comments: [] });
    name = [];
    return address ?? [];
  });
}

/** One element between commas. Two addresses without a comma are two mailboxes, each with the words before it. */
export function readElement(given: readonly Word[]): readonly Address[] {
  // Empty brackets beside an address mean nothing.
  const words = given.filter((word) => word.kind !== 'angle' || word.value.trim() !== '');
  const found: Address[] = [];
  let open: { readonly spelled: string; readonly name: readonly Word[] } | null = null;
  let name: Word[] = [];
  let comments: Word[] = [];
  for (const word of words) {
    if (word.kind === 'comment') {
      comments.push(word);
    } else if (word.kind === 'angle') {
      const before = open === null ? null : toAddress({ ...open, comments });
      if (before !== null) found.push(before);
      if (open !== null) comments = [];
      open = { spelled: word.value, name };
      name = [];
    } else {
      name.push(word);
    }
  }
  if (open === null) return readBare(name, comments);
  const last = toAddress({ spelled: open.spelled, name: [...open.name, ...name], comments });
  return last === null ? found : [...found, last];
}
