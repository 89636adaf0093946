import { instantOf } from '../mail/instant.ts';
import type { Attachment } from '../mime/parsed-message.ts';
import type { MessageFacts } from './message-facts.ts';

export type Original = Pick<MessageFacts, 'date' | 'preview'>;
export type Carrier = Pick<MessageFacts, 'date' | 'forwarded'>;
type Files = Pick<MessageFacts, 'attachments' | 'enclosedFiles'>;

/** When the inner message was sent, as printed by the forward. */
export const printedIn = ({ forwarded }: Pick<Carrier, 'forwarded'>): Date | null =>
  typeof forwarded?.date === 'string' ? instantOf(forwarded.date) : null;

/** Zones differ by quarter hours, so only the minute within a quarter hour is reliable. */
const ZONE_STEP_MS = 15 * 60_000;
const MINUTE_MS = 60_000;

function isOfSameMinute(original: Pick<Original, 'date'>, carrier: Carrier): boolean {
  const printed = carrier.forwarded?.date?.includes('T') === true ? printedIn(carrier) : null;
  if (printed === null) return true;
  const floor = (date: Date): number => Math.floor(date.getTime() / MINUTE_MS) * MINUTE_MS;
  return (floor(original.date) - floor(printed)) % ZONE_STEP_MS === 0;
}

/** A forward rewraps lines, marks links and bold text, and may drop one word of many. */
const COMPARED_WORDS = 40;
const FEW_WORDS = 10;
const SAME_WORDS_SHARE = 0.8;

/**
 * Two messages of one day with one subject are different messages, even if one is short and the other contains its words, or if
 * they differ in an amount: only repeated content is the same.
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

const isNumber = (word: string): boolean => /\p{N}/u.test(word);

function sharedBy(a: readonly string[], b: readonly string[]): number {
  const left = [...b];
  return a.filter((word) => {
    const at = left.indexOf(word);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  }).length;
}

/** Without link and picture addresses, which only some programs print. */
const wordsOf = (text: string): string[] =>
  text
    .normalize('NFKC')
    .replaceAll(/\p{Cf}|https?:\/\/\S+|<mailto:[^<>\s]+>|\[(?:cid|image):[^[\]]*\]/giu, '')
    .toLowerCase()
    .match(/[\p{L}\p{N}]+/gu) ?? [];

/** Proof of a message's words, which a forward cannot repeat; and the message itself, if attached. */
const NO_FILE = new Set([
  'message/rfc822',
  'application/pkcs7-signature',
  'application/x-pkcs7-signature',
  'application/pgp-signature',
]);

/**
 * Whether a message adds no file that the other lacks: a phone forwards without attachments, and two scans without text are two
 * messages. Pictures in a forward's text may be the forwarder's own.
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

/** A forward as attachment contains the message's files, which are recorded with it. */
const withEnclosed = ({ attachments, enclosedFiles = [] }: Files): readonly Attachment[] => [
  ...attachments,
  ...enclosedFiles,
];
