import { canonicalAddress } from './addresses/address-syntax.ts';
import {
  isSpace,
  maxAngleLength,
  scanComment,
  scanQuoted,
  tokeniseAddresses,
} from './addresses/address-tokens.ts';
import type { Token } from './addresses/address-tokens.ts';
import { decodeEncodedWords } from './charset/encoded-words.ts';
import type { Address } from './mail.ts';

/** A header of 100,000 recipients would cost more in every later step than it tells. */
const maxAddresses = 5_000;
const maxNameLength = 1_000;

/** White space and comments that RFC 5322 §4.4 allows inside an address, and source routes, taken out. */
function tidyAddress(text: string): string {
  const output: string[] = [];
  let index = 0;
  while (index < text.length) {
    const letter = text[index] ?? '';
    if (letter === '"') {
      const { end } = scanQuoted(text, index, index + maxAngleLength);
      output.push(text.slice(index, end));
      index = end;
    } else if (letter === '(') {
      index = scanComment(text, index).end;
    } else {
      if (!isSpace(letter)) output.push(letter);
      index += 1;
    }
  }
  const joined = output.join('');
  const route = /^@[^:"]{1,500}:/u.exec(joined);
  return (route === null ? joined : joined.slice(route[0].length)).replace(/^mailto:/iu, '');
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

const urlSchemes: ReadonlySet<string> = new Set([
  'cid',
  'mid',
  'http',
  'https',
  'ftp',
  'file',
  'tel',
  'sip',
  'xmpp',
  'urn',
  'data',
]);

type Word = Exclude<Token, { readonly kind: ',' | ';' | ':' }>;

function joinWords(words: readonly Word[]): string {
  return words
    .map((word, index) =>
      index > 0 && (word.spaced || word.kind !== 'text') ? ` ${word.value}` : word.value,
    )
    .join('');
}

/** `john @ example . com` and `"john doe"@example.com` come as several words; the address is what stands around the @. */
function splitBareAddress(
  words: readonly Word[],
): { readonly address: string; readonly name: readonly Word[] } | null {
  const at = words.findIndex((word) => word.kind === 'text' && word.value.includes('@'));
  const middle = words[at];
  if (middle === undefined) return null;
  let first = at;
  let last = at;
  if (middle.value.startsWith('@') && first > 0) first -= 1;
  // Dots before the @ are not bridged: "Dr. john@x.test" is not dr.john.
  while (last + 1 < words.length) {
    const here = words[last]?.value ?? '';
    const next = words[last + 1]?.value ?? '';
    if (!here.endsWith('@') && here !== '.' && !next.startsWith('.')) break;
    last += 1;
  }
  // Text glued to the front, as in `"a"b@x.test`, leaves open which address is meant.
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
  // What is no address is kept as a name, so that a person sees it and nothing matches it.
  const rest =
    spelled === null ? shown : displayName([shown, spelled].filter((part) => part !== '').join(' '));
  return rest === '' ? null : { address: null, name: rest };
}

/** One element between commas. Two angle addresses without a comma are two mailboxes. */
function readElement(words: readonly Word[]): readonly Address[] {
  const found: Address[] = [];
  const comments = words.filter((word) => word.kind === 'comment');
  const angles = words.filter((word) => word.kind === 'angle');
  const phrase = words.filter((word) => word.kind === 'text' || word.kind === 'quoted');
  if (angles.length === 0) {
    const bare = splitBareAddress(phrase);
    const only = toAddress({ spelled: bare?.address ?? null, name: bare?.name ?? phrase, comments });
    return only === null ? [] : [only];
  }
  for (const [index, angle] of angles.entries()) {
    const entry = toAddress({
      spelled: angle.value,
      name: index === 0 ? phrase : [],
      comments: index === 0 ? comments : [],
    });
    if (entry !== null) found.push(entry);
  }
  return found;
}

/** `Doe, John <john@x.test>` without quotes: a bare name cannot be a mailbox, so it belongs to the one that follows. */
function isNameOnly(words: readonly Word[]): boolean {
  return (
    words.length > 0 &&
    words.every((word) => (word.kind === 'text' && !word.value.includes('@')) || word.kind === 'quoted')
  );
}

function opensWithName(tokens: readonly Token[], start: number): boolean {
  for (let index = start; index < tokens.length; index += 1) {
    const token = tokens[index];
    if (token?.kind === 'angle') return index > start;
    if (token?.kind !== 'text' || token.value.includes('@')) return false;
  }
  return false;
}

/**
 * The mailboxes of a From, To, Cc … value (RFC 5322 §3.4), groups flattened, in order; at most 5,000.
 * Takes the undecoded value: encoded words are decoded only in names, so that a decoded comma or bracket makes no mailbox.
 * A display name never becomes an address where an address stands beside it. Linear; never throws.
 */
export function parseAddressList(headerValue: string): Address[] {
  const tokens = tokeniseAddresses(headerValue);
  const addresses: Address[] = [];
  let words: Word[] = [];
  const finish = (): void => {
    for (const address of readElement(words)) if (addresses.length < maxAddresses) addresses.push(address);
    words = [];
  };
  for (const [index, token] of tokens.entries()) {
    if (token.kind === ',') {
      if (isNameOnly(words) && words.length < 10 && opensWithName(tokens.slice(index + 1, index + 12), 0)) {
        const last = words.pop();
        if (last !== undefined) words.push({ ...last, value: `${last.value},` });
      } else {
        finish();
      }
    } else if (token.kind === ';') {
      finish();
    } else if (token.kind === ':') {
      const before = words.at(-1);
      // "cid:part1@host" is a reference into a message; what stands before any other colon is the name of a group.
      if (before?.kind === 'text' && urlSchemes.has(before.value.toLowerCase()))
        words = [{ kind: 'quoted', value: `${before.value}:`, spaced: true }];
      else words = [];
    } else {
      words.push(token);
    }
  }
  finish();
  return addresses;
}

/**
 * The canonical form of one address as a person or a client record may write it: in quotes, in angle brackets, with a display
 * name, a `mailto:` in front, or punctuation behind. Null where there is none, or more than one. Never throws.
 */
export function normaliseAddress(text: string): string | null {
  if (text.length > 2_000) return null;
  const trimmed = text.trim().replaceAll(/^[\s"'`“”‘’]+|[\s"'`“”‘’.,;]+$/gu, '');
  const bare = trimmed.replace(/^mailto:/iu, '');
  const direct = canonicalAddress(bare);
  if (direct !== null && !/[<>()[\]":]/u.test(bare)) return direct;
  if (/^[^\s"<]{1,40}:/u.test(bare)) return null;
  const found = parseAddressList(text.trim()).flatMap((entry) => entry.address ?? []);
  return found.length === 1 ? (found[0] ?? null) : null;
}
