import {
  BLOCK_ELEMENTS,
  MAX_LINK_CHARS,
  VOID_ELEMENTS,
  isHidden,
  isPreformatted,
  isQuote,
  isSpaced,
  isUnseen,
  linkTarget,
} from './html-elements.ts';
import { joinRow } from './html-rows.ts';
import { scanHtml, type StartTag } from './html-scan.ts';
import { createLineWriter, isEmptyLine, withoutFillers, type HtmlLine, type Region } from './line-writer.ts';
import { createOpenElements } from './open-elements.ts';

/** A 50 MB HTML part is not read by a person either; the raw message keeps the whole. */
export const MAX_HTML_CHARS = 4 * 1024 * 1024;
/** Elements nested 100,000 deep: what is deeper than this still gives its text, without its layout. */
const MAX_DEPTH = 256;
const MAX_ALT_CHARS = 200;

interface Link {
  readonly target: string;
  text: string;
}

interface List {
  readonly ordered: boolean;
  next: number;
}

/** An open element and what it does to the text within it. */
interface Frame {
  readonly block: boolean;
  readonly spaced: boolean;
  readonly hidden: boolean;
  readonly quoted: boolean;
  readonly preformatted: boolean;
  readonly region: Region;
  readonly list: List | null;
  /** The lines at which the cells of a table row begin. */
  readonly row: number[] | null;
  readonly link: Link | null;
}

export interface HtmlReading {
  /** Names the region that an element opens, null where it opens none. */
  regionOf(tag: StartTag): Region | null;
  /** Also what `display: none` hides. */
  readonly includeHidden: boolean;
}

const bare = (link: string): string =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//u, '')
    .replace(/\/$/u, '');

/** Whether the text of a link already says where it leads. */
const saysTarget = ({ target, text }: Link): boolean =>
  bare(text.trim()) === bare(target) || (!/^https?:/iu.test(target) && text.includes('@'));

/**
 * Renders HTML as lines of text: paragraphs, lists, data tables, links ("text <target>") and quotes ("> ").
 * Linear in the length of the HTML whatever its nesting; reads at most {@link MAX_HTML_CHARS} characters.
 */
export function readHtmlLines(html: string, reading: HtmlReading): HtmlLine[] {
  const writer = createLineWriter();
  const { lines, place } = writer;
  const regions: Region[] = ['own'];
  const lists: List[] = [];
  const rows: number[][] = [];
  const links: Link[] = [];
  let hidden = 0;
  let preformatted = 0;
  let rest = false;

  const enter = (frame: Frame): void => {
    if (frame.spaced) writer.space(true);
    if (frame.hidden) hidden += 1;
    if (frame.preformatted) preformatted += 1;
    if (frame.region !== 'own') {
      writer.endLine();
      regions.push(frame.region);
    }
    if (frame.quoted) place.quoteDepth += 1;
    if (frame.list !== null) lists.push(frame.list);
    if (frame.row !== null) rows.push(frame.row);
    if (frame.link !== null) links.push(frame.link);
    flush();
  };

  const leave = (frame: Frame): void => {
    if (frame.block || frame.region !== 'own') writer.endLine();
    if (frame.link !== null) {
      links.pop();
      if (hidden === 0 && frame.link.text.trim() !== '' && !saysTarget(frame.link))
        writer.append(`<${frame.link.target}>`);
    }
    if (frame.row !== null) {
      rows.pop();
      joinRow(lines, frame.row);
    }
    if (frame.list !== null) {
      lists.pop();
      writer.mark('');
    }
    if (frame.hidden) hidden -= 1;
    if (frame.preformatted) preformatted -= 1;
    if (frame.region !== 'own') regions.pop();
    if (frame.quoted) place.quoteDepth -= 1;
    if (frame.spaced) writer.space(true);
    flush();
  };

  const flush = (): void => {
    place.listDepth = lists.length;
    place.region = rest ? 'rest' : (regions.at(-1) ?? 'own');
  };

  const elements = createOpenElements<Frame>({ maxDepth: MAX_DEPTH, onClose: leave });

  /** What is marked within a quote was so by whoever is quoted; only its attribution is the quoting client's. */
  const regionOf = (tag: StartTag): Region => {
    if (place.quoteDepth > 0) return 'own';
    const region = reading.regionOf(tag) ?? 'own';
    if (place.region === 'own') return region;
    return region === 'attribution' && place.region === 'quote' ? region : 'own';
  };

  const write = (text: string): void => {
    if (hidden > 0) return;
    const link = links.at(-1);
    if (link !== undefined && link.text.length <= MAX_LINK_CHARS) link.text += text;
    if (preformatted > 0) writer.preformatted(text);
    else writer.flow(text);
  };

  const writeVoid = (tag: StartTag): void => {
    if (hidden > 0) return;
    if (tag.name === 'br') writer.breakLine();
    if (tag.name === 'hr') writer.rule();
    if (tag.name !== 'img') return;
    // Webmail writes emoji as pictures whose alternative text is the emoji.
    const alt = withoutFillers(tag.attributes.get('alt') ?? '').trim();
    if (alt !== '') write(/^\P{ASCII}{1,12}$/u.test(alt) ? alt : `[${alt.slice(0, MAX_ALT_CHARS)}]`);
  };

  /** End tags that HTML lets writers leave out. */
  const closeImplied = (name: string): void => {
    elements.closeInner(['p']);
    if (name === 'li') elements.closeInner(['li']);
    if (name === 'td' || name === 'th' || name === 'tr') elements.closeInner(['td', 'th']);
    if (name === 'tr') elements.closeInner(['tr']);
  };

  const beginItem = (name: string): void => {
    const row = rows.at(-1);
    if ((name === 'td' || name === 'th') && row !== undefined) {
      if (row.length > 0) writer.space(false);
      row.push(lines.length);
    }
    if (name !== 'li') return;
    const list = lists.at(-1);
    writer.mark(list?.ordered === true ? `${list.next}. ` : '- ');
    if (list !== undefined) list.next += 1;
  };

  const open = (tag: StartTag): void => {
    const { name } = tag;
    const block = BLOCK_ELEMENTS.has(name);
    if (block) {
      writer.endLine();
      closeImplied(name);
    }
    const region = regionOf(tag);
    if (region === 'rest') {
      writer.endLine();
      rest = true;
      flush();
    }
    if (VOID_ELEMENTS.has(name)) return writeVoid(tag);
    const target = linkTarget(tag);
    const frame: Frame = {
      block,
      spaced: isSpaced(tag, lists.length > 0),
      hidden: isUnseen(tag) || (!reading.includeHidden && isHidden(tag)),
      quoted: isQuote(tag),
      preformatted: isPreformatted(tag),
      region: region === 'rest' ? 'own' : region,
      list: name === 'ul' || name === 'ol' ? { ordered: name === 'ol', next: 1 } : null,
      row: name === 'tr' ? [] : null,
      link: target === null ? null : { target, text: '' },
    };
    if (!elements.open(name, frame)) return undefined;
    enter(frame);
    return beginItem(name);
  };

  const close = (name: string): void => {
    if (name === 'p') writer.endParagraph();
    else if (BLOCK_ELEMENTS.has(name)) writer.endLine();
    elements.close(name);
  };

  scanHtml(html.slice(0, MAX_HTML_CHARS), { open, close, text: write });
  writer.endLine();
  while (lines.length > 0 && lines.slice(-1).every(isEmptyLine)) lines.pop();
  return lines;
}
