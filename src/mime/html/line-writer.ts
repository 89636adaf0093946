/**
 * What the structure of the HTML says about a line. `rest` begins a quote that nothing closes; `fields` may be the header fields of
 * a quoted message; a `passage` was quoted by the sender's own hand.
 */
export type Region = 'own' | 'quote' | 'rest' | 'attribution' | 'signature' | 'fields' | 'passage';

/** One rendered line. `quoteDepth` counts the blockquotes around it; `text` already has their "> ". */
export interface HtmlLine {
  readonly text: string;
  readonly quoteDepth: number;
  readonly region: Region;
}

/** Ten bytes of HTML must not become a thousand of "> > > >". */
const MAX_QUOTE_DEPTH = 12;
const MAX_LIST_DEPTH = 8;
const MAX_TEXT_CHARS = 4 * 1024 * 1024;
/** In every later step, lines cost more than their letters. */
const MAX_LINES = 100_000;
/** The end of a line that may still change; what is before it is not looked at again, however long the line gets. */
const MAX_OPEN_CHARS = 4_096;

const RULE = '_'.repeat(32);

export const quotePrefix = (depth: number): string => '> '.repeat(Math.min(depth, MAX_QUOTE_DEPTH));

/** Nothing but quote marks. */
export const isEmptyLine = (line: HtmlLine): boolean => /^[> ]*$/u.test(line.text);

function trimEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end -= 1;
  return line.slice(0, end);
}

/** Zero-width characters that pad the preview text of newsletters. Joiners stay: emoji and Persian need them. */
export const withoutFillers = (text: string): string =>
  text.replace(/[\u034f\u00ad\u200b\u2060\ufeff]/gu, '');

/** Most text is ASCII on one line, with nothing invisible in it. */
const isCollapsed = (text: string): boolean => /^[ -~]*$/u.test(text) && !text.includes('  ');

const isBlank = (text: string): boolean => /^[\s\u200c\u200d]*$/u.test(text);

/** The writer's position in the page. */
export interface Place {
  quoteDepth: number;
  listDepth: number;
  region: Region;
}

/** Puts running text on lines as a browser does: white space collapses, blocks are separated. */
export interface LineWriter {
  readonly lines: HtmlLine[];
  readonly place: Place;
  /** Text whose white space collapses. */
  flow(text: string): void;
  /** Text as is. */
  preformatted(text: string): void;
  /** Appends after the text, without the white space at its end. */
  append(text: string): void;
  endLine(): void;
  /** The end of a paragraph: one with only a hard space is an empty line, as people make them in Word. */
  endParagraph(): void;
  /** `<br>`: a second one in a row makes an empty line. */
  breakLine(): void;
  /** Requests an empty line before the next text, or cancels the request. */
  space(wanted: boolean): void;
  /** The bullet or number before the next line. */
  mark(marker: string): void;
  rule(): void;
}

/** The line being written. */
function createOpenLine() {
  /** The start of a long line, without trailing blanks. */
  let head = '';
  let current = '';
  return {
    isEmpty: (): boolean => head === '' && current === '',
    isBlank: (): boolean => head === '' && isBlank(current),
    write: (text: string): void => {
      current += text;
      if (current.length < MAX_OPEN_CHARS || isBlank(text.slice(-1))) return;
      head += current;
      current = '';
    },
    trim: (): void => {
      current = trimEnd(current);
    },
    take: (): string => {
      const line = head + current;
      head = '';
      current = '';
      return line;
    },
  };
}

export function createLineWriter(): LineWriter {
  const lines: HtmlLine[] = [];
  const place: Place = { quoteDepth: 0, listDepth: 0, region: 'own' };
  const open = createOpenLine();
  let chars = 0;
  /** The line ends with a space that collapses with further ones; a hard space does not. */
  let endsSoft = false;
  let wantsSpace = false;
  let marker = '';

  const isFull = (): boolean => chars > MAX_TEXT_CHARS || lines.length >= MAX_LINES;

  const push = (text: string): void => {
    if (isFull()) return;
    const line = trimEnd(quotePrefix(place.quoteDepth) + text);
    chars += line.length + 1;
    lines.push({ text: line, quoteDepth: place.quoteDepth, region: place.region });
  };

  /** The empty line between two blocks belongs to the outer one. */
  const pushEmpty = (): void => {
    const last = lines.at(-1);
    if (last === undefined || isFull() || isEmptyLine(last)) return;
    if (last.quoteDepth >= place.quoteDepth) push('');
    else lines.push({ ...last, text: trimEnd(quotePrefix(last.quoteDepth)) });
  };

  const endLine = (): void => {
    const text = trimEnd(open.take());
    if (isBlank(text)) return;
    if (wantsSpace) pushEmpty();
    wantsSpace = false;
    const depth = Math.min(place.listDepth, MAX_LIST_DEPTH);
    push('  '.repeat(Math.max(0, marker === '' ? depth : depth - 1)) + marker + text);
    marker = '';
  };

  const breakLine = (): void => {
    if (!open.isBlank()) return endLine();
    open.take();
    return pushEmpty();
  };

  return {
    lines,
    place,
    flow(text) {
      const collapsed = isCollapsed(text) ? text : withoutFillers(text).replace(/[ \t\r\n\f]+/gu, ' ');
      const joined =
        collapsed.startsWith(' ') && (open.isEmpty() || endsSoft) ? collapsed.slice(1) : collapsed;
      if (joined === '') return;
      open.write(joined.replace(/\u00a0/gu, ' '));
      endsSoft = joined.endsWith(' ');
    },
    preformatted(text) {
      const levelled = withoutFillers(text).replace(/\r\n?/gu, '\n');
      let from = 0;
      for (let feed = levelled.indexOf('\n'); feed >= 0; feed = levelled.indexOf('\n', from)) {
        open.write(levelled.slice(from, feed));
        breakLine();
        from = feed + 1;
      }
      open.write(levelled.slice(from));
      endsSoft = false;
    },
    append(text) {
      const soft = endsSoft && !open.isEmpty();
      open.trim();
      open.write((open.isEmpty() ? '' : ' ') + text + (soft ? ' ' : ''));
    },
    endLine,
    endParagraph() {
      // Soft spaces at the start of a line are never kept, so a blank one here is hard.
      if (!open.isEmpty() && open.isBlank()) breakLine();
      else endLine();
    },
    breakLine,
    space(wanted) {
      wantsSpace = wanted;
    },
    mark(next) {
      marker = next;
    },
    rule() {
      endLine();
      push(RULE);
    },
  };
}
