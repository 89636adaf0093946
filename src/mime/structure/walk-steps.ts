import { findDelimiter, maxDelimiterLine, mayBeDelimiter } from './delimiters.ts';
import type { Delimiter, Frame } from './delimiters.ts';
import type { Entities } from './entities.ts';
import { createHeaderSkip, nextDashLine } from './header-skip.ts';
import type { HeaderLines } from '../header/header-lines.ts';
import type { WalkEvent } from './walk-event.ts';

/** The position of the walk in its bytes. */
export interface Position {
  readonly data: Buffer;
  readonly at: number;
}

/** One step each: a header line (several once none is looked at any more), or body bytes up to the next delimiter line. */
export interface WalkSteps {
  /** Null if the line is unfinished; likewise below. */
  readonly header: (
    lines: HeaderLines,
    position: Position,
    last: boolean,
  ) => Generator<WalkEvent, Position | null>;
  readonly body: (position: Position, last: boolean) => Generator<WalkEvent, Position | null>;
  /** The header bytes so far, for the messages around it. Must be called before the walk's bytes are gone. */
  readonly passStructure: () => Generator<WalkEvent, void>;
}

/** RFC 5322 §2.1.1 limits a line to 998; longer header lines are taken in pieces. */
const maxHeaderLine = 262_144;
const empty: Buffer = Buffer.alloc(0);
const feed = 0x0a;
const dash = 0x2d;

export function createWalkSteps(entities: Entities): WalkSteps {
  const { frames } = entities;
  let atLineStart = true;
  /** Inside a header line that is too long to be taken at once. */
  let midLine = false;
  const structure = createGatheredStructure(entities);
  const skip = createSkip();

  function* header(
    lines: HeaderLines,
    position: Position,
    last: boolean,
  ): Generator<WalkEvent, Position | null> {
    const { data, at } = position;
    const skipped = midLine || !lines.isFull() ? at : skip(position);
    if (at < skipped) {
      structure.add(data.subarray(at, skipped));
      return { data, at: skipped };
    }
    const lineFeed = data.indexOf(feed, at);
    if (lineFeed < 0 && !last && data.length - at < maxHeaderLine) return null;
    const end = lineFeed < 0 ? data.length : lineFeed + 1;
    const line = data.subarray(at, end);
    const next = { data, at: end };
    const isDashed = !midLine && line[0] === dash && line[1] === dash;
    midLine = lineFeed < 0;
    const found = isDashed ? findDelimiter(frames, line) : null;
    if (found !== null) {
      yield* structure.pass();
      yield* entities.atDelimiterLine(line, found);
      return next;
    }
    if (isDashed && entities.endsHeader(line, lines)) {
      yield* structure.pass();
      yield* entities.openPart(lines);
      atLineStart = true;
      return position;
    }
    const progress = lines.push(line);
    structure.add(progress.bytes);
    if (progress.kind === 'more') return next;
    yield* structure.pass();
    yield* entities.openPart(lines);
    atLineStart = true;
    return progress.kind === 'body'
      ? { data: Buffer.concat([...progress.lines, data.subarray(end)]), at: 0 }
      : next;
  }

  function* body({ data, at }: Position, last: boolean): Generator<WalkEvent, Position | null> {
    const scanned = scanBody({ data, at }, { frames, atLineStart });
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
    const part = entities.part();
    if (contentEnd > at && part !== undefined) {
      yield { kind: 'bytes', part, bytes: data.subarray(at, contentEnd) };
      atLineStart = data[contentEnd - 1] === feed;
    }
    if (found === null) return contentEnd === at && !last ? null : { data, at: contentEnd };
    yield* entities.atDelimiterLine(data.subarray(contentEnd, lineEnd), found);
    atLineStart = true;
    return { data, at: lineEnd };
  }

  return { header, body, passStructure: () => structure.pass() };
}

/** Collects header bytes for the messages around it: a header of a million lines is not a million events. */
function createGatheredStructure(entities: Entities) {
  let pieces: Buffer[] = [];
  return {
    add(bytes: Buffer): void {
      if (bytes.length > 0 && entities.isInMessage()) pieces.push(bytes);
    },
    *pass(): Generator<WalkEvent, void> {
      if (pieces.length > 0) yield { kind: 'structure', bytes: Buffer.concat(pieces) };
      pieces = [];
    },
  };
}

/** The end of the lines that a full header no longer needs. */
function createSkip(): (position: Position) => number {
  let of = { data: empty, headerEnd: createHeaderSkip(empty) };
  return ({ data, at }) => {
    if (of.data !== data) of = { data, headerEnd: createHeaderSkip(data) };
    return of.headerEnd(at);
  };
}

/** Where the body content at a position ends: before the next delimiter line, or at the end of the data. */
function scanBody(
  { data, at }: Position,
  { frames, atLineStart }: { readonly frames: readonly Frame[]; readonly atLineStart: boolean },
): { readonly end: number; readonly found: Delimiter | null; readonly lineEnd: number } {
  let line = atLineStart && data[at] === dash ? at : nextDashLine(data, at);
  while (line >= 0) {
    const lineFeed = data.indexOf(feed, line);
    if (lineFeed < 0 && data.length - line <= maxDelimiterLine)
      return { end: line, found: null, lineEnd: -1 };
    const lineEnd = lineFeed < 0 ? data.length : lineFeed + 1;
    const mayBe = data[line + 1] === dash && mayBeDelimiter(frames, data, { start: line, end: lineEnd });
    const found = mayBe ? findDelimiter(frames, data.subarray(line, lineEnd)) : null;
    if (found !== null) return { end: line, found, lineEnd };
    line = data[lineEnd] === dash ? lineEnd : nextDashLine(data, lineEnd);
  }
  return { end: data.length, found: null, lineEnd: -1 };
}
