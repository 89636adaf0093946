/**
 * PURE. Some servers answer OK but send their own notice if they cannot deliver the message: Exchange if it fails to convert one,
 * gateways and connectors if their store does not answer. Taken for the message, it would replace it forever.
 */
import { headersOf } from './header-section.ts';

/** Notices are a few lines; nothing larger is checked. */
const maxStubBytes = 64 * 1024;
/** How much of subject and text is searched for a notice's words: they come first. */
const maxWordsChars = 200;
/** A bracketed notice is one or two sentences. */
const maxBracketedChars = 400;

const serverNames =
  /\b(?:exchange|groupwise|zimbra|domino|lotus notes|imap4?|pop3|mail (?:server|system)|gateway|connector|postmaster|mailer.daemon|administrator)\b/iu;

const thing = String.raw`(?:message|mail|e-?mail|item|content|body|text)`;
const got = String.raw`(?:retriev|download|fetch|convert|load|render|display|open|process)\w*`;
const notices: readonly RegExp[] = [
  /\bretrieval using the \w+ protocol failed\b/iu,
  new RegExp(
    String.raw`\b${thing}(?: \w+){0,3} (?:could|can|was|were|is|are|has|have) ?n(?:o|')t(?: yet)?(?: be(?:en)?)? (?:${got}|available)`,
    'iu',
  ),
  new RegExp(
    String.raw`\b(?:unable|failed|failure|error)(?: while| when| in)?(?: to)? ${got} (?:the |this |your )?(?:following |original |full )?${thing}\b`,
    'iu',
  ),
  new RegExp(
    String.raw`\b(?:server|system|gateway|connector) (?:could ?n(?:o|')t|can ?n?(?:o|')t|was unable to|is unable to|failed to) ${got}`,
    'iu',
  ),
  new RegExp(
    String.raw`\b${thing}(?: \w+){0,3} (?:is|was|were|has been|have been) (?:too (?:large|big)|(?:temporarily |currently )?(?:unavailable|not available)|replaced)`,
    'iu',
  ),
  /konnte nicht abgerufen werden|fehler beim abrufen|abruf .{0,60} fehlgeschlagen/iu,
  /n['’]a pas pu (?:être )?récupér|n['’]a pas pu extraire|échec de (?:la récupération|l['’]extraction)/iu,
  /no (?:se )?pudo recuperar|error (?:en la recuperación|al recuperar)/iu,
  /impossibile recuperare|recupero .{0,60} non riuscito/iu,
  /kan niet worden opgehaald|kon niet worden opgehaald|ophalen .{0,60} mislukt/iu,
  /não (?:foi possível|pôde) recuperar|nie można pobrać|nie udało się pobrać/iu,
];

/**
 * A message that only quotes such words has the header it was sent with; a notice has one that the server made up, or none and just
 * one sentence in brackets. `isShort`: fewer bytes came than declared, so something replaced the message. A person may write such a
 * sentence too, so an answer that stays the same is accepted after all (`warningOrDoubt`).
 */
export function isStub(raw: Buffer, { isShort = false }: { readonly isShort?: boolean } = {}): boolean {
  if (raw.length > maxStubBytes) return false;
  const head = headersOf(raw);
  const fields = head.toString('utf8').replaceAll(/\r?\n[ \t]+/gu, ' ');
  const has = (name: string): boolean => new RegExp(`^${name}[ \\t]*:`, 'imu').test(fields);
  const field = (name: string): string =>
    new RegExp(`^${name}[ \\t]*:[ \\t]*(.*)$`, 'imu').exec(fields)?.[1] ?? '';
  const text = textOf(raw.subarray(head.length), fields);
  const isNotice = [field('subject'), text].some((words) => says(words.slice(0, maxWordsChars)));

  if (isShort && isNotice) return true;
  if (isNotice && text.length <= maxBracketedChars && /^\[[^[\]]+\]$/u.test(text)) return true;
  if (has('received') || has('in-reply-to') || has('references')) return false;
  const from = field('from');
  const isServer = serverNames.test(from);
  // In any language: Exchange's own name, and the protocol in the subject or not even a date.
  if (/\bexchange\b/iu.test(from) && /imap4|pop3/iu.test(field('subject'))) return true;
  if (/\bexchange\b/iu.test(from) && !from.includes('@') && !has('date') && !has('message-id')) return true;
  if (has('message-id') && !isServer) return false;
  return isNotice && (isServer || !from.includes('@') || !has('date'));
}

const says = (words: string): boolean => notices.some((notice) => notice.test(words));

/** The start of the text, of the first part if there are several; without markup, on one line. */
function textOf(body: Buffer, fields: string): string {
  const boundary = /^content-type[ \t]*:[ \t]*multipart\/[^\n]*boundary="?([^";\r\n]+)/imu.exec(fields)?.[1];
  let part = body;
  let head = fields;
  if (boundary !== undefined) {
    const start = body.indexOf(`--${boundary}`);
    const first = start < 0 ? body : body.subarray(start + boundary.length + 2);
    const end = first.indexOf(`--${boundary}`);
    const own = headersOf(first);
    head = own.toString('utf8');
    part = first.subarray(own.length, end < 0 ? first.length : end);
  }
  const encoding = /^content-transfer-encoding[ \t]*:[ \t]*(\S+)/imu.exec(head)?.[1]?.toLowerCase();
  return decoded(part, encoding)
    .replaceAll(/<[^>]{0,200}>/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

function decoded(part: Buffer, encoding: string | undefined): string {
  const text = part.toString('utf8');
  if (encoding === 'base64') return Buffer.from(text, 'base64').toString('utf8');
  if (encoding !== 'quoted-printable') return text;
  const bytes = text
    .replaceAll(/=\r?\n/gu, '')
    .replaceAll(/=([0-9a-f]{2})/giu, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
