import { createAssembly } from './structure/assembly.ts';
import { parseLimits } from './limits.ts';
import type { ParseLimits } from './limits.ts';
import type { ParsedMessage } from './parsed-message.ts';
import type { AttachmentSink } from './content/part-content.ts';

export { parseLimits } from './limits.ts';
export type { ParseLimits } from './limits.ts';
export type { AttachmentSink } from './content/part-content.ts';

/** A message held in memory is also read in pieces, so that a sink can slow it down. */
const pieceBytes = 131_072;

function* piecesOf(raw: Buffer): Generator<Buffer, void> {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let start = 0; start < bytes.length; start += pieceBytes)
    yield bytes.subarray(start, start + pieceBytes);
}

/**
 * Reads a message (RFC 5322, RFC 2045–2049) into plain facts. Any bytes give a result: defects are `warnings`, each a stable code,
 * a colon and a detail; input that is not a message has the code `not-a-message`.
 *
 * Attachments stream through `sink` while they are read, those of nested messages included; match them to the entries of the result
 * by SHA-256. They are never held whole, so memory does not grow with their size. Throws only what `raw` or `sink` throw. Message
 * ids and content ids are without angle brackets.
 */
export async function parseMessage(input: {
  readonly raw: AsyncIterable<Buffer | string> | Buffer;
  readonly sink?: AttachmentSink;
  readonly limits?: ParseLimits;
}): Promise<ParsedMessage> {
  const assembly = createAssembly({ sink: input.sink ?? null, limits: input.limits ?? parseLimits });
  const { raw } = input;
  if (raw instanceof Uint8Array) for (const piece of piecesOf(raw)) await assembly.push(piece);
  else
    for await (const chunk of raw)
      await assembly.push(typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk);
  return assembly.finish();
}
