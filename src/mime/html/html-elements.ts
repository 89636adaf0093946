import type { StartTag } from './html-scan.ts';

/** Tracking links are kilobytes long and tell a reader nothing. */
export const MAX_LINK_CHARS = 500;

export const VOID_ELEMENTS = new Set(
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr'.split(' '),
);

export const BLOCK_ELEMENTS = new Set(
  (
    'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);

/** Browsers put an empty line around these. */
const SPACED_ELEMENTS = new Set(
  'blockquote dl fieldset figure h1 h2 h3 h4 h5 h6 menu ol p pre ul'.split(' '),
);

/** Nothing inside these is shown to a reader as text. */
const UNSEEN_ELEMENTS = new Set(
  'audio canvas datalist iframe noembed noframes object script select style svg template textarea title video'.split(
    ' ',
  ),
);

const styleOf = (tag: StartTag): string => tag.attributes.get('style') ?? '';

export const isUnseen = (tag: StartTag): boolean => UNSEEN_ELEMENTS.has(tag.name);

/** `font-size: 0` hides nothing: newsletters use it to close the gaps between columns. */
export function isHidden(tag: StartTag): boolean {
  if (tag.attributes.size === 0) return false;
  const style = styleOf(tag);
  return (
    tag.attributes.has('hidden') ||
    /display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all/iu.test(style) ||
    /(?<![a-z-])opacity\s{0,9}:\s{0,9}0(?:\.0{1,9})?\s{0,9}(?:[;!]|$)/iu.test(style) ||
    (/max-height\s{0,9}:\s{0,9}0/iu.test(style) && /overflow\s{0,9}:\s{0,9}hidden/iu.test(style))
  );
}

export const isPreformatted = (tag: StartTag): boolean =>
  tag.name === 'pre' || /white-space\s{0,9}:\s{0,9}pre/iu.test(styleOf(tag));

/** Webmail also indents with a blockquote; it says so by its class or by a missing border. */
export function isQuote(tag: StartTag): boolean {
  if (tag.name !== 'blockquote') return false;
  if ((tag.attributes.get('type') ?? '').toLowerCase() === 'cite') return true;
  if ((tag.attributes.get('class') ?? '').includes('indent')) return false;
  return !/border(?:-style)?\s{0,9}:\s{0,9}(?:none|0)/iu.test(styleOf(tag));
}

/** Word writes every line as a paragraph without margin; a nested list has none either. */
export function isSpaced(tag: StartTag, inList: boolean): boolean {
  if (!SPACED_ELEMENTS.has(tag.name)) return false;
  if (tag.name === 'ul' || tag.name === 'ol') return !inList;
  if (tag.name !== 'p' || tag.attributes.size === 0) return true;
  const style = styleOf(tag);
  return !(
    /mso/iu.test(tag.attributes.get('class') ?? '') ||
    /(?:^|[;\s])margin\s{0,9}:\s{0,9}0(?:px|pt|in|cm|em)?\s{0,9}(?:;|$|!|0)/iu.test(style) ||
    /margin-bottom\s{0,9}:\s{0,9}0/iu.test(style)
  );
}

/** The useful part of a link: a web or mail address, else null. */
export function linkTarget(tag: StartTag): string | null {
  if (tag.name !== 'a') return null;
  const target = (tag.attributes.get('href') ?? '').trim();
  if (/^https?:\/\//iu.test(target)) return target.length > MAX_LINK_CHARS ? null : target;
  return /^mailto:([^?]{1,320})/iu.exec(target)?.[1] ?? null;
}
