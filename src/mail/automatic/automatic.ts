import {
  ABSENCE_FIELD_NAME,
  BULK_HEADERS,
  CHALLENGE_HEADERS,
  LIST_HEADERS,
  MEANS_NO,
  NO_REPLY_LOCAL_PART,
  PROGRAM_LOCAL_PART,
  REPLY_FIELD_NAME,
  REPLY_HEADERS,
} from './automatic-headers.ts';
import type { HeaderSign } from './automatic-headers.ts';
import { isMailerDaemon, speaksOfSuccess, isDeliveryReport } from '../bounce/bounce-gate.ts';
import { declaresAnswer } from './declared-answer.ts';
import { feedbackReportSign } from './feedback-report.ts';
import { fieldOf, hasNullReturnPath, isAutoSubmitted } from '../../mime/header-fields.ts';
import { challengeSign } from './challenge.ts';
import type { Automatic, Bounce } from '../mail.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { absenceSign, automaticSubject } from './out-of-office.ts';
import { isReadReceipt } from './read-receipt.ts';
import { readSesNotification } from '../bounce/ses-notification.ts';
import { programNotice } from './program-notice.ts';

/** RFC 5546: what clients exchange about a meeting. PUBLISH is a file that a person may attach. */
const SCHEDULING = new Set(['REQUEST', 'REPLY', 'CANCEL', 'ADD', 'REFRESH', 'COUNTER', 'DECLINECOUNTER']);

/**
 * The kind of a message that no person wrote to one reader, and the header or part that shows it; null for personal mail.
 *
 * Specific kinds come first: delivery reports, feedback reports, challenges and calendar traffic also carry the headers of
 * automatic mail; an absence is an automatic reply; and an automatic reply sent through a list is not a post. `list` may be a
 * person's post: classed, but human.
 */
export function classifyAutomatic(message: ParsedMessage, bounce: Bounce | null): Automatic | null {
  if (bounce?.recipients.some(({ action }) => action === 'failed'))
    return { kind: 'bounce', sign: bounceSign(message) };
  const feedback = feedbackReportSign(message);
  if (feedback !== null) return { kind: 'feedback-report', sign: feedback };
  const delivery = deliverySign(message);
  if (bounce || delivery !== null) return { kind: 'delivery-report', sign: delivery ?? bounceSign(message) };

  const reply = replySign(message);
  const machine = reply ?? (hasNullReturnPath(message) ? 'return-path' : null);
  const challenge = challengeSign(message, firstSign(message, CHALLENGE_HEADERS), machine);
  if (challenge !== null) return { kind: 'challenge', sign: challenge };
  if (SCHEDULING.has(message.calendar?.method?.toUpperCase() ?? ''))
    return { kind: 'calendar', sign: 'text/calendar' };

  const absence = absenceSign(message, reply);
  if (absence !== null) return { kind: 'out-of-office', sign: absence };
  const list = firstSign(message, LIST_HEADERS);
  const bulk = firstSign(message, BULK_HEADERS);
  // A program's notice to many ("auto-generated" with list fields) is list or bulk mail, not an answer. Help desks set Precedence
  // on receipts too (RFC 3834 §3.1.8), which name the message they answer.
  const toMany = list !== null || (bulk !== null && !(isPrecedence(bulk) && message.inReplyTo.length > 0));
  if (reply !== null && !(reply === 'auto-submitted' && !isReplied(message) && toMany))
    return { kind: 'auto-reply', sign: reply };
  if (list !== null && !isCampaign(message)) return { kind: 'list', sign: list };
  // An acknowledgement: bulk mail has a path for its bounces.
  if (list === null && bulk !== null && isPrecedence(bulk) && hasNullReturnPath(message))
    return { kind: 'auto-reply', sign: 'return-path' };
  if (bulk ?? list) return { kind: 'bulk', sign: bulk ?? list ?? '' };
  const notice = programNotice(message);
  if (notice !== null) return notice;
  // RFC 5321 §4.5.5: a null path is for mail that must not be answered, whatever else it says.
  if (hasNullReturnPath(message)) return { kind: 'auto-reply', sign: 'return-path' };
  return isMailerDaemon(message) || wantsNoAnswer(message) ? { kind: 'auto-reply', sign: 'from' } : null;
}

