import { scanHtml, type StartTag } from './html-scan.ts';

/**
 * What the structure of the HTML says about a line. `rest` begins a quote that nothing closes; `fields` may be the header fields of
 * a quoted message; a `passage` is quoted, but by the sender's hand.
 */
export type Region = 'own' | 'quote' | 'rest' | 'attribution' | 'signature' | 'fields' | 'passage';

/** One rendered line. `quoteDepth` counts the blockquotes around it; `text` carries their "> " already. */
export interface HtmlLine {
  readonly text: string;
  readonly quoteDepth: number;
  readonly region: Region;
}

/** A 50 MB HTML part is not read by a person either; the raw message keeps the whole. */
export const MAX_HTML_CHARS = 4 * 1024 * 1024;
/** Elements nested 100,000 deep: what is deeper than this still gives its text, without its layout. */
const MAX_DEPTH = 256;
/** Ten bytes of HTML must not become a thousand of "> > > >". */
const MAX_QUOTE_DEPTH = 12;
const MAX_LIST_DEPTH = 8;
const MAX_ALT_CHARS = 200;
const MAX_TEXT_CHARS = 4 * 1024 * 1024;
/** Tracking links run to kilobytes and tell a reader nothing. */
const MAX_LINK_CHARS = 500;
/** Cells of a data table go on one line; those of a layout table stay below one another. */
const MAX_ROW_CHARS = 160;

const RULE = '_'.repeat(32);

const VOID = new Set(
  'area base basefont bgsound br col embed frame hr img input link meta param source track wbr'.split(' '),
);
const BLOCK = new Set(
  (
    'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form ' +
    'h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol p pre section summary table tbody td tfoot th thead tr ul'
  ).split(' '),
);
/** Browsers put an empty line around these. */
const SPACED = new Set('blockquote dl fieldset figure h1 h2 h3 h4 h5 h6 menu ol p pre ul'.split(' '));
const UNSEEN = new Set(
  'audio canvas datalist iframe noembed noframes object script select style svg template title video'.split(
    ' ',
  ),
);

interface Cells {
  readonly starts: number[];
}

interface Frame {
  readonly name: string;
  readonly hidden: boolean;
  readonly quoted: boolean;
  readonly preformatted: boolean;
  readonly region: Region;
  readonly list: { readonly ordered: boolean; next: number } | null;
  readonly row: Cells | null;
  readonly link: { readonly href: string; text: string } | null;
}

export interface HtmlReading {
  /** Names the region that an element opens, null where it opens none. */
  regionOf(tag: StartTag): Region | null;
  /** Also what `display: none` hides. */
  readonly includeHidden: boolean;
}

/** `font-size: 0` hides nothing: newsletters set it around columns to close the gaps between them. */
const hides = (style: string): boolean =>
  style !== '' &&
  (/display\s{0,9}:\s{0,9}none|visibility\s{0,9}:\s{0,9}hidden|mso-hide\s{0,9}:\s{0,9}all/iu.test(style) ||
    (/max-height\s{0,9}:\s{0,9}0/iu.test(style) && /overflow\s{0,9}:\s{0,9}hidden/iu.test(style)));

/** Webmail indents with a blockquote too; such a one says so by its class or by a missing border. */
function isQuote(tag: StartTag): boolean {
  if (tag.name !== 'blockquote') return false;
  if ((tag.attributes.get('type') ?? '').toLowerCase() === 'cite') return true;
  if ((tag.attributes.get('class') ?? '').includes('indent')) return false;
  return !/border(?:-style)?\s{0,9}:\s{0,9}(?:none|0)/iu.test(tag.attributes.get('style') ?? '');
}

/** Word writes every line as a paragraph without margin. */
function isSpaced(tag: StartTag, nested: boolean): boolean {
  if (!SPACED.has(tag.name)) return false;
  if (tag.name === 'ul' || tag.name === 'ol') return !nested;
  if (tag.name !== 'p') return true;
  const style = tag.attributes.get('style') ?? '';
  return !(
    /mso/iu.test(tag.attributes.get('class') ?? '') ||
    /(?:^|[;\s])margin\s{0,9}:\s{0,9}0(?:px|pt|in|cm|em)?\s{0,9}(?:;|$|!|0)/iu.test(style) ||
    /margin-bottom\s{0,9}:\s{0,9}0/iu.test(style)
  );
}

function linkTarget(href: string): string | null {
  const target = href.trim();
  if (/^https?:\/\//iu.test(target)) return target.length > MAX_LINK_CHARS ? null : target;
  const address = /^mailto:([^?]{1,320})/iu.exec(target)?.[1];
  return address ?? null;
}

const bare = (link: string): string =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//u, '')
    .replace(/\/$/u, '');

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}

/** What has a width of nothing and pads the preview text of newsletters. Joiners stay: emoji and Persian need them. */
const withoutFillers = (text: string): string => text.replace(/\u00ad|\u034f|\u200b|\u2060|\ufeff/gu, '');

const isBlank = (text: string): boolean => /^[\s\u200c\u200d]*$/u.test(text);

