/** Which ids in a message say anything about what belongs together. */
import type { Header } from '../mime/parsed-message.ts';

/** What programs write for a missing value. */
const NO_VALUE =
  /^(?:undefined|null|none|nil|nan|false|true|unknown|empty|example|test|\(?none\)?|0+|\[object object\])$/u;
/** Hosts that every machine has, so their names distinguish nothing. */
const ANY_HOST =
  /^(?:localhost|localhost\.localdomain|localdomain|local|\(none\)|127\.0\.0\.1|\[127\.0\.0\.1\]|\[::1\]|::1|0\.0\.0\.0)$/u;
/** Shorter, or without a digit, the part before such a host is a word, not a generated number. */
const MIN_DRAWN_CHARS = 8;

/**
 * Whether an id can identify a message (RFC 5322 §3.6.4: unique in the world, so it has a host and something generated there).
 * Programs write `<undefined>`, `<null@null>` or `<0@localhost>` into messages of strangers, who then share a thread.
 */
export function identifies(id: string): boolean {
  const at = id.lastIndexOf('@');
  const [local, host] = [id.slice(0, at).toLowerCase(), id.slice(at + 1).toLowerCase()];
  if (at < 1 || host === '' || NO_VALUE.test(local)) return false;
  if (!ANY_HOST.test(host) && !NO_VALUE.test(host)) return true;
  return local.length >= MIN_DRAWN_CHARS && /\d/u.test(local);
}

/** `X-Microsoft-Original-Message-ID`, `X-Google-Original-Message-ID` and similar. */
const ORIGINAL_ID = /^x-(?:[a-z0-9]{1,30}-){0,4}original-message-?id$/u;
/** A relay keeps only the id it replaced; further ones were added to cause matches. */
const MAX_ORIGINAL_IDS = 4;
const MAX_ID_CHARS = 998;

/** Ids under which the sender knows the message: a relay replaced them with its own and kept them. */
export function originalIds(headers: readonly Header[], messageId: string | null): string[] {
  const ids = headers.flatMap(({ name, value }) =>
    ORIGINAL_ID.test(name) ? [value.trim().replaceAll(/^<|>$/gu, '').replaceAll(/\s+/gu, '')] : [],
  );
  return [...new Set(ids)]
    .filter((id) => id !== messageId && id.length <= MAX_ID_CHARS && identifies(id))
    .slice(0, MAX_ORIGINAL_IDS);
}
