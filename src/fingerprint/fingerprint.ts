import { createHash, hash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import type { Identity } from './identity.ts';
import { createLeafWalker } from './leaf-walker.ts';
import type { Leaf } from './leaf-walker.ts';

/** The identity of a message, whatever route its copy took. */
export interface FingerprintResult {
  /**
   * `v1:` and 64 hex digits over the normalised Message-ID, From addresses, Date, Subject and leaf digests, plus To and Cc if there
   * is no Message-ID. `raw:` and the SHA-256 of the bytes if there are none of these headers.
   */
  readonly fingerprint: string;
  /** In message order. */
  readonly leaves: readonly Leaf[];
  /** Digests of the leaves that are files, in order. */
  readonly attachmentDigests: readonly string[];
  /** 64 hex digits, equal for variants of one message (a list footer, a banner); null without a Message-ID. */
  readonly variantKey: string | null;
}

export interface Fingerprinter {
  /** The bytes of the message in order, in pieces of any size. A piece may be reused after the call. */
  write(chunk: Buffer): void;
  /** `poster`: the author of what a list sends under its own address; only used for the variant key. */
  end(known?: { readonly poster: string | null }): FingerprintResult;
}

/** Larger pieces are cut to this, so that the scratch buffers stay in the processor's cache. */
const pieceBytes = 64 * 1024;

/** Constant memory and linear time for any message. Never fails. */
export function createFingerprinter(): Fingerprinter {
  let identity: Identity | null = null;
  const walker = createLeafWalker((found) => {
    identity = found;
  });
  // Only until the headers provide something better, which the first piece usually has.
  let raw: Hash | null = null;
  const writePiece = (piece: Buffer): void => {
    walker.write(piece);
    if (identity !== null && isIdentifiable(identity)) return;
    raw ??= createHash('sha256');
    raw.update(piece);
  };
  return {
    write(chunk) {
      for (let start = 0; start < chunk.length; start += pieceBytes) {
        writePiece(chunk.subarray(start, start + pieceBytes));
      }
    },
    end({ poster = null }: { readonly poster?: string | null } = {}) {
      const leaves = walker.end();
      const attachmentDigests = leaves.filter(({ attachment }) => attachment).map(({ digest }) => digest);
      if (identity === null || !isIdentifiable(identity)) {
        const fingerprint = rawFingerprint(raw?.digest('hex') ?? sha256(''));
        return { fingerprint, leaves, attachmentDigests, variantKey: null };
      }
      return {
        fingerprint: `v1:${digestOf({ identity, leaves })}`,
        leaves,
        attachmentDigests,
        variantKey: variantKeyOf({
          identity: poster === null ? identity : { ...identity, from: poster },
          attachmentDigests,
        }),
      };
    },
  };
}

export function fingerprintOf(raw: Buffer): string {
  const fingerprinter = createFingerprinter();
  fingerprinter.write(raw);
  return fingerprinter.end().fingerprint;
}

/** The identity of unreadable and oversize messages. Takes the raw bytes or their SHA-256 in hex. */
export function rawFingerprint(raw: Buffer | string): string {
  return `raw:${typeof raw === 'string' ? raw : hash('sha256', raw)}`;
}

function isIdentifiable({ messageId, from, date, subject }: Identity): boolean {
  return messageId !== null || from !== '' || date !== '' || subject !== '';
}

function digestOf({
  identity,
  leaves,
}: {
  readonly identity: Identity;
  readonly leaves: readonly Leaf[];
}): string {
  const { messageId, from, date, subject, to, cc } = identity;
  const digests = leaves.map(({ digest }) => digest);
  return sha256(
    JSON.stringify([messageId, from, date, subject, digests, ...(messageId === null ? [to, cc] : [])]),
  );
}

function variantKeyOf({
  identity: { messageId, from, date },
  attachmentDigests,
}: {
  readonly identity: Identity;
  readonly attachmentDigests: readonly string[];
}): string | null {
  if (messageId === null) return null;
  return sha256(JSON.stringify(['variant', messageId, from, date, attachmentDigests]));
}

function sha256(text: string): string {
  return hash('sha256', text);
}
