import { messageIdIn } from './delivery-status.ts';
import type { ParsedMessage, ReportPart } from '../../mime/parsed-message.ts';

/** What a bounce returns of the failed message. */
export interface ReturnedMessage {
  readonly messageId: string | null;
  /** To and Cc of the returned message. */
  readonly recipients: readonly string[];
  /** From of the returned message: the one who is told, never the failed one. */
  readonly sender: string | null;
}

export interface SplitNotice {
  /** What the server wrote. */
  readonly notice: readonly string[];
  /** The returned message or its headers, quoted in the same text; empty if there is none. */
  readonly returned: readonly string[];
}

/** A notice is a page; only the headers of a returned message are read. */
const MAX_LINES = 3_000;
const MAX_LINE = 1_000;
/** Header fields are searched in this many lines below the first: Received lines of long routes are folded often. */
const HEADER_REACH = 120;

/** Fields that the mail system adds: a block with one of them is a returned header, not a summary in the notice. */
const TRACE_FIELD =
  /^(?:return-path|received|x-received|mime-version|content-type|dkim-signature|domainkey-signature|message-id|delivered-to|arc-seal|x-mailer|x-[\w-]{1,60})[ \t]?:/i;
const HEADER_FIELD = /^([A-Za-z][\w-]{1,60})[ \t]?:/;
const ENVELOPE_FIELDS: ReadonlySet<string> = new Set([
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'received',
  'return-path',
  'mime-version',
  'content-type',
]);

/** Lines that announce the returned message if its header lines do not show it. */
const ANNOUNCEMENT =
  /^[\s>]{0,9}[-=_*#~+.]{2,80}[ \t]{0,9}[^-=_*#~]{0,60}(?:original message|copy of (?:the|your) message|returned message|undelivered message|message header|message follows|unsent message|ursprüngliche nachricht|message d.origine|mensaje original|mensagem original|messaggio originale|oorspronkelijk bericht|元のメッセージ|原始邮件|исходное сообщение)/i;

/** Splits a notice where the returned message begins: at its header lines, in any language. */
export function splitNotice(text: string): SplitNotice {
  const lines = text.split('\n', MAX_LINES).map((line) => line.slice(0, MAX_LINE));
  const at = lines.findIndex((line, index) => ANNOUNCEMENT.test(line) || startsHeader(lines, index));
  // If the notice begins with headers, there is no server text above them: read all of it.
  if (at <= 0) return { notice: lines, returned: lines };
  return { notice: lines.slice(0, at), returned: lines.slice(at) };
}

function startsHeader(lines: readonly string[], index: number): boolean {
  const first = lines[index] ?? '';
  if (!HEADER_FIELD.test(first) || HEADER_FIELD.test(lines[index - 1] ?? '')) return false;
  const names = new Set<string>();
  let hasTrace = false;
  for (const line of lines.slice(index, index + HEADER_REACH)) {
    const name = HEADER_FIELD.exec(line)?.[1]?.toLowerCase();
    if (name === undefined && !/^[ \t]+\S/.test(line)) break;
    if (name !== undefined && ENVELOPE_FIELDS.has(name)) names.add(name);
    hasTrace ||= TRACE_FIELD.test(line);
    if (hasTrace && names.size >= 3) return true;
  }
  return false;
}

/** The failed message, from the first place that has it: the attached message, its headers, the text, the thread. */
export function returnedMessage(message: ParsedMessage, returnedLines: readonly string[]): ReturnedMessage {
  const inside = message.nested[0];
  if (inside) {
    return {
      messageId: inside.messageId ?? messageIdOf(returnedLines) ?? threadId(message),
      recipients: [...inside.to, ...inside.cc].flatMap(({ address }) => (address === null ? [] : [address])),
      sender: inside.from?.address ?? null,
    };
  }
  const headers =
    message.reports.find(({ contentType }) =>
      /rfc822-headers?$|global-headers$|^text\/rfc822$/i.test(contentType),
    ) ?? message.reports.find(isUntypedHeader);
  const lines = headers
    ? headers.text.split(/\r?\n/, MAX_LINES).map((line) => line.slice(0, MAX_LINE))
    : returnedLines;
  return {
    messageId: messageIdOf(lines) ?? messageIdOf(returnedLines) ?? threadId(message),
    recipients: [...addressesOf(lines, 'to'), ...addressesOf(lines, 'cc')],
    sender: addressesOf(lines, 'from')[0] ?? null,
  };
}

/** Headers that lost their type are in a file of only headers. */
function isUntypedHeader({ contentType, text }: ReportPart): boolean {
  if (!/^(?:text\/plain|application\/octet-stream)$/i.test(contentType)) return false;
  const lines = text
    .trimStart()
    .split('\n', HEADER_REACH)
    .map((line) => line.slice(0, MAX_LINE));
  return startsHeader(lines, 0);
}

function messageIdOf(lines: readonly string[]): string | null {
  const at = lines.findIndex((line) => /^[ \t>]{0,9}message-id[ \t]?:/i.test(line));
  if (at < 0) return null;
  const value = (lines[at] ?? '').replace(/^[^:]{0,60}:/, '').trim();
  // A long id is on the folded line below its name.
  return messageIdIn(value === '' ? lines[at + 1] : value);
}

/** Gmail and Exchange reply to the failed message, so their notice names it as its parent. */
function threadId(message: ParsedMessage): string | null {
  return message.inReplyTo[0] ?? message.references.at(-1) ?? null;
}

function addressesOf(lines: readonly string[], name: string): string[] {
  const at = lines.findIndex((line) => line.toLowerCase().startsWith(`${name}:`));
  if (at < 0) return [];
  const folded = lines.slice(at + 1).findIndex((line) => !/^[ \t]+\S/.test(line));
  const value = lines.slice(at, folded < 0 ? undefined : at + 1 + folded).join(' ');
  return [...value.matchAll(/[^\s<>()[\]:;,"]{1,64}@[^\s<>()[\]:;,"]{1,255}/g)].map(([address]) =>
    address.toLowerCase(),
  );
}
