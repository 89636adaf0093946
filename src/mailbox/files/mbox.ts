/**
 * mbox (RFC 4155) in one pass that never holds a message: where each one is, and its bytes with `>From ` unquoted as in mboxrd,
 * which also covers mboxo. Lines end in LF or CRLF, or all in CR. A Content-Length
 * (mboxcl, mboxcl2) counts if a message ends exactly there.
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

/** The bytes of the file from here, `SEPARATOR_BYTES` or up to its end. */
type BytesAt = (position: number) => Buffer;

/** Far longer than an empty line and a `From ` line. */
export const SEPARATOR_BYTES = 512;

/** Ranges in order. Text before the first `From ` line is a message too, unless blank. Without `bytesAt`, Content-Length is ignored. */
export async function* mboxRanges(
  chunks: AsyncIterable<Buffer>,
  bytesAt: BytesAt | null = null,
): AsyncGenerator<MboxRange> {
  const lines = createLineReader(bytesAt?.(0) ?? Buffer.alloc(0));
  const scan = createScan(bytesAt);
  for await (const chunk of chunks) yield* scan.read(lines.read(chunk));
  yield* scan.read(lines.end());
  yield* scan.end();
}

/** Cuts chunks into lines and keeps only the head of a line that spans several. */
function createLineReader(fileStart: Buffer): {
  readonly read: (chunk: Buffer) => Generator<Line>;
  readonly end: () => Generator<Line>;
} {
  let begun = Buffer.alloc(0);
  let start = 0;
  let offset = 0;
  const lineEnd = fileStart.includes(cr) && !fileStart.includes(lf) ? cr : lf;
  const keep = (piece: Buffer): void => {
    if (begun.length < lineHeadBytes)
      begun = Buffer.concat([begun, piece.subarray(0, lineHeadBytes - begun.length)]);
  };
  return {
    *read(chunk) {
      let at = 0;
      for (let found = chunk.indexOf(lineEnd); found >= 0; found = chunk.indexOf(lineEnd, at)) {
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
function createScan(bytesAt: BytesAt | null): {
  readonly read: (lines: Iterable<Line>) => Generator<MboxRange>;
  readonly end: () => Generator<MboxRange>;
} {
  let message = null as { readonly start: number; readonly date: string | null } | null;
  let before = null as Line | null;
  /** The line to decide about, and those below it that were read. */
  let ahead: readonly Line[] = [];
  /** Of the message's header, until it ends. */
  let header = null as { contentLength: number | null } | null;
  /** No message begins before this position. */
  let bodyEnd = 0;

  function readHeaderLine(line: Line): void {
    if (header === null) return;
    if (!isBlank(line)) {
      header.contentLength ??= contentLengthOf(line);
      return;
    }
    const end = header.contentLength === null ? null : line.end + header.contentLength;
    header = null;
    if (end !== null && bytesAt !== null && isMessageEnd(bytesAt(end - 1))) bodyEnd = end;
  }

  function* decide(): Generator<MboxRange> {
    const [line, ...below] = ahead;
    if (line === undefined) return;
    if (line.start >= bodyEnd && separates({ line, before, below })) {
      if (message) yield { ...message, end: Math.max(message.start, bodyEnd, endBefore(line, before)) };
      message = { start: line.end, date: dateOf(line) };
      header = { contentLength: null };
    } else if (message === null && !isBlank(line)) {
      message = { start: line.start, date: null };
      header = { contentLength: null };
      readHeaderLine(line);
    } else {
      readHeaderLine(line);
    }
    before = line;
    ahead = below;
  }

  return {
    *read(lines) {
      for (const line of lines) {
        ahead = [...ahead, line];
        if (ahead.length > linesBelow) yield* decide();
      }
    },
    *end() {
      while (ahead.length > 0) yield* decide();
      if (message && before) {
        const end = isBlank(before) && before.start >= bodyEnd ? before.start : before.end;
        yield { ...message, end: Math.max(message.start, end) };
      }
    },
  };
}

function contentLengthOf({ head }: Line): number | null {
  const [, digits] = /^content-length[ \t]*:[ \t]*(\d{1,15})[ \t]*$/i.exec(head.toString('latin1')) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** Whether the end of the file or a dated `From ` line, after an empty line or not, follows the first of these bytes. */
function isMessageEnd(lastAndNext: Buffer): boolean {
  if (lastAndNext.length === 0) return false;
  const bytes = lastAndNext.subarray(1);
  if (bytes.length === 0) return true;
  const [line = ''] = bytes
    .toString('latin1')
    .replace(/^(?:\r?\n|\r)/, '')
    .split(/[\r\n]/, 1);
  const head = Buffer.from(line, 'latin1');
  return (line === '' && bytes.length <= 2) || (isFromLine({ head }) && dateOf({ head }) !== null);
}

const isBlank = (line: Line | null): boolean => line?.head.length === 0;
/** An empty line before the next `From ` line, or at the end, belongs to the mbox. */
const endBefore = (line: Line, blank: Line | null): number =>
  blank !== null && isBlank(blank) ? blank.start : line.start;
const isFromLine = ({ head }: Pick<Line, 'head'>): boolean =>
  head[0] === fromWord[0] && head.subarray(0, fromWord.length).equals(fromWord);

/** After a `From ` line comes a header, or an empty line before one, or nothing before the next `From ` line. */
const linesBelow = 2;

/** A sentence may look like a `From ` line or stand above a colon, but hardly both. */
function separates({
  line,
  before,
  below,
}: {
  readonly line: Line;
  readonly before: Line | null;
  readonly below: readonly Line[];
}): boolean {
  if (!isFromLine(line)) return false;
  if (before === null) return true;
  const [first, second] = below;
  const isHeaderNext = first !== undefined && field.test(first.head.toString('latin1'));
  const dated = dateOf(line) !== null;
  if (isBlank(before) && dated && isBlank(first ?? null) && second !== undefined)
    return isFromLine(second) || messageField.test(second.head.toString('latin1'));
  if (!isHeaderNext) return false;
  if (dated) return true;
  if (isBlank(before)) return oneWordOrDate.test(line.head.toString('latin1'));
  return isBare(line) && messageField.test(first.head.toString('latin1'));
}

/** "From bob", or a date of another form than asctime: ISO 8601, RFC 5322, with names of another language. */
const oneWordOrDate = /^From \S{0,400}[ \t]{0,9}(?:$|.{0,100}\d:\d\d)/;
const field = /^[!-9;-~]{1,100}[ \t]?:/;
/** "From -" of Netscape and "From ann@client.test" of programs that omit the date: no sentence looks like that. */
const isBare = ({ head }: Pick<Line, 'head'>): boolean =>
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

function dateOf({ head }: Pick<Line, 'head'>): string | null {
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
