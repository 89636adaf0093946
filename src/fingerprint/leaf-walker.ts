import { createHash } from 'node:crypto';
import { createBoundaryLines, isBoundaryAt } from './boundary-lines.ts';
import { createHeldLineEnd } from './held-line-end.ts';
import { identityOf } from './identity.ts';
import type { Identity } from './identity.ts';
import { contentOf, createFingerprintHeaderLines } from './leaf-headers.ts';
import { createLeafDigest } from './leaf-digest.ts';
import type { LeafDigest } from './leaf-digest.ts';

/**
 * Walks the MIME structure of a message (RFC 2046) as its bytes arrive, and hashes every leaf part. It knows nothing of charsets,
 * languages or display: only boundaries and transfer encodings. Everything it decides is part of every fingerprint ever stored: a
 * change here needs a new fingerprint version.
 */
export interface LeafWalker {
  /** Pieces of any size give the same result. */
  write(chunk: Buffer): void;
  end(): readonly Leaf[];
}

export interface Leaf {
  /** Lower-cased, without parameters; "message/rfc822" for the headers of a nested message, whose parts follow. */
  readonly contentType: string;
  /** A file to a reader, or part of one, as opposed to text that is read in place. */
  readonly attachment: boolean;
  /** SHA-256 in hex of the decoded bytes; of text with normalised line ends. */
  readonly digest: string;
  /** Bytes of what was hashed. */
  readonly size: number;
}

/** The parser's limit too; real mail stays under a few hundred. The rest counts as one opaque leaf. */
const maxParts = 1000;
/** A multipart deeper than this counts as one opaque leaf. Real mail stays under ten. */
const maxDepth = 50;
interface OpenMultipart {
  readonly boundary: string;
  /** The type of its parts if they have none: messages in a digest (RFC 2046 §5.1.5). */
  readonly defaultType: string;
}

type State =
  | { readonly kind: 'headers'; readonly of: 'top' | 'part' | 'inner-message'; readonly defaultType: string }
  | {
      readonly kind: 'leaf';
      readonly contentType: string;
      readonly attachment: boolean;
      readonly digest: LeafDigest;
      /** Only counts if the multipart turns out to have no part, as when its boundary never comes. */
      readonly preamble: boolean;
    }
  | { readonly kind: 'epilogue' };

/** `onIdentity` gets the identity of the message itself, before any of its body is read. */
export function createLeafWalker(onIdentity: (identity: Identity) => void): LeafWalker {
  const leaves: Leaf[] = [];
  const structure = createStructure();
  const header = createFingerprintHeaderLines();
  let state: State = { kind: 'headers', of: 'top', defaultType: 'text/plain' };
  /** Too many parts or headers: from here on boundaries mean nothing. */
  let opaque = false;
  const heldEnd = createHeldLineEnd();

  const addLeaf = (leaf: Pick<Leaf, 'contentType' | 'attachment'>, digest: LeafDigest): void => {
    const { contentType } = leaf;
    leaves.push({ contentType, attachment: leaf.attachment || structure.isInsideMessage(), ...digest.end() });
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
    if (content.kind === 'multipart' && structure.enterMultipart(content))
      return textLeaf({ contentType: 'text/plain', preamble: true });
    if (content.kind === 'message' && structure.enterMessage())
      return { kind: 'headers', of: 'inner-message', defaultType: 'text/plain' };
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
    // Before its first boundary a multipart has a preamble, which does not count.
    const isOwnPreamble = state.kind === 'leaf' && state.preamble && level === structure.open.length - 1;
    if (!isOwnPreamble) endPart();
    heldEnd.drop();
    structure.passTo(level, closes);
    state = closes ? { kind: 'epilogue' } : beginPart(structure.open[level]?.defaultType ?? 'text/plain');
  };

  const beginPart = (defaultType: string): State => {
    opaque = !structure.enterPart();
    if (opaque) return textLeaf({ contentType: 'application/octet-stream', preamble: false });
    return { kind: 'headers', of: 'part', defaultType };
  };

  const addBytes = (bytes: Buffer): void => {
    let rest = bytes;
    while (state.kind === 'headers') {
      const body = header.write(rest);
      if (body === null) return;
      state = bodyState(state);
      heldEnd.drop();
      rest = body;
    }
    if (state.kind === 'leaf' && rest.length > 0) heldEnd.write(state.digest, rest);
  };

  const lines = createBoundaryLines({
    // In a header the next bytes may open a multipart whose boundary is not known yet.
    mayBeBoundary: (bytes, start) =>
      state.kind === 'headers' ||
      (!opaque && structure.open.some(({ boundary }) => isBoundaryAt(boundary, bytes, start + 2))),
    isBoundary(line) {
      const found = opaque ? null : findBoundary(structure.open, line);
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

/** What is open around the next bytes, within the limits. */
function createStructure() {
  const open: OpenMultipart[] = [];
  let parts = 1;
  /** Number of multiparts open around the outermost nested message; -1 outside of any. */
  let innerMessageLevel = -1;
  return {
    open: open as readonly OpenMultipart[],
    isInsideMessage: (): boolean => innerMessageLevel >= 0,
    /** False if that would be one too many; likewise below. */
    enterMultipart: ({ contentType, boundary }: { contentType: string; boundary: string }): boolean => {
      if (open.length >= maxDepth) return false;
      const isDigest = contentType === 'multipart/digest';
      open.push({ boundary, defaultType: isDigest ? 'message/rfc822' : 'text/plain' });
      return true;
    },
    enterMessage: (): boolean => {
      if (parts >= maxParts) return false;
      parts += 1;
      if (innerMessageLevel < 0) innerMessageLevel = open.length;
      return true;
    },
    enterPart: (): boolean => {
      parts += 1;
      return parts <= maxParts;
    },
    /** A boundary of the multipart at `level` ends everything open inside it. */
    passTo: (level: number, closes: boolean): void => {
      if (level < innerMessageLevel) innerMessageLevel = -1;
      open.length = closes ? level : level + 1;
    },
  };
}

function textLeaf({ contentType, preamble }: { contentType: string; preamble: boolean }): State {
  const digest = createLeafDigest({ encoding: 'identity', text: true });
  return { kind: 'leaf', contentType, attachment: false, digest, preamble };
}

/** The headers of a nested message count like its parts: two forwarded messages may differ in nothing else. */
function innerMessageLeaf(identity: Identity): Leaf {
  const facts = JSON.stringify(identity);
  const digest = createHash('sha256').update(facts).digest('hex');
  return { contentType: 'message/rfc822', attachment: true, digest, size: Buffer.byteLength(facts) };
}

/** The innermost open multipart with this boundary (RFC 2046 §5.1.2: a boundary of an outer one ends all inner ones). */
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
