import { isCompanyDetails } from './company-details.ts';
import { CLOSINGS } from './sign-off-languages.ts';
import { DISCLAIMERS, DISCLAIMER_SIGNS } from './signature-languages.ts';
import { byBeginning, phrasesFor } from './sent-from-line.ts';
import { fold, foldedSpellings } from '../../mime/character-folding.ts';

export const MAX_SIGNATURE_LINE_CHARS = 100;
/** A notice wrapped by a client. */
const MAX_NOTICE_LINES = 8;

const CLOSING = new Set(CLOSINGS.flatMap(foldedSpellings));

/** "Sonnige Grüße aus Berlin": too many to list. Folded, as are all below. */
const GREETINGS =
  /^(?:\p{L}{3,14} ){0,2}gr(?:u|ue)(?:sse|ss)(?: (?:aus|vom|von der|nach) \p{L}[\p{L} -]{1,24})?$/u;
/** "Veuillez agréer, Madame, l'expression de mes salutations distinguées." */
const COMPLIMENTS =
  /^(?:veuillez|je vous prie|nous vous prions)[^\n]{0,60}\b(?:salutations|sentiments|consideration)(?: \p{L}{3,14}){0,2}$/u;
/** "Best regards from Berlin", "Saludos desde Madrid": with the place as written. */
const PLACE =
  /\s(?:from|aus|vom|von der|nach|depuis|desde|da|dal|dalla|van|vanuit|uit|fra|från|iz|z|ze|din|из|з)\s\p{Lu}[\p{L}'’-]{1,20}(?:\s\p{Lu}[\p{L}'’-]{1,20})?[\s,.!]{0,3}$/u;

const DISCLAIMER = byBeginning(DISCLAIMERS);
const THANKS =
  /^(?:thanks?|thank you|many thanks|thx|danke|vielen dank|besten dank|merci|gracias|grazie|obrigad[oa]|bedankt|dank|tack|tak|takk|kiitos|dziekuje|dekuji|koszonom|multumesc|hvala|спасибо|дякую|благодаря|ευχαριστω|tesekkurler)(?=[\s,!&])/u;

export const blank = (line: string): boolean => line.trim() === '';

/** A line in the form used to compare sign-offs: "M.f.G.," is "mfg". */
const closingKey = (line: string): string =>
  fold(line)
    .replace(/[\s,.!;:~–—、，。！-]{1,20}$/u, '')
    .replace(/(?<=^|[.\s])(\p{L})\.(?=\p{L}(?:\.|$))/gu, '$1');

const isKnownClosing = (text: string): boolean =>
  CLOSING.has(text) || GREETINGS.test(text) || COMPLIMENTS.test(text);

export function isClosing(line: string): boolean {
  if (line.length > 80) return false;
  const text = closingKey(line);
  if (isKnownClosing(text) || isKnownClosing(closingKey(line.replace(PLACE, '')))) return true;
  const parts = text.split(/\s?[/|]\s?/u);
  if (parts.length === 2 && parts.every((part) => CLOSING.has(part))) return true;
  if (!THANKS.test(text)) return false;
  return text
    .replace(THANKS, '')
    .split(/\s(?:and|und|et|y|e|en|och|og|ja|i|a|es|si|in|и|та|και|ve|mit)\s|[,!&]\s?/u)
    .some((part) => CLOSING.has(part.trim()));
}

export const isSentence = (line: string): boolean => {
  const text = line.trim();
  return (
    text.length > MAX_SIGNATURE_LINE_CHARS ||
    /[?？]\s*$/u.test(text) ||
    /^p\.?\s?s\.?[\s:]/iu.test(text) ||
    (text.split(/\s+/u).length > 8 && /[.!:…]$/u.test(text))
  );
};

export function isDisclaimer(lines: readonly string[], at: number): boolean {
  const start = (lines[at] ?? '')
    .trim()
    .slice(0, 200)
    .toLowerCase()
    .replace(/^[^\p{L}\p{N}]{1,20}/u, '');
  if (!phrasesFor(DISCLAIMER, start).some((phrase) => start.startsWith(phrase))) return false;
  const paragraph = lines
    .slice(at, at + 8)
    .map((line) => line.slice(0, 2_000))
    .join(' ')
    .toLowerCase();
  return DISCLAIMER_SIGNS.some((sign) => paragraph.includes(sign));
}

/** What the law or the firm puts under a name, however long: the register, the regulator, a notice, a row of parts. */
export function isFurniture(lines: readonly string[], at: number): boolean {
  const own = (lines[at] ?? '').slice(0, 600);
  if ((own.match(/\s[|•·]\s/gu)?.length ?? 0) >= 2) return true;
  if (/[?？]\s{0,9}$/u.test(own) || /^\s{0,9}p\.?\s?s\.?[\s:]/iu.test(own)) return false;
  for (let line = at; line >= 0 && at - line < MAX_NOTICE_LINES && !blank(lines[line] ?? ''); line -= 1)
    if (isCompanyDetails(lines[line] ?? '') || isDisclaimer(lines, line)) return true;
  return false;
}

export const hasContact = (line: string): boolean =>
  /https?:|www\.|@|mailing list|\+?\d[\d\s()/.-]{6,}/iu.test(line.slice(0, 300));

/** Under a drawn line: a list's footer or a contact card, not a second part of the message. */
export const isContact = (lines: readonly string[]): boolean =>
  !lines.some((line, at) => isSentence(line) && !/https?:|@/u.test(line) && !isFurniture(lines, at)) &&
  lines.some(hasContact);
