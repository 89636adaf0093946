/** A Received line (RFC 5321 §4.4) as its clauses, comments removed. */
export interface ReceivedLine {
  /** The word after "from": the client's own name, or the one the server found. Null without such a clause. */
  readonly from: string | null;
  /** The comments of the "from" clause: what the server saw of the connection. */
  readonly fromComments: readonly string[];
  readonly by: string | null;
  /** The first word of the protocol, in upper case; null if missing. */
  readonly with: string | null;
  /** Comments outside the "from" clause. */
  readonly comments: readonly string[];
  /** What follows the last semicolon. */
  readonly date: string;
}

/** Mail servers that we trust write no longer line. */
const MAX_LENGTH = 2_000;
const clauseNames: ReadonlySet<string> = new Set(['from', 'by', 'via', 'with', 'id', 'for']);

type Token = { readonly kind: 'word' | 'comment'; readonly text: string };

/**
 * Reads the value of a Received field; null if it breaks the grammar: an open comment or quoted string, or a repeated clause.
 * Servers write names, identities and paths chosen by strangers into these lines, some unescaped (Exim the path, Postfix a HELO of
 * several words): anything that breaks out of its place makes a second clause, and then nobody can tell which is the server's.
 */
export function readReceivedLine(value: string): ReceivedLine | null {
  if (value.length > MAX_LENGTH) return null;
  const end = value.lastIndexOf(';');
  const tokens = tokensOf(end < 0 ? value : value.slice(0, end));
  if (tokens === null) return null;
  const clauses = new Map<string, string[]>();
  const fromComments: string[] = [];
  const comments: string[] = [];
  let clause = '';
  for (const [at, { kind, text }] of tokens.entries()) {
    const name = text.toLowerCase();
    if (kind === 'comment') (clause === 'from' ? fromComments : comments).push(text);
    else if (clauseNames.has(name)) {
      if (clauses.has(name)) return null;
      // only "from" has a fixed place: it comes first
      if (name === 'from' && at > 0) return null;
      clauses.set(name, []);
      clause = name;
    } else clauses.get(clause)?.push(text);
  }
  return {
    from: clauses.get('from')?.[0] ?? null,
    fromComments,
    by: clauses.get('by')?.[0] ?? null,
    with: clauses.get('with')?.[0]?.toUpperCase() ?? null,
    comments,
    date: end < 0 ? '' : value.slice(end + 1).trim(),
  };
}

/** Words and comments in order. A quoted string, an address in angle brackets and a literal each count as one word. */
function tokensOf(value: string): readonly Token[] | null {
  const tokens: Token[] = [];
  let word = '';
  let comment = '';
  let depth = 0;
  let quoted = false;
  const endWord = (): void => {
    if (word !== '') tokens.push({ kind: 'word', text: word });
    word = '';
  };
  for (let at = 0; at < value.length; at += 1) {
    const character = value.charAt(at);
    const escaped = character === '\\' && (quoted || depth > 0);
    const piece = escaped ? character + value.charAt(at + 1) : character;
    if (escaped) at += 1;
    if (depth > 0) {
      depth += piece === '(' ? 1 : piece === ')' ? -1 : 0;
      if (depth > 0) comment += piece;
      else tokens.push({ kind: 'comment', text: comment });
    } else if (piece === '"') {
      quoted = !quoted;
      word += piece;
    } else if (quoted) word += piece;
    else if (piece === ')') return null;
    else if (piece === '(') {
      endWord();
      comment = '';
      depth = 1;
    } else if (/\s/u.test(piece)) endWord();
    else word += piece;
  }
  endWord();
  return depth > 0 || quoted ? null : tokens;
}
