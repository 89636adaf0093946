import {
  TAGLINES,
  TAGLINE_BRANDS,
  TAGLINE_BRAND_ENDING,
  TAGLINE_ENDINGS,
  TAGLINE_NAMES,
  TAGLINE_PRODUCTS,
} from './signature-languages.ts';

const MAX_TAGLINE = 90;

/** Phrases by their first two characters, so that a line is compared with few of them. */
export function byBeginning(phrases: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const phrase of phrases) {
    const key = phrase.slice(0, 2);
    map.set(key, [...(map.get(key) ?? []), phrase]);
  }
  return map;
}

const NONE: readonly string[] = [];

/** Those that a text may begin with. */
export const phrasesFor = (
  phrases: ReadonlyMap<string, readonly string[]>,
  text: string,
): readonly string[] => phrases.get(text.slice(0, 2)) ?? NONE;

const TAGLINE = byBeginning(TAGLINES);
const DEVICE_BEGINNINGS = new Set(['ph', 'ip', 'an', 'ga', 'az', 'ni', '私の', '나의', '내 ', 'मे']);
/** What somebody may add to their tagline: "Please excuse typos." */
const EXCUSE = /\.\s(?:please |pls )?(?:excuse|forgive|pardon|apologies)\b.{0,60}$/iu;
/** Proton's plain text of what its HTML links: "Sent with [Proton Mail](https://…) secure email." */
const MARKDOWN_LINK = /\[(?<label>[^[\]]{1,60})\]\(https?:[^\s()]{0,400}\)/giu;
const DEVICE =
  /(?:phone|ipad|galaxy|samsung|android|tablet|blackberry|device|pixel|handset|smartphone|[45]g|lte)\.?$/iu;

/** A line that an app or provider has set: "Sent from my phone", "Get … for iOS". */
export function isTagline(line: string): boolean {
  const text = line
    .trim()
    .replace(/^[*_[(]+/u, '')
    .replace(/[*_\])]+$/u, '');
  if (text.length < 3 || text.length > MAX_TAGLINE + 120) return false;
  // Most lines are told from a tagline by how they begin.
  const beginning = text.slice(0, 2).toLowerCase();
  if (!TAGLINE.has(beginning) && !DEVICE_BEGINNINGS.has(beginning)) return isBrandTagline(text);
  const bare = text
    .replace(MARKDOWN_LINK, '$<label>')
    .replace(/[<(]\s{0,3}https?:[^\s<>()]{0,400}\s{0,3}[)>]/giu, '')
    .replace(/https?:\S{0,400}/giu, '')
    .replace(EXCUSE, '')
    .trim();
  if (bare.length > MAX_TAGLINE) return false;
  const first = bare.charAt(0);
  if (first !== first.toUpperCase()) {
    // Names of devices may be small ("iPhone'umdan gönderildi"), sentences may not.
    if (!/^i(?:phone|pad)/iu.test(bare)) return false;
  }
  // A sentence goes on after a comma, or in too many words.
  if (
    (/[,;?!]\s/u.test(bare) && !DEVICE.test(bare)) ||
    /\.\s+\p{L}/u.test(bare) ||
    bare.split(/\s+/u).length > 12
  )
    return false;
  const lower = bare.toLowerCase();
  if (
    phrasesFor(TAGLINE, lower).some((start) => lower.startsWith(start) && hasWordEnd(lower, start.length))
  ) {
    if (/^(?:von meine[mr]|az én|on the go)/u.test(lower)) return endsAsTagline(lower);
    if (lower.startsWith('von '))
      return endsAsTagline(lower) && namesProduct(bare, lower) && bare.split(/\s+/u).length <= 7;
    return lower.startsWith('sent from my') || namesProduct(bare, lower);
  }
  return (
    isBrandTagline(bare) ||
    (/^(?:(?:az |nire )?(?:i?phone|ipad|android|galaxy)|私の|나의|내|मेरे)/u.test(lower) &&
      endsAsTagline(lower))
  );
}

const NAME = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${TAGLINE_NAMES.join('|')})(?![\p{L}\p{N}])`, 'u');

const namesProduct = (text: string, lower: string): boolean =>
  NAME.test(text) || TAGLINE_PRODUCTS.some((product) => lower.includes(product));

const hasWordEnd = (text: string, at: number): boolean =>
  !/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text.charAt(at)) ||
  !/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text.charAt(at - 1));

const BRAND = byBeginning(TAGLINE_BRANDS);
const MAX_BRAND_TAGLINE = 50;

function isBrandTagline(text: string): boolean {
  if (text.length > MAX_BRAND_TAGLINE) return false;
  const lower = text.toLowerCase();
  return (
    phrasesFor(BRAND, lower).some((brand) => lower.startsWith(brand)) && TAGLINE_BRAND_ENDING.test(lower)
  );
}

const endsAsTagline = (lower: string): boolean => {
  const text = lower.replace(/[.!\s]+$/u, '');
  return text === 'on the go' || TAGLINE_ENDINGS.some((end) => text.endsWith(end));
};
