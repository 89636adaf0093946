import type { ParsedMessage } from '../mail.ts';
import { RECEIPT_SUBJECTS, RECEIPT_TEXTS } from './read-receipt-phrases.ts';

const MAX_SUBJECT = 300;
/** A receipt is a few lines; a longer message is a person's. */
const MAX_TEXT = 1_000;

const union = (phrases: readonly string[]): string => phrases.map((phrase) => `(?:${phrase})`).join('|');
const SUBJECT = new RegExp(`^(?:${union(RECEIPT_SUBJECTS)})\\s?(?:$|[:：(（-])`, 'iu');
const TEXT = new RegExp(union(RECEIPT_TEXTS), 'iu');

/**
 * True for a receipt without the part of RFC 8098: mail clients write it with a fixed subject and a fixed sentence, and gateways lose the
 * part. Both must be there, and nothing beside: people write about what they read, too.
 */
export function isReadReceipt(message: ParsedMessage): boolean {
  const text = message.text.trim();
  if (text.length > MAX_TEXT || !SUBJECT.test(message.subject.trim().slice(0, MAX_SUBJECT))) return false;
  return TEXT.test(text.split(/\s+/).join(' '));
}
