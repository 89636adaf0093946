import { declaredBoundary, findDelimiter, maxDelimiterLine, mayBeDelimiter } from './delimiters.ts';
import type { Delimiter, Frame } from './delimiters.ts';
import { createGluedClose } from './glued-close.ts';
import { createHeaderLines } from './header-lines.ts';
import type { HeaderLines } from './header-lines.ts';
import type { ParseBudget } from './budget.ts';
import type { ParseLimits } from './limits.ts';
import { readPart } from './part.ts';
import type { Part } from './part.ts';

/**
 * What the bytes of a message announce, in their order (RFC 2046 §5.1).
 * `bytes` belong to `part` (a leaf's body; a multipart's preamble or epilogue) and to every open message around it; `structure`
 * bytes (headers, delimiter lines) only to the latter.
 */
export type WalkEvent =
  | { readonly kind: 'open'; readonly part: Part }
  | { readonly kind: 'bytes'; readonly part: Part; readonly bytes: Buffer }
  | { readonly kind: 'structure'; readonly bytes: Buffer }
  | { readonly kind: 'close'; readonly part: Part; readonly children: number; readonly atDelimiter: boolean }
  | { readonly kind: 'defect'; readonly code: string; readonly detail: string };

export interface Walker {
  /** The events of one more piece of the message. Must be iterated to its end before the next call. */
  readonly push: (piece: Buffer) => Generator<WalkEvent, void>;
  readonly end: () => Generator<WalkEvent, void>;
}

/** RFC 5322 §2.1.1 limits a line to 998; header lines beyond this are taken in pieces. */
const maxHeaderLine = 262_144;
/** Reading a header for the boundary it declares costs its length; answers a header full of dashes. */
const maxHeaderLooks = 20;
const empty = Buffer.alloc(0);
const dash = 0x2d;
const feedAndDash = Buffer.from('\n-');

/** The start of the next line that begins with a dash, -1 where there is none. Native search: this is the hot loop. */
function nextDashLine(data: Buffer, from: number): number {
  const at = data.indexOf(feedAndDash, from);
  return at < 0 ? -1 : at + 1;
}

