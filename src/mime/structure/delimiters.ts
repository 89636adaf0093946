import type { Part } from './part.ts';

/** An entity that has not ended yet. */
export interface Frame {
  readonly part: Part;
  /** Null if not a multipart, or for a multipart whose boundary is still unknown. */
  boundary: string | null;
  /** Its close delimiter was seen. */
  closed: boolean;
  children: number;
}

/** Which of the open entities, counted from the outside, a delimiter line belongs to. */
export interface Delimiter {
  readonly depth: number;
  readonly closes: boolean;
}

/** RFC 2046 §5.1.1 limits a boundary to 70; a delimiter line longer than this is content. */
export const maxDelimiterLine = 1_000;

/** The boundary in the header of a multipart; null if there is none, and for any other part. */
export function declaredBoundary(part: Pick<Part, 'kind' | 'parameters'>): string | null {
  if (part.kind !== 'multipart') return null;
  const boundary = part.parameters.get('boundary')?.trimEnd() ?? '';
  return boundary === '' ? null : boundary;
}

/** Before its first delimiter, a multipart may turn out to have another boundary than in its header: none, quoted, in other case. */
function adoptBoundary(declared: string | null, seen: string): string | null {
  if (declared === null) return seen !== '' && !/\s/u.test(seen) ? seen : null;
  // Lengths first: do not fold a megabyte boundary for every line.
  if (declared.length !== seen.length && declared.length !== seen.length + 2) return declared;
  const bare = declared.replaceAll(/^'|'$/gu, '').toLowerCase();
  return bare !== '' && bare === seen.toLowerCase() ? seen : declared;
}

/** The multipart that a delimiter line belongs to, the innermost open one first; a closed one only if no other fits. */
export function findDelimiter(frames: readonly Frame[], line: Buffer): Delimiter | null {
  if (line.length < 3 || line.length > maxDelimiterLine) return null;
  const text = line.toString('utf8').trimEnd().slice(2);
  let reopened: Delimiter | null = null;
  for (let depth = frames.length - 1; depth >= 0; depth -= 1) {
    const frame = frames[depth];
    if (frame?.part.kind !== 'multipart') continue;
    if (frame.children === 0) frame.boundary = adoptBoundary(frame.boundary, text);
    // A boundary that ends in blanks, against RFC 2046 §5.1.1, has them before its closing dashes too.
    const closes = text.endsWith('--') && text.slice(0, -2).trimEnd() === frame.boundary;
    if (frame.boundary === null || (!closes && text !== frame.boundary)) continue;
    if (!frame.closed) return { depth, closes };
    if (!closes) reopened ??= { depth, closes };
  }
  return reopened;
}
