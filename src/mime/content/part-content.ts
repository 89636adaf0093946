import { isAscii } from 'node:buffer';
import { createBase64TextDecoder } from './base64-text.ts';
import type { ContentFacts, ContentOutput } from './content-output.ts';
import { detectBytes } from './detect-type.ts';
import type { Part } from '../structure/part.ts';
import { isUnlabelledBase64, isUnlabelledQuotedPrintable } from './encoding-guess.ts';
import { isEncoded } from '../structure/part.ts';
import type { PastedPicture, PastedPictures } from './pasted-pictures.ts';
import {
  createBase64Decoder,
  createCanonicalLines,
  createIdentityDecoder,
  createQuotedPrintableDecoder,
  isForeignToBase64,
} from './transfer.ts';
import type { TransferDecoder } from './transfer.ts';
import { createUuDecoder } from '../containers/uuencode.ts';
import type { Readable } from 'node:stream';

/**
 * Receives the transfer-decoded bytes of each attachment as they stream by, called in the order in which attachments begin; `index`
 * counts them from 0. An attached message is delivered while its own attachments are, so a sink must not wait for another to end.
 * An error it throws ends the parse; what it leaves unread is skipped.
 */
export type AttachmentSink = (attachment: { readonly index: number }, content: Readable) => Promise<void>;

/** The bytes of one part, decoded as they arrive. */
export interface PartReader {
  readonly part: Part;
  readonly write: (bytes: Buffer) => Promise<void> | null;
  /** `atDelimiter`: the last line end belongs to the delimiter line (RFC 2046 §5.1.1). */
  readonly end: (atDelimiter: boolean) => Promise<PartResult>;
}

export interface PartResult {
  /** Null if the part was not delivered as an attachment. */
  readonly facts: ContentFacts | null;
  /** The decoded bytes, up to the reader's limit. */
  readonly kept: Buffer;
  readonly truncated: boolean;
  readonly broken: boolean;
  /** The body is not in the transfer encoding that its header names, and was taken as received. */
  readonly mislabelled: boolean;
  /** The transfer encoding that the body shows but the header does not name. */
  readonly guessed: 'base64' | 'quoted-printable' | null;
  readonly pictures: readonly PastedPicture[];
}

function isUuencoded({ encoding }: Part): boolean {
  return encoding === 'uuencode' || encoding === 'x-uuencode' || encoding === 'x-uue';
}

function decoderFor(part: Part): TransferDecoder {
  switch (part.encoding) {
    case 'base64':
      return part.contentType.startsWith('text/') ? createBase64TextDecoder() : createBase64Decoder();
    case 'quoted-printable': {
      const decoder = createQuotedPrintableDecoder();
      return part.contentType.startsWith('text/') ? createCanonicalLines(decoder) : decoder;
    }
    case 'uuencode':
    case 'x-uuencode':
    case 'x-uue':
      return createUuDecoder();
    case 'binary':
      return createIdentityDecoder();
    default:
      return /^(?:text|message)\//u.test(part.contentType)
        ? createCanonicalLines(createIdentityDecoder())
        : createIdentityDecoder();
  }
}

const noBytes = Buffer.alloc(0);

function joined(pieces: readonly Buffer[]): Buffer {
  const [only] = pieces;
  return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
}

/** Holds back the trailing line end for the next piece. */
function createLineEndHold(): { readonly pass: (bytes: Buffer) => Buffer; readonly rest: () => Buffer } {
  let held: Buffer = noBytes;
  return {
    pass(bytes) {
      const all = held.length === 0 ? bytes : Buffer.concat([held, bytes]);
      const last = all.at(-1);
      let end = all.length;
      if (last === 0x0a) end -= all.at(-2) === 0x0d ? 2 : 1;
      else if (last === 0x0d) end -= 1;
      held = end < all.length ? Buffer.from(all.subarray(end)) : noBytes;
      return all.subarray(0, end);
    },
    rest: () => held,
  };
}

/** What happens to a part: its first `keepBytes` decoded bytes are kept, all of them go to `output` if there is one. */
export interface PartPlan {
  readonly keepBytes: number;
  readonly output: ContentOutput | null;
  /** Takes pictures out of what is kept. */
  readonly pictures?: PastedPictures | null;
}

/** Texts for people: in texts for programs, any letters may follow an equals sign. */
const proseTypes: ReadonlySet<string> = new Set([
  'text/plain',
  'text/html',
  'text/enriched',
  'text/richtext',
]);

/** What the first bytes of a part show about its encoding. */
interface Judgement {
  readonly decoder: TransferDecoder;
  readonly mislabelled: boolean;
  readonly guessed: PartResult['guessed'];
}

