import { readNotice, type Notice, type NoticedRecipient } from './bounce-notice.ts';
import {
  hasBounceField,
  isDeliveryReport,
  isMailerDaemon,
  isSentByMachine,
  mayReportFailure,
  provesFailure,
  speaksOfFailure,
  speaksOfSuccess,
} from './bounce-gate.ts';
import type { BounceReason } from './bounce-reason-words.ts';
import { isHard, reasonOf, wordedReason } from './bounce-reasons.ts';
import { readDeliveryStatus, type RecipientGroup } from './delivery-status.ts';
import { feedbackReportSign } from '../automatic/feedback-report.ts';
import { fieldOf } from '../../mime/header-fields.ts';
import type { Bounce, BounceRecipient } from '../mail.ts';
import type { ParsedMessage, ReportPart } from '../../mime/parsed-message.ts';
import { returnedMessage, splitNotice } from './returned-message.ts';
import { readSesNotification } from './ses-notification.ts';
import { chooseStatus, classOf, isClassOnly, readCodes, type Codes } from './smtp-codes.ts';

const MAX_DIAGNOSTIC = 2_000;
const MAX_SUBJECT = 500;
/** X-Failed-Recipients of a message to a whole office fits; a megabyte of addresses is an attack. */
const MAX_FIELD = 20_000;
/** Fits the notice, report and returned headers of a flattened bounce. */
const SCANNED_TEXT = 50_000;

/** What the server's text says. */
interface Heard extends Codes {
  readonly address: string | null;
  readonly diagnostic: string | null;
}

/** What one source says about a recipient, before codes are derived from each other. */
interface Claim {
  readonly address: string | null;
  readonly action: string | null;
  readonly status: string | null;
  readonly diagnostic: string | null;
}

/**
 * Reads a bounce: which recipients failed, with which codes, why, and which message came back.
 *
 * The report part (RFC 3464) counts first; the server's text fills its gaps, and serves alone for servers that send no report.
 * Every recipient of the report is listed, delivered ones too.
 *
 * Null if nothing failed or was delayed: success reports, feedback reports, people who forward or quote a bounce. A delay is
 * returned with `action: "delayed"`, never hard.
 */
export function readBounce(message: ParsedMessage): Bounce | null {
  return readAt(message, 0);
}

/** Bounces inside bounces: a scanner wraps what a relay wrapped. */
const MAX_WRAPPED = 4;

/** A scanner passes on another server's report and says nothing itself. */
function bounceInside(message: ParsedMessage, depth: number): Bounce | null {
  if (depth >= MAX_WRAPPED || !isSentByMachine(message)) return null;
  const [first] = message.nested;
  return first === undefined ? null : readAt(first, depth + 1);
}

function readAt(message: ParsedMessage, depth: number): Bounce | null {
  if (feedbackReportSign(message) !== null) return null;
  const ses = readSesNotification(message);
  if (ses)
    return ses.kind === 'bounce'
      ? {
          recipients: ses.recipients.map((claim) => resolveRecipient(claim, null)),
          originalMessageId: ses.originalMessageId,
        }
      : null;
  // Nearly all mail stops here, before anything is read.
  if (!isSentByMachine(message) && !mayReportFailure(message)) return null;

  const { notice: lines, returned: returnedLines } = splitNotice(unquoted(message));
  const returned = returnedMessage(message, returnedLines);
  const people = peopleOf(message, returned.sender);
  const notice = readNotice(lines, people, message.subject.slice(0, MAX_SUBJECT));
  const report = readReport(message);
  if (report && report.groups.length > 0) {
    // A report about one recipient without an address, or only a local user: the notice names it, else the returned message.
    const isLone =
      report.groups.length === 1 && notice.recipients.length === 0 && returned.recipients.length === 1;
    const only = isLone ? (returned.recipients[0] ?? null) : null;
    const recipients = report.groups.map((group) =>
      resolveRecipient(withReturned(group, only), noticeFor(group, notice, report.groups.length)),
    );
    const failed = recipients.some(({ action }) => action === 'failed' || action === 'delayed');
    return failed ? { recipients, originalMessageId: report.originalMessageId ?? returned.messageId } : null;
  }

  const inside = notice.recipients.length === 0 ? bounceInside(message, depth) : null;
  if (inside !== null) return inside;

  const code = notice.whole.replyCode !== null || notice.whole.status !== null;
  if (
    speaksOfSuccess(message, {
      refused: code && classOf(notice.whole.status ?? notice.whole.replyCode) !== '2',
    })
  )
    return null;
  const named = namedRecipients(message, notice, returned.recipients);
  const hasReturned = message.nested.length > 0 || returned.recipients.length > 0;
  const recipient = named.length > 0;
  if (
    !speaksOfFailure(message, { code, recipient, returned: hasReturned }) &&
    !provesFailure(message, { code, recipient, returnedSender: returned.sender })
  )
    return null;
  const claims = named.length > 0 ? named : [{ address: null, ...notice.whole }];
  return {
    recipients: claims.map((claim) => resolveRecipient({ ...claim, action: notice.action }, claim)),
    originalMessageId: returned.messageId,
  };
}

function withReturned(group: RecipientGroup, address: string | null): RecipientGroup {
  return group.address === null && address !== null ? { ...group, address } : group;
}

