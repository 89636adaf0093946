/** Translates imapflow's errors to the port's. */
import type { ImapFlowError } from 'imapflow';
import { MailboxError } from '../mailbox.ts';

/** RFC 5530: the login failed now, but the credentials may be right. Gmail and Dovecot answer too many connections this way. */
const temporaryLoginCodes: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'LIMIT',
  'INUSE',
  'SERVERBUG',
  'THROTTLED',
  'OVERQUOTA',
  'CONTACTADMIN',
]);

/** The same without a code. Only checked if the server does not say AUTHENTICATIONFAILED. */
const temporaryLoginWords: readonly string[] = [
  'too many',
  'temporar',
  'try again',
  'try later',
  'throttl',
  'rate limit',
  'unavailable',
  'maximum number of connections',
  'exceeded',
  'internal error',
];

/** A disconnect to slow clients down. The client library passes on only its words, not its code. */
const slowDownWords: readonly string[] = [
  'too many',
  'rate limit',
  'throttl',
  'exceeded',
  'maximum number of connections',
  'try again',
  'try later',
];

const definiteLoginCodes: ReadonlySet<string> = new Set([
  'AUTHENTICATIONFAILED',
  'AUTHORIZATIONFAILED',
  'EXPIRED',
]);

/** RFC 5530 codes of a folder that exists but cannot be opened now. */
const temporaryFolderCodes: ReadonlySet<string> = new Set([
  'UNAVAILABLE',
  'LIMIT',
  'INUSE',
  'SERVERBUG',
  'THROTTLED',
  'OVERQUOTA',
]);

/** After the login: too many requests. Yahoo answers a FETCH with LIMIT, Gmail with OVERQUOTA once the day's bandwidth is used up. */
const slowDownCodes: ReadonlySet<string> = new Set(['LIMIT', 'THROTTLED', 'OVERQUOTA']);

/** Codes of Node and OpenSSL that need a person: a retry meets the same certificate. */
const certificateCodes =
  /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(VERIFY|GET_ISSUER)|HOSTNAME_MISMATCH)/;

const protocolCodes =
  /^(ParserError|MAX_IMAP_NESTING|LineTooLarge|LiteralTooLarge|ResponseTooLarge|TooMany|UnexpectedTag|MissingTag|InvalidResponse|ResponseProcessing)/;

/** Exchange: the login worked, but there is no mailbox behind it, or IMAP is disabled for it. */
const notOpenWords: readonly string[] = ['authenticated but not connected'];
/** Exchange ends sessions when their token expires. */
const sessionExpiredWords: readonly string[] = [
  'accesstokenexpired',
  'session invalidated',
  'token expired',
  'token has expired',
];

const imapErrorOf = (error: unknown): ImapFlowError | null => (error instanceof Error ? error : null);

/** A tagged NO or BAD: the connection is alive, the server refuses this command. */
export const isRefusal = (error: unknown): boolean => {
  const { responseStatus, code } = imapErrorOf(error) ?? {};
  return (responseStatus === 'NO' || responseStatus === 'BAD') && code !== 'ETHROTTLE';
};

export function toMailboxError(error: unknown, doing: string): MailboxError {
  if (error instanceof MailboxError) return error;
  const imap = imapErrorOf(error);
  if (imap === null) return new MailboxError('protocol', `${doing}: ${String(error)}`, { cause: error });
  const message = `${doing}: ${answerOf(imap) || imap.message}${challengeOf(imap)}`;
  const wrap = (code: MailboxError['code'], retryAfterMs?: number): MailboxError =>
    new MailboxError(code, message, {
      cause: error,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });

  if (says(`${answerOf(imap)} ${imap.message}`, notOpenWords)) return wrap('mailbox-not-open');
  if (!imap.authenticationFailed && says(`${imap.reason ?? ''} ${imap.message}`, sessionExpiredWords))
    return wrap('session-expired');
  // Before the password: a throttled login does not mean a wrong one.
  if (imap.code === 'ETHROTTLE') return wrap('throttled', imap.throttleReset);
  if (imap.authenticationFailed)
    return isTemporaryLogin(imap) ? wrap('throttled') : wrap('authentication-failed');
  const code = imap.code ?? '';
  if (certificateCodes.test(code) || code === 'STARTTLS_INJECTION') return wrap('configuration');
  if (imap.tlsFailed) return wrap('configuration');
  if (isRefusal(imap) && slowDownCodes.has(responseCodeOf(imap))) return wrap('throttled');
  if (says(imap.reason ?? '', slowDownWords)) return wrap('throttled');
  if (protocolCodes.test(code) || isRefusal(imap)) return wrap('protocol');
  return wrap('connection');
}

/** Why a folder did not open. A NO without a reason is a phantom: listed, but not selectable. */
export function toFolderError(error: unknown, path: string): MailboxError {
  const imap = imapErrorOf(error);
  if (error instanceof MailboxError) return error;
  if (imap === null || imap.responseStatus !== 'NO' || imap.code === 'ETHROTTLE')
    return toMailboxError(error, 'cannot open the folder');
  if (temporaryFolderCodes.has(responseCodeOf(imap))) return toMailboxError(error, 'cannot open the folder');
  const why = imap.mailboxMissing ? 'there is no such folder' : 'the server lists it but does not open it';
  return new MailboxError('folder-missing', `${path}: ${why}`, { cause: error });
}

function isTemporaryLogin(error: ImapFlowError): boolean {
  const code = responseCodeOf(error);
  if (definiteLoginCodes.has(code)) return false;
  if (temporaryLoginCodes.has(code)) return true;
  return says(answerOf(error), temporaryLoginWords);
}

function says(answer: string, words: readonly string[]): boolean {
  const lower = answer.toLowerCase();
  return words.some((word) => lower.includes(word));
}

/** RFC 5530. For some commands it is in the parsed answer. */
function responseCodeOf({ serverResponseCode, response }: ImapFlowError): string {
  if (serverResponseCode) return serverResponseCode;
  const first = typeof response === 'object' ? response.attributes?.[0] : undefined;
  const code: unknown = first && 'section' in first ? first.section?.[0]?.value : undefined;
  return typeof code === 'string' ? code.toUpperCase() : '';
}

/** What a server says about a refused token (RFC 7628 §3.2.2, and XOAUTH2). */
function challengeOf({ oauthError }: ImapFlowError): string {
  const status: unknown = oauthError?.['status'];
  return typeof status === 'string' || typeof status === 'number'
    ? ` (status ${String(status).slice(0, 40)})`
    : '';
}

/** The server's words, capped, because they are stored in records. */
function answerOf(error: ImapFlowError): string {
  const { response, responseText, reason } = error;
  const text = responseText ?? (typeof response === 'string' ? response : (reason ?? ''));
  return text.slice(0, 300);
}
