import { Tokenizer } from 'htmlparser2';
import type { TokenizerCallbacks } from 'htmlparser2';

/** One start tag. `start` and `end` are offsets into the HTML: of its `<` and after its `>`. */
export interface StartTag {
  readonly name: string;
  /** Lower-cased names; character references in the values are decoded. The first of a repeated name counts. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly start: number;
  readonly end: number;
}

export interface HtmlHandler {
  open(tag: StartTag): void;
  close(name: string, start: number, end: number): void;
  /** Character references are decoded. */
  text(text: string): void;
  /** The content of a comment or a raw text element (script, style, title, textarea, xmp). */
  unseen?(source: string): void;
}

/** More attributes than any mail client writes; the rest of a tag with thousands is skipped. */
const MAX_ATTRIBUTES = 64;

const RAW_TEXT = new Set(['script', 'style', 'title', 'textarea', 'xmp', 'iframe', 'noembed', 'noframes']);

/**
 * `<title/>`, as XML writes it, is empty. To a browser it starts a title without an end, and nothing of the message is left; mail
 * programs show the message, and so do we.
 */
export class MailTokenizer extends Tokenizer {
  constructor(options: ConstructorParameters<typeof Tokenizer>[0], callbacks: TokenizerCallbacks) {
    super({ ...options, recognizeSelfClosing: true }, callbacks);
  }
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

/**
 * Reads HTML as a flat stream of tags and text (WHATWG HTML §13.2.5), in linear time and without a tree, so that nesting costs
 * nothing.
 */
export function scanHtml(html: string, handler: HtmlHandler): void {
  let name = '';
  let start = 0;
  let attributes: Map<string, string> | null = null;
  let attribute = '';
  let value = '';
  let rawName: string | null = null;

  const tagEnd = (index: number, selfClosing: boolean): void => {
    handler.open({ name, attributes: attributes ?? NO_ATTRIBUTES, start, end: index + 1 });
    rawName = !selfClosing && RAW_TEXT.has(name) ? name : null;
    attributes = null;
  };
  const text = (piece: string): void => {
    if (rawName === null) handler.text(piece);
    else handler.unseen?.(piece);
  };

  const tokenizer = new MailTokenizer(
    { xmlMode: false, decodeEntities: true },
    {
      onopentagname(from, to) {
        name = html.slice(from, to).toLowerCase();
        start = from - 1;
        attributes = null;
      },
      onattribname(from, to) {
        attribute = html.slice(from, to).toLowerCase();
        value = '';
      },
      onattribdata(from, to) {
        value += html.slice(from, to);
      },
      onattribentity(codepoint) {
        value += String.fromCodePoint(codepoint);
      },
      onattribend() {
        attributes ??= new Map();
        if (attributes.size < MAX_ATTRIBUTES && !attributes.has(attribute)) attributes.set(attribute, value);
      },
      onopentagend(index) {
        tagEnd(index, false);
      },
      onselfclosingtag(index) {
        tagEnd(index, true);
      },
      onclosetag(from, to) {
        const closed = html.slice(from, to).toLowerCase();
        const end = html.indexOf('>', to);
        if (closed === rawName) rawName = null;
        handler.close(closed, from - 2, end < 0 ? html.length : end + 1);
      },
      ontext(from, to) {
        text(html.slice(from, to));
      },
      ontextentity(codepoint) {
        text(String.fromCodePoint(codepoint));
      },
      oncomment(from, to) {
        handler.unseen?.(html.slice(from, to));
      },
      oncdata(from, to) {
        handler.unseen?.(html.slice(from, to));
      },
      ondeclaration() {},
      onprocessinginstruction() {},
      onend() {},
    },
  );
  tokenizer.write(html);
  tokenizer.end();
}
