import { hash } from 'node:crypto';
import { classifyAutomatic } from './automatic/automatic.ts';
import { readBounce } from './bounce/bounce.ts';
import { createFingerprinter, rawFingerprint } from '../fingerprint/fingerprint.ts';
import { readForwards, NO_FORWARDS } from './forwarded/forwarded.ts';
import { listOriginal } from './list-original.ts';
import type { Mail } from './mail.ts';
import { parseMessage } from '../mime/parse.ts';
import type { AttachmentSink } from '../mime/parse.ts';
import { splitReply } from './reply/reply.ts';

export interface ReadMail {
  readonly mail: Mail;
  /** Same Message-ID, From, Date and attachments: shared by copies that differ in a footer or banner. */
  readonly variantKey: string | null;
  /** Same parts, byte for byte after decoding; null if the body was not read. */
  readonly partsKey: string | null;
}

/**
 * Reads a message as a person would see it: parts, reply, forwards, kind. Its bytes are read once: one stream feeds both parser and
 * fingerprint. Throws only what `raw` or the sink throw.
 */
export async function readMail(input: {
  readonly raw: AsyncIterable<Buffer> | Buffer;
  readonly sink?: AttachmentSink;
}): Promise<ReadMail> {
  const fingerprinter = createFingerprinter();
  let size = 0;
  const take = (chunk: Buffer): void => {
    fingerprinter.write(chunk);
    size += chunk.length;
  };
  async function* fingerprinted(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
    for await (const chunk of chunks) {
      take(chunk);
      yield chunk;
    }
  }
  const { raw } = input;
  if (Buffer.isBuffer(raw)) take(raw);
  const parsed = await parseMessage({
    raw: Buffer.isBuffer(raw) ? raw : fingerprinted(raw),
    ...(input.sink === undefined ? {} : { sink: input.sink }),
  });
  const identity = fingerprinter.end({ poster: listOriginal(parsed)?.address ?? null });
  const { fingerprint, variantKey, leaves } = identity;
  const partsKey = hash('sha256', JSON.stringify(leaves.map(({ digest }) => digest)));
  return { mail: understand(parsed, { fingerprint, size }), variantKey, partsKey };
}

/** Only the header of a message over the size limit: its body is marked as skipped, its identity is that of its bytes. */
export async function readHeaderOnly(input: {
  readonly header: Buffer;
  readonly size: number;
  readonly sha256: string;
  readonly maxBytes: number;
}): Promise<ReadMail> {
  const parsed = await parseMessage({ raw: input.header });
  const fingerprint = rawFingerprint(input.sha256);
  const warning =
    input.size > input.maxBytes
      ? `oversize: ${input.size} bytes, over the limit of ${input.maxBytes}; the body was skipped`
      : 'header-only: the body was not read';
  const mail = understand(
    {
      ...parsed,
      text: '',
      textSource: 'none',
      html: null,
      rawHtml: null,
      attachments: [],
      nested: [],
      warnings: [...parsed.warnings, warning],
    },
    { fingerprint, size: input.size },
  );
  return { mail, variantKey: null, partsKey: null };
}

function understand(
  parsed: Awaited<ReturnType<typeof parseMessage>>,
  identity: { fingerprint: string; size: number },
): Mail {
  const bounce = readBounce(parsed);
  const automatic = classifyAutomatic(parsed, bounce);
  // A returned message was not forwarded.
  const { forwarded, forwards } = bounce === null ? readForwards(parsed) : NO_FORWARDS;
  const split = splitReply({
    text: parsed.text,
    rawHtml: parsed.rawHtml,
    textSource: parsed.textSource,
    isForward: forwards.length > 0,
    sender: parsed.from?.name ?? '',
  });
  return { ...parsed, ...split, ...identity, bounce, automatic, forwarded, forwards };
}
