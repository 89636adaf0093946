import { declaredBoundary, maxDelimiterLine } from './delimiters.ts';
import type { Delimiter, Frame } from './delimiters.ts';
import { createMimeHeaderLines } from '../header/header-lines.ts';
import type { HeaderLines } from '../header/header-lines.ts';
import type { ParseBudget } from '../budget.ts';
import type { ParseLimits } from '../limits.ts';
import { readPart } from './part.ts';
import type { Part } from './part.ts';
import type { WalkEvent } from './walk-event.ts';

export interface EntitiesInput {
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
  /** The part that the bytes replace; null for a top-level message. */
  readonly outer: Part | null;
  readonly isMessage: boolean;
}

/** What is open at a point of the walk: the entities around it, and the current header. */
export interface Entities {
  readonly frames: readonly Frame[];
  /** Null in a body. */
  readonly header: () => HeaderLines | null;
  /** The entity whose body is being read. */
  readonly part: () => Part | undefined;
  readonly isInMessage: () => boolean;
  /** Too many parts: the rest means nothing. */
  readonly isStopped: () => boolean;
  /** The header is complete. */
  readonly openPart: (lines: HeaderLines) => Generator<WalkEvent, void>;
  /** The first delimiter line of a multipart right below its header: the blank line between is missing. */
  readonly endsHeader: (line: Buffer, lines: HeaderLines) => boolean;
  readonly finishHeader: () => Generator<WalkEvent, void>;
  readonly closeTo: (depth: number, atDelimiter: boolean) => Generator<WalkEvent, void>;
  readonly atDelimiterLine: (line: Buffer, found: Delimiter) => Generator<WalkEvent, void>;
}

/** Reading a header for its boundary takes linear time; against a header full of dashes. */
const maxHeaderLooks = 20;

export function createEntities({ limits, budget, outer, isMessage }: EntitiesInput): Entities {
  const openHeader = (ofMessage: boolean): HeaderLines =>
    createMimeHeaderLines({ limits, budget, ofMessage });
  const frames: Frame[] = [];
  let header: HeaderLines | null = openHeader(isMessage);
  let messages = 0;
  let stopped = false;
  let headerLooks = 0;

  const parentOf = (): Part | null => frames.at(-1)?.part ?? outer;

  function* openPart(lines: HeaderLines): Generator<WalkEvent, void> {
    const enclosing = frames.at(-1);
    const index = enclosing === undefined ? 0 : enclosing.children - 1;
    const part = yield* readEntity(lines, { parent: parentOf(), index, limits, budget });
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

  const endsHeader = (line: Buffer, lines: HeaderLines): boolean => {
    if (headerLooks >= maxHeaderLooks || line.length > maxDelimiterLine) return false;
    headerLooks += 1;
    const part = readPart({ fields: lines.fields().fields, parent: parentOf(), index: 0 });
    const boundary = declaredBoundary(part);
    return boundary !== null && line.toString('utf8').trimEnd() === `--${boundary}`;
  };

  function* finishHeader(): Generator<WalkEvent, void> {
    // An empty message/rfc822 opens its own header, which also ends here.
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

  return {
    frames,
    header: () => header,
    part: () => frames.at(-1)?.part,
    isInMessage: () => messages > 0,
    isStopped: () => stopped,
    openPart,
    endsHeader,
    finishHeader,
    closeTo,
    atDelimiterLine,
  };
}

/** The part announced by a header, as a leaf if nested too deep, with its defects. */
function* readEntity(
  lines: HeaderLines,
  {
    parent,
    index,
    limits,
    budget,
  }: Pick<EntitiesInput, 'limits' | 'budget'> & { readonly parent: Part | null; readonly index: number },
): Generator<WalkEvent, Part> {
  const { fields, malformed, tooLong } = lines.fields();
  const read = readPart({ fields, parent, index });
  const tooDeep =
    read.kind !== 'leaf' &&
    (read.depth >= limits.maxDepth || (read.kind === 'message' && budget.left('messages') === 0));
  const part: Part = tooDeep ? { ...read, kind: 'leaf' } : read;
  if (tooDeep) yield { kind: 'defect', code: 'too-deep', detail: part.contentType };
  if (tooLong !== null) yield { kind: 'defect', code: 'header-too-long', detail: `over ${tooLong}` };
  if (malformed) yield { kind: 'defect', code: 'header-malformed', detail: 'a line is no field' };
  budget.take('parts', 1);
  return part;
}
