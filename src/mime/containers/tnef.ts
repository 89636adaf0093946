import iconv from 'iconv-lite';
import { cleanText } from '../charset/charset.ts';
import { codepageName } from './codepage.ts';
import { decompressRtf } from './compressed-rtf.ts';
import { readRtf } from './rtf.ts';
import type { RtfContents } from './rtf.ts';

/** Outlook's winmail.dat (MS-OXTNEF), read without trust: every length is checked against the actual bytes. */

interface TnefFile {
  readonly filename: string | null;
  readonly contentType: string | null;
  readonly contentId: string | null;
  readonly content: Buffer;
}

export interface TnefContents {
  readonly text: string | null;
  readonly html: string | null;
  readonly files: readonly TnefFile[];
  /** The bytes end early or are broken. */
  readonly damaged: boolean;
  /** Something exceeded the bounds and was left out. */
  readonly cut: boolean;
  /** By how much compressed texts grew. */
  readonly unpackedBytes: number;
}

export interface TnefBounds {
  readonly maxTextBytes: number;
  readonly maxUnpackedBytes: number;
  readonly maxFiles: number;
}

const signature = 0x223e9f78;
const maxFiles = 500;
const maxProperties = 2_000;
const maxValues = 1_000;
/** How much of one text is kept. */
const maxStringBytes = 8_388_608;
/** How much HTML is read. Against a few KB of compressed RTF that unpack to megabytes. */
const maxRtfBytes = 4_194_304;

/** If nothing else of the message is read. */
const ownBounds: TnefBounds = { maxTextBytes: maxStringBytes, maxUnpackedBytes: maxRtfBytes, maxFiles };

const attribute = {
  oemCodepage: 0x9007,
  body: 0x800c,
  messageProperties: 0x9003,
  attachStart: 0x9002,
  attachTitle: 0x8010,
  attachData: 0x800f,
  attachProperties: 0x9005,
};
const property = {
  body: 0x1000,
  compressedRtf: 0x1009,
  html: 0x1013,
  codepage: 0x3fde,
  data: 0x3701,
  filename: 0x3704,
  longFilename: 0x3707,
  mimeTag: 0x370e,
  contentId: 0x3712,
};

type Properties = ReadonlyMap<number, Buffer | string>;

/** Size of a value by property type (MS-OXCDATA §2.11.1); 0 if the length precedes it. */
const fixedSizes: ReadonlyMap<number, number> = new Map([
  [0x02, 4],
  [0x03, 4],
  [0x04, 4],
  [0x05, 8],
  [0x06, 8],
  [0x07, 8],
  [0x0a, 4],
  [0x0b, 4],
  [0x14, 8],
  [0x40, 8],
  [0x48, 16],
  [0x0d, 0],
  [0x1e, 0],
  [0x1f, 0],
  [0x102, 0],
]);

function decodeString(bytes: Buffer, encoding: string): string {
  return cleanText(iconv.decode(bytes, encoding)).trim();
}

function pad4(length: number): number {
  return (length + 3) & ~3;
}

/** Skips the name of a named property. Returns the position after it, -1 if it does not fit. */
function skipName(bytes: Buffer, at: number): number {
  if (at + 24 > bytes.length) return -1;
  const kind = bytes.readUInt32LE(at + 16);
  if (kind === 0) return at + 24;
  const length = bytes.readUInt32LE(at + 20);
  const next = at + 24 + pad4(length);
  return length > bytes.length || next > bytes.length ? -1 : next;
}

function readValues(input: { readonly bytes: Buffer; readonly start: number; readonly type: number }): {
  readonly first: Buffer | null;
  readonly next: number;
} {
  const { bytes, start, type } = input;
  const fixed = fixedSizes.get(type & 0xfff);
  const multiple = (type & 0x1000) !== 0;
  if (fixed === undefined) return { first: null, next: -1 };
  let at = start;
  let count = 1;
  if (multiple || fixed === 0) {
    if (at + 4 > bytes.length) return { first: null, next: -1 };
    count = bytes.readUInt32LE(at);
    at += 4;
  }
  if (count > maxValues) return { first: null, next: -1 };
  let first: Buffer | null = null;
  for (let index = 0; index < count; index += 1) {
    let length = fixed;
    if (fixed === 0) {
      if (at + 4 > bytes.length) return { first, next: -1 };
      length = bytes.readUInt32LE(at);
      at += 4;
    }
    if (length > bytes.length - at) return { first, next: -1 };
    first ??= bytes.subarray(at, at + length);
    at += fixed === 0 ? pad4(length) : fixed;
  }
  return { first, next: at };
}

function readProperties(bytes: Buffer, encoding: string): Properties {
  const properties = new Map<number, Buffer | string>();
  if (bytes.length < 4) return properties;
  const count = Math.min(bytes.readUInt32LE(0), maxProperties);
  let at = 4;
  for (let index = 0; index < count && at + 4 <= bytes.length; index += 1) {
    const type = bytes.readUInt16LE(at);
    const id = bytes.readUInt16LE(at + 2);
    at += 4;
    if (id >= 0x8000) at = skipName(bytes, at);
    if (at < 0) break;
    const { first, next } = readValues({ bytes, start: at, type });
    if (first !== null) {
      const single = type & 0xfff;
      const text = single === 0x1e ? encoding : single === 0x1f ? 'utf-16le' : null;
      // An object value begins with the 16 bytes of its interface id (MS-OXTNEF §2.1.3.5).
      const value = single === 0x0d ? first.subarray(16) : first;
      if (!properties.has(id))
        properties.set(id, text === null ? value : decodeString(value.subarray(0, maxStringBytes), text));
    }
    if (next < 0) break;
    at = next;
  }
  return properties;
}

