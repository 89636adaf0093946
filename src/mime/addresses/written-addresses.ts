import { normaliseAddress, parseAddressList } from './addresses.ts';

/** What a person types into an address field is shorter. */
const MAX_CHARS = 5_000;

/** Separators that people use between addresses: a line, a bar, a bullet, and the marks of East Asian keyboards. */
const BETWEEN = /[\r\n\t|•·；，、／]+/gu;
/** A slash is never in a domain, but may be in a local part. */
const SLASH = /(@[^\s/@,;<>]{1,253}>?)\s{0,9}\/\s{0,9}/gu;

/**
 * The addresses in a field meant for one, as people fill it: several separated by commas, semicolons, slashes, blanks or lines,
 * with names, remarks and `mailto:`. Canonical, each once, in order.
 */
export function addressesWritten(text: string): readonly string[] {
  const typed = text
    .slice(0, MAX_CHARS)
    .replaceAll('＠', '@')
    .replaceAll(/[\u200b-\u200d\u2060\ufeff]/gu, '');
  const only = normaliseAddress(typed);
  if (only !== null) return [only];
  const list = typed.replaceAll(BETWEEN, ', ').replaceAll(SLASH, '$1, ');
  return [...new Set(parseAddressList(list).flatMap(({ address }) => address ?? []))];
}
