import type { StartTag } from './html-scan.ts';
import type { Region } from './line-writer.ts';

/** Elements around what a client quotes. Ends of class names or ids, because some clients prefix them (`ydp4711yahoo_quoted`). */
const QUOTE_NAMES = [
  // Gmail, K-9, many others
  'gmail_quote',
  'gmail_quote_container',
  'yahoo_quoted',
  'protonmail_quote',
  'tutanota_quote',
  'missive_quote',
  'zmail_extra',
  'hiri_quote',
  'superhuman_quote',
  'mailbird-quote',
  'shortwave-quote',
  'hey_quote',
  // Outlook for Mac, for phones
  'mail-editor-reference-message-container',
  'ms-outlook-mobile-reference-message',
  'olk_src_body_section',
  // Samsung
  'composewebview_previouse_content',
  'quoted_body_text',
  // Microsoft, BlackBerry
  '_origcontent',
  'replyforwardmessage',
] as const;

/** Marks before quoted text that runs to the end of the message. */
const REST_NAMES = new Set([
  // Outlook on the web and on Windows
  'divrplyfwdmsg',
  'appendonsend',
  // Hotmail
  'stopspelling',
  // Zimbra
  'zwchr',
  // Lotus, Spark, AOL
  'mb_reply_line',
  'replysplit',
  'aolmail_quoted',
]);

const ATTRIBUTION_NAMES = new Set([
  'gmail_attr',
  'airmail_on',
  'moz-cite-prefix',
  'reply-intro',
  'defangmessage_reply-intro',
]);

const SIGNATURE_NAMES = new Set([
  'gmail_signature',
  'gmail_signature_prefix',
  'moz-signature',
  'signature',
  'divsignature',
  'composer_signature',
  'ms-outlook-mobile-signature',
  'protonmail_signature_block',
  'protonmail_signature_block-proton',
  'protonmail_signature_block-user',
  'front-signature',
  'sh-signature',
  'bloop_sign',
  'mb_sig',
  'missive_signature',
  'zmail_signature',
  'zm-signature',
  'tutanota_signature',
  '_rc_sig',
  'psignature',
]);

function names(tag: StartTag): readonly string[] {
  const classes = (tag.attributes.get('class') ?? '').slice(0, 1_000);
  return [...classes.split(/\s+/u), tag.attributes.get('id') ?? ''].map((name) => name.toLowerCase());
}

/** Outlook draws a line above the fields of the message it quotes, and no other border; a sender's own frame has other sides. */
const isOutlookLine = (style: string): boolean =>
  /border-top\s{0,9}:\s{0,9}[^;]{0,40}solid/iu.test(style) &&
  /border\s{0,9}:\s{0,9}(?:none|medium)/iu.test(style);

/** Parts of a message by the name that Spark gives its elements. */
const SECTIONS: ReadonlyMap<string, Region> = new Map([
  ['messagereplysection', 'quote'],
  ['messagesignaturesection', 'signature'],
]);

/** What a mail client's markup says about an element, null if nothing. */
export function quoteRegion(tag: StartTag): Region | null {
  const { attributes } = tag;
  if (attributes.size === 0) return null;
  const found = names(tag);
  if (found.some((name) => REST_NAMES.has(name))) return 'rest';
  if (attributes.get('data-marker') === '__QUOTED_TEXT__') return 'quote';
  if (attributes.get('data-smartmail') === 'gmail_signature') return 'signature';
  // Zammad
  if (attributes.get('data-signature') === 'true') return 'signature';
  // GMX and WEB.DE
  if (tag.name === 'div' && attributes.get('name') === 'quote') return 'quote';
  const section = SECTIONS.get((attributes.get('name') ?? '').toLowerCase());
  if (section !== undefined) return section;
  if (found.some((name) => SIGNATURE_NAMES.has(name))) return 'signature';
  if (found.some((name) => ATTRIBUTION_NAMES.has(name))) return 'attribution';
  // Gmail wraps its history into a div of this class; a bare blockquote comes from the quote button.
  if (tag.name === 'blockquote') return found.length === 2 && found[0] === 'gmail_quote' ? 'passage' : null;
  if (found.some((name) => QUOTE_NAMES.some((quote) => name.endsWith(quote)))) return 'quote';
  return tag.name === 'div' && isOutlookLine(attributes.get('style') ?? '') ? 'fields' : null;
}
