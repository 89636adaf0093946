import { CHALLENGE_PHRASES, CHALLENGE_SUBJECT } from './challenge-phrases.ts';
import type { ParsedMessage } from '../mail.ts';

/** A challenge is a page. */
const SCANNED_TEXT = 4_000;

const ASKS = new RegExp(CHALLENGE_PHRASES.map((phrase) => `(?:${phrase})`).join('|'), 'iu');

/**
 * The sign of a challenge-response system: its own field, or its subject and its request in a message that is automatic anyway. Shops
 * and lists ask for confirmation with half of the same words, so one alone is not enough.
 */
export function challengeSign(
  message: ParsedMessage,
  field: string | null,
  automatic: string | null,
): string | null {
  if (field !== null) return field;
  if (automatic === null) return null;
  const asks = ASKS.test(message.text.slice(0, SCANNED_TEXT));
  return asks && CHALLENGE_SUBJECT.test(message.subject) ? automatic : null;
}
