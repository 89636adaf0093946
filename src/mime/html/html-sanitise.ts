import sanitizeHtml from 'sanitize-html';

import { MAX_HTML_CHARS } from './html-lines.ts';
import { VOID_ELEMENTS } from './html-elements.ts';
import { MailTokenizer, scanHtml } from './html-scan.ts';
import { isBoundedSize } from './html-bounds.ts';
import { readStyle } from './html-style.ts';
import { createOpenElements } from './open-elements.ts';

/** Deeper nesting costs the parser quadratic time, and a browser its stack. */
const MAX_DEPTH = 200;
/** HTML with fewer tags cannot nest deeply enough to hurt. */
const HARMLESS_TAGS = 2_000;
/** A pasted logo. Parsing has already turned larger pictures into attachments. */
const MAX_DATA_URL_CHARS = 64 * 1024;
/** The most frequent first: the sanitiser looks for each element, and for each text the one around it, from the start. */
const TAGS = (
  'p div span br td tr a b table tbody font strong li img ' +
  'abbr acronym address article aside bdi bdo big blockquote caption center cite code col colgroup dd del details dfn dir dl dt em ' +
  'figcaption figure footer h1 h2 h3 h4 h5 h6 header hr i ins kbd main mark menu nav ol pre q s samp section small ' +
  'strike sub summary sup tfoot th thead time tt u ul var wbr'
).split(' ');

/** Elements whose text is not prose, or that a browser parses by other rules than the sanitiser (mutation XSS). */
const DROPPED_WITH_TEXT = (
  'applet audio canvas datalist embed frame frameset iframe math noembed noframes noscript object option plaintext script select ' +
  'style svg template textarea title video xmp'
).split(' ');

const LAYOUT = ['align', 'valign', 'width', 'height', 'bgcolor', 'dir', 'lang', 'title'];
const SIZES = new Set(['width', 'height', 'border', 'cellpadding', 'cellspacing']);

