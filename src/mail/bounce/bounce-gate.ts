import { BODY_PHRASES, DAEMON_LOCAL_PART, DAEMON_NAME, SUBJECT_PHRASES } from './bounce-phrases.ts';
import { fieldOf, hasNullReturnPath, isAutoSubmitted } from '../header-fields.ts';
import type { ParsedMessage } from '../mail.ts';
import { stripSubjectPrefixes } from '../subject-prefix.ts';

/** Fields that only a mail server writes, and only into a bounce. */
const BOUNCE_FIELDS = ['x-failed-recipients', 'x-ms-exchange-message-is-ndr'] as const;

const SCANNED_TEXT = 20_000;
const MAX_SUBJECT = 500;

/** True where the sender is a mail system by name: MAILER-DAEMON, postmaster, "Mail Delivery System", or nobody (`From: <>`). */
function isDaemon(message: ParsedMessage): boolean {
  return hasDaemonAddress(message) || DAEMON_NAME.test(message.from?.name ?? '');
}

function hasDaemonAddress(message: ParsedMessage): boolean {
  if (/^[^<]{0,200}<@?>$/.test(fieldOf(message, 'from') ?? '')) return true;
  return DAEMON_LOCAL_PART.test(localPartOf(message));
}

function localPartOf(message: ParsedMessage): string {
  return message.from?.address?.split('@', 1)[0] ?? '';
}

export function hasBounceField(message: ParsedMessage): boolean {
  return BOUNCE_FIELDS.some((name) => fieldOf(message, name) !== null);
}

/** True where the message cannot be a person's: they answer and forward bounces, with the same words in them. */
export function isSentByMachine(message: ParsedMessage): boolean {
  if (message.reportType === 'delivery-status') return true;
  if (hasBounceField(message) || hasNullReturnPath(message) || isAutoSubmitted(message)) return true;
  // A postmaster or "System Administrator" is also a person who answers mail; a mailer-daemon is not.
  const maybePerson = !hasDaemonAddress(message) || /post[-_]?master|admin/.test(localPartOf(message));
  return isDaemon(message) && !(maybePerson && subjectOf(message).personal);
}

/**
 * True where a message without a report part may be read as a bounce. What it must show falls with what its sender shows: a mail
 * system needs words of failure or an answer code beside an address; any other machine (vacation programs have a null
 * return path too) needs a subject of failure, or words of failure together with a code or the returned message.
 */
export function speaksOfFailure(
  message: ParsedMessage,
  found: { readonly code: boolean; readonly recipient: boolean; readonly returned: boolean },
): boolean {
  if (!isSentByMachine(message)) return false;
  if (hasBounceField(message)) return true;
  const { personal, bare } = subjectOf(message);
  const bySubject = !personal && SUBJECT_PHRASES.some((phrase) => phrase.test(bare));
  const text = message.text.slice(0, SCANNED_TEXT);
  const byBody = BODY_PHRASES.some((phrase) => phrase.test(text));
  if (isDaemon(message)) return bySubject || (found.recipient && (byBody || found.code));
  return (
    found.recipient &&
    ((bySubject && byBody) ||
      (bySubject && found.code) ||
      (byBody && found.code) ||
      (byBody && found.returned))
  );
}

/** A person's client puts a prefix before the subject of a bounce that is answered or passed on; a gateway puts only markers. */
function subjectOf(message: ParsedMessage): { readonly personal: boolean; readonly bare: string } {
  const { bare, kinds } = stripSubjectPrefixes(message.subject.slice(0, MAX_SUBJECT));
  return { personal: kinds.some((kind) => kind !== 'marker'), bare };
}
