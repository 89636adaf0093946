/** A Received line (RFC 5321 §4.4) as its clauses, without what stands in comments. */
export interface ReceivedLine {
  /** The word behind "from": what the client called itself, or what the server found it to be. Null where there is no such clause. */
  readonly from: string | null;
  /** The comments of the "from" clause, which hold what the server saw of the connection. */
  readonly fromComments: readonly string[];
  readonly by: string | null;
  /** The first word of the protocol, in upper case; null where not told. */
  readonly with: string | null;
  /** Comments that stand outside of the "from" clause. */
  readonly comments: readonly string[];
  /** What stands behind the last semicolon. */
  readonly date: string;
}

/** A longer line is not from a mail server that we trust. */
const MAX_LENGTH = 2_000;
const clauseNames: ReadonlySet<string> = new Set(['from', 'by', 'via', 'with', 'id', 'for']);

type Token = { readonly kind: 'word' | 'comment'; readonly text: string };

/**
 * Reads the value of a Received field; null where it keeps to no grammar: a comment or a quoted string is left open, or a clause
 * stands there twice. Servers write names, identities and paths that strangers chose into these lines, some without escaping
 * them (Exim the path, Postfix a HELO of several words): whatever breaks out of its place makes a second clause, and then nobody
 * can tell which is the server's.
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
      // the clauses come in no other order than that who sent stands first
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

/** Words and comments in their order. A quoted string, an address in angle brackets and a literal are words as they stand. */
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
