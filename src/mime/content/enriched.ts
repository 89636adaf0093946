/** Mail markup before HTML: text/enriched (RFC 1896) and its predecessor text/richtext (RFC 1341 §7.1.3). */

/** RFC 1896 §2 limits the name of a command to 60 characters. */
const command = /^<(\/?)([a-z0-9-]{1,60})>/iu;
const longestCommand = 63;
/** Deeper quotes look the same to a reader. */
const maxQuoteDepth = 12;

interface Writer {
  readonly write: (text: string) => void;
  readonly breakLine: () => void;
  readonly quote: (depth: number) => void;
  readonly end: () => string;
}

function createWriter(): Writer {
  const lines: string[] = [];
  let line: string[] = [];
  let depth = 0;
  const breakLine = (): void => {
    const text = line.join('');
    lines.push(depth === 0 ? text : `${'> '.repeat(Math.min(depth, maxQuoteDepth))}${text}`.trimEnd());
    line = [];
  };
  return {
    write: (text) => {
      if (text !== '') line.push(text);
    },
    breakLine,
    quote(change) {
      if (line.join('').trim() !== '') breakLine();
      line = [];
      depth = Math.max(0, depth + change);
    },
    end() {
      if (line.length > 0) breakLine();
      return lines.join('\n');
    },
  };
}

/**
 * The words of a text/enriched or text/richtext body; line ends in and out are \n. Excerpts are quoted with "> ". Anything that is
 * not a command stays unchanged. Linear; never throws.
 */
export function enrichedToText(source: string, kind: 'enriched' | 'richtext'): string {
  const writer = createWriter();
  const depths = { nofill: 0, silent: 0 };
  const silent = kind === 'enriched' ? 'param' : 'comment';
  let at = 0;

  const change = (name: string, by: 1 | -1): void => {
    if (name === silent) depths.silent = Math.max(0, depths.silent + by);
    else if (name === 'nofill') depths.nofill = Math.max(0, depths.nofill + by);
    else if (name === 'excerpt') writer.quote(by);
    else if (kind === 'richtext' && depths.silent === 0) {
      if (name === 'lt') writer.write('<');
      if (name === 'nl' || name === 'np' || (name === 'paragraph' && by < 0)) writer.breakLine();
    }
  };

  /** One line end is a space; in a longer run each further one is a line end (RFC 1896 §2); in richtext all are spaces. */
  const passLineEnds = (count: number): void => {
    if (depths.silent > 0) return;
    const breaks = kind === 'richtext' ? 0 : depths.nofill > 0 ? count : count - 1;
    if (breaks === 0) writer.write(' ');
    for (let index = 0; index < breaks; index += 1) writer.breakLine();
  };

  while (at < source.length) {
    if (source[at] === '\n') {
      const start = at;
      while (source[at] === '\n') at += 1;
      passLineEnds(at - start);
    } else if (source[at] === '<') {
      const found = command.exec(source.slice(at, at + longestCommand));
      const doubled = kind === 'enriched' && source[at + 1] === '<';
      if (found === null && depths.silent === 0) writer.write('<');
      if (found !== null) change((found[2] ?? '').toLowerCase(), found[1] === '/' ? -1 : 1);
      at += found?.[0].length ?? (doubled ? 2 : 1);
    } else {
      const start = at;
      while (at < source.length && source[at] !== '<' && source[at] !== '\n') at += 1;
      if (depths.silent === 0) writer.write(source.slice(start, at));
    }
  }
  return writer.end();
}