const REMOTE_URL = /^(?:https?:)?[/\\]{2}[^\s"'<>`]{1,2000}$/iu;
const DATA_IMAGE = /^data:image\/(?:gif|jpe?g|png|webp);base64,[a-z\d+/=]*$/iu;
const CID = /^cid:[^\s"'<>`]{1,998}$/iu;

/** Browsers drop control characters and outer spaces from a URL before they read its scheme. */
// oxlint-disable-next-line no-control-regex
const tidyUrl = (url: string): string => url.replace(/[\u0000-\u001f\u007f]/gu, '').trim();

type Source =
  | { readonly kind: 'local'; readonly url: string }
  | { readonly kind: 'remote'; readonly url: string };

function readSource(value: string): Source | null {
  const url = tidyUrl(value);
  if (CID.test(url)) return { kind: 'local', url };
  if (url.length <= MAX_DATA_URL_CHARS && DATA_IMAGE.test(url)) return { kind: 'local', url };
  if (!REMOTE_URL.test(url)) return null;
  return { kind: 'remote', url: /^https?:/iu.test(url) ? url : `https://${url.slice(2)}` };
}

function readLink(value: string): string | null {
  const url = tidyUrl(value);
  return /^(?:https?:\/\/|mailto:|tel:)/iu.test(url) && !/[<>"`]/u.test(url) ? url : null;
}

/** A page repeats the style of its paragraphs and cells. */
const MAX_KNOWN_STYLES = 100;

/** The last styles of one page, by element and value. */
function createStyles(): (element: string, value: string) => ReturnType<typeof readStyle> {
  const known = new Map<string, ReturnType<typeof readStyle>>();
  return (element, value) => {
    const key = `${element} ${value}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    if (known.size >= MAX_KNOWN_STYLES) known.clear();
    const style = readStyle(element, value);
    known.set(key, style);
    return style;
  };
}

/** Builds the allowed attributes of an element from scratch, so that others are dropped. */
function keptAttributes(
  name: string,
  given: sanitizeHtml.Attributes,
  styleOf: ReturnType<typeof createStyles>,
): sanitizeHtml.Attributes {
  const kept: sanitizeHtml.Attributes = {};
  const names = Object.keys(given);
  if (names.length === 0) return kept;
  const plain = (attributes: readonly string[]): void => {
    for (const attribute of attributes) {
      const value = given[attribute];
      if (value === undefined || (SIZES.has(attribute) && !isBoundedSize(value))) continue;
      kept[attribute] = value;
    }
  };
  plain(names.filter((attribute) => LAYOUT.includes(attribute)));
  const style = styleOf(name, given['style'] ?? '');
  const css = style.declarations.map(({ property, setting }) => `${property}: ${setting}`).join('; ');
  if (css !== '') kept['style'] = css;
  if (!style.keepsHeightAttribute) delete kept['height'];
  const background = readSource(given['background'] ?? '');
  if (background?.kind === 'local') kept['background'] = background.url;
  const remembered = readSource(given['data-remote-background'] ?? '');
  for (const source of [background, remembered]) {
    if (source?.kind === 'remote') kept['data-remote-background'] ??= source.url;
  }
  const pictured = style.remote === null ? null : readSource(style.remote);
  if (pictured?.kind === 'remote') kept['data-remote-background'] ??= pictured.url;

  switch (name) {
    case 'a': {
      const href = readLink(given['href'] ?? '');
      if (href !== null) Object.assign(kept, { href, target: '_blank', rel: 'noopener noreferrer' });
      break;
    }
    case 'img': {
      const source = readSource(given['src'] ?? '');
      if (source?.kind === 'local') kept['src'] = source.url;
      const remote = source?.kind === 'remote' ? source : readSource(given['data-remote-src'] ?? '');
      if (remote?.kind === 'remote') kept['data-remote-src'] = remote.url;
      plain(['alt', 'border']);
      break;
    }
    case 'table':
      plain(['border', 'cellpadding', 'cellspacing', 'rules', 'summary']);
      break;
    case 'td':
    case 'th':
    case 'col':
    case 'colgroup':
      plain(['colspan', 'rowspan', 'scope', 'nowrap', 'span']);
      break;
    case 'font':
      plain(['color', 'face', 'size']);
      break;
    case 'ol':
    case 'ul':
    case 'li':
      plain(['type', 'start', 'value']);
      break;
    case 'time':
      plain(['datetime']);
      break;
    default:
  }
  return kept;
}

/** Drops tags nested deeper than {@link MAX_DEPTH} and end tags that close nothing. Their text stays. */
function boundNesting(html: string): string {
  let tags = 0;
  for (let at = html.indexOf('<'); at >= 0 && tags <= HARMLESS_TAGS; at = html.indexOf('<', at + 1))
    tags += 1;
  if (tags <= HARMLESS_TAGS) return html;

  const kept: string[] = [];
  const elements = createOpenElements<null>({ maxDepth: MAX_DEPTH, onClose() {} });
  let from = 0;
  const drop = (start: number, end: number): void => {
    kept.push(html.slice(from, start));
    from = end;
  };
  scanHtml(html, {
    open({ name, start, end }) {
      if (!VOID_ELEMENTS.has(name) && !elements.open(name, null)) drop(start, end);
    },
    close(name, start, end) {
      if (!elements.close(name)) drop(start, end);
    },
    text() {},
  });
  kept.push(html.slice(from));
  return kept.join('');
}

const OPTIONS: Readonly<sanitizeHtml.IOptions> = {
  allowedTags: TAGS,
  nonTextTags: DROPPED_WITH_TEXT,
  /** `keptAttributes` has already made the list. */
  allowedAttributes: false,
  allowedSchemes: ['http', 'https', 'mailto', 'tel', 'cid', 'data'],
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  parseStyleAttributes: false,
  parser: { Tokenizer: MailTokenizer },
  nestingLimit: MAX_DEPTH,
};

/**
 * HTML that is safe to show: an allow-list of elements, attributes and style properties; links open separately, without a referrer;
 * nothing loads from the network. A remote picture is kept as `data-remote-src`, a remote background as `data-remote-background`
 * (always http or https), so that a page may load it when a person asks; `cid:` and small `data:` pictures stay in `src`.
 * Idempotent. Reads at most 4 Mi characters; linear in their number.
 */
export function sanitiseHtml(html: string): string {
  const styles = createStyles();
  return sanitizeHtml(boundNesting(html.length > MAX_HTML_CHARS ? html.slice(0, MAX_HTML_CHARS) : html), {
    ...OPTIONS,
    transformTags: {
      '*': (tagName, attribs) => ({ tagName, attribs: keptAttributes(tagName, attribs, styles) }),
    },
  });
}