function judge(part: Part, head: Buffer): Judgement {
  const isText = part.contentType.startsWith('text/');
  const right = { mislabelled: false, guessed: null };
  const asBase64 = isText ? createBase64TextDecoder : createBase64Decoder;
  const asQuoted = (): TransferDecoder => createCanonicalLines(createQuotedPrintableDecoder());
  const isProse = proseTypes.has(part.contentType);
  if (part.encoding === 'base64') {
    if (isProse && isUnlabelledQuotedPrintable(head))
      return { decoder: asQuoted(), mislabelled: true, guessed: 'quoted-printable' };
    if (!isText || !isForeignToBase64(head)) return { ...right, decoder: decoderFor(part) };
    return { decoder: createIdentityDecoder(), mislabelled: true, guessed: null };
  }
  if ((isText || !isEncoded(part)) && !isUuencoded(part) && isUnlabelledBase64(head, isText))
    return { decoder: asBase64(), mislabelled: false, guessed: 'base64' };
  if (isProse && !isEncoded(part) && isUnlabelledQuotedPrintable(head))
    return { decoder: asQuoted(), mislabelled: false, guessed: 'quoted-printable' };
  // RFC 2045 §2.7: 7bit data are lines; the first bytes reveal a file with this label.
  const lines = part.encoding === '7bit' && isAscii(head) && !head.includes(0);
  return {
    ...right,
    decoder: lines ? createCanonicalLines(createIdentityDecoder()) : decoderFor(part),
  };
}

/** Decodes a part. `plan` is called once, with its first decoded bytes. */
export function openPartReader(input: {
  readonly part: Part;
  readonly plan: (head: Buffer) => PartPlan;
}): PartReader {
  const { part } = input;
  let judgement: Judgement | null = null;
  let plan: PartPlan | null = null;
  /** The start, judged as a whole however the message was split: before decoding, and after. */
  let head: Buffer[] = [];
  let headBytes = 0;
  let decodedHead: Buffer[] = [];
  const hold = createLineEndHold();
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let decodedBytes = 0;
  /** What would be kept without a limit. */
  let wantedBytes = 0;
  const keep = (bytes: Buffer, keepBytes: number): void => {
    wantedBytes += bytes.length;
    if (keptBytes >= keepBytes || bytes.length === 0) return;
    const piece = Buffer.from(bytes.subarray(0, keepBytes - keptBytes));
    kept.push(piece);
    keptBytes += piece.length;
  };
  const pass = (decoded: Buffer, { keepBytes, output, pictures }: PartPlan): Promise<void> | null => {
    const split = pictures?.push(decoded) ?? null;
    keep(split === null ? decoded : split.html, keepBytes);
    return output?.write(decoded) ?? split?.wait ?? null;
  };
  const passHead = (): Promise<void> | null => {
    const first = joined(decodedHead);
    decodedHead = [];
    plan = input.plan(first.subarray(0, detectBytes));
    return pass(first, plan);
  };
  const take = (decoded: Buffer): Promise<void> | null => {
    decodedBytes += decoded.length;
    if (plan !== null) return pass(decoded, plan);
    // A large piece says enough at once; a small one may be reused before the next comes.
    decodedHead.push(decodedBytes >= detectBytes ? decoded : Buffer.from(decoded));
    return decodedBytes >= detectBytes ? passHead() : null;
  };
  const opened = (): PartPlan | null => plan;
  const begin = (bytes: Buffer): Judgement => {
    head = [];
    judgement = judge(part, bytes.subarray(0, detectBytes));
    return judgement;
  };
  return {
    part,
    write(bytes) {
      const content = hold.pass(bytes);
      if (judgement !== null) return take(judgement.decoder.push(content));
      headBytes += content.length;
      if (headBytes >= detectBytes) {
        const whole = head.length === 0 ? content : Buffer.concat([...head, content]);
        return take(begin(whole).decoder.push(whole));
      }
      head.push(Buffer.from(content));
      return null;
    },
    async end(atDelimiter) {
      const whole = joined(head);
      const { decoder, mislabelled, guessed } = judgement ?? begin(whole);
      await take(decoder.push(whole));
      if (!atDelimiter) await take(decoder.push(hold.rest()));
      await take(decoder.end());
      if (plan === null) await passHead();
      const { output = null, pictures = null, keepBytes = 0 } = opened() ?? {};
      const rest = await pictures?.end();
      if (rest !== undefined) keep(rest.html, keepBytes);
      return {
        facts: output === null ? null : await output.end(),
        kept: Buffer.concat(kept),
        truncated: wantedBytes > keptBytes,
        broken: mislabelled || decoder.broken(),
        mislabelled,
        guessed,
        pictures: rest?.pictures ?? [],
      };
    },
  };
}