function textOf(properties: Properties, id: number): string | null {
  const value = properties.get(id);
  return typeof value === 'string' && value !== '' ? value : null;
}

interface Draft {
  title: string | null;
  data: Buffer | null;
  properties: Properties;
}

function finishFile(draft: Draft): TnefFile | null {
  const object = draft.properties.get(property.data);
  const content = draft.data ?? (object instanceof Buffer ? object : null);
  if (content === null) return null;
  return {
    filename:
      textOf(draft.properties, property.longFilename) ??
      draft.title ??
      textOf(draft.properties, property.filename),
    contentType: textOf(draft.properties, property.mimeTag)?.toLowerCase() ?? null,
    contentId: textOf(draft.properties, property.contentId)?.replaceAll(/[<>\s]/gu, '') ?? null,
    content,
  };
}

/** Outlook writes the body as compressed RTF only if it thinks that the reader is also an Outlook. */
function readRtfBody(
  properties: Properties,
  maxBytes: number,
): { readonly contents: RtfContents | null; readonly unpackedBytes: number } | null {
  const value = properties.get(property.compressedRtf);
  if (!(value instanceof Buffer)) return null;
  const rtf = decompressRtf(value, maxBytes);
  return rtf === null ? null : { contents: readRtf(rtf), unpackedBytes: rtf.length };
}

/** Whether bytes begin as a winmail.dat, whatever a gateway made of its name. */
export function isTnef(head: Buffer): boolean {
  return head.length >= 6 && head.readUInt32LE(0) === signature;
}

/**
 * The files and the body inside winmail.dat; null if it is not one. File contents are views into `bytes`. Anything over the bounds
 * is left out. Never throws.
 */
export function readTnef(bytes: Buffer, bounds: TnefBounds = ownBounds): TnefContents | null {
  if (!isTnef(bytes)) return null;
  const drafts: Draft[] = [];
  const fileLimit = Math.min(maxFiles, bounds.maxFiles);
  const rtfLimit = Math.min(maxRtfBytes, bounds.maxUnpackedBytes);
  let cut = false;
  let unpackedBytes = 0;
  /** The current file; null before the first, and for one over the bounds. */
  let draft: Draft | null = null;
  const decodeBody = (body: Buffer, charset: string): string => {
    cut ||= body.length > bounds.maxTextBytes;
    return decodeString(body.subarray(0, bounds.maxTextBytes), charset);
  };
  let encoding = 'windows-1252';
  let text: string | null = null;
  let html: string | null = null;
  let rtf: RtfContents | null = null;
  let damaged = false;
  let at = 6;
  // Level (1), id (2), type (2), length (4), data, checksum (2): MS-OXTNEF §2.1.3.
  while (at + 9 <= bytes.length) {
    const id = bytes.readUInt16LE(at + 1);
    const length = bytes.readUInt32LE(at + 5);
    const start = at + 9;
    if (length > bytes.length - start) {
      damaged = true;
      break;
    }
    const data = bytes.subarray(start, start + length);
    at = start + length + 2;
    if (id === attribute.oemCodepage && length >= 4) encoding = codepageName(data.readUInt32LE(0));
    else if (id === attribute.body) text ??= decodeBody(data, encoding);
    else if (id === attribute.attachStart) {
      cut ||= drafts.length >= fileLimit;
      draft = drafts.length < fileLimit ? { title: null, data: null, properties: new Map() } : null;
      if (draft !== null) drafts.push(draft);
    } else if (id === attribute.attachTitle && draft !== null) draft.title = decodeString(data, encoding);
    else if (id === attribute.attachData && draft !== null) draft.data = data;
    else if (id === attribute.attachProperties && draft !== null)
      draft.properties = readProperties(data, encoding);
    else if (id === attribute.messageProperties) {
      const properties = readProperties(data, encoding);
      const body = properties.get(property.html);
      text ??= textOf(properties, property.body);
      cut ||= text !== null && text.length * 2 >= maxStringBytes;
      const packed: ReturnType<typeof readRtfBody> =
        rtf === null ? readRtfBody(properties, rtfLimit - unpackedBytes) : null;
      unpackedBytes += packed?.unpackedBytes ?? 0;
      cut ||= packed !== null && unpackedBytes >= rtfLimit;
      rtf ??= packed?.contents ?? null;
      const codepage = properties.get(property.codepage);
      const htmlEncoding =
        codepage instanceof Buffer && codepage.length >= 4 ? codepageName(codepage.readUInt32LE(0)) : 'utf-8';
      html ??= typeof body === 'string' ? body : body === undefined ? null : decodeBody(body, htmlEncoding);
    }
  }
  // The RTF is the body if there is nothing simpler; it may wrap HTML.
  if (rtf?.kind === 'html') html ??= rtf.text;
  else if (rtf !== null && html === null) text ??= rtf.text.trim();
  return {
    text,
    html,
    files: drafts.flatMap((file) => finishFile(file) ?? []),
    damaged: damaged || at < bytes.length,
    cut,
    unpackedBytes,
  };
}
