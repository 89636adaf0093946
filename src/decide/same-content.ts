import { instantOf } from '../mail/instant.ts';
import type { Attachment } from '../mime/parsed-message.ts';
import type { MessageFacts } from './message-facts.ts';

export type Original = Pick<MessageFacts, 'date' | 'preview'>;
export type Carrier = Pick<MessageFacts, 'date' | 'forwarded'>;
type Files = Pick<MessageFacts, 'attachments' | 'enclosedFiles'>;

/** When the message inside was sent, as the forward prints it. */
export const printedIn = ({ forwarded }: Pick<Carrier, 'forwarded'>): Date | null =>
  typeof forwarded?.date === 'string' ? instantOf(forwarded.date) : null;

/** Zones differ by quarters of an hour, so that the minute is right in a quarter of one. */
const ZONE_STEP_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

function isOfSameMinute(original: Pick<Original, 'date'>, carrier: Carrier): boolean {
  const printed = carrier.forwarded?.date?.includes('T') === true ? printedIn(carrier) : null;
  if (printed === null) return true;
  const floor = (date: Date): number => Math.floor(date.getTime() / MINUTE_MS) * MINUTE_MS;
  return (floor(original.date) - floor(printed)) % ZONE_STEP_MS === 0;
}

/** A forward wraps lines anew, marks links and bold letters, and may leave a word out of many. */
const COMPARED_WORDS = 40;
const FEW_WORDS = 10;
const SAME_WORDS_SHARE = 0.8;

/**
 * Two messages of one day under one subject are two messages, also where one is short and its words are among the other's, or
 * where they differ in an amount: only what a forward tells again is the same.
 */
export function hasSameContent(original: Original, carrier: Carrier): boolean {
  if (!isOfSameMinute(original, carrier)) return false;
  const [own, told] = [wordsOf(original.preview), wordsOf(carrier.forwarded?.text ?? '')];
  const [a, b] = [own.slice(0, COMPARED_WORDS), told.slice(0, COMPARED_WORDS)];
  if (!a.filter(isNumber).every((word) => told.includes(word))) return false;
  if (!b.filter(isNumber).every((word) => own.includes(word))) return false;
  const longer = Math.max(a.length, b.length);
  return sharedBy(a, b) >= (longer < FEW_WORDS ? longer : longer * SAME_WORDS_SHARE);
}

/** A banner above a message and a list's footer below it add words; as much of the shorter one stands in both. */
const SIMILAR_WORDS_SHARE = 0.6;
/** Of these each counts. More may stand between two footers of their own. */
const VERY_FEW_WORDS = 4;

/**
 * Whether two messages under one id, sender and date are one that got a banner or a footer on its way. Where each has a number that
 * the other lacks, an amount or an account was exchanged.
 */
export function hasSimilarWords(a: Pick<Original, 'preview'>, b: Pick<Original, 'preview'>): boolean {
  const [shorter = [], longer = []] = [wordsOf(a.preview), wordsOf(b.preview)].toSorted(
    (one, other) => one.length - other.length,
  );
  if (shorter.length === 0) return longer.length === 0;
  const bringsNumber = (words: readonly string[], other: readonly string[]): boolean =>
    words.some((word) => isNumber(word) && !other.includes(word));
  if (bringsNumber(shorter, longer) && bringsNumber(longer, shorter)) return false;
  const isShort = shorter.length < VERY_FEW_WORDS;
  return sharedBy(shorter, longer) >= shorter.length * (isShort ? 1 : SIMILAR_WORDS_SHARE);
}

const isNumber = (word: string): boolean => /\p{N}/u.test(word);

function sharedBy(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  return a.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

/** Without addresses of links and pictures, which only some programs print. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}|https?:\/\/\S+|<mailto:[^<>\s]+>|\[(?:cid|image):[^[\]]*\]/giu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Proof of a message's words, which a forward cannot repeat; and the message itself, where it is attached. */
const NO_FILE = new Set([
  'message/rfc822',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pgp-signature',
]);

/**
 * Whether a message brings no file that the other has not: a telephone forwards without attachments, and two scans without a
 * word are two messages. Of a forward the pictures in its text may be the forwarder's own.
 */
export function bringsNoFileTo(
  other: Files,
  { isForward, ...files }: Files & { readonly isForward: boolean },
): boolean {
  const there = new Set(withEnclosed(other).map(({ sha256 }) => sha256));
  return withEnclosed(files).every(
    ({ sha256, inline, contentType }) =>
      there.has(sha256) || (isForward && inline) || NO_FILE.has(contentType),
  );
}

/** A forward as attachment holds the message's files within it, and they are recorded with it. */
const withEnclosed = ({ attachments, enclosedFiles = [] }: Files): readonly Attachment[] => [
  ...attachments,
  ...enclosedFiles,
];