/**
 * Renders HTML as lines of text: paragraphs, lists, data tables, links ("text <target>") and quotes ("> ").
 * Linear in the length of the HTML whatever its nesting; reads at most {@link MAX_HTML_CHARS} characters.
 */
export function readHtmlLines(html: string, reading: HtmlReading): HtmlLine[] {
  const lines: HtmlLine[] = [];
  const stack: Frame[] = [];
  const openCount = new Map<string, number>();
  const tooDeep = new Map<string, number>();
  let chars = 0;
  let current = '';
  /** The current line ends with a space that swallows further ones; a hard space does not. */
  let endsSoft = false;
  let wantsBlank = false;
  let pendingMarker = '';
  let hidden = 0;
  let preformatted = 0;
  let quoteDepth = 0;
  let rest = false;
  const regions: Region[] = ['own'];
  const lists: NonNullable<Frame['list']>[] = [];
  const rows: Cells[] = [];
  const links: NonNullable<Frame['link']>[] = [];

  const region = (): Region => (rest ? 'rest' : (regions.at(-1) ?? 'own'));

  /** What is marked within a quote was so by whoever is quoted; only its attribution is the quoting client's. */
  const takesEffect = (opened: Region | null): Region =>
    opened !== null && (region() === 'own' || (opened === 'attribution' && region() === 'quote'))
      ? opened
      : 'own';

  const push = (text: string): void => {
    if (chars > MAX_TEXT_CHARS) return;
    const line = trimEnd('> '.repeat(Math.min(quoteDepth, MAX_QUOTE_DEPTH)) + text);
    chars += line.length + 1;
    lines.push({ text: line, quoteDepth, region: region() });
  };

  /** The empty line between two blocks belongs to the outer one. */
  const pushBlank = (): void => {
    const last = lines.at(-1);
    if (last === undefined || /^[> ]*$/u.test(last.text)) return;
    if (last.quoteDepth >= quoteDepth) push('');
    else lines.push({ ...last, text: trimEnd('> '.repeat(Math.min(last.quoteDepth, MAX_QUOTE_DEPTH))) });
  };

  const endLine = (): void => {
    const text = trimEnd(current);
    current = '';
    if (isBlank(text)) return;
    if (wantsBlank) pushBlank();
    wantsBlank = false;
    const depth = Math.min(lists.length, MAX_LIST_DEPTH);
    const indent = '  '.repeat(Math.max(0, pendingMarker === '' ? depth : depth - 1));
    push(indent + pendingMarker + text);
    pendingMarker = '';
  };

  const lineBreak = (): void => {
    if (isBlank(current)) {
      current = '';
      pushBlank();
      return;
    }
    endLine();
  };

  const inline = (text: string): void => {
    current += text;
    endsSoft = false;
    const link = links.at(-1);
    if (link !== undefined && link.text.length <= MAX_LINK_CHARS) link.text += text;
  };

  const write = (text: string): void => {
    if (hidden > 0 || chars > MAX_TEXT_CHARS) return;
    const clean = withoutFillers(text);
    if (preformatted > 0) {
      const [first = '', ...others] = clean.replace(/\r\n?/gu, '\n').split('\n');
      inline(first);
      for (const line of others) {
        lineBreak();
        inline(line);
      }
      return;
    }
    const collapsed = clean.replace(/[ \t\r\n\f]+/gu, ' ');
    const joined = collapsed.startsWith(' ') && (current === '' || endsSoft) ? collapsed.slice(1) : collapsed;
    if (joined === '') return;
    inline(joined.replace(/\u00a0/gu, ' '));
    endsSoft = joined.endsWith(' ');
  };

  /** Cells that hold one short line each are a row of data. */
  const joinRow = (row: Cells): void => {
    const first = row.starts[0];
    if (first === undefined || row.starts.length < 2 || row.starts.length > MAX_ROW_CHARS) return;
    const cells: HtmlLine[] = [];
    let width = 0;
    for (let index = 0; index < row.starts.length; index += 1) {
      const from = row.starts[index] ?? first;
      const to = row.starts[index + 1] ?? lines.length;
      if (to - from > 2) return;
      const filled = lines.slice(from, to).filter((line) => !/^[> ]*$/u.test(line.text));
      const [line] = filled;
      if (line === undefined) continue;
      if (filled.length > 1) return;
      width += line.text.length;
      cells.push(line);
    }
    const [head] = cells;
    if (head === undefined || cells.length < 2 || width > MAX_ROW_CHARS) return;
    if (cells.some((cell) => cell.region !== head.region || cell.quoteDepth !== head.quoteDepth)) return;
    const prefix = '> '.repeat(Math.min(head.quoteDepth, MAX_QUOTE_DEPTH)).length;
    let text = head.text;
    for (const cell of cells.slice(1))
      text += (text.endsWith(':') ? ' ' : ' | ') + cell.text.slice(prefix).trimStart();
    lines.length = first;
    lines.push({ ...head, text });
  };

  const leave = (frame: Frame): void => {
    if (BLOCK.has(frame.name)) endLine();
    if (frame.link !== null) links.pop();
    if (frame.link !== null && hidden === 0) {
      const { href, text } = frame.link;
      const label = text.trim();
      const mail = !/^https?:/iu.test(href);
      if (label !== '' && bare(label) !== bare(href) && !(mail && label.includes('@'))) {
        if (current !== '') current = trimEnd(current);
        current += current === '' ? `<${href}>` : ` <${href}>`;
      }
    }
    if (frame.row !== null) {
      rows.pop();
      joinRow(frame.row);
    }
    if (frame.list !== null) {
      lists.pop();
      pendingMarker = '';
    }
    if (frame.hidden) hidden -= 1;
    if (frame.preformatted) preformatted -= 1;
    if (frame.region !== 'own') {
      endLine();
      regions.pop();
    }
    if (frame.quoted) quoteDepth -= 1;
    if (SPACED.has(frame.name) && frame.name !== 'p' && (frame.list === null || lists.length === 0))
      wantsBlank = true;
  };

  const pop = (): void => {
    const frame = stack.pop();
    if (frame === undefined) return;
    openCount.set(frame.name, (openCount.get(frame.name) ?? 1) - 1);
    leave(frame);
  };

  const close = (name: string): void => {
    if (BLOCK.has(name)) endLine();
    const deep = tooDeep.get(name) ?? 0;
    if (deep > 0) {
      tooDeep.set(name, deep - 1);
      return;
    }
    if ((openCount.get(name) ?? 0) === 0) return;
    while (stack.length > 0) {
      const done = stack.at(-1)?.name === name;
      pop();
      if (done) return;
    }
  };

  const open = (tag: StartTag): void => {
    const { name, attributes } = tag;
    if (BLOCK.has(name)) {
      endLine();
      while (stack.at(-1)?.name === 'p') pop();
      if (name === 'li') while (stack.at(-1)?.name === 'li') pop();
      if (name === 'td' || name === 'th' || name === 'tr')
        while (stack.at(-1)?.name === 'td' || stack.at(-1)?.name === 'th') pop();
      if (name === 'tr') while (stack.at(-1)?.name === 'tr') pop();
    }
    const opened = quoteDepth === 0 ? takesEffect(reading.regionOf(tag)) : 'own';
    if (opened === 'rest') {
      endLine();
      rest = true;
    }
    if (name === 'br') {
      if (hidden === 0) lineBreak();
      return;
    }
    if (name === 'hr') {
      if (hidden === 0) push(RULE);
      return;
    }
    if (name === 'img' && hidden === 0) {
      // Webmail writes emoji as pictures whose alternative text is the emoji.
      const alt = withoutFillers(attributes.get('alt') ?? '').trim();
      if (alt !== '') inline(/^\P{ASCII}{1,12}$/u.test(alt) ? alt : `[${alt.slice(0, MAX_ALT_CHARS)}]`);
    }
    if (VOID.has(name)) return;
    if (stack.length >= MAX_DEPTH) {
      tooDeep.set(name, (tooDeep.get(name) ?? 0) + 1);
      return;
    }
    const spaced = isSpaced(tag, lists.length > 0);
    if (spaced) wantsBlank = true;
    const quoted = isQuote(tag);
    const own = opened === 'rest' ? 'own' : opened;
    const target = name === 'a' ? linkTarget(attributes.get('href') ?? '') : null;
    const frame: Frame = {
      name,
      hidden:
        UNSEEN.has(name) ||
        (!reading.includeHidden && (attributes.has('hidden') || hides(attributes.get('style') ?? ''))),
      quoted,
      preformatted: name === 'pre' || /white-space\s{0,9}:\s{0,9}pre/iu.test(attributes.get('style') ?? ''),
      region: own,
      list: name === 'ul' || name === 'ol' ? { ordered: name === 'ol', next: 1 } : null,
      row: name === 'tr' ? { starts: [] } : null,
      link: target === null ? null : { href: target, text: '' },
    };
    stack.push(frame);
    openCount.set(name, (openCount.get(name) ?? 0) + 1);
    if (frame.hidden) hidden += 1;
    if (frame.preformatted) preformatted += 1;
    if (own !== 'own') {
      endLine();
      regions.push(own);
    }
    if (quoted) quoteDepth += 1;
    if (frame.list !== null) lists.push(frame.list);
    if (frame.row !== null) rows.push(frame.row);
    if (frame.link !== null) links.push(frame.link);
    if (name === 'td' || name === 'th') {
      rows.at(-1)?.starts.push(lines.length);
      wantsBlank = wantsBlank && (rows.at(-1)?.starts.length ?? 1) < 2;
    }
    if (name === 'li') {
      const list = lists.at(-1);
      pendingMarker = list?.ordered === true ? `${list.next}. ` : '- ';
      if (list !== undefined) list.next += 1;
    }
  };

  scanHtml(html.length > MAX_HTML_CHARS ? html.slice(0, MAX_HTML_CHARS) : html, {
    open,
    close,
    text: write,
  });
  endLine();
  while (lines.length > 0 && /^[> ]*$/u.test(lines.at(-1)?.text ?? '')) lines.pop();
  return lines;
}
