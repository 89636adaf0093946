/** One `method=result` of an Authentication-Results field with its properties, such as `header.d` (RFC 8601 §2.2). */
export interface MethodResult {
  readonly method: string;
  readonly result: string;
  readonly properties: ReadonlyMap<string, string>;
  /** The policy from the comment of a DMARC result ("(p=REJECT sp=NONE)", as OpenDMARC and Gmail write) or a property. */
  readonly policy: string | null;
}

export interface ResultsHeader {
  /** Lower-cased name of the server that wrote it. */
  readonly authservId: string;
  readonly results: readonly MethodResult[];
}

/** A server writes a dozen results in at most two kilobytes. */
const MAX_LENGTH = 16_384;
const MAX_RESULTS = 40;

/**
 * Reads the value of an Authentication-Results field (unfolded, not decoded); null if it does not start with a server name (some
 * list only methods), or a comment or quoted string is left open.
 */
export function readResultsHeader(value: string): ResultsHeader | null {
  const clauses = value.length > MAX_LENGTH ? null : clausesOf(value);
  const [server, ...rest] = clauses ?? [];
  const [authservId, version, ...more] = server?.words ?? [];
  if (authservId === undefined || authservId.includes('=') || more.length > 0) return null;
  // RFC 8601 §2.2: the version is a number, and only 1 is defined
  if (version !== undefined && version !== '1') return null;
  return { authservId: authservId.toLowerCase(), results: rest.slice(0, MAX_RESULTS).flatMap(resultOf) };
}

interface Clause {
  readonly words: string[];
  readonly comments: string[];
}

function resultOf({ words, comments }: Clause): MethodResult[] {
  const [method = '', result] = pairOf(words[0] ?? '');
  if (result === undefined) return [];
  const properties = new Map<string, string>();
  for (const word of words.slice(1)) {
    const [name = '', property] = pairOf(word);
    if (property !== undefined && !properties.has(name)) properties.set(name, property);
  }
  const policy =
    /(?:^|[\s,;])p=([a-z]{1,20})/iu.exec(comments.join(' '))?.[1] ??
    properties.get('policy.published-domain-policy') ??
    properties.get('policy.dmarc') ??
    null;
  return [{ method: method.split('/', 1).join(''), result: result.toLowerCase(), properties, policy }];
}

function pairOf(word: string): readonly [name?: string, value?: string] {
  const equals = word.indexOf('=');
  return equals < 0 ? [word] : [word.slice(0, equals).toLowerCase(), word.slice(equals + 1)];
}

/** Clauses between semicolons, each as words and comments, quotes removed. Null if a quote or comment is left open. */
function clausesOf(value: string): readonly Clause[] | null {
  const clauses: Clause[] = [{ words: [], comments: [] }];
  let comment = '';
  let word = '';
  let depth = 0;
  let quoted = false;
  const endWord = (): void => {
    if (word !== '') clauses.at(-1)?.words.push(word);
    word = '';
  };
  for (let at = 0; at < value.length; at += 1) {
    let character = value.charAt(at);
    const escaped = character === '\\' && (quoted || depth > 0);
    if (escaped) {
      at += 1;
      character = value.charAt(at);
    }
    if (depth > 0) {
      if (!escaped) depth += character === '(' ? 1 : character === ')' ? -1 : 0;
      if (depth > 0) comment += character;
      else clauses.at(-1)?.comments.push(comment);
    } else if (character === '"' && !escaped) quoted = !quoted;
    else if (quoted) word += character;
    else if (character === '(') {
      depth = 1;
      comment = '';
      // a comment inside a name is the sender's: `smtp.mailfrom=any@firm.test(.evil.test)`
      if (/\..*=/u.test(word)) word += '\uFFFD';
      else if (!word.endsWith('=')) endWord();
    } else if (character === ';') {
      endWord();
      clauses.push({ words: [], comments: [] });
    } else if (character === ' ' || character === '\t') {
      // CFWS is allowed around "="
      if (!word.endsWith('=') && !/^[ \t]*=/u.test(value.slice(at, at + 8))) endWord();
    } else word += character;
  }
  endWord();
  return depth > 0 || quoted ? null : clauses;
}
