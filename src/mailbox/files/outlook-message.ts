/** The fields of an Outlook message (.msg) as a MIME message, so that one reader reads all mail. Deterministic. */
import { createHash } from 'node:crypto';
import msgReader from '@kenjiuno/msgreader';
import type { FieldsData } from '@kenjiuno/msgreader';

// A CommonJS module: its class is the default export's `default`.
const { default: MsgReader } = msgReader;

/** Nested messages; deeper ones are left out. */
const MAX_DEPTH = 8;
/** Headers about the original's encoding, which this copy does not have. */
const OF_ENCODING = /^(?:content-|mime-version)/iu;
/** MSGFLAG_UNSENT of PidTagMessageFlags: a draft. */
const UNSENT = 8;

/** @throws if it is not an Outlook message. */
export function mimeFromOutlook(bytes: Buffer): Buffer {
  const reader = new MsgReader(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const fields = reader.getFileData();
  if (
    fields.error !== undefined ||
    fields.dataType !== 'msg' ||
    !/^IPM\.|^REPORT\./iu.test(fields.messageClass ?? 'IPM.')
  )
    throw new Error(fields.error ?? 'it is not an Outlook message');
  const isMessage = [fields.subject, fields.body, fields.headers, fields.senderName, fields.senderEmail].some(
    (value) => value !== undefined,
  );
  if (!isMessage) throw new Error('it contains no message: it may be another Office document');
  return Buffer.from(messageOf(reader, fields, 0), 'latin1');
}

function messageOf(reader: InstanceType<typeof MsgReader>, fields: FieldsData, depth: number): string {
  const boundary = `=_${createHash('sha256')
    .update(`${depth}${fields.messageId ?? ''}${fields.subject ?? ''}`)
    .digest('hex')
    .slice(0, 32)}`;
  const parts = [bodyOf(fields, `${boundary}_text`), ...attachmentsOf(reader, fields, depth)];
  const content =
    parts.length === 1
      ? (parts[0] ?? '')
      : `Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n${joined(parts, boundary)}`;
  return `${headerOf(fields)}MIME-Version: 1.0\r\n${content}`;
}

/** The header it was delivered with, else one built from Outlook's fields: sent messages have none. */
function headerOf(fields: FieldsData): string {
  const delivered = unfolded(fields.headers ?? '').filter((line) => /^[!-9;-~]+[ \t]*:/u.test(line));
  if (delivered.some((line) => /^from[ \t]*:/iu.test(line)))
    return delivered
      .filter((line) => !OF_ENCODING.test(line))
      .map((line) => `${line}\r\n`)
      .join('');
  const recipients = (type: string): string =>
    (fields.recipients ?? [])
      .filter(({ recipType }) => (recipType ?? 'to') === type)
      .map(({ name, smtpAddress, email }) => mailbox(name, smtpAddress ?? email))
      .join(',\r\n ');
  const date = new Date(fields.clientSubmitTime ?? fields.messageDeliveryTime ?? fields.creationTime ?? '');
  const sender = fields.senderSmtpAddress ?? fields.sentRepresentingSmtpAddress ?? fields.senderEmail;
  const isDraft = ((fields.messageFlags ?? 0) & UNSENT) !== 0;
  const rows: [string, string][] = [
    ['From', mailbox(fields.senderName, sender)],
    ['To', recipients('to')],
    ['Cc', recipients('cc')],
    ['Bcc', recipients('bcc')],
    ['Subject', encodedWords(fields.subject ?? '')],
    ['Date', Number.isNaN(date.getTime()) ? '' : date.toUTCString().replace('GMT', '+0000')],
    ['Message-ID', (fields.messageId ?? '').replaceAll(/[^!-~]/gu, '')],
    ['X-Unsent', isDraft ? '1' : ''],
  ];
  return rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

/** Each field on one line of bytes; non-ASCII as UTF-8, as it may have been sent (RFC 6532). */
function unfolded(headers: string): string[] {
  return Buffer.from(headers, 'utf8')
    .toString('latin1')
    .replaceAll(/\r?\n[ \t]+/gu, ' ')
    .split(/\r?\n/u);
}

/** An X.500 name is not an address by which anyone could be found. */
function mailbox(name = '', address = ''): string {
  const isAddress = /^[^\s<>@,;:"]+@[^\s<>@,;:"]+$/u.test(address);
  if (!isAddress) return name === '' ? '' : encodedWords(name);
  return name === '' || name === address ? `<${address}>` : `${encodedWords(name)} <${address}>`;
}

/** RFC 2047, in words of at most 75 characters with whole characters. */
function encodedWords(text: string): string {
  if (text === '') return '';
  const words: string[] = [];
  let word = '';
  for (const character of text.toWellFormed()) {
    if (Buffer.byteLength(word + character) > 42) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}

function bodyOf({ body, bodyHtml, html, internetCodepage }: FieldsData, boundary: string): string {
  const plain = body === undefined ? null : textPart('text/plain', body);
  const markup =
    bodyHtml !== undefined
      ? textPart('text/html', bodyHtml)
      : html === undefined
        ? null
        : part(`text/html; charset=${charsetOf(internetCodepage)}`, Buffer.from(html));
  if (plain !== null && markup !== null)
    return `Content-Type: multipart/alternative; boundary="${boundary}"\r\n\r\n${joined([plain, markup], boundary)}`;
  return plain ?? markup ?? textPart('text/plain', '');
}

const charsetOf = (codepage = 65_001): string =>
  codepage === 65_001
    ? 'utf-8'
    : codepage === 20_127
      ? 'us-ascii'
      : codepage >= 28_591 && codepage <= 28_605
        ? `iso-8859-${codepage - 28_590}`
        : `windows-${codepage}`;

function attachmentsOf(
  reader: InstanceType<typeof MsgReader>,
  { attachments = [] }: FieldsData,
  depth: number,
): string[] {
  return attachments.flatMap((attachment) => {
    const { innerMsgContentFields, attachmentHidden, pidContentId, attachMimeTag } = attachment;
    if (innerMsgContentFields !== undefined)
      return depth >= MAX_DEPTH
        ? []
        : [`Content-Type: message/rfc822\r\n\r\n${messageOf(reader, innerMsgContentFields, depth + 1)}`];
    const { fileName, content } = reader.getAttachment(attachment);
    const type = /^[\w.+-]{1,60}\/[\w.+-]{1,60}$/u.test(attachMimeTag ?? '') ? attachMimeTag : null;
    const id = (pidContentId ?? '').replaceAll(/[^!-;=?-~]/gu, '');
    const disposition = attachmentHidden === true || id !== '' ? 'inline' : 'attachment';
    return [
      part(type ?? 'application/octet-stream', Buffer.from(content), [
        `Content-Disposition: ${disposition}; filename*=utf-8''${encodeURIComponent((fileName ?? '').toWellFormed())}`,
        ...(id === '' ? [] : [`Content-ID: <${id}>`]),
      ]),
    ];
  });
}

const textPart = (type: string, text: string): string =>
  part(`${type}; charset=utf-8`, Buffer.from(text.toWellFormed()));

function part(type: string, content: Buffer, fields: readonly string[] = []): string {
  const lines = content.toString('base64').replaceAll(/.{76}/gu, '$&\r\n');
  return [`Content-Type: ${type}`, ...fields, 'Content-Transfer-Encoding: base64', '', lines].join('\r\n');
}

const joined = (parts: readonly string[], boundary: string): string =>
  `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n`;