/** The report part, if it is the message's own: a person may attach one from a forwarded bounce. */
function readReport(message: ParsedMessage): ReturnType<typeof readDeliveryStatus> | null {
  const own = isDeliveryReport(message) || (message.reportType === null && isSentByMachine(message));
  if (!own) return null;
  const part =
    message.reports.find(({ contentType }) =>
      /^(?:message\/(?:global-)?|text\/)delivery-status$/i.test(contentType),
    ) ?? message.reports.find(isUntypedStatus);
  return readDeliveryStatus(part?.text ?? reportInText(message.text));
}

/** A report that lost its type begins with its fields (RFC 3464 §2.2 and §2.3), as no other file does. */
function isUntypedStatus({ contentType, text }: ReportPart): boolean {
  return (
    /^(?:text\/plain|application\/octet-stream)$/i.test(contentType) &&
    /^\s{0,99}(?:reporting-mta|original-envelope-id|dsn-gateway|received-from-mta|arrival-date|(?:final|original)-recipient)[ \t]?:/i.test(
      text,
    )
  );
}

/** A gateway may flatten a report into text: its fields are still at the start of lines. */
function reportInText(text: string): string {
  const at = text.slice(0, SCANNED_TEXT).search(/^(?:final|original)-recipient[ \t]?:/im);
  return at < 0 ? '' : text.slice(at, at + SCANNED_TEXT);
}

/** Addresses that are told about the bounce or offer help, never the failed one. */
function peopleOf(message: ParsedMessage, returnedSender: string | null): ReadonlySet<string> {
  const people = [message.from, message.sender, ...message.replyTo, ...message.to].flatMap(
    (person) => person?.address ?? [],
  );
  return new Set(returnedSender === null ? people : [...people, returnedSender]);
}

/** Lines that a person quotes are not a notice; `>>>` is a session transcript. */
function unquoted(message: ParsedMessage): string {
  if (hasBounceField(message) || isMailerDaemon(message)) return message.text;
  return message.text.replaceAll(/^>(?!>>).{0,2000}$/gm, '');
}

function namedRecipients(
  message: ParsedMessage,
  notice: Notice,
  returnedTo: readonly string[],
): readonly NoticedRecipient[] {
  const failed = fieldOf(message, 'x-failed-recipients');
  const addresses = (failed ?? '')
    .slice(0, MAX_FIELD)
    .toLowerCase()
    .split(/[\s,;]+/)
    .filter((address) => address.includes('@'));
  if (addresses.length > 0) {
    return addresses.map(
      (address) =>
        notice.recipients.find((known) => known.address === address) ?? { address, ...notice.whole },
    );
  }
  if (notice.recipients.length > 0) return notice.recipients;
  const others = returnedTo.length > 0 ? returnedTo : subjectAddresses(message);
  return others.length === 1 ? others.map((address) => ({ address, ...notice.whole })) : [];
}

/** "Undeliverable: client@b.test": the last place where a short notice names the failed recipient. */
function subjectAddresses(message: ParsedMessage): readonly string[] {
  const subject = message.subject.slice(0, MAX_SUBJECT).toLowerCase();
  return [...subject.matchAll(/[\w.+-]{1,64}@[a-z\d][a-z\d.-]{0,253}[a-z\d]/g)].map(([address]) => address);
}

function noticeFor(group: RecipientGroup, notice: Notice, groups: number): NoticedRecipient | null {
  const own = notice.recipients.find(({ address }) => address === group.address);
  if (own) return own;
  return groups === 1
    ? { address: group.address ?? notice.recipients[0]?.address ?? '', ...notice.whole }
    : null;
}

/** Resolves one recipient: report before notice, the refusing server's code before the reporting server's. */
function resolveRecipient(claim: Claim, notice: Heard | null): BounceRecipient {
  const said = readCodes(claim.diagnostic ?? '');
  const replyCode = said.replyCode ?? notice?.replyCode ?? null;
  const reported = claim.status;
  const heard = said.status ?? (isClassOnly(reported) ? (notice?.status ?? null) : null);
  const diagnostic = (claim.diagnostic ?? notice?.diagnostic ?? null)?.slice(0, MAX_DIAGNOSTIC) ?? null;
  const known = chooseStatus({ reported, said: heard, replyCode });
  const action = claim.action ?? actionOf(known);
  const status = known ?? classWithoutCode(action, diagnostic);
  const delivered = action !== 'failed' && action !== 'delayed';
  const reason = delivered ? null : reasonOf({ diagnostic, status, replyCode });
  return {
    address: claim.address ?? (notice?.address || null),
    status,
    action,
    replyCode,
    diagnostic,
    hard: isHard({ action, status, replyCode, reason }),
    reason,
  };
}

/**
 * Without any code: a class, the rest undefined (RFC 3463 §2). A delay is class 4, and so is giving up for a cause that §3.5 calls
 * useful only as a persistent transient error: no answer, a bad connection, congestion, unless the server calls it permanent.
 */
function classWithoutCode(action: string, diagnostic: string | null): string | null {
  if (action === 'delayed') return '4.0.0';
  if (action !== 'failed') return null;
  const reason = wordedReason(diagnostic ?? '');
  const transient = reason !== null && TRANSIENT.has(reason) && !/permanent/i.test(diagnostic ?? '');
  return transient ? '4.0.0' : '5.0.0';
}

const TRANSIENT: ReadonlySet<BounceReason> = new Set<BounceReason>([
  'network',
  'expired',
  'rate-limited',
  'greylisted',
]);

/** RFC 3464 requires an Action; some servers send only a Status. */
function actionOf(status: string | null): string {
  return classOf(status) === '2' ? 'delivered' : 'failed';
}
