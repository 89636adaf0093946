/** Decides by content whether a file is a message: a name proves nothing, and any bytes can be read as a message without header. */
import { fileTypeFromBuffer } from 'file-type';

export type FileKind =
  | { readonly kind: 'message' | 'zip' | 'outlook-message' }
  /** What it is, and what to do. */
  | { readonly kind: 'refused'; readonly what: string; readonly fix: string };

/** How much of a file is checked: far longer than any header section before its first known field. */
export const KIND_BYTES = 64 * 1024;

const UNPACK = 'unpack it and give the folder';
const CONVERT_PST =
  'export the folders from Outlook, or convert it with readpst (package pst-utils) and give its mbox files';
const SAVE_MAIL = 'give the message itself, saved as .eml';

/** Archives that are not supported. */
const ARCHIVES: ReadonlySet<string> = new Set([
  'gz',
  'bz2',
  'xz',
  'zst',
  '7z',
  'rar',
  'tar',
  'tar.gz',
  'lz',
  'lz4',
  'Z',
  'cab',
  'ar',
  'deb',
  'rpm',
  'dmg',
  'iso',
]);

/** Fields of messages (RFC 5322, RFC 2045 and what servers add on top); one in the first block of lines is enough. */
const KNOWN_FIELD =
  /^(?:from|sender|reply-to|to|cc|bcc|date|subject|message-id|in-reply-to|references|received|return-path|delivered-to|envelope-to|mime-version|content-type|content-transfer-encoding|dkim-signature|authentication-results|resent-from|x-mailer|x-original-to|x-gmail-labels|status)[ \t]*:/imu;

/** `head`: the first KIND_BYTES; `size`: of the whole file. */
export async function kindOfFile(head: Buffer, size: number): Promise<FileKind> {
  if (size === 0) return refused('an empty file', 'leave it out');
  const text = textOf(head);
  // A message may start with unknown fields; if it looks like one, it is one, whatever else it looks like.
  if (!text.startsWith('#!') && KNOWN_FIELD.test(headerSection(text))) return { kind: 'message' };
  return knownText(text) ?? (await binaryKind(head)) ?? otherText(text);
}

async function binaryKind(head: Buffer): Promise<FileKind | null> {
  if (head.subarray(0, 4).equals(Buffer.from('PK\u0003\u0004'))) {
    const found = await typeOf(head);
    return found === null || found.ext === 'zip'
      ? { kind: 'zip' }
      : refused(`a file of type ${found.ext} (${found.mime})`, SAVE_MAIL);
  }
  if (head.subarray(0, 4).toString('latin1') === '!BDN')
    return refused('an Outlook data file (PST or OST)', CONVERT_PST);
  const magic = head.length < 4 ? 0 : head.readUInt32BE(0);
  // For compound files, only reading shows which is a message.
  if (magic === 0xd0_cf_11_e0) return { kind: 'outlook-message' };
  if (magic === 0x78_9f_3e_22) return refused('a winmail.dat (TNEF)', SAVE_MAIL);
  const found = await typeOf(head);
  if (found === null) return null;
  return refused(
    `a file of type ${found.ext} (${found.mime})`,
    found.ext === 'pst' ? CONVERT_PST : ARCHIVES.has(found.ext) ? UNPACK : SAVE_MAIL,
  );
}

function knownText(text: string): FileKind | null {
  if (/^[\s\0]*$/u.test(text)) return refused('a blank file', 'leave it out');
  if (text.startsWith('#!')) return refused('a script', 'leave it out');
  if (/^BEGIN:VCARD/iu.test(text)) return refused('an address card (vCard)', SAVE_MAIL);
  if (/^BEGIN:VCALENDAR/iu.test(text)) return refused('a calendar file (iCalendar)', SAVE_MAIL);
  if (/^\s{0,100}<(?:!doctype|html|\?xml|\w)/iu.test(text)) return refused('a web page or XML', SAVE_MAIL);
  return null;
}

function otherText(text: string): FileKind {
  const isBinary = /[^\P{Cc}\s]/u.test(asciiOf(text.slice(0, 4_096).replaceAll(ESCAPE, '')));
  return isBinary
    ? refused('binary data of no kind that is known', SAVE_MAIL)
    : refused('text without any field of a message header', SAVE_MAIL);
}

/** ISO-2022-JP and terminal colours are text. */
const ESCAPE = String.fromCharCode(27);

/** A non-ASCII control character in Latin-1 may be text in another encoding. */
const asciiOf = (text: string): string => text.replaceAll(/[^\p{ASCII}]/gu, 'x');

const refused = (what: string, fix: string): FileKind => ({ kind: 'refused', what, fix });

async function typeOf(head: Buffer): Promise<{ ext: string; mime: string } | null> {
  // It looks beyond the start of some files, which is all it gets.
  return (await fileTypeFromBuffer(head).catch(() => undefined)) ?? null;
}

function textOf(head: Buffer): string {
  if (head[0] === 0xff && head[1] === 0xfe) return new TextDecoder('utf-16le').decode(head);
  if (head[0] === 0xfe && head[1] === 0xff) return new TextDecoder('utf-16be').decode(head);
  return head.toString('latin1').replace(/^\u00EF\u00BB\u00BF/u, '');
}

/** Up to the first empty line, skipping leading empty lines. */
function headerSection(text: string): string {
  const begun = text.trimStart();
  const end = /\r?\n\r?\n|\r\r/u.exec(begun);
  return end === null ? begun : begun.slice(0, end.index);
}
