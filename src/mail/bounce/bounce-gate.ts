import {
  BODY_PHRASES,
  DAEMON_LOCAL_PART,
  DAEMON_NAME,
  DELAY_PHRASES,
  MACHINE_LOCAL_PART,
  PERSON_OR_DAEMON,
  SUBJECT_PHRASES,
  SUCCESS_PHRASES,
} from './bounce-phrases.ts';
import { NO_REPLY_LOCAL_PART } from '../automatic/automatic-headers.ts';
import { automaticSubject } from '../automatic/out-of-office.ts';
import {
  autoSubmitted,
  fieldOf,
  hasNullReturnPath,
  isAutoSubmitted,
  isMultipartReport,
} from '../../mime/header-fields.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { stripSubjectPrefixes } from '../subject/subject-prefix.ts';

/** Fields that only a mail server writes, and only into a bounce. */
const BOUNCE_FIELDS = ['x-failed-recipients', 'x-ms-exchange-message-is-ndr'] as const;

const SCANNED_TEXT = 20_000;
const MAX_SUBJECT = 500;

/** The sender is a mail system by name: MAILER-DAEMON, postmaster, "Mail Delivery System", or nobody (`From: <>`). */
function isDaemon(message: ParsedMessage): boolean {
  return hasDaemonAddress(message) || DAEMON_NAME.test(message.from?.name ?? '');
}

function hasDaemonAddress(message: ParsedMessage): boolean {
  if (/^[^<]{0,200}<@?>$/.test(fieldOf(message, 'from') ?? '')) return true;
  return DAEMON_LOCAL_PART.test(localPartOf(message));
}

function localPartOf(message: ParsedMessage): string {
  const address = message.from?.address;
  if (address) return address.split('@', 1).join('');
  // "From: MAILER-DAEMON (Mail Delivery System)": a system's name without a host.
  return (
    /(?:^|<)"?([\w.-]{1,64})(?:"?$|>|"? ?\()/.exec(fieldOf(message, 'from') ?? '')?.[1]?.toLowerCase() ?? ''
  );
}

/**
 * RFC 6522 §3: the report-type is the subtype of the second part, which RFC 6533 calls "global-" if addresses are not ASCII. If the
 * parameter is missing or wrong, the part decides.
 */
export function isDeliveryReport(message: ParsedMessage): boolean {
  if (/^(?:global-)?delivery-status$/.test(message.reportType ?? '')) return true;
  return (
    (message.reportType !== null || isMultipartReport(message)) &&
    message.reports.some(({ contentType }) => STATUS_PART.test(contentType))
  );
}

const STATUS_PART = /^message\/(?:global-)?delivery-status$/i;

export function hasBounceField(message: ParsedMessage): boolean {
  return BOUNCE_FIELDS.some((name) => fieldOf(message, name) !== null);
}

/** Only a mail system has this address; a postmaster or "System Administrator" may also be a person. */
export function isMailerDaemon(message: ParsedMessage): boolean {
  return hasDaemonAddress(message) && !PERSON_OR_DAEMON.test(localPartOf(message));
}

/** The message cannot be a person's: people answer and forward bounces, with the same words in them. */
export function isSentByMachine(message: ParsedMessage): boolean {
  if (isDeliveryReport(message) || isMarked(message) || isMailerDaemon(message)) return true;
  return isDaemon(message) && !subjectOf(message).personal;
}

/**
 * Only the text can show that the message is a bounce: providers report from "no-reply@", gateways from their postmaster. Their
 * words must prove it (`provesFailure`).
 */
export function mayReportFailure(message: ParsedMessage): boolean {
  const { forwards, personal, bare } = subjectOf(message);
  if (forwards || isSentByMachine(message)) return false;
  if (isDaemon(message) || namesProgram(message)) return true;
  // A help desk may send it, with a subject that people answer or pass on, but do not write.
  return !personal && message.nested.length > 0 && SUBJECT_PHRASES.some((phrase) => phrase.test(bare));
}

/**
 * What such a sender must show beside a failed address. A provider: that it returns the recipient's own message, and words of
 * failure. A postmaster, who may be a person: a server's answer on a line of its own, and no name.
 */
