/**
 * mbox (RFC 4155) in one pass that never holds a message: where each one is, and its bytes with `>From ` unquoted as in mboxrd,
 * which also covers mboxo. Lines end in LF or CRLF.
 */

/** Bytes `start` up to `end`, without the `From ` line and the empty separator line. */
export interface MboxRange {
  readonly start: number;
  readonly end: number;
  /** From the `From ` line, taken as UTC; ISO 8601, null if it has none. */
  readonly date: string | null;
}

interface Line {
  readonly start: number;
  /** After its line end. */
  readonly end: number;
  /** The first bytes, without the line end. */
  readonly head: Buffer;
}

const lf = 0x0a;
const cr = 0x0d;
const quoteMark = 0x3e;
const fromWord = Buffer.from('From ');
/** How much of a line is looked at: a line may be as long as the file. */
const lineHeadBytes = 512;

/** Ranges in order. Text before the first `From ` line is a message too, unless blank. */
export async function* mboxRanges(chunks: AsyncIterable<Buffer>): AsyncGenerator<MboxRange> {
  const lines = createLineReader();
  const scan = createScan();
  for await (const chunk of chunks) yield* scan.read(lines.read(chunk));
  yield* scan.read(lines.end());
  yield* scan.end();
}

/** Cuts chunks into lines and keeps only the head of a line that spans several. */
function createLineReader(): {
  readonly read: (chunk: Buffer) => Generator<Line>;
  readonly end: () => Generator<Line>;
} {
  let begun = Buffer.alloc(0);
  let start = 0;
  let offset = 0;
  const keep = (piece: Buffer): void => {
    if (begun.length < lineHeadBytes)
      begun = Buffer.concat([begun, piece.subarray(0, lineHeadBytes - begun.length)]);
  };
  return {
    *read(chunk) {
      let at = 0;
      for (let found = chunk.indexOf(lf); found >= 0; found = chunk.indexOf(lf, at)) {
        const piece = chunk.subarray(at, found);
        if (start < offset) keep(piece);
        const head = start < offset ? begun : piece.subarray(0, lineHeadBytes);
        at = found + 1;
        yield { start, end: offset + at, head: head.at(-1) === cr ? head.subarray(0, -1) : head };
        start = offset + at;
        begun = Buffer.alloc(0);
      }
      keep(chunk.subarray(at));
      offset += chunk.length;
    },
    *end() {
      if (start < offset) yield { start, end: offset, head: begun };
    },
  };
}

/** The lines before and after tell a `From ` line from a sentence that begins with "From". */
function createScan(): {
  readonly read: (lines: Iterable<Line>) => Generator<MboxRange>;
  readonly end: () => Generator<MboxRange>;
} {
  let message = null as { readonly start: number; readonly date: string | null } | null;
  let last = null as Line | null;
  let beforeLast = null as Line | null;

  function* flush(next: Line | null): Generator<MboxRange> {
    if (last === null) return;
    if (separates({ line: last, before: beforeLast, next })) {
      if (message) yield { ...message, end: Math.max(message.start, endBefore(last, beforeLast)) };
      message = { start: last.end, date: dateOf(last) };
    } else if (message === null && !isBlank(last)) {
      message = { start: last.start, date: null };
    }
  }

  return {
    *read(lines) {
      for (const line of lines) {
        yield* flush(line);
        beforeLast = last;
        last = line;
      }
    },
    *end() {
      yield* flush(null);
      if (message && last)
        yield { ...message, end: Math.max(message.start, isBlank(last) ? last.start : last.end) };
    },
  };
}

const isBlank = (line: Line | null): boolean => line?.head.length === 0;
/** An empty line before the next `From ` line, or at the end, belongs to the mbox. */
const endBefore = (line: Line, blank: Line | null): number =>
  blank !== null && isBlank(blank) ? blank.start : line.start;
