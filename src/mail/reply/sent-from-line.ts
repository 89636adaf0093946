import { fold } from '../../mime/character-folding.ts';
import {
  TAGLINES,
  TAGLINE_BRANDS,
  TAGLINE_BRAND_ENDING,
  TAGLINE_ENDINGS,
  TAGLINE_LINKS,
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

const folded = (phrases: readonly string[]): readonly string[] => [...new Set(phrases.map(fold))];

const TAGLINE = byBeginning(folded(TAGLINES));
const PRODUCTS = folded(TAGLINE_PRODUCTS);
const ENDINGS = folded(TAGLINE_ENDINGS);
const LINKS = new Set(folded(TAGLINE_LINKS));
const DEVICE_BEGINNINGS = new Set(['ph', 'ip', 'an', 'ga', 'az', 'ni', '私の', '나의', '내 ', 'मे']);
/** What somebody may add to their tagline: "Please excuse typos." */
const EXCUSE = /[.,;–-]\s{1,3}(?:please |pls )?(?:excuse|forgive|pardon|apologies|sorry for)\b.{0,60}$/iu;
/** Proton's plain text of what its HTML links: "Sent with [Proton Mail](https://…) secure email." */
const MARKDOWN_LINK = /\[(?<label>[^[\]]{1,60})\]\(https?:[^\s()]{0,400}\)/giu;
const DEVICE =
  /(?:phone|ipad|galaxy|samsung|android|tablet|blackberry|device|pixel|handset|smartphone|[45]g|lte)\.?$/iu;
/** Words that may stand before what a tagline names: "Sent from my brand new iPhone". */
const MAX_WORDS_BEFORE = 2;
const MAX_MODEL_WORDS = 6;

/** A line that an app or provider has set: "Sent from my phone", "Get … for iOS". */
export function isTagline(line: string): boolean {
  const text = line
    .trim()
    .replace(/^[*_[(]+/u, '')
    .replace(/[*_\])]+$/u, '');
  if (text.length < 3 || text.length > MAX_TAGLINE + 120) return false;
  // Most lines are told from a tagline by how they begin.
  const beginning = fold(text.slice(0, 6)).slice(0, 2);
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
  const lower = fold(bare);
  const start = phrasesFor(TAGLINE, lower).find(
    (phrase) => lower.startsWith(phrase) && hasWordEnd(lower, phrase.length),
  );
  if (start !== undefined) {
    if (lower.startsWith('on the go')) return endsAsTagline(lower);
    // These begin the sentences of anybody: the verb must stand at the end.
    if (/^(?:von|az en)(?!\p{L})/u.test(lower) && !endsAsTagline(lower)) return false;
    if (/^von (?!meine[mr] )/u.test(lower) && bare.split(/\s+/u).length > 7) return false;
    return isNameOnly(bare, start);
  }
  return (
    isBrandTagline(bare) ||
    (/^(?:(?:az |nire )?(?:i?phone|ipad|android|galaxy)|私の|나의|내|मेरे)/u.test(lower) &&
      endsAsTagline(lower))
  );
}

const NAME = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${TAGLINE_NAMES.join('|')})(?![\p{L}\p{N}])`, 'u');

const namesProduct = (word: string): boolean =>
  NAME.test(word) || PRODUCTS.some((product) => fold(word).includes(product));

/** "iPhone", "SM-G991B", "15", "Verizon": no word of a sentence. */
const isName = (word: string): boolean => /^[^\p{L}\p{N}]{0,3}\p{Lu}|\p{Nd}|\p{Ll}\p{Lu}/u.test(word);

const isLink = (word: string): boolean =>
  LINKS.has(fold(word).replace(/^[^\p{L}]{1,3}|[^\p{L}]{1,3}$/gu, ''));

/**
 * Whether what stands behind "Sent from" names a device, an app or a provider and says nothing else. "Sent from my office on Monday" names
 * none; "sent from my phone number to yours" goes on as a sentence. Scripts without capitals cannot show the latter.
 */
function isNameOnly(text: string, start: string): boolean {
  const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const skipped = start.split(' ').length;
  // "Get Outlook for iOS" names it in the phrase itself.
  const first = words.findIndex(
    (word, at) => namesProduct(word) && (at >= skipped - 1 || namesProduct(start)),
  );
  const behind = words.slice(skipped);
  // A model that no list has: "Sent from my SM-G991B".
  if (first < 0)
    return (
      PRODUCTS.some((product) => fold(text).includes(product)) ||
      (start === 'sent from my' &&
        behind.length > 0 &&
        behind.length <= MAX_MODEL_WORDS &&
        behind.every(isName) &&
        /\p{Nd}/u.test(behind.join('')))
    );
  const isPlain = (word: string): boolean =>
    !isName(word) && !isLink(word) && !namesProduct(word) && /^\P{L}{0,3}\p{Ll}/u.test(word);
  return (
    words.slice(skipped, first).filter(isPlain).length <= MAX_WORDS_BEFORE &&
    !words.slice(Math.max(first, skipped)).some(isPlain)
  );
}

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
  return text === 'on the go' || ENDINGS.some((end) => text.endsWith(end));
};