export function provesFailure(
  message: ParsedMessage,
  found: { readonly recipient: boolean; readonly code: boolean; readonly returnedSender: string | null },
): boolean {
  if (!mayReportFailure(message) || !found.recipient) return false;
  const text = unquotedText(message.text);
  const byBody = [...BODY_PHRASES, ...DELAY_PHRASES].some((phrase) => phrase.test(text));
  const { bare } = subjectOf(message);
  const bySubject = [...SUBJECT_PHRASES, ...DELAY_PHRASES].some((phrase) => phrase.test(bare));
  if (isDaemon(message) && found.code && !hasOwnName(message) && SERVER_ANSWER.test(text)) return true;
  const isReturned = message.to.some(({ address }) => address !== null && address === found.returnedSender);
  if (!isReturned || isDaemon(message)) return false;
  return namesProgram(message) ? byBody || (bySubject && found.code) : bySubject && byBody && found.code;
}

const namesProgram = (message: ParsedMessage): boolean =>
  NO_REPLY_LOCAL_PART.test(message.from?.address ?? '') || MACHINE_LOCAL_PART.test(localPartOf(message));

/** "550 - mailbox unavailable", "550 5.1.1 User unknown" at the start of a line. */
const SERVER_ANSWER = /^[ \t]{0,9}(?:<<< ?)?[45][0-57]\d(?:[ -]|$)/m;

const unquotedText = (text: string): string =>
  text.slice(0, SCANNED_TEXT).replaceAll(/^>(?!>>).{0,2000}$/gm, '');

/** A field says that no person pressed "send". */
function isMarked(message: ParsedMessage): boolean {
  return hasBounceField(message) || hasNullReturnPath(message) || isAutoSubmitted(message);
}

/** A mail system reports success, and there is no refusal code beside it. */
export function speaksOfSuccess(message: ParsedMessage, codes: { readonly refused: boolean }): boolean {
  if (codes.refused || !isSentByMachine(message) || !isDaemon(message)) return false;
  const said = `${message.subject.slice(0, MAX_SUBJECT)}\n${message.text.slice(0, SCANNED_TEXT)}`;
  return SUCCESS_PHRASES.some((phrase) => phrase.test(said));
}

/**
 * A message without a report part may be read as a bounce. The less its sender proves, the more it must show: a mail system needs
 * words of failure or an answer code beside an address; a postmaster, who may be a person, needs more; any other machine (vacation
 * programs have a null return path too) needs a failure subject, or words of failure with a code or the returned message, and must
 * answer a message: monitors and log reports name failures of others.
 */
export function speaksOfFailure(
  message: ParsedMessage,
  found: { readonly code: boolean; readonly recipient: boolean; readonly returned: boolean },
): boolean {
  if (!isSentByMachine(message)) return false;
  if (hasBounceField(message)) return true;
  const { personal, bare } = subjectOf(message);
  const bySubject = !personal && [...SUBJECT_PHRASES, ...DELAY_PHRASES].some((phrase) => phrase.test(bare));
  const text = message.text.slice(0, SCANNED_TEXT);
  const byBody = [...BODY_PHRASES, ...DELAY_PHRASES].some((phrase) => phrase.test(text));
  if (isMailerDaemon(message)) return bySubject || (found.recipient && (byBody || found.code));
  // A postmaster may be on holiday too.
  if (automaticSubject(message)) return false;
  if (isDaemon(message)) {
    const proven = byBody && (found.code || found.returned);
    if (isMarked(message)) return bySubject || (found.recipient && proven);
    // Words in an unknown language: a system by address and name that reports a code for an address.
    const reports = !personal && hasProductName(message) && found.recipient && found.code;
    return reports || (bySubject && (byBody || found.returned || !hasOwnName(message)));
  }
  const answers = hasNullReturnPath(message) || autoSubmitted(message) !== 'auto-generated' || found.returned;
  return (
    found.recipient &&
    answers &&
    ((bySubject && byBody) ||
      (bySubject && found.code) ||
      (byBody && found.code) ||
      (byBody && found.returned))
  );
}

/** "Max Muster <mailadmin@b.test>" is a person; "Postmaster <postmaster@b.test>" need not be one. */
function hasOwnName(message: ParsedMessage): boolean {
  const name = message.from?.name ?? '';
  return name !== '' && !DAEMON_NAME.test(name) && !hasProductName(message);
}

/** Exchange's name for its postmaster in every language. */
function hasProductName(message: ParsedMessage): boolean {
  return /^microsoft (?:outlook|exchange)\b/i.test(message.from?.name ?? '');
}

/** A person's client puts a prefix before the subject of an answered or forwarded bounce; a gateway only markers. */
function subjectOf(message: ParsedMessage): {
  readonly personal: boolean;
  readonly forwards: boolean;
  readonly bare: string;
} {
  const { bare, kinds } = stripSubjectPrefixes(message.subject.slice(0, MAX_SUBJECT));
  return {
    personal: kinds.some((kind) => kind !== 'marker'),
    forwards: kinds.includes('forward'),
    bare,
  };
}
