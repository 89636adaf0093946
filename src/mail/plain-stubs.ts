/** What stands in the plain part of mail whose writer meant only the HTML one. Data for `isPlainStub`; compared in lower case. */
const stubs: readonly string[] = [
  'does not support html',
  'doesn’t support html',
  "doesn't support html",
  'not support html',
  'cannot display html',
  'unable to display html',
  'html-enabled email',
  'html enabled email',
  'html compatible',
  'html-compatible',
  'html capable',
  'this is a multi-part message in mime format',
  'this is a mime-formatted message',
  'this is a multipart message in mime format',
  'this is an html message',
  'this is an html email',
  'this email is in html',
  'this message is in html',
  'to view this email, please enable html',
  'to view the message, please use an html',
  'to view this message, please use an html',
  'please view this email in html',
  'view this email in your browser to see',
  'html only email',
  'keine html-',
  'unterstützt kein html',
  'kein html anzeigen',
  'html-fähig',
  'ne supporte pas le html',
  'ne prend pas en charge le html',
  'no admite html',
  'no soporta html',
  'não suporta html',
  'non supporta html',
  'non supporta l’html',
  'ondersteunt geen html',
  'html-nachricht',
];

/** A stub is a sentence or two; longer text is a text. */
const maxStubLength = 400;

/** Whether a plain part says nothing of its own. */
export function isPlainStub(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === '') return true;
  if (trimmed.length > maxStubLength) return false;
  const folded = trimmed.toLowerCase().replaceAll(/\s+/gu, ' ');
  return stubs.some((stub) => folded.includes(stub));
}
