import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { Mail } from '../mail/mail.ts';

/** Headers with addresses as their owners' own programs write them. */
const HEADERS = new Set([
  'from',
  'sender',
  'reply-to',
  'to',
  'cc',
  'x-original-from',
  'x-original-sender',
  'x-google-original-from',
]);
/** A header with a hundred thousand recipients is a circular; there the address book finds a client. */
const MAX_SPELLINGS = 200;
/** No address is longer (RFC 5321 §4.5.3.1), and no header is read further than this. */
const MAX_SPELLING_CHARS = 320;
const MAX_HEADER_CHARS = 100_000;

/**
 * Spellings of the looked-up addresses that occur in the message and are not in normal form: a client that the CRM stored a second
 * ago as `John@X.com` can be found by `email` only in the spelling stored, usually the owner's own.
 */
export function rawSpellings(mail: Pick<Mail, 'headers'>, asked: readonly string[]): string[] {
  const wanted = new Set(asked);
  const found = new Set<string>();
  for (const { name, raw } of mail.headers) {
    if (!HEADERS.has(name)) continue;
    for (const word of raw.slice(0, MAX_HEADER_CHARS).split(/[\s<>,;"()]/u)) {
      if (found.size >= MAX_SPELLINGS) return [...found];
      if (word.length > MAX_SPELLING_CHARS || !word.includes('@') || found.has(word) || wanted.has(word))
        continue;
      const address = normaliseAddress(word);
      if (address !== null && wanted.has(address)) found.add(word);
    }
  }
  return [...found];
}
