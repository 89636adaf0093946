import {
  ADMISSION_PHRASES,
  ASKING_PHRASES,
  CHALLENGE_SUBJECT,
  KEPT_PHRASES,
  OWN_REGISTRATION,
  PROOF_PHRASES,
  WAITING_PHRASES,
} from './challenge-phrases.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';

/** A challenge is one page. */
const SCANNED_TEXT = 4_000;
const MAX_SUBJECT = 300;
/** A challenge without a field or a telling subject is a few lines; a longer text is a person's. */
const MAX_UNMARKED = 1_500;

const union = (phrases: readonly string[]): RegExp =>
  new RegExp(phrases.map((phrase) => `(?:${phrase})`).join('|'), 'iu');
const WAITS = union(WAITING_PHRASES);
const PROVES = union(PROOF_PHRASES);
const ASKS = union(ASKING_PHRASES);
const ADMITS = union(ADMISSION_PHRASES);
const KEEPS = union(KEPT_PHRASES);
const LINK = /https?:\/\/\S/iu;

/**
 * The sign of a challenge-response system: its own header field, or, if `automatic` already shows that no person wrote, text saying
 * that the mail is on hold and what its sender must do. Shops and lists ask for confirmation in half the same words, so the subject
 * must name a challenge or the text a proof, and the text must not mention an account or subscription. Old systems set no header:
 * then subject and text must show it, or the text everything: that the mail is held back, whom the mailbox lets in, and a link to
 * follow.
 */
export function challengeSign(
  message: ParsedMessage,
  field: string | null,
  automatic: string | null,
): string | null {
  if (field !== null) return field;
  const named = CHALLENGE_SUBJECT.test(message.subject.slice(0, MAX_SUBJECT));
  const isBrief = message.text.length <= MAX_UNMARKED && LINK.test(message.text);
  // Most mail shows neither: its text is not searched.
  if (automatic === null && !named && !isBrief) return null;
  const text = message.text.slice(0, SCANNED_TEXT).replaceAll(/\s{1,100}/g, ' ');
  if (!ASKS.test(text) || OWN_REGISTRATION.test(text)) return null;
  const proves = PROVES.test(text);
  if (automatic === null) {
    if (named && proves) return 'subject';
    return isBrief && KEEPS.test(text) && (ADMITS.test(text) || proves) ? 'text' : null;
  }
  return (named && WAITS.test(text)) || proves ? automatic : null;
}
