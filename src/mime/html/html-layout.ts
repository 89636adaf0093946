import {
  MAX_LINK_CHARS,
  isHidden,
  isPreformatted,
  isQuote,
  isSpaced,
  isUnseen,
  linkTarget,
} from './html-elements.ts';
import { joinRow } from './html-rows.ts';
import type { StartTag } from './html-scan.ts';
import type { LineWriter, Region } from './line-writer.ts';

interface Link {
  readonly target: string;
  text: string;
}

interface List {
  readonly ordered: boolean;
  next: number;
}

/** An open element and its effect on the text inside. */
export interface Frame {
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

export function frameOf(
  tag: StartTag,
  known: {
    readonly block: boolean;
    readonly inList: boolean;
    readonly region: Region;
    /** Also shows what `display: none` hides. */
    readonly includeHidden: boolean;
  },
): Frame {
  const { name } = tag;
  const target = linkTarget(tag);
  return {
    block: known.block,
    spaced: isSpaced(tag, known.inList),
    hidden: isUnseen(tag) || (!known.includeHidden && isHidden(tag)),
    quoted: isQuote(tag),
    preformatted: isPreformatted(tag),
    region: known.region,
    list: name === 'ul' || name === 'ol' ? { ordered: name === 'ol', next: 1 } : null,
    row: name === 'tr' ? [] : null,
    link: target === null ? null : { target, text: '' },
  };
}

const bare = (link: string): string =>
  link
    .toLowerCase()
    .replace(/^https?:\/\//u, '')
    .replace(/\/$/u, '');

/** Whether the text of a link already says where it leads. */
const saysTarget = ({ target, text }: Link): boolean =>
  bare(text.trim()) === bare(target) || (!/^https?:/iu.test(target) && text.includes('@'));

/** The combined effect of the open elements on the next text. */
export interface HtmlLayout {
  readonly enter: (frame: Frame) => void;
  readonly leave: (frame: Frame) => void;
  /** From here on everything is an earlier message. */
  readonly enterRest: () => void;
  readonly isHidden: () => boolean;
  readonly isInList: () => boolean;
  readonly write: (text: string) => void;
  /** A list item or a table cell begins. */
  readonly beginItem: (name: string) => void;
}

export function createHtmlLayout(writer: LineWriter): HtmlLayout {
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

  return {
    enter,
    leave,
    enterRest: () => {
      writer.endLine();
      rest = true;
      flush();
    },
    isHidden: () => hidden > 0,
    isInList: () => lists.length > 0,
    write: (text) => {
      if (hidden > 0) return;
      const link = links.at(-1);
      if (link !== undefined && link.text.length <= MAX_LINK_CHARS) link.text += text;
      if (preformatted > 0) writer.preformatted(text);
      else writer.flow(text);
    },
    beginItem: (name) => {
      const row = rows.at(-1);
      if ((name === 'td' || name === 'th') && row !== undefined) {
        if (row.length > 0) writer.space(false);
        row.push(lines.length);
      }
      if (name !== 'li') return;
      const list = lists.at(-1);
      writer.mark(list?.ordered === true ? `${list.next}. ` : '- ');
      if (list !== undefined) list.next += 1;
    },
  };
}
