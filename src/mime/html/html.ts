import { readHtmlLines } from './html-lines.ts';
import { scanHtml } from './html-scan.ts';
import { quoteRegion } from './quoted-html.ts';

export { sanitiseHtml } from './html-sanitise.ts';

/** In a message with more embedded pictures than this, the rest is ignored. */
const MAX_CONTENT_IDS = 10_000;

/**
 * The readable text of an HTML part; line ends are \n. Quotes are prefixed "> ", links read "text <target>", short table rows "a |
 * b", list items "- a". Text hidden by style is left out, unless there is nothing else. Linear in the length of the HTML; input and
 * output stop at 4 Mi characters.
 */
export function htmlToText(html: string): string {
  const read = (includeHidden: boolean): string =>
    readHtmlLines(html, { regionOf: quoteRegion, includeHidden })
      .map((line) => line.text)
      .join('\n');
  const text = read(false);
  return text === '' ? read(true) : text;
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * The content ids that the HTML refers to by `cid:` URL (RFC 2392): in attributes, style and the comments that Outlook reads. Each
 * as written, percent-decoded, and with its escapes in either case, because writers differ on all three.
 */
export function referencedContentIds(html: string): ReadonlySet<string> {
  const found = new Set<string>();
  const search = (source: string): void => {
    for (const match of source.matchAll(/\bcid:\s{0,9}<?([^\s"'<>()\\]{1,998})/giu)) {
      if (found.size >= MAX_CONTENT_IDS) return;
      const raw = match[1] ?? '';
      found.add(raw);
      if (!raw.includes('%')) continue;
      found.add(decodePercent(raw));
      found.add(raw.replace(/%[\da-f]{2}/giu, (escape) => escape.toUpperCase()));
      found.add(raw.replace(/%[\da-f]{2}/giu, (escape) => escape.toLowerCase()));
    }
  };
  scanHtml(html, {
    open(tag) {
      for (const value of tag.attributes.values()) if (/cid:/iu.test(value)) search(value);
    },
    close() {},
    text() {},
    unseen: search,
  });
  return found;
}
