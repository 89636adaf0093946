import { createHash } from 'node:crypto';
import { PassThrough } from 'node:stream';
import type { Readable } from 'node:stream';
import { detectBytes, detectType } from './detect-type.ts';

export interface ContentFacts {
  readonly size: number;
  readonly sha256: string;
  readonly detectedType: string | null;
}

/** Where decoded bytes pass through: counted, hashed, and handed to the sink. */
export interface ContentOutput {
  /** A promise if the sink asks to wait. */
  readonly write: (bytes: Buffer) => Promise<void> | null;
  readonly end: () => Promise<ContentFacts>;
}

const highWaterMark = 262_144;

function drained(target: PassThrough): Promise<void> {
  return new Promise((resolve) => {
    const resume = (): void => {
      target.off('drain', resume);
      target.off('close', resume);
      resolve();
    };
    target.on('drain', resume);
    target.on('close', resume);
  });
}

/** Opens the output of one attachment. Without a sink the bytes are only counted and hashed. */
export function openContentOutput(sink: ((content: Readable) => Promise<void>) | null): ContentOutput {
  const hash = createHash('sha256');
  const head: Buffer[] = [];
  let size = 0;
  const stream = sink === null ? null : new PassThrough({ highWaterMark });
  let settled = stream === null;
  let failure: { readonly cause: unknown } | null = null;
  // A consumer that destroys the stream wants no more; that is not a parse failure.
  stream?.on('error', () => stream.destroy());
  const consume = async (): Promise<void> => {
    if (sink === null || stream === null) return;
    try {
      await sink(stream);
    } catch (error) {
      failure = { cause: error };
    }
    settled = true;
  };
  const done = consume();
  return {
    write(bytes) {
      if (bytes.length === 0) return null;
      hash.update(bytes);
      if (size < detectBytes) head.push(Buffer.from(bytes.subarray(0, detectBytes - size)));
      size += bytes.length;
      if (stream === null || settled || stream.destroyed || stream.write(bytes)) return null;
      return Promise.race([drained(stream), done]);
    },
    async end() {
      if (stream !== null && !stream.destroyed) stream.end();
      await done;
      stream?.destroy();
      if (failure !== null) throw failure.cause;
      return { size, sha256: hash.digest('hex'), detectedType: await detectType(Buffer.concat(head)) };
    },
  };
}
