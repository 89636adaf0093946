import { parseAddressList } from '../mime/addresses/addresses.ts';
import type { ParsedMessage } from '../mime/parsed-message.ts';

/** The poster behind a mailing list or relay, and the header that names them. */
export interface ListOriginal {
  readonly address: string | null;
  readonly sign: string;
}

/** Headers in which lists and relays keep the poster's own From (Google Groups, Mailman, LISTSERV relays). */
const ORIGINAL_HEADERS = ['x-original-from', 'x-original-sender', 'x-google-original-from'];

/**
 * Finds the original poster of a message whose From was rewritten. Only for messages with list headers (RFC 2919, RFC 2369):
 * Mailman's DMARC mitigation writes `From: Poster via List <list@…>` and puts the poster into Reply-To.
 */
export function listOriginal(mail: Pick<ParsedMessage, 'headers' | 'from' | 'replyTo'>): ListOriginal | null {
  const from = mail.from?.address ?? null;
  const header = (name: string) => mail.headers.find((h) => h.name === name)?.value ?? null;
  const isList = header('list-id') !== null || header('x-beenthere') !== null || header('list-post') !== null;
  for (const name of ORIGINAL_HEADERS) {
    const value = header(name);
    const address = value === null ? null : (parseAddressList(value)[0]?.address ?? null);
    if (address !== null && address !== from && (isList || isVia(mail.from?.name ?? '')))
      return { address, sign: name };
  }
  if (!isList || from === null || !isListAddress(from, header)) return null;
  const poster = mail.replyTo.find(({ address }) => address !== null && address !== from);
  return poster === undefined ? null : { address: poster.address, sign: 'reply-to of a list' };
}

function isVia(name: string): boolean {
  return / via /iu.test(name);
}

function isListAddress(from: string, header: (name: string) => string | null): boolean {
  const posts = `${header('list-post') ?? ''} ${header('x-beenthere') ?? ''}`.toLowerCase();
  // `<mailto:wine@lists.test?subject=…>`: compares the whole address, because another may end the same way
  return posts.split(/[\s<>,;:?]/u).includes(from);
}
