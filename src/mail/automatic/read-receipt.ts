import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { RECEIPT_NOUN, RECEIPT_SUBJECTS, RECEIPT_TEXTS } from './read-receipt-phrases.ts';

const MAX_SUBJECT = 300;
/** A receipt is a few lines; a longer message is a person's. */
const MAX_TEXT = 1_000;

const union = (phrases: readonly string[]): string => phrases.map((phrase) => `(?:${phrase})`).join('|');
const SUBJECT = new RegExp(`^(?:${union(RECEIPT_SUBJECTS)})\\s?(?:$|[:：(（-])`, 'iu');
const TEXT = new RegExp(union(RECEIPT_TEXTS), 'iu');
const NAMES_RECEIPT = new RegExp(RECEIPT_NOUN, 'iu');
/** When it was read: "11:00", "02.03.2026". */
const TIME = /\d{1,2}[:.h]\d{2}|\d{4}/;

/**
 * A receipt without the part of RFC 8098: mail clients write a fixed subject and a fixed sentence, and gateways drop the part.
 * Needs both, no long text, and a time if the subject does not name a receipt: people also write about what they read.
 */
export function isReadReceipt(message: ParsedMessage): boolean {
  const text = message.text.trim();
  const subject = message.subject.trim().slice(0, MAX_SUBJECT);
  if (text.length > MAX_TEXT || !SUBJECT.test(subject)) return false;
  if (!NAMES_RECEIPT.test(subject) && !TIME.test(text)) return false;
  return TEXT.test(text.split(/\s+/).join(' '));
}
