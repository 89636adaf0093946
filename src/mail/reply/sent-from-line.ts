import { fold } from '../../mime/character-folding.ts';
import {
  SENT_FROM_LINES,
  SENT_FROM_BRANDS,
  SENT_FROM_BRAND_ENDING,
  SENT_FROM_ENDINGS,
  SENT_FROM_LINKS,
  SENT_FROM_NAMES,
  SENT_FROM_PRODUCTS,
} from './signature-languages.ts';

const MAX_SENT_FROM_LINE = 90;

/** Phrases by their first two characters, so that a line is compared with only a few. */
export function byBeginning(phrases: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const phrase of phrases) {
    const key = phrase.slice(0, 2);
    map.set(key, [...(map.get(key) ?? []), phrase]);
  }
  return map;
}

const NONE: readonly string[] = [];

/** The phrases that a text may begin with. */
export const phrasesFor = (
  phrases: ReadonlyMap<string, readonly string[]>,
  text: string,
): readonly string[] => phrases.get(text.slice(0, 2)) ?? NONE;

const folded = (phrases: readonly string[]): readonly string[] => [...new Set(phrases.map(fold))];

const SENT_FROM_LINE = byBeginning(folded(SENT_FROM_LINES));
const PRODUCTS = folded(SENT_FROM_PRODUCTS);
const ENDINGS = folded(SENT_FROM_ENDINGS);
const LINKS = new Set(folded(SENT_FROM_LINKS));
const DEVICE_BEGINNINGS = new Set(['ph', 'ip', 'an', 'ga', 'az', 'ni', '私の', '나의', '내 ', 'मे']);
/** What people add to their sent-from line: "Please excuse typos." */
const EXCUSE = /[.,;–-]\s{1,3}(?:please |pls )?(?:excuse|forgive|pardon|apologies|sorry for)\b.{0,60}$/iu;
/** Proton's plain text for links in its HTML: "Sent with [Proton Mail](https://…) secure email." */
const MARKDOWN_LINK = /\[(?<label>[^[\]]{1,60})\]\(https?:[^\s()]{0,400}\)/giu;
const DEVICE =
  /(?:phone|ipad|galaxy|samsung|android|tablet|blackberry|device|pixel|handset|smartphone|[45]g|lte)\.?$/iu;
/** Words allowed before the product name: "Sent from my brand new iPhone". */
const MAX_WORDS_BEFORE = 2;
const MAX_MODEL_WORDS = 6;

/** A line set by an app or provider: "Sent from my phone", "Get … for iOS". */
export function isSentFromLine(line: string): boolean {
  const text = line
    .trim()
    .replace(/^[*_[(]+/u, '')
    .replace(/[*_\])]+$/u, '');
  if (text.length < 3 || text.length > MAX_SENT_FROM_LINE + 120) return false;
  // How a line begins rules out most of them.
  const beginning = fold(text.slice(0, 6)).slice(0, 2);
  if (!SENT_FROM_LINE.has(beginning) && !DEVICE_BEGINNINGS.has(beginning)) return isBrandLine(text);
  const bare = text
    .replace(MARKDOWN_LINK, '$<label>')
    .replace(/[<(]\s{0,3}https?:[^\s<>()]{0,400}\s{0,3}[)>]/giu, '')
    .replace(/https?:\S{0,400}/giu, '')
    .replace(EXCUSE, '')
    .trim();
  if (bare.length > MAX_SENT_FROM_LINE) return false;
  const first = bare.charAt(0);
  if (first !== first.toUpperCase()) {
    // Device names may be in lower case ("iPhone'umdan gönderildi"), sentences may not.
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
  const start = phrasesFor(SENT_FROM_LINE, lower).find(
    (phrase) => lower.startsWith(phrase) && hasWordEnd(lower, phrase.length),
  );
  if (start !== undefined) {
    if (lower.startsWith('on the go')) return endsAsSentFrom(lower);
    // Any sentence may begin with these: the verb must come last.
    if (/^(?:von|az en)(?!\p{L})/u.test(lower) && !endsAsSentFrom(lower)) return false;
    if (/^von (?!meine[mr] )/u.test(lower) && bare.split(/\s+/u).length > 7) return false;
    return isNameOnly(bare, start);
  }
  return (
    isBrandLine(bare) ||
    (/^(?:(?:az |nire )?(?:i?phone|ipad|android|galaxy)|私の|나의|내|मेरे)/u.test(lower) &&
      endsAsSentFrom(lower))
  );
}

const NAME = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${SENT_FROM_NAMES.join('|')})(?![\p{L}\p{N}])`, 'u');

const namesProduct = (word: string): boolean =>
  NAME.test(word) || PRODUCTS.some((product) => fold(word).includes(product));

/** "iPhone", "SM-G991B", "15", "Verizon": not a word of a sentence. */
const isName = (word: string): boolean => /^[^\p{L}\p{N}]{0,3}\p{Lu}|\p{Nd}|\p{Ll}\p{Lu}/u.test(word);

const isLink = (word: string): boolean =>
  LINKS.has(fold(word).replace(/^[^\p{L}]{1,3}|[^\p{L}]{1,3}$/gu, ''));

/**
 * Whether the text after "Sent from" only names a device, an app or a provider. "Sent from my office on Monday" names none; "sent
 * from my phone number to yours" goes on as a sentence. Scripts without capitals cannot show the latter.
 */
function isNameOnly(text: string, start: string): boolean {
  const words = text.split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const skipped = start.split(' ').length;
  // "Get Outlook for iOS" names it in the phrase itself.
  const first = words.findIndex(
    (word, at) => namesProduct(word) && (at >= skipped - 1 || namesProduct(start)),
  );
  const behind = words.slice(skipped);
  // A model that is in no list: "Sent from my SM-G991B".
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

const BRAND = byBeginning(SENT_FROM_BRANDS);
const MAX_BRAND_LINE = 50;

function isBrandLine(text: string): boolean {
  if (text.length > MAX_BRAND_LINE) return false;
  const lower = text.toLowerCase();
  return (
    phrasesFor(BRAND, lower).some((brand) => lower.startsWith(brand)) && SENT_FROM_BRAND_ENDING.test(lower)
  );
}

const endsAsSentFrom = (lower: string): boolean => {
  const text = lower.replace(/[.!\s]+$/u, '');
  return text === 'on the go' || ENDINGS.some((end) => text.endsWith(end));
};
