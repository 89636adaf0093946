/** Comments nest (RFC 5322 §3.2.2); deeper ones are read as text, so that brackets cannot pile up. */
const maxCommentDepth = 50;
/** RFC 5321 §4.5.3.1.3 allows a path of 256; no closing quote is searched beyond this, so open ones cost linear time. */
export const maxAngleLength = 1_000;

/** The tokens of an address header (RFC 5322 §3.2.5). `spaced`: white space before it. */
export type Token =
  | {
      readonly kind: 'text' | 'quoted' | 'comment' | 'angle';
      readonly value: string;
      readonly spaced: boolean;
    }
  | { readonly kind: ',' }
  | { readonly kind: ';' }
  | { readonly kind: ':' };

interface Scanned {
  readonly value: string;
  readonly end: number;
}

export function scanQuoted(text: string, start: number, limit = text.length): Scanned {
  const output: string[] = [];
  for (let index = start + 1; index < Math.min(text.length, limit); index += 1) {
    const character = text[index] ?? '';
    if (character === '"') return { value: output.join(''), end: index + 1 };
    if (character === '\\' && index + 1 < text.length) index += 1;
    output.push(text[index] ?? '');
  }
  // An open quote: an ordinary character from a careless client.
  return { value: '"', end: start + 1 };
}

export function scanComment(text: string, start: number): Scanned {
  const output: string[] = [];
  let depth = 0;
  for (let index = start; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\' && index + 1 < text.length) {
      index += 1;
      output.push(text[index] ?? '');
      continue;
    }
    if (character === '(' && depth < maxCommentDepth) depth += 1;
    if (character === ')') depth -= 1;
    if (depth === 0) return { value: output.slice(1).join(''), end: index + 1 };
    output.push(character);
  }
  return { value: output.slice(1).join(''), end: text.length };
}

/** From `<` to `>`; an unclosed bracket ends at a comma or a semicolon. Quotes inside protect brackets. */
function scanAngle(text: string, start: number): Scanned {
  let index = start + 1;
  let stop = -1;
  while (index < text.length) {
    const character = text[index];
    if (character === '"') {
      index = scanQuoted(text, index, start + maxAngleLength).end;
      continue;
    }
    if (character === '>') return { value: text.slice(start + 1, index), end: index + 1 };
    if (stop < 0 && (character === ',' || character === ';') && !text.startsWith('@', start + 1))
      stop = index;
    if (character === '<') break;
    index += 1;
  }
  const end = stop < 0 ? index : stop;
  return { value: text.slice(start + 1, end), end };
}

function isSpecial(character: string): boolean {
  return (
    character === ',' ||
    character === ';' ||
    character === ':' ||
    character === '<' ||
    character === '(' ||
    character === '"' ||
    character === '>'
  );
}

export function isSpace(character: string | undefined): boolean {
  return character === ' ' || character === '\t' || character === '\r' || character === '\n';
}

/** A run of text up to a special; encoded words and domain literals, which may contain specials, are taken whole. */
function scanText(text: string, start: number): Scanned {
  let index = text[start] === '"' ? start + 1 : start;
  while (index < text.length) {
    const character = text[index] ?? '';
    if (isSpecial(character) || isSpace(character)) break;
    if (character === '[') {
      const close = text.slice(index, index + 80).indexOf(']');
      index += close > 0 ? close + 1 : 1;
    } else if (character === '=' && text[index + 1] === '?') {
      const word = /^=\?[^?\s]{1,60}\?[bq]\?[^?]{0,998}\?=/iu.exec(text.slice(index, index + 1_100));
      index += word === null ? 2 : word[0].length;
    } else {
      index += 1;
    }
  }
  return { value: text.slice(start, index), end: Math.max(index, start + 1) };
}

/** Enough for 5,000 recipients with names of several words; more would cost memory in every later step. */
const maxTokens = 50_000;

/** Splits an address header into its tokens, at most 50,000. Linear in its length. */
export function tokeniseAddresses(text: string): readonly Token[] {
  const tokens: Token[] = [];
  /** Once a quote is open, no closing quote is searched again: that would be quadratic. */
  let quotesClose = true;
  let index = 0;
  while (index < text.length && tokens.length < maxTokens) {
    const character = text[index] ?? '';
    const spaced = index === 0 || isSpace(text[index - 1]);
    if (isSpace(character) || character === '>') {
      index += 1;
    } else if (character === ',' || character === ';' || character === ':') {
      tokens.push({ kind: character });
      index += 1;
    } else if (character === '"' && quotesClose) {
      const scanned = scanQuoted(text, index);
      quotesClose = scanned.end > index + 1;
      if (quotesClose) tokens.push({ kind: 'quoted', value: scanned.value, spaced });
      index = scanned.end;
    } else if (character === '(') {
      const scanned = scanComment(text, index);
      tokens.push({ kind: 'comment', value: scanned.value, spaced });
      index = scanned.end;
    } else if (character === '<' && text[index + 1] === '<') {
      index += 1;
    } else if (character === '<') {
      const scanned = scanAngle(text, index);
      tokens.push({ kind: 'angle', value: scanned.value, spaced });
      index = scanned.end;
    } else {
      const scanned = scanText(text, index);
      tokens.push({ kind: 'text', value: scanned.value, spaced });
      index = scanned.end;
    }
  }
  return tokens;
}
