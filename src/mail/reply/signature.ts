import {
  CLOSINGS,
  DISCLAIMERS,
  DISCLAIMER_SIGNS,
  TAGLINES,
  TAGLINE_ENDINGS,
  TAGLINE_NAMES,
  TAGLINE_PRODUCTS,
} from './signature-languages.ts';

/** More under a dash line is text, not a signature. */
const MAX_DELIMITED_LINES = 30;
const MAX_CLOSING_LINES = 12;
const MAX_SIGNATURE_LINE = 100;
const MAX_TAGLINE = 90;

const CLOSING = new Set(CLOSINGS);

/** "Sonnige Grüße aus Berlin": nobody can list them. */
const GREETINGS =
  /^(?:\p{L}{3,14} ){0,2}gr(?:ü|ue)(?:ße|sse|ß|ss)(?: (?:aus|vom|von der|nach) \p{L}[\p{L} -]{1,24})?$/u;
/** "Veuillez agréer, Madame, l'expression de mes salutations distinguées." */
const COMPLIMENTS =
  /^(?:veuillez|je vous prie|nous vous prions)[^\n]{0,60}\b(?:salutations|sentiments|considération)(?: \p{L}{3,14}){0,2}$/u;

/** Phrases by their first two characters, so that a line is compared with few of them. */
function byBeginning(phrases: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const map = new Map<string, string[]>();
  for (const phrase of phrases) {
    const key = phrase.slice(0, 2);
    map.set(key, [...(map.get(key) ?? []), phrase]);
  }
  return map;
}

const TAGLINE = byBeginning(TAGLINES);
const DISCLAIMER = byBeginning(DISCLAIMERS);
const NONE: readonly string[] = [];

const THANKS =
  /^(?:thanks?|thank you|many thanks|thx|danke|vielen dank|besten dank|merci|gracias|grazie|obrigad[oa]|bedankt|dank|tack|tak|takk|kiitos|dziękuję|děkuji|köszönöm|mulțumesc|hvala|спасибо|дякую|благодаря|ευχαριστώ|teşekkürler)(?=[\s,!&])/u;

const blank = (line: string): boolean => line.trim() === '';

const DEVICE_BEGINNINGS = new Set(['ph', 'ip', 'an', 'ga', 'az', 'ni', '私の', '나의', '내 ', 'मे']);
/** What somebody may add to their tagline: "Please excuse typos." */
const EXCUSE = /\.\s(?:please |pls )?(?:excuse|forgive|pardon|apologies)\b.{0,60}$/iu;
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
  if (!TAGLINE.has(beginning) && !DEVICE_BEGINNINGS.has(beginning)) return false;
  const bare = text
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
    (TAGLINE.get(lower.slice(0, 2)) ?? NONE).some(
      (start) => lower.startsWith(start) && hasWordEnd(lower, start.length),
    )
  ) {
    if (/^(?:von meine[mr]|az én|on the go)/u.test(lower)) return endsAsTagline(lower);
    return lower.startsWith('sent from my') || namesProduct(bare, lower);
  }
  return (
    /^(?:(?:az |nire )?(?:i?phone|ipad|android|galaxy)|私の|나의|내|मेरे)/u.test(lower) && endsAsTagline(lower)
  );
}

const NAME = new RegExp(String.raw`(?<![\p{L}\p{N}])(?:${TAGLINE_NAMES.join('|')})(?![\p{L}\p{N}])`, 'u');

const namesProduct = (text: string, lower: string): boolean =>
  NAME.test(text) || TAGLINE_PRODUCTS.some((product) => lower.includes(product));

const hasWordEnd = (text: string, at: number): boolean =>
  !/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text.charAt(at)) ||
  !/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]/u.test(text.charAt(at - 1));

const endsAsTagline = (lower: string): boolean => {
  const text = lower.replace(/[.!\s]+$/u, '');
  return text === 'on the go' || TAGLINE_ENDINGS.some((end) => text.endsWith(end));
};

function isClosing(line: string): boolean {
  if (line.length > 80) return false;
  const text = line
    .trim()
    .toLowerCase()
    .replaceAll('\u00a0', ' ')
    .replace(/[\s,.!;:~–—、，。！-]{1,20}$/u, '');
  if (CLOSING.has(text) || GREETINGS.test(text) || COMPLIMENTS.test(text)) return true;
  const parts = text.split(/\s?[/|]\s?/u);
  if (parts.length === 2 && parts.every((part) => CLOSING.has(part))) return true;
  if (!THANKS.test(text)) return false;
  return text
    .replace(THANKS, '')
    .split(/\s(?:and|und|et|y|e|en|och|og|ja|i|a|és|și|in|и|та|και|ve|mit)\s|[,!&]\s?/u)
    .some((part) => CLOSING.has(part.trim()));
}

const isSentence = (line: string): boolean => {
  const text = line.trim();
  return (
    text.length > MAX_SIGNATURE_LINE ||
    /[?？]\s*$/u.test(text) ||
    /^p\.?\s?s\.?[\s:]/iu.test(text) ||
    (text.split(/\s+/u).length > 8 && /[.!:…]$/u.test(text))
  );
};

function isDisclaimer(lines: readonly string[], at: number): boolean {
  const start = (lines[at] ?? '')
    .trim()
    .slice(0, 200)
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]{1,20}/u, '');
  if (!(DISCLAIMER.get(start.slice(0, 2)) ?? NONE).some((phrase) => start.startsWith(phrase))) return false;
  const paragraph = lines
    .slice(at, at + 8)
    .map((line) => line.slice(0, 2_000))
    .join(' ')
    .toLowerCase();
  return DISCLAIMER_SIGNS.some((sign) => paragraph.includes(sign));
}

