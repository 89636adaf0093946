/** One setting of a style attribute. */
export interface Declaration {
  readonly property: string;
  readonly setting: string;
}

/**
 * A page shows a message's HTML among its own buttons. The allowed style must keep it within its space: nothing may cover what
 * comes before (negative lengths), spill out of its box (a box lower than its content, the padding of a line of text) or be larger
 * than a screen.
 */
export interface Bounds {
  /** The declaration in its allowed form; null if none. */
  readonly bound: (declaration: Declaration) => Declaration | null;
  /** Whether the element may have a height attribute: for a cell laid out as a block it is no longer the minimum height. */
  readonly keepsHeightAttribute: boolean;
}

/** As wide as a wide screen. */
const mostPx = 2_000;
const mostPercent = 100;
const mostOf: ReadonlyMap<string, number> = new Map([
  // Takes no space.
  ['border-radius', 100_000],
  ['font', 200],
  ['font-size', 200],
  ['letter-spacing', 100],
  ['line-height', 200],
  ['text-indent', 400],
  ['word-spacing', 100],
]);
/** For a line of text: the lines above and below leave no room for its padding and border. */
const mostInlinePx = 16;
const mostTextPercent = 500;
const percentOfText = new Set(['font', 'font-size', 'line-height']);

/** In pixels; other units depend on the window, which is the page's. */
const units: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['px', 1],
  ['pt', 4 / 3],
  ['pc', 16],
  ['in', 96],
  ['cm', 96 / 2.54],
  ['mm', 96 / 25.4],
  ['q', 96 / 101.6],
  ['em', 16],
  ['rem', 16],
  ['ex', 8],
  ['ch', 8],
]);

const tableDisplay =
  /^(?:inline-)?table(?:-(?:cell|row|row-group|header-group|footer-group|column|column-group))?$/u;
const blockDisplay =
  /^(?:block|inline-block|(?:inline-)?(?:flex|grid)|list-item|none|table-caption|flow-root)$/u;
const tableElements = new Set('table thead tbody tfoot tr td th col colgroup'.split(' '));
const inlineElements = new Set(
  'a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd mark q s samp small span strike strong sub sup time tt u var'.split(
    ' ',
  ),
);
/** Their picture or line is drawn at the given size. */
const drawnElements = new Set(['img', 'hr']);

export function boundsOf(element: string, declarations: readonly Declaration[]): Bounds {
  const settingsOf = (name: string): readonly string[] =>
    declarations.filter(({ property }) => property === name).map(({ setting }) => bare(setting));
  const displays = settingsOf('display').filter(isDisplay);
  const isTable =
    displays.length === 0 ? tableElements.has(element) : displays.every((one) => tableDisplay.test(one));
  const isDrawn = drawnElements.has(element);
  const isInline =
    !isDrawn && (displays.length === 0 ? inlineElements.has(element) : displays.includes('inline'));
  const overflows = settingsOf('overflow');
  const clips = overflows.length > 0 && overflows.every((one) => /^(?:hidden|auto|scroll|clip)$/u.test(one));
  const keepsHeight = isTable || clips || isDrawn;

  const bound = (declaration: Declaration): Declaration | null => {
    const { property, setting } = declaration;
    if (property === 'font-family') return declaration;
    if (property === 'display') return isDisplay(bare(setting)) ? declaration : null;
    if (!isWithin(property, setting, isInline)) return null;
    if (keepsHeight || (property !== 'height' && property !== 'max-height')) return declaration;
    return property === 'height' ? { property: 'min-height', setting } : null;
  };
  return { bound, keepsHeightAttribute: isTable || !tableElements.has(element) };
}

/** A width or height attribute, or similar, in its allowed form: in pixels or percent (HTML, "rules for parsing dimension values"). */
export function isBoundedSize(value: string): boolean {
  const [, number = '0', percent] = /^\s*\+?(\d+(?:\.\d+)?)(%)?/u.exec(value) ?? [];
  return Number(number) <= (percent === undefined ? mostPx : mostPercent);
}

/** Without words like "!important". */
function bare(setting: string): string {
  return setting
    .replace(/\s*!\s*important\s*$/iu, '')
    .trim()
    .toLowerCase();
}

function isDisplay(value: string): boolean {
  return value === 'inline' || tableDisplay.test(value) || blockDisplay.test(value);
}

function isWithin(property: string, setting: string, isInline: boolean): boolean {
  const plain = setting
    .toLowerCase()
    .replaceAll(/\b(?:rgba?|hsla?)\([^)]*\)|#[\da-f]+/gu, ' ')
    .replaceAll(/"[^"]*"|'[^']*'/gu, ' ');
  // Except an exponent's ("1.0E-4pt").
  if (/(?<!\de)-\.?\d/u.test(plain)) return false;
  if (property === 'text-decoration') return !/\d/u.test(plain);
  const isPadded = isInline && /^(?:padding|border)(?:-|$)/u.test(property) && property !== 'border-radius';
  const most = isPadded ? mostInlinePx : (mostOf.get(property) ?? mostPx);
  const percent = percentOfText.has(property) ? mostTextPercent : mostPercent;
  for (const [, number, unit = ''] of plain.matchAll(/(?<![\w#])(\d*\.?\d+(?:e[+-]?\d+)?)([a-z%]*)/gu)) {
    if (unit === '%') {
      if (Number(number) > percent || (isPadded && Number(number) > 0)) return false;
      continue;
    }
    // A font weight, or a line height as a multiple.
    if (property === 'font' && unit === '') continue;
    const pixels = units.get(unit);
    if (pixels === undefined || Number(number) * pixels > most) return false;
  }
  return true;
}
