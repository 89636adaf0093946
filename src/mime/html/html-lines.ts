import { BLOCK_ELEMENTS, VOID_ELEMENTS } from './html-elements.ts';
import { createHtmlLayout, frameOf } from './html-layout.ts';
import type { Frame } from './html-layout.ts';
import { scanHtml, type StartTag } from './html-scan.ts';
import { createLineWriter, isEmptyLine, withoutFillers, type HtmlLine, type Region } from './line-writer.ts';
import { createOpenElements } from './open-elements.ts';

/** No person reads a 50 MB HTML part either; the raw message keeps it whole. */
export const MAX_HTML_CHARS = 4 * 1024 * 1024;
/** Elements nested 100,000 deep: below this depth they give their text, without layout. */
const MAX_DEPTH = 256;
const MAX_ALT_CHARS = 200;

export interface HtmlReading {
  /** The region that an element opens, null if none. */
  regionOf(tag: StartTag): Region | null;
  /** Also shows what `display: none` hides. */
  readonly includeHidden: boolean;
}

/**
 * Renders HTML as lines of text: paragraphs, lists, data tables, links ("text <target>") and quotes ("> "). Linear in the length of
 * the HTML whatever its nesting; reads at most {@link MAX_HTML_CHARS} characters.
 */
export function readHtmlLines(html: string, reading: HtmlReading): HtmlLine[] {
  const writer = createLineWriter();
  const { lines, place } = writer;
  const layout = createHtmlLayout(writer);
  const elements = createOpenElements<Frame>({ maxDepth: MAX_DEPTH, onClose: layout.leave });

  /** Marks inside a quote come from whoever is quoted; only its attribution is the quoting client's. */
  const regionOf = (tag: StartTag): Region => {
    if (place.quoteDepth > 0) return 'own';
    const region = reading.regionOf(tag) ?? 'own';
    if (place.region === 'own') return region;
    return region === 'attribution' && place.region === 'quote' ? region : 'own';
  };

  const writeVoid = (tag: StartTag): void => {
    if (layout.isHidden()) return;
    if (tag.name === 'br') writer.breakLine();
    if (tag.name === 'hr') writer.rule();
    if (tag.name !== 'img') return;
    // Webmail writes emoji as pictures whose alternative text is the emoji.
    const alt = withoutFillers(tag.attributes.get('alt') ?? '').trim();
    if (alt !== '') layout.write(/^\P{ASCII}{1,12}$/u.test(alt) ? alt : `[${alt.slice(0, MAX_ALT_CHARS)}]`);
  };

  /** End tags that HTML lets writers omit. */
  const closeImplied = (name: string): void => {
    elements.closeInner(['p']);
    if (name === 'li') elements.closeInner(['li']);
    if (name === 'td' || name === 'th' || name === 'tr') elements.closeInner(['td', 'th']);
    if (name === 'tr') elements.closeInner(['tr']);
  };

  const open = (tag: StartTag): void => {
    const { name } = tag;
    const block = BLOCK_ELEMENTS.has(name);
    if (block) {
      writer.endLine();
      closeImplied(name);
    }
    const region = regionOf(tag);
    if (region === 'rest') layout.enterRest();
    if (VOID_ELEMENTS.has(name)) return writeVoid(tag);
    const frame = frameOf(tag, {
      block,
      inList: layout.isInList(),
      region: region === 'rest' ? 'own' : region,
      includeHidden: reading.includeHidden,
    });
    if (!elements.open(name, frame)) return undefined;
    layout.enter(frame);
    return layout.beginItem(name);
  };

  const close = (name: string): void => {
    if (name === 'p') writer.endParagraph();
    else if (BLOCK_ELEMENTS.has(name)) writer.endLine();
    elements.close(name);
  };

  scanHtml(html.slice(0, MAX_HTML_CHARS), { open, close, text: layout.write });
  writer.endLine();
  while (lines.length > 0 && lines.slice(-1).every(isEmptyLine)) lines.pop();
  return lines;
}