interface Cut {
  readonly at: number;
  /** Typed by the sender each time, so that it is part of what they wrote if nothing else is there. */
  readonly typed: boolean;
}

const filled = (lines: readonly string[]): number => lines.filter((line) => !blank(line)).length;

/** RFC 3676 §4.3: "-- " on a line of its own. The space is lost on the way often enough. */
function findDelimiter(lines: readonly string[]): Cut | null {
  // From below, where few lines stand under the delimiter; a higher one within reach takes precedence.
  let found: Cut | null = null;
  let below = 0;
  for (let at = lines.length - 1; at >= 0 && below <= MAX_DELIMITED_LINES; at -= 1) {
    const line = lines[at] ?? '';
    if (blank(line)) continue;
    if (/^(?:--|–|—|––)\s{0,9}$/u.test(line)) found = { at, typed: false };
    else if (
      below <= MAX_CLOSING_LINES &&
      (/^\s{0,3}_{2,80}\s{0,9}$/u.test(line) || isDrawn(lines, at)) &&
      isContact(lines.slice(at + 1))
    )
      found = { at, typed: false };
    below += 1;
  }
  return found;
}

/** A line of other strokes, with nothing right above that it might underline or that announces what follows it. */
function isDrawn(lines: readonly string[], at: number): boolean {
  if (!/^\s{0,3}(?:={2,80}|-{4,80}|\*{4,80})\s{0,9}$/u.test(lines[at] ?? '') || !blank(lines[at - 1] ?? 'x'))
    return false;
  const above = lines.slice(0, at).findLast((line) => !blank(line));
  return above !== undefined && !/[:：]\s{0,9}$/u.test(above);
}

/** Under a drawn line: a list's footer, a card. Not a second part of the letter. */
const isContact = (lines: readonly string[]): boolean =>
  !lines.some((line) => isSentence(line) && !/https?:|@/u.test(line)) &&
  lines.some((line) => /https?:|www\.|@|mailing list|\+?\d[\d\s()/.-]{6,}/iu.test(line.slice(0, 300)));

function findTagline(lines: readonly string[]): Cut | null {
  const at = lines.findIndex(isTagline);
  if (at < 0) return null;
  return filled(lines.slice(at + 1)) > MAX_CLOSING_LINES ? null : { at, typed: false };
}

function findDisclaimer(lines: readonly string[]): Cut | null {
  for (let at = 0; at < lines.length; at += 1) {
    if (
      blank(lines[at] ?? '') ||
      (at > 0 && !blank(lines[at - 1] ?? '') && !/^[\s_*=-]{3,80}$/u.test(lines[at - 1] ?? ''))
    )
      continue;
    if (isDisclaimer(lines, at)) return { at, typed: true };
  }
  return null;
}

function findClosing(lines: readonly string[]): Cut | null {
  let below = 0;
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const line = lines[at] ?? '';
    if (blank(line)) continue;
    if (isClosing(line)) return { at, typed: true };
    below += 1;
    if (below > MAX_CLOSING_LINES || isSentence(line)) return null;
  }
  return null;
}

/** The words of a name in whatever order: "Moss, Ada" is "Ada Moss". */
const nameKey = (name: string): string =>
  name
    .toLowerCase()
    .split(/[^\p{L}\p{M}]+/u)
    .filter((word) => word !== '')
    .toSorted()
    .join(' ');

/**
 * The last paragraph where it begins with the sender's own full name and holds a telephone number, an address or a link: without
 * that much certainty the words are kept.
 */
function findCard(lines: readonly string[], sender: string): Cut | null {
  const key = nameKey(sender);
  if (!key.includes(' ')) return null;
  const end = lines.findLastIndex((line) => !blank(line));
  let at = end;
  while (at > 0 && end - at < MAX_CLOSING_LINES && !blank(lines[at - 1] ?? '')) at -= 1;
  const above = lines.slice(0, at).findLast((line) => !blank(line));
  if (end - at < 1 || above === undefined || /[:：]\s{0,9}$/u.test(above) || !blank(lines[at - 1] ?? ''))
    return null;
  const first = (lines[at] ?? '').slice(0, MAX_SIGNATURE_LINE).split(/[|,(]/u, 1).join('');
  if (nameKey(first) !== key && nameKey((lines[at] ?? '').slice(0, MAX_SIGNATURE_LINE)) !== key) return null;
  return isContact(lines.slice(at + 1, end + 1)) ? { at, typed: false } : null;
}

export interface Signed {
  readonly body: readonly string[];
  readonly signature: readonly string[];
}

/**
 * Parts a text that its sender wrote into body and signature: a delimiter line, an app's tagline, a closing with a name and a few
 * lines of contact, a notice of confidentiality, a card under the name of `sender`. A closing or a notice that is all there is stays the
 * body.
 */
export function splitSignature(lines: readonly string[], sender: string): Signed {
  let body = lines;
  let signature: readonly string[] = [];
  for (const find of [findDelimiter, findDisclaimer, findTagline, findClosing, findCard]) {
    const cut = find(body, sender);
    if (cut === null) continue;
    const rest = body.slice(0, cut.at);
    if (cut.typed && rest.every(blank)) continue;
    signature = [...body.slice(cut.at), ...signature];
    body = rest;
  }
  return { body, signature };
}