const isFromLine = ({ head }: Line): boolean =>
  head[0] === fromWord[0] && head.subarray(0, fromWord.length).equals(fromWord);

function separates({
  line,
  before,
  next,
}: {
  readonly line: Line;
  readonly before: Line | null;
  readonly next: Line | null;
}): boolean {
  if (!isFromLine(line)) return false;
  if (before === null) return true;
  const dated = dateOf(line) !== null;
  const below = next?.head.toString('latin1') ?? '';
  const headerNext = /^[!-9;-~]{1,100}[ \t]?:/.test(below);
  if (isBlank(before)) return dated || headerNext;
  return headerNext && (dated || (isBare(line) && messageField.test(below)));
}

/** "From -" of Netscape and "From ann@client.test" of programs that omit the date: no sentence looks like that. */
const isBare = ({ head }: Line): boolean =>
  /^From (?:-|\?\?\?@\?\?\?|[^\s@]{1,128}@[^\s@]{1,253}|MAILER[-_]DAEMON)?[ \t]{0,9}$/.test(
    head.toString('latin1'),
  );
/** Fields that programs put first into a stored message. */
const messageField =
  /^(?:return-path|received|from|to|date|subject|message-id|delivered-to|envelope-to|mime-version|x-[\w-]{1,60}|status|dkim-signature)[ \t]?:/i;

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** asctime, such as "Thu Jan  1 09:05:00 2026", sometimes with a zone before the year. Only runs on the head of one line. */
const asctime =
  /\b([A-Z][a-z]{2}) {1,3}(\d{1,2}) {1,3}(\d{1,2}):(\d{2})(?::(\d{2}))? {1,3}(?:[A-Z]{1,5} |[+-]\d{4} )?(\d{4})\b/;

function dateOf({ head }: Line): string | null {
  const [, month, day, hour, minute, second, year] = asctime.exec(head.toString('latin1')) ?? [];
  const monthIndex = months.findIndex((name) => name === month);
  if (monthIndex < 0) return null;
  const time = Date.UTC(
    Number(year),
    monthIndex,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second ?? 0),
  );
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Removes one `>` from every line of the form `>From `, `>>From ` and so on. */
export async function* unquoted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer = Buffer.alloc(0);
  let atLineStart = true;
  for await (const chunk of chunks) {
    const bytes = held.length > 0 ? Buffer.concat([held, chunk]) : chunk;
    let emitted = 0;
    let undecided = bytes.length;
    for (let line = atLineStart ? 0 : nextQuote(bytes, 0); line >= 0; line = nextQuote(bytes, line)) {
      const kind = quoteAt(bytes, line);
      if (kind === 'undecided') {
        undecided = line;
        break;
      }
      if (kind === 'none') continue;
      if (line > emitted) yield bytes.subarray(emitted, line);
      emitted = line + 1;
    }
    if (undecided > emitted) yield bytes.subarray(emitted, undecided);
    atLineStart = undecided < bytes.length || bytes.at(-1) === lf;
    held = Buffer.from(bytes.subarray(undecided));
  }
  if (held.length > 0) yield held;
}

/** The next line after `from` that begins with `>`. */
function nextQuote(bytes: Buffer, from: number): number {
  const at = bytes.indexOf('\n>', from, 'latin1');
  return at < 0 ? -1 : at + 1;
}

/** Nobody quotes 500 deep; a longer run of `>` is an ordinary line, and is not held back. */
function quoteAt(bytes: Buffer, line: number): 'quoted' | 'none' | 'undecided' {
  let at = line;
  while (bytes[at] === quoteMark && at - line < lineHeadBytes) at += 1;
  if (at === line) return 'none';
  const word = bytes.subarray(at, at + fromWord.length);
  if (word.equals(fromWord)) return 'quoted';
  const unfinished = at + word.length === bytes.length && word.equals(fromWord.subarray(0, word.length));
  return unfinished && at - line < lineHeadBytes ? 'undecided' : 'none';
}
