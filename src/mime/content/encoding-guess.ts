import { isUtf8 } from 'node:buffer';
import { hasFileSignature } from './file-signature.ts';

/** Recognises transfer encodings that the part's header does not name by the first bytes. */

/** A shorter run of base64 may be a word, token or key that the writer wants to show. */
const minChars = 40;
/** RFC 2045 §6.8 limits a line to 76; some encoders write everything on one line. */
const minLine = 40;
/** This many soft breaks or non-ASCII escapes are not chance. */
const minMarks = 2;

const isText = (bytes: Buffer): boolean => {
  if (bytes.some((byte) => byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d)) return false;
  try {
    // The sample may end inside a character.
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
  } catch {
    return false;
  }
  // A key or token has neither blanks nor markup.
  return /[\s<]/u.test(bytes.toString('latin1').trim());
};

/** What the first line of words is not. */
const beginsAsBase64 = /^\s*[A-Za-z0-9+/]+={0,2}[ \t]{0,9}(?:\s|$)/u;

/** The bytes in the head of a body, read as base64; null if it is not base64 from its first to its last whole line. */
function decodedHead(head: Buffer): Buffer | null {
  const text = head.toString('latin1');
  if (!beginsAsBase64.test(text)) return null;
  const lines = text.trim().split(/\r?\n/u);
  const [first = ''] = lines;
  // The last line of a head may be cut, and that of a body short.
  const isRegular = lines.every(
    (line, at) =>
      /^[A-Za-z0-9+/]+={0,2}[ \t]{0,9}$/u.test(line) &&
      (at === lines.length - 1 || (line.length >= minLine && !line.includes('='))),
  );
  if (!isRegular || lines.join('').length < minChars) return null;
  if (lines.length > 1 && first.length % 4 !== 0) return null;
  return Buffer.from(lines.join(''), 'base64');
}

/** Unlabelled base64: it contains text if text is expected, or a file by its signature. */
export function isUnlabelledBase64(head: Buffer, isTextPart: boolean): boolean {
  const decoded = decodedHead(head);
  if (decoded === null) return false;
  return hasFileSignature(decoded) || (isTextPart && isText(decoded));
}

/** Unlabelled quoted-printable: every equals sign is an escape or a soft break, and some mean what plain text does not. */
export function isUnlabelledQuotedPrintable(head: Buffer): boolean {
  const text = head.toString('latin1');
  if (!text.includes('=') || /[\u0080-\u00ff]/u.test(text)) return false;
  // The head may end inside an escape.
  const whole = text.slice(0, Math.max(text.lastIndexOf('='), text.length - 3));
  if (/=(?![0-9A-F]{2}|[ \t]{0,9}\r?\n)/u.test(whole)) return false;
  // A sum may also end a line with "="; encoders only break full lines.
  const softBreaks = whole.match(/[^\n]{60}=[ \t]{0,9}\r?\n/gu)?.length ?? 0;
  const escapes = whole.match(/(?:=[89A-F][0-9A-F]){1,9}/gu) ?? [];
  const beyond = escapes.filter((escape) => isUtf8(Buffer.from(escape.replaceAll('=', ''), 'hex')));
  const withinWords = whole.match(/[A-Za-z]=[C-F][0-9A-F](?=[a-z])/gu)?.length ?? 0;
  return softBreaks >= minMarks || beyond.length >= minMarks || withinWords >= minMarks;
}
