import { findDelimiter, maxDelimiterLine } from './delimiters.ts';
import type { Delimiter, Frame } from './delimiters.ts';
import type { Entities } from './entities.ts';
import type { HeaderLines } from '../header/header-lines.ts';
import type { WalkEvent } from './walk-event.ts';

/** The position of the walk in its bytes. */
export interface Position {
  readonly data: Buffer;
  readonly at: number;
}

/** One step each: a header line, or body bytes up to the next delimiter line. */
export interface WalkSteps {
  /** Null if the line is unfinished; likewise below. */
  readonly header: (
    lines: HeaderLines,
    position: Position,
    last: boolean,
  ) => Generator<WalkEvent, Position | null>;
  readonly body: (position: Position, last: boolean) => Generator<WalkEvent, Position | null>;
}

/** RFC 5322 §2.1.1 limits a line to 998; longer header lines are taken in pieces. */
const maxHeaderLine = 262_144;
const feed = 0x0a;
const dash = 0x2d;
const feedAndDash = Buffer.from('\n-');

export function createWalkSteps(entities: Entities): WalkSteps {
  const { frames } = entities;
  let atLineStart = true;

  function* header(
    lines: HeaderLines,
    position: Position,
    last: boolean,
  ): Generator<WalkEvent, Position | null> {
    const { data, at } = position;
    const lineFeed = data.indexOf(feed, at);
    if (lineFeed < 0 && !last && data.length - at < maxHeaderLine) return null;
    const end = lineFeed < 0 ? data.length : lineFeed + 1;
    const line = data.subarray(at, end);
    const next = { data, at: end };
    const isDashed = line[0] === dash && line[1] === dash;
    const found = isDashed ? findDelimiter(frames, line) : null;
    if (found !== null) {
      yield* entities.atDelimiterLine(line, found);
      return next;
    }
    if (isDashed && entities.endsHeader(line, lines)) {
      yield* entities.openPart(lines);
      atLineStart = true;
      return position;
    }
    const progress = lines.push(line);
    // Only a message around this header needs its bytes.
    if (progress.bytes.length > 0 && entities.isInMessage())
      yield { kind: 'structure', bytes: progress.bytes };
    if (progress.kind === 'more') return next;
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

  return { header, body };
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
    const found = data[line + 1] === dash ? findDelimiter(frames, data.subarray(line, lineEnd)) : null;
    if (found !== null) return { end: line, found, lineEnd };
    line = data[lineEnd] === dash ? lineEnd : nextDashLine(data, lineEnd);
  }
  return { end: data.length, found: null, lineEnd: -1 };
}

/** The start of the next line that begins with a dash, -1 if there is none. Native search: this is the hot loop. */
function nextDashLine(data: Buffer, from: number): number {
  const at = data.indexOf(feedAndDash, from);
  return at < 0 ? -1 : at + 1;
}