/** "noreply@", unless answers go to someone: forms and portals send a person's words that way. */
function wantsNoAnswer(message: ParsedMessage): boolean {
  const isNobody = (address: string | null | undefined): boolean =>
    NO_REPLY_LOCAL_PART.test(address ?? '') ||
    PROGRAM_LOCAL_PART.test((address ?? '').split('@', 1).join(''));
  return isNobody(message.from?.address) && message.replyTo.every(({ address }) => isNobody(address));
}

function deliverySign(message: ParsedMessage): string | null {
  if (/^(?:global-)?(?:delivery-status|disposition-notification)$/.test(message.reportType ?? ''))
    return `report-type=${message.reportType}`;
  if (readSesNotification(message)?.kind === 'delivery') return 'x-amz-sns-message-id';
  const part = message.reports.find(({ contentType }) =>
    /^message\/(?:global-)?disposition-notification$/i.test(contentType),
  );
  if (part) return part.contentType;
  if (isDeliveryReport(message)) return 'message/delivery-status';
  if (speaksOfSuccess(message, { refused: false })) return 'from';
  if (isReadReceipt(message)) return 'subject';
  return fieldOf(message, 'x-failed-recipients') === null ? null : 'x-failed-recipients';
}

/** Why the server's words were read as a bounce (bounce-gate.ts). */
function bounceSign(message: ParsedMessage): string {
  const sign =
    deliverySign(message) ??
    (fieldOf(message, 'x-amz-sns-message-id') === null ? null : 'x-amz-sns-message-id');
  return (
    sign ??
    (hasNullReturnPath(message) ? 'return-path' : isAutoSubmitted(message) ? 'auto-submitted' : 'from')
  );
}

/** The sign of a reply that nobody wrote. */
function replySign(message: ParsedMessage): string | null {
  if (isAutoSubmitted(message)) return 'auto-submitted';
  const field = firstSign(message, REPLY_HEADERS) ?? replyField(message);
  if (field !== null) return field;
  if (automaticSubject(message)) return 'subject';
  return declaresAnswer(message) ? 'text' : null;
}

/** Vendor fields named after the kind of message: "X-ARAutoReply", "X-Acme-Auto-Response-Id". */
function replyField(message: ParsedMessage): string | null {
  const field = message.headers.find(
    ({ name, value }) =>
      (REPLY_FIELD_NAME.test(name) || ABSENCE_FIELD_NAME.test(name)) && !MEANS_NO.test(value.trim()),
  );
  return field?.name ?? null;
}

function isPrecedence(sign: string): boolean {
  return sign === 'precedence' || sign === 'x-precedence';
}

function isReplied(message: ParsedMessage): boolean {
  return /^auto-replied/i.test(fieldOf(message, 'auto-submitted') ?? '');
}

/** Newsletters carry a List-Id too (RFC 2919), but nobody posts to them. */
function isCampaign(message: ParsedMessage): boolean {
  const post = fieldOf(message, 'list-post');
  if (post !== null && /^no\b/i.test(post)) return true;
  if (post !== null || fieldOf(message, 'x-mailman-version') !== null) return false;
  return ['list-unsubscribe-post', 'feedback-id', 'x-feedback-id', 'x-csa-complaints', 'x-mc-user'].some(
    (name) => fieldOf(message, name) !== null,
  );
}

function firstSign(message: ParsedMessage, signs: readonly HeaderSign[]): string | null {
  const found = signs.find(({ name, value }) =>
    message.headers.some((header) => {
      if (header.name !== name) return false;
      const text = header.value.trim();
      return value ? value.test(text) : !MEANS_NO.test(text);
    }),
  );
  return found?.name ?? null;
}
