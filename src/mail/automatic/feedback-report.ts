import { fieldOf } from '../../mime/header-fields.ts';
import type { ParsedMessage } from '../../mime/parsed-message.ts';
import { readSesNotification } from '../bounce/ses-notification.ts';
import { subjectIntent } from '../subject/subject-prefix.ts';

/** RFC 7489 §7.2.1.1, RFC 8460 §5.1: `receiver!policy-domain!begin!end[!unique].xml.gz`. */
const REPORT_FILENAME =
  /^[^!\s]{1,255}![^!\s]{1,255}!\d{1,12}!\d{1,12}(?:![^!\s]{1,100})?\.(?:xml|json)?\.?(?:gz|zip|xml|json)$/i;

/** The text that RFC 5965 §2 puts above the report parts; gateways drop the parts. */
const ABUSE_REPORT = /^this is an? (?:e-?mail )?(?:abuse|authentication failure|spam) report\b/i;

/** The report itself: a person who passes one on says so in the subject. */
function isReportFile(message: ParsedMessage): boolean {
  if (subjectIntent(message.subject, NO_LANGUAGES) !== 'none') return false;
  return message.attachments.some(({ filename }) => REPORT_FILENAME.test(filename ?? ''));
}

const NO_LANGUAGES: ReadonlySet<string> = new Set();

/**
 * The part or field of a report about mail, meant for operators: an abuse or authentication report (RFC 5965, RFC 6591), a DMARC
 * aggregate (RFC 7489 §7.2.1.1), a TLS report (RFC 8460 §5.3). Null for other messages.
 */
export function feedbackReportSign(message: ParsedMessage): string | null {
  if (message.reportType === 'feedback-report' || message.reportType === 'tlsrpt')
    return `report-type=${message.reportType}`;
  const part = message.reports.find(({ contentType }) => contentType === 'message/feedback-report');
  if (part) return part.contentType;
  if (fieldOf(message, 'tls-report-domain') !== null) return 'tls-report-domain';
  if (readSesNotification(message)?.kind === 'complaint') return 'x-amz-sns-message-id';
  if (/^(?:\[[^\]]{1,30}\] ?)?report[ -]domain: ?\S{1,255} submitter: ?\S{1,255}/i.test(message.subject))
    return 'subject';
  if (isReportFile(message)) return 'filename';
  if (ABUSE_REPORT.test(message.text.trimStart().slice(0, 200))) return 'text';
  // Outlook.com's Junk Mail Reporting Program attaches the message with its own field and no report part.
  if (message.nested[0] && fieldOf(message.nested[0], 'x-hmxmroriginalrecipient') !== null)
    return 'x-hmxmroriginalrecipient';
  return null;
}
