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

/** Whether the bytes after the dashes can be the boundary, with or without its closing dashes. */
function isBoundaryAt(boundary: string, data: Buffer, line: Span): boolean {
  const start = line.start + 2;
  const closing = line.end - start - boundary.length;
  if (closing < 0) return false;
  for (let at = 0; at < boundary.length; at += 1) {
    const code = boundary.charCodeAt(at);
    // A non-ASCII character is not one byte: let the texts be compared.
    if (code >= 0x80) return true;
    if (code !== data[start + at]) return false;
  }
  return closing === 0 || data[line.end - 1] === 0x2d || (data[line.end - 1] ?? 0) >= 0x80;
}

/** A boundary not seen yet may be quoted, or in other case. */
function mayBeAdopted(boundary: string, data: Buffer, line: Span): boolean {
  const length = line.end - line.start - 2;
  if (length === boundary.length - 2) return true;
  const first = boundary.charCodeAt(0);
  return (
    length === boundary.length && (first >= 0x80 || ((data[line.start + 2] ?? 0) | 0x20) === (first | 0x20))
  );
}

/** What `trim` removes at the end of a line; a boundary may contain other control characters. */
function isBlank(byte: number | undefined): boolean {
  return byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);
}

/** A requirement for an undeclared boundary. */
function isOneWord(data: Buffer, { start, end }: Span): boolean {
  for (let at = start + 2; at < end; at += 1) if (isBlank(data[at])) return false;
  return end > start + 2;
}

interface Span {
  readonly start: number;
  /** After its last byte. */
  readonly end: number;
}

/** Whether a line that begins with two dashes must be decoded as text at all: a message may be nothing but dashes. */
export function mayBeDelimiter(frames: readonly Frame[], data: Buffer, line: Span): boolean {
  let { end } = line;
  while (end > line.start + 2 && isBlank(data[end - 1])) end -= 1;
  const bare = { start: line.start, end };
  for (const { part, boundary, children } of frames) {
    if (part.kind !== 'multipart') continue;
    if (boundary === null) {
      if (isOneWord(data, bare)) return true;
      continue;
    }
    if (isBoundaryAt(boundary, data, bare)) return true;
    if (children === 0 && mayBeAdopted(boundary, data, bare)) return true;
  }
  return false;
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
