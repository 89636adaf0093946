import { readElement } from './address-element.ts';
import type { Word } from './address-element.ts';
import { canonicalAddress } from './address-syntax.ts';
import { tokeniseAddresses } from './address-tokens.ts';
import type { Token } from './address-tokens.ts';
import type { Address } from '../parsed-message.ts';

/** A header of 100,000 recipients would cost every later step more than it is worth. */
export const maxAddresses = 5_000;

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

/** `Doe, John <john@x.test>` without quotes: a bare name cannot be a mailbox, so it belongs to the next one. */
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
 * A group name before a colon is dropped; but an address there is one, joined by a careless program to the next field ("ann@x.test
 * Bcc: …"). "@hub.test:" is a source route.
 */
function throughLastAddress(words: readonly Word[]): Word[] {
  const last = words.findLastIndex(
    (word) => word.kind === 'angle' || (word.kind === 'text' && word.value.lastIndexOf('@') > 0),
  );
  return words.slice(0, last + 1);
}

/**
 * The mailboxes of a From, To, Cc … value (RFC 5322 §3.4), groups flattened, in order; at most 5,000, or `most`. Takes the
 * undecoded value: encoded words are only decoded in names, so that a decoded comma or bracket makes no mailbox. A display name
 * never becomes an address if there is one beside it. Linear; never throws.
 */
export function parseAddressList(headerValue: string, most = maxAddresses): Address[] {
  const tokens = tokeniseAddresses(headerValue);
  const addresses: Address[] = [];
  let words: Word[] = [];
  const finish = (): void => {
    // Words in parentheses are a remark ("unlisted-recipients:; (no To-header on input)"), unless there is nothing else.
    if (words.length < tokens.length && words.every((word) => word.kind === 'comment')) words = [];
    for (const address of readElement(words)) if (addresses.length < most) addresses.push(address);
    words = [];
  };
  for (const [index, token] of tokens.entries()) {
    if (addresses.length >= most) return addresses;
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
      // "cid:part1@host" is a reference into a message; before any other colon is a group name.
      if (before?.kind === 'text' && urlSchemes.has(before.value.toLowerCase())) {
        words = [{ kind: 'quoted', value: `${before.value}:`, spaced: true }];
      } else {
        words = throughLastAddress(words);
        finish();
      }
    } else {
      words.push(token);
    }
  }
  finish();
  return addresses;
}

/**
 * The canonical form of one address as a person or a client record may write it: in quotes or angle brackets, with a display name,
 * a leading `mailto:` or trailing punctuation. Null if there is none, or more than one. Never throws.
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