/** Steps through a message of any size, holding no more than one unfinished line. Never throws. */
export function createWalker(around: {
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
  readonly outer: Part | null;
  readonly isMessage: boolean;
}): Walker {
  const { limits, budget, outer } = around;
  const openHeader = (ofMessage: boolean): HeaderLines => createHeaderLines({ limits, budget, ofMessage });
  const frames: Frame[] = [];
  let header: HeaderLines | null = openHeader(around.isMessage);
  let carry: Buffer = empty;
  let atLineStart = true;
  let messages = 0;
  let stopped = false;
  let headerLooks = 0;
  /** Within a header line that is too long to be taken at once. */
  let midLine = false;

  const parentOf = (): Part | null => frames.at(-1)?.part ?? outer;

  function* openPart(lines: HeaderLines): Generator<WalkEvent, void> {
    const { fields, malformed, tooLong } = lines.fields();
    const enclosing = frames.at(-1);
    const read = readPart({
      fields,
      parent: parentOf(),
      index: enclosing === undefined ? 0 : enclosing.children - 1,
    });
    const tooDeep =
      read.kind !== 'leaf' &&
      (read.depth >= limits.maxDepth || (read.kind === 'message' && budget.left('messages') === 0));
    const part: Part = tooDeep ? { ...read, kind: 'leaf' } : read;
    if (tooDeep) yield { kind: 'defect', code: 'too-deep', detail: part.contentType };
    if (tooLong !== null) yield { kind: 'defect', code: 'header-too-long', detail: `over ${tooLong}` };
    if (malformed) yield { kind: 'defect', code: 'header-malformed', detail: 'a line is no field' };
    budget.take('parts', 1);
    const boundary = declaredBoundary(part);
    const frame: Frame = { part, boundary, closed: false, children: 0 };
    frames.push(frame);
    if (part.kind === 'multipart' && boundary === null)
      yield { kind: 'defect', code: 'boundary-missing', detail: part.contentType };
    yield { kind: 'open', part };
    header = null;
    if (part.kind !== 'message') return;
    messages += 1;
    budget.take('messages', 1);
    frame.children = 1;
    header = openHeader(true);
  }

  /** The first delimiter line of a multipart right below its header: the blank line between is missing. */
  const endsHeader = (line: Buffer, lines: HeaderLines): boolean => {
    if (headerLooks >= maxHeaderLooks || line.length > maxDelimiterLine) return false;
    headerLooks += 1;
    const part = readPart({ fields: lines.fields().fields, parent: parentOf(), index: 0 });
    const boundary = declaredBoundary(part);
    return boundary !== null && line.toString('utf8').trimEnd() === `--${boundary}`;
  };

  function* finishHeader(): Generator<WalkEvent, void> {
    // An empty message/rfc822 opens a header of its own, which ends here as well.
    while (header !== null) {
      const bytes = header.rest();
      yield* openPart(header);
      const part = frames.at(-1)?.part;
      if (bytes.length > 0 && part !== undefined) yield { kind: 'bytes', part, bytes };
    }
  }

  function* closeTo(depth: number, atDelimiter: boolean): Generator<WalkEvent, void> {
    for (const frame of frames.splice(depth).toReversed()) {
      if (frame.part.kind === 'multipart' && !frame.closed) {
        yield { kind: 'defect', code: 'truncated-multipart', detail: frame.part.contentType };
      }
      yield { kind: 'close', part: frame.part, children: frame.children, atDelimiter };
    }
  }

  function* atDelimiterLine(line: Buffer, found: Delimiter): Generator<WalkEvent, void> {
    yield* finishHeader();
    yield* closeTo(found.depth + 1, true);
    yield { kind: 'structure', bytes: line };
    const frame = frames.at(-1);
    if (frame === undefined) return;
    frame.closed = found.closes;
    if (found.closes) return;
    if (budget.left('parts') === 0) {
      stopped = true;
      yield { kind: 'defect', code: 'too-many-parts', detail: `over ${limits.maxParts}` };
      return;
    }
    frame.children += 1;
    header = openHeader(false);
  }

  /** Where the body content that starts at `start` ends: before the next delimiter line, or where the data does. */
  function scanBody(
    data: Buffer,
    start: number,
  ): { readonly end: number; readonly found: Delimiter | null; readonly lineEnd: number } {
    let line = atLineStart && data[start] === dash ? start : nextDashLine(data, start);
    while (line >= 0) {
      const feed = data.indexOf(0x0a, line);
      if (feed < 0 && data.length - line <= maxDelimiterLine) return { end: line, found: null, lineEnd: -1 };
      const lineEnd = feed < 0 ? data.length : feed + 1;
      const mayBe = data[line + 1] === dash && mayBeDelimiter(frames, data, { start: line, end: lineEnd });
      const found = mayBe ? findDelimiter(frames, data.subarray(line, lineEnd)) : null;
      if (found !== null) return { end: line, found, lineEnd };
      line = data[lineEnd] === dash ? lineEnd : nextDashLine(data, lineEnd);
    }
    return { end: data.length, found: null, lineEnd: -1 };
  }

  /** Returns the position after what was used; fewer than all means an unfinished line. */
  function* bodyStep(data: Buffer, start: number, last: boolean): Generator<WalkEvent, number> {
    const scanned = scanBody(data, start);
    const end = last && scanned.found === null ? data.length : scanned.end;
    let found = scanned.found;
    let contentEnd = end;
    let lineEnd = scanned.lineEnd;
    if (last && found === null && scanned.end < data.length) {
      // The last line of the message has no line end.
      found = findDelimiter(frames, data.subarray(scanned.end));
      if (found !== null) {
        contentEnd = scanned.end;
        lineEnd = data.length;
      }
    }
    const part = frames.at(-1)?.part;
    if (contentEnd > start && part !== undefined) {
      yield { kind: 'bytes', part, bytes: data.subarray(start, contentEnd) };
      atLineStart = data[contentEnd - 1] === 0x0a;
    }
    if (found === null) return contentEnd;
    yield* atDelimiterLine(data.subarray(contentEnd, lineEnd), found);
    atLineStart = true;
    return lineEnd;
  }

  /** Bytes of a header for the messages around it, gathered: a header of a million lines is not a million events. */
  let structure: Buffer[] = [];
  let structureBytes = 0;
  const addStructure = (bytes: Buffer): void => {
    if (bytes.length === 0 || messages === 0) return;
    structure.push(bytes);
    structureBytes += bytes.length;
  };
  function* passStructure(): Generator<WalkEvent, void> {
    if (structureBytes > 0) yield { kind: 'structure', bytes: Buffer.concat(structure) };
    structure = [];
    structureBytes = 0;
  }

  /** Finds where a header may end that is not looked at any more: the next line that is blank or begins with a dash. */
  function createHeaderSkip(data: Buffer): (start: number) => number {
    /** Looked for once, not at every line that begins with a dash. */
    let blank = -1;
    const nextBlank = (start: number): number => {
      if (blank >= start) return blank;
      const ends = [data.indexOf('\n\n', start), data.indexOf('\n\r\n', start)].filter((at) => at >= 0);
      // Of the last line it is not known yet whether a blank one follows.
      blank = ends.length === 0 ? data.lastIndexOf(0x0a) + 1 : Math.min(...ends) + 1;
      return blank;
    };
    return (start) => {
      if (data[start] === dash || data[start] === 0x0a || data[start] === 0x0d) return start;
      const dashes = nextDashLine(data, start);
      const end = nextBlank(start);
      return dashes < 0 ? end : Math.min(dashes, end);
    };
  }

  function* run(piece: Buffer, last: boolean): Generator<WalkEvent, void> {
    let data = carry.length === 0 ? piece : Buffer.concat([carry, piece]);
    let position = 0;
    let headerEnd = createHeaderSkip(data);
    carry = empty;
    while (position < data.length) {
      if (stopped) {
        yield { kind: 'structure', bytes: data.subarray(position) };
        return;
      }
      if (header === null) {
        const next: number = yield* bodyStep(data, position, last);
        if (next === position && !last) break;
        position = next;
        continue;
      }
      const skipTo = !midLine && header.isFull() ? headerEnd(position) : position;
      if (position < skipTo) {
        addStructure(data.subarray(position, skipTo));
        position = skipTo;
        continue;
      }
      const feed = data.indexOf(0x0a, position);
      if (feed < 0 && !last && data.length - position < maxHeaderLine) break;
      const end = feed < 0 ? data.length : feed + 1;
      const line = data.subarray(position, end);
      position = end;
      const dashes = !midLine && line[0] === dash && line[1] === dash;
      midLine = feed < 0;
      const found = dashes ? findDelimiter(frames, line) : null;
      if (found !== null) {
        yield* passStructure();
        yield* atDelimiterLine(line, found);
        continue;
      }
      if (dashes && endsHeader(line, header)) {
        yield* passStructure();
        yield* openPart(header);
        position -= line.length;
        atLineStart = true;
        continue;
      }
      const progress = header.push(line);
      addStructure(progress.bytes);
      if (progress.kind === 'more') continue;
      yield* passStructure();
      yield* openPart(header);
      atLineStart = true;
      if (progress.kind === 'body') {
        data = Buffer.concat([...progress.lines, data.subarray(position)]);
        position = 0;
        headerEnd = createHeaderSkip(data);
      }
    }
    yield* passStructure();
    carry = position < data.length ? Buffer.from(data.subarray(position)) : empty;
  }

  const glued = createGluedClose();
  return {
    push: (piece) => glued.pass(run(piece, false)),
    *end() {
      yield* glued.pass(run(empty, true));
      const unclosed = frames.flatMap((frame) =>
        frame.closed || frame.children === 0 ? [] : (frame.boundary ?? []),
      );
      const found = header === null ? glued.find(unclosed) : null;
      for (const frame of frames)
        if (frame.boundary !== null && frame.boundary === found) frame.closed = true;
      yield* glued.rest(found);
      yield* finishHeader();
      yield* closeTo(0, false);
    },
  };
}
