import { boundsOf } from './html-bounds.ts';
import type { Bounds, Declaration } from './html-bounds.ts';

const MAX_STYLE_CHARS = 4_096;

/** No positioning, no content, no animation, nothing that loads: a message stays in its place and calls nobody. */
const STYLE_PROPERTIES = new Set(
  (
    'background background-color border border-bottom border-bottom-color border-bottom-style border-bottom-width border-collapse ' +
    'border-color border-left border-left-color border-left-style border-left-width border-radius border-right border-right-color ' +
    'border-right-style border-right-width border-spacing border-style border-top border-top-color border-top-style border-top-width ' +
    'border-width box-sizing caption-side clear color direction display float font font-family font-size font-style font-variant ' +
    'font-weight height letter-spacing line-height list-style list-style-position list-style-type margin margin-bottom margin-left ' +
    'margin-right margin-top max-height max-width min-height min-width opacity overflow overflow-wrap padding padding-bottom ' +
    'padding-left padding-right padding-top table-layout text-align text-decoration text-indent text-overflow text-transform ' +
    'unicode-bidi vertical-align visibility white-space width word-break word-spacing word-wrap'
  ).split(' '),
);

/** Words, numbers, colours, lists of them and harmless functions. No escapes, no strings that could contain markup, no URLs. */
const STYLE_VALUE = /^[\w\s.,%#!'"/+-]*$/u;
const STYLE_FUNCTION = /\b(?:rgba?|hsla?)\([\d\s.,%/-]{0,60}\)/giu;

interface Style extends Pick<Bounds, 'keepsHeightAttribute'> {
  readonly declarations: readonly Declaration[];
  /** The first remote picture named. */
  readonly remote: string | null;
}

/** What an element may keep of its style attribute. */
export function readStyle(element: string, value: string): Style {
  let remote: string | null = null;
  const kept: Declaration[] = [];
  for (const declaration of value.slice(0, MAX_STYLE_CHARS).split(';')) {
    const colon = declaration.indexOf(':');
    if (colon < 0) continue;
    const property = declaration.slice(0, colon).trim().toLowerCase();
    const setting = declaration.slice(colon + 1).trim();
    if (property === 'background' || property === 'background-image')
      remote ??= /url\(\s{0,9}["']?((?:https?:)?\/\/[^\s"'<>`()]{1,2000})/iu.exec(setting)?.[1] ?? null;
    if (!STYLE_PROPERTIES.has(property)) continue;
    if (setting.includes('/*') || !STYLE_VALUE.test(setting.replace(STYLE_FUNCTION, ''))) continue;
    kept.push({ property, setting });
  }
  const { bound, keepsHeightAttribute } = boundsOf(element, kept);
  return {
    declarations: kept.flatMap((declaration) => bound(declaration) ?? []),
    remote,
    keepsHeightAttribute,
  };
}
