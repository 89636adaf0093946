import type { ParseLimits } from '../limits.ts';
import type { ParseBudget } from '../budget.ts';
import { hasFileSignature, isBinary } from '../content/file-signature.ts';
import { beginsAsMessage } from '../header/headers.ts';
import { isEncoded, isMessageType } from './part.ts';
import { isTnef } from '../containers/tnef.ts';
import type { Part } from './part.ts';
import { isPkcs7Mime } from './protection.ts';

/** What a leaf is read for, besides being a file. */
export type LeafRole = 'text' | 'file' | 'report' | 'calendar' | 'tnef' | 'pkcs7' | 'encoded-message';

const reportTypes: ReadonlySet<string> = new Set([
  'message/delivery-status',
  'message/global-delivery-status',
  'message/feedback-report',
  'message/disposition-notification',
  'message/global-disposition-notification',
  'message/global-headers',
  'text/rfc822-headers',
  'message/rfc822-headers',
  // What gateways and old servers write instead of RFC 6522's type.
  'text/rfc822-header',
  'text/x-rfc822-headers',
  'text/rfc822',
  'text/delivery-status',
]);
/**
 * Gateways and clients that lose the type of a report's part keep or add a name: "details.txt", "ATT00001.txt", "Message
 * Headers.txt".
 */
const reportFile =
  /^(?:delivery[-_ ]?(?:status|report|notification)|details|dsn|att\d{5}|noname|(?:message |mail |original |undelivered[- ]message )?headers?|rfc822[-_]?headers?)(?:\.(?:txt|dat|dsn))?$/;
const untyped: ReadonlySet<string> = new Set(['text/plain', 'application/octet-stream']);
const calendarTypes: ReadonlySet<string> = new Set(['text/calendar', 'application/ics']);
const tnefTypes: ReadonlySet<string> = new Set(['application/ms-tnef', 'application/vnd.ms-tnef']);
/** RFC 8551 §3.2.1: gateways that lose the type keep the name. */
const cmsFiles: ReadonlySet<string> = new Set(['smime.p7m', 'smime.p7z']);
const savedMessage = /\.(?:eml|email|rfc822)$/;
/** RFC 3464 reports of mass mail reach some 100 KB. */
const maxReportBytes = 1_048_576;

/** The role of a leaf by its type; `isBody`: it was chosen as body text. */
export function roleOf(part: Part, isBody: boolean): LeafRole {
  if (isBody) return 'text';
  if (reportTypes.has(part.contentType)) return 'report';
  if (calendarTypes.has(part.contentType)) return 'calendar';
  const filename = part.filename?.toLowerCase() ?? '';
  if (untyped.has(part.contentType) && reportFile.test(filename)) return 'report';
  if (tnefTypes.has(part.contentType) || filename === 'winmail.dat') return 'tnef';
  if (isPkcs7Mime(part.contentType) || cmsFiles.has(filename)) return 'pkcs7';
  // Programs that know nothing about mail attach a saved message as bytes, or as whatever type their system uses.
  const isSaved = savedMessage.test(filename) || part.contentType === 'message/news';
  return isSaved || (isMessageType(part) && isEncoded(part)) ? 'encoded-message' : 'file';
}

/** The role shown by the first bytes of a leaf: files labelled as text, messages labelled as bytes. */
export function roleByContent(
  role: LeafRole,
  { part, head }: { readonly part: Part; readonly head: Buffer },
): LeafRole {
  if ((role === 'text' || role === 'file') && isTnef(head)) return 'tnef';
  // UTF-16 may hold any byte.
  const isWide = /^(?:utf-?(?:16|32)|ucs|unicode)/iu.test(part.parameters.get('charset') ?? '');
  if (role === 'text') {
    // Bytes without any header are neither a message nor a file of one.
    const isStated = part.parent !== null || part.fields.length > 0;
    return isStated && (isWide ? hasFileSignature(head) : isBinary(head)) ? 'file' : 'text';
  }
  const isNameless = !/\.[a-z0-9]{1,5}$/iu.test(part.filename ?? '');
  const mayBeMessage = role === 'file' && part.contentType === 'application/octet-stream' && isNameless;
  return mayBeMessage && beginsAsMessage(head) ? 'encoded-message' : role;
}

/** A file that its header calls text is listed as bytes of unknown type; their start shows what they are. */
export function asFile(part: Part): Part {
  return part.filename === null ? { ...part, contentType: 'application/octet-stream' } : part;
}

/** Whether the bytes of a leaf are kept as text, and count towards the limit for all parts. */
export function isTextual(role: LeafRole): boolean {
  return role === 'text' || role === 'report' || role === 'calendar';
}

/** How many decoded bytes of a leaf are kept in memory for its role. */
export function keepBytesFor(
  role: LeafRole,
  { limits, budget }: { readonly limits: ParseLimits; readonly budget: ParseBudget },
): number {
  if (role === 'file') return 0;
  if (!isTextual(role)) return limits.maxContainerBytes;
  if (budget.left('textLines') === 0) return 0;
  return Math.min(role === 'text' ? limits.maxTextBytes : maxReportBytes, budget.left('textBytes'));
}
