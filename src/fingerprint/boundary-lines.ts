/** RFC 2046 §5.1.1 allows 70 characters; some programs write more. A longer line is not a boundary. */
const maxBoundaryLine = 300;

const LF = 10;
const DASH = 45;
const nothing: Buffer = Buffer.alloc(0);
const dashesAtLineStart = Buffer.from('\n--');

/** Characters of a boundary are bytes; dashes or blanks follow it. */
export function isBoundaryAt(boundary: string, bytes: Buffer, start: number): boolean {
  const end = start + boundary.length;
  for (let index = 0; index < boundary.length; index += 1)
    if (bytes[start + index] !== boundary.charCodeAt(index)) return false;
  const next = bytes[end] ?? LF;
  return next <= 0x20 || next === DASH || next >= 0x80;
}

/** Splits the stream into lines that begin with "--", which may be boundaries, and everything between. */
export function createBoundaryLines({
  mayBeBoundary,
  isBoundary,
  addBytes,
}: {
  /** False if the whole line that begins at `start` is surely not one. Against megabytes of dashes, each a line of its own. */
  readonly mayBeBoundary: (bytes: Buffer, start: number) => boolean;
  readonly isBoundary: (line: string) => boolean;
  readonly addBytes: (bytes: Buffer) => void;
}): { write(chunk: Buffer): void; end(): void } {
  let atLineStart = true;
  /** The start of a line that may be a boundary, or may become one. */
  let held = nothing;

  const isNone = (chunk: Buffer, start: number): boolean =>
    !mayBeBoundary(chunk, start) && chunk.indexOf(LF, start) >= 0;

  /** Continues a line that begins with dashes. @returns where to continue in the chunk. */
  const readDashes = (chunk: Buffer, start: number): number => {
    const feed = chunk.indexOf(LF, start);
    const lineEnd = feed < 0 ? chunk.length : feed + 1;
    const end = Math.min(lineEnd, start + maxBoundaryLine + 1 - held.length);
    const piece = chunk.subarray(start, end);
    const line = held.length === 0 ? piece : Buffer.concat([held, piece]);
    held = nothing;
    const isWhole = line.at(-1) === LF;
    const canBe = line.length === 1 ? line[0] === DASH : line[0] === DASH && line[1] === DASH;
    if (canBe && !isWhole && line.length <= maxBoundaryLine) held = Buffer.from(line);
    else if (!canBe || !isWhole || !isBoundary(line.toString('latin1'))) addBytes(line);
    atLineStart = isWhole || held.length > 0;
    return end;
  };

  /** @returns where the next possible boundary line begins. */
  const readOther = (chunk: Buffer, start: number): number => {
    let found = chunk.indexOf(dashesAtLineStart, start);
    while (found >= 0 && isNone(chunk, found + 1)) found = chunk.indexOf(dashesAtLineStart, found + 1);
    const endsInDash = chunk.at(-1) === DASH && chunk.at(-2) === LF;
    const end = found < 0 ? chunk.length - (endsInDash ? 1 : 0) : found + 1;
    addBytes(chunk.subarray(start, end));
    atLineStart = chunk[end - 1] === LF;
    return end;
  };

  return {
    write(chunk) {
      let index = 0;
      while (index < chunk.length) {
        const dashes = atLineStart && (held.length > 0 || (chunk[index] === DASH && !isNone(chunk, index)));
        index = dashes ? readDashes(chunk, index) : readOther(chunk, index);
      }
    },
    end() {
      if (held.length > 0 && !isBoundary(held.toString('latin1'))) addBytes(held);
      held = nothing;
    },
  };
}
