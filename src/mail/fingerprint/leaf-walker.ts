import { createHash } from 'node:crypto';
import { identityOf } from './identity.ts';
import type { Identity } from './identity.ts';
import { contentOf, createHeaderLines } from './leaf-headers.ts';
import { createLeafDigest } from './leaf-digest.ts';
import type { LeafDigest } from './leaf-digest.ts';

/**
 * Walks the MIME structure of a message (RFC 2046) as its bytes come in, and hashes every leaf part. It knows nothing of
 * charsets, languages or display: only boundaries and transfer encodings. Everything it decides is part of every
 * fingerprint ever stored: a change here needs a new fingerprint version.
 */
export interface LeafWalker {
  /** Pieces of any size give the same result. */
  write(chunk: Buffer): void;
  end(): readonly Leaf[];
}

export interface Leaf {
  /** Lower-cased, without parameters; "message/rfc822" for the headers of a message inside, whose parts follow. */
  readonly contentType: string;
  /** A file to a reader, or a part of one, as opposed to text that is read in place. */
  readonly attachment: boolean;
  /** SHA-256 in hex of the decoded bytes; of text with its line ends levelled. */
  readonly digest: string;
  /** Bytes of what was hashed. */
  readonly size: number;
}

/** The parser refuses more than this as well; real mail stays under a few hundred. What follows counts as one opaque leaf. */
const maxParts = 1000;
/** A multipart deeper than this counts as one opaque leaf. Real mail stays under ten. */
const maxDepth = 50;
/** RFC 2046 §5.1.1 allows 70 characters; some programs write more. A longer line is no boundary. */
const maxBoundaryLine = 300;

const LF = 10;
const CR = 13;
const DASH = 45;
const nothing: Buffer = Buffer.alloc(0);
const lineEnds: Readonly<Record<'lf' | 'cr' | 'crlf', Buffer>> = {
  lf: Buffer.from('\n'),
  cr: Buffer.from('\r'),
  crlf: Buffer.from('\r\n'),
};
const dashesAtLineStart = Buffer.from('\n--');

interface OpenMultipart {
  readonly boundary: string;
  /** What its parts are where they do not say: messages in a digest (RFC 2046 §5.1.5). */
  readonly defaultType: string;
}

type State =
  | { readonly kind: 'headers'; readonly of: 'top' | 'part' | 'inner-message'; readonly defaultType: string }
  | {
      readonly kind: 'leaf';
      readonly contentType: string;
      readonly attachment: boolean;
      readonly digest: LeafDigest;
      /** Counts only where the multipart turns out to have no part, as when its boundary never comes. */
      readonly preamble: boolean;
    }
  | { readonly kind: 'epilogue' };

/** `onIdentity` is given that of the message itself, before anything of its body is read. */
export function createLeafWalker(onIdentity: (identity: Identity) => void): LeafWalker {
  const leaves: Leaf[] = [];
  const open: OpenMultipart[] = [];
  const header = createHeaderLines();
  let state: State = { kind: 'headers', of: 'top', defaultType: 'text/plain' };
  let parts = 1;
  /** Multiparts that were open around the outermost message inside; -1 outside of any. */
  let innerMessageLevel = -1;
  /** Too many parts or headers: from here on boundaries mean nothing. */
  let opaque = false;
  /** The line end before a boundary belongs to the boundary (RFC 2046 §5.1.1), so it waits for what follows. */
  let heldEnd = nothing;

  const addLeaf = (leaf: Pick<Leaf, 'contentType' | 'attachment'>, digest: LeafDigest): void => {
    const { contentType } = leaf;
    leaves.push({ contentType, attachment: leaf.attachment || innerMessageLevel >= 0, ...digest.end() });
  };

  /** The header of a message or part is complete: what comes next? */
  const bodyState = ({ of, defaultType }: State & { kind: 'headers' }): State => {
    const headers = header.take();
    if (of === 'top') onIdentity(identityOf(headers));
    if (of === 'inner-message') leaves.push(innerMessageLeaf(identityOf(headers)));
    if (headers.stray !== null) addLeaf({ contentType: 'text/plain', attachment: false }, headers.stray);
    if (header.isExhausted()) {
      opaque = true;
      return textLeaf({ contentType: 'application/octet-stream', preamble: false });
    }
    const content = contentOf(headers, defaultType);
    const { contentType, attachment } = content;
    if (content.kind === 'multipart' && open.length < maxDepth) {
      const isDigest = contentType === 'multipart/digest';
      open.push({ boundary: content.boundary, defaultType: isDigest ? 'message/rfc822' : 'text/plain' });
      return textLeaf({ contentType: 'text/plain', preamble: true });
    }
    if (content.kind === 'message' && parts < maxParts) {
      parts += 1;
      if (innerMessageLevel < 0) innerMessageLevel = open.length;
      return { kind: 'headers', of: 'inner-message', defaultType: 'text/plain' };
    }
    if (content.kind !== 'leaf') return textLeaf({ contentType, preamble: false });
    return { kind: 'leaf', contentType, attachment, digest: createLeafDigest(content), preamble: false };
  };

  const endPart = (): void => {
    // A header that ends without a body: the part is there, and empty.
    while (state.kind === 'headers') state = bodyState(state);
    if (state.kind === 'leaf') addLeaf(state, state.digest);
    state = { kind: 'epilogue' };
  };

  const passBoundary = ({ level, closes }: { level: number; closes: boolean }): void => {
    // Before its first boundary a multipart holds a preamble, which does not count.
    const isOwnPreamble = state.kind === 'leaf' && state.preamble && level === open.length - 1;
    if (!isOwnPreamble) endPart();
    heldEnd = nothing;
    if (level < innerMessageLevel) innerMessageLevel = -1;
    open.length = closes ? level : level + 1;
    state = closes ? { kind: 'epilogue' } : beginPart(open[level]?.defaultType ?? 'text/plain');
  };

  const beginPart = (defaultType: string): State => {
    parts += 1;
    opaque = parts > maxParts;
    if (opaque) return textLeaf({ contentType: 'application/octet-stream', preamble: false });
    return { kind: 'headers', of: 'part', defaultType };
  };

  const addBytes = (bytes: Buffer): void => {
    let rest = bytes;
    while (state.kind === 'headers') {
      const body = header.write(rest);
      if (body === null) return;
      state = bodyState(state);
      heldEnd = nothing;
      rest = body;
    }
    if (state.kind === 'leaf' && rest.length > 0) addToLeaf(state.digest, rest);
  };

  const addToLeaf = (digest: LeafDigest, bytes: Buffer): void => {
    if (heldEnd === lineEnds.cr && bytes.length === 1 && bytes[0] === LF) {
      heldEnd = lineEnds.crlf;
      return;
    }
    if (heldEnd.length > 0) digest.write(heldEnd);
    heldEnd = lineEndOf(bytes);
    const end = bytes.length - heldEnd.length;
    if (end > 0) digest.write(bytes.subarray(0, end));
  };

  const lines = createBoundaryLines({
    // In a header the next bytes may open a multipart whose boundary is not known yet.
    mayBeBoundary: (bytes, start) =>
      state.kind === 'headers' ||
      (!opaque && open.some(({ boundary }) => standsAt(boundary, bytes, start + 2))),
    isBoundary(line) {
      const found = opaque ? null : findBoundary(open, line);
      if (found === null) return false;
      passBoundary(found);
      return true;
    },
    addBytes,
  });
  return {
    write: (chunk) => lines.write(chunk),
    end() {
      lines.end();
      endPart();
      return leaves;
    },
  };
}

