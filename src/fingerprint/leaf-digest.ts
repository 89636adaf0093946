import { createHash } from 'node:crypto';
import { base64Decoder } from './base64.ts';
import { canonicalLines, textLines } from './line-ends.ts';
import { quotedPrintableDecoder } from './quoted-printable.ts';
import type { Stage } from './stage.ts';

/**
 * SHA-256 of one leaf part, fed with its encoded bytes in pieces of any size. Constant memory for any part. The result is part of
 * every fingerprint ever stored: a change here needs a new fingerprint version.
 */
export interface LeafDigest {
  write(piece: Buffer): void;
  /** `digest` in hex; `size` in bytes of what was hashed. */
  end(): { readonly digest: string; readonly size: number };
}

/** RFC 2045 §6; 7bit, 8bit, binary and everything unknown are identity. */
export type TransferEncoding = 'base64' | 'quoted-printable' | 'identity';

/** Small pieces are collected first: a message of three-byte lines must not cost a native call for each. */
const gatherBytes = 16 * 1024;

export function createLeafDigest({
  encoding,
  text,
}: {
  readonly encoding: TransferEncoding;
  readonly text: boolean;
}): LeafDigest {
  const hash = createHash('sha256');
  let size = 0;
  const hashing: Stage = {
    write(bytes) {
      size += bytes.length;
      hash.update(bytes);
    },
    end() {},
  };
  const lines = text ? textLines(hashing) : encoding === 'base64' ? hashing : canonicalLines(hashing);
  const decoder = decoderFor(encoding, lines);
  let gathered: Buffer | null = null;
  let length = 0;
  const flush = (): void => {
    if (gathered !== null && length > 0) decoder.write(gathered.subarray(0, length));
    length = 0;
  };
  return {
    write(piece) {
      if (length + piece.length > gatherBytes) flush();
      if (piece.length > gatherBytes / 2) {
        flush();
        decoder.write(piece);
        return;
      }
      gathered ??= Buffer.allocUnsafe(gatherBytes);
      length += piece.copy(gathered, length);
    },
    end() {
      flush();
      decoder.end();
      return { digest: hash.digest('hex'), size };
    },
  };
}

function decoderFor(encoding: TransferEncoding, next: Stage): Stage {
  if (encoding === 'base64') return base64Decoder(next);
  return encoding === 'quoted-printable' ? quotedPrintableDecoder(next) : next;
}