function textLeaf({ contentType, preamble }: { contentType: string; preamble: boolean }): State {
  const digest = createLeafDigest({ encoding: 'identity', text: true });
  return { kind: 'leaf', contentType, attachment: false, digest, preamble };
}

/** The headers of a message inside count like its parts: two forwarded messages may differ in nothing else. */
function innerMessageLeaf(identity: Identity): Leaf {
  const facts = JSON.stringify(identity);
  const digest = createHash('sha256').update(facts).digest('hex');
  return { contentType: 'message/rfc822', attachment: true, digest, size: Buffer.byteLength(facts) };
}

function lineEndOf(bytes: Buffer): Buffer {
  const last = bytes[bytes.length - 1];
  if (last === LF) return bytes[bytes.length - 2] === CR ? lineEnds.crlf : lineEnds.lf;
  return last === CR ? lineEnds.cr : nothing;
}

/** The innermost open multipart whose boundary the line is (RFC 2046 §5.1.2: that of an outer one ends all inner ones). */
function findBoundary(
  open: readonly OpenMultipart[],
  line: string,
): { readonly level: number; readonly closes: boolean } | null {
  const mark = line.slice(2).trimEnd();
  const closed = mark.endsWith('--') ? mark.slice(0, -2) : null;
  for (let level = open.length - 1; level >= 0; level -= 1) {
    const boundary = open[level]?.boundary;
    if (boundary === mark) return { level, closes: false };
    if (boundary === closed) return { level, closes: true };
  }
  return null;
}

/** Characters of a boundary are bytes; behind it stand dashes or blanks. */
function standsAt(boundary: string, bytes: Buffer, start: number): boolean {
  const end = start + boundary.length;
  for (let index = 0; index < boundary.length; index += 1)
    if (bytes[start + index] !== boundary.charCodeAt(index)) return false;
  const next = bytes[end] ?? LF;
  return next <= 0x20 || next === DASH || next >= 0x80;
}

/** Splits the stream into lines that begin with "--", which may be boundaries, and all that stands between. */
function createBoundaryLines({
  mayBeBoundary,
  isBoundary,
  addBytes,
}: {
  /** False where a whole line, which begins at `start`, is none for sure. Answers megabytes of dashes, each a line of its own. */
  readonly mayBeBoundary: (bytes: Buffer, start: number) => boolean;
  readonly isBoundary: (line: string) => boolean;
  readonly addBytes: (bytes: Buffer) => void;
}): { write(chunk: Buffer): void; end(): void } {
  let atLineStart = true;
  /** The start of a line that may be a boundary, or of what may become one. */
  let held = nothing;

  const isNone = (chunk: Buffer, start: number): boolean =>
    !mayBeBoundary(chunk, start) && chunk.indexOf(LF, start) >= 0;

  /** Reads on in a line that begins with dashes. @returns where to go on in the chunk. */
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

  /** @returns where the next line that may be a boundary begins. */
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
