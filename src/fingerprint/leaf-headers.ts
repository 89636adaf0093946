import { createLeafDigest } from './leaf-digest.ts';
import type { LeafDigest, TransferEncoding } from './leaf-digest.ts';

/** The header fields of a message or part that a fingerprint looks at. */
export interface PartHeaders {
  /** By lower-cased name: every value, unfolded, as latin1. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** Lines that are not header fields: they may be the text of a message without its empty line, so they count. */
  readonly stray: LeafDigest | null;
}

/** The kind of body a part has. */
export type PartContent = {
  readonly contentType: string;
  readonly attachment: boolean;
} & (
  | { readonly kind: 'multipart'; readonly boundary: string }
  | { readonly kind: 'message' }
  | { readonly kind: 'leaf'; readonly encoding: TransferEncoding; readonly text: boolean }
);

const wantedFields: ReadonlySet<string> = new Set([
  'message-id',
  'from',
  'date',
  'subject',
  'to',
  'cc',
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
]);

/** A longer line or field is cut: megabyte headers are an attack, and real ones stay under this even with 1,000 recipients. */
const maxFieldBytes = 64 * 1024;
/** A header of 100,000 Subject fields says no more than its first ones. */
const maxValuesPerField = 20;

/** Header lines take more time than any other bytes. A message with more than this in all its headers is an attack. */
const maxHeaderBytes = 2 * 1024 * 1024;

const LF = 10;
const CR = 13;

export interface HeaderLines {
  /** @returns null while the header continues; the bytes after its empty line once it has ended or was cut. */
  write(bytes: Buffer): Buffer | null;
  /** All headers together are too long: nothing after this is read as one. */
  isExhausted(): boolean;
  /** The header so far; the next write begins another. */
  take(): PartHeaders;
}

export function createFingerprintHeaderLines(): HeaderLines {
  let fields = new Map<string, string[]>();
  let stray: LeafDigest | null = null;
  let current: string[] | null = null;
  let first = true;
  let pieces: Buffer[] = [];
  let pending = 0;
  let total = 0;

  /** Of a line that goes on, a copy: the bytes may be reused before the next come. */
  const keep = (piece: Buffer, goesOn: boolean): void => {
    const room = maxFieldBytes - pending;
    const kept = piece.subarray(0, Math.max(0, room));
    if (kept.length > 0) pieces.push(goesOn ? Buffer.from(kept) : kept);
    pending += Math.min(room, piece.length);
  };
  const readLine = (line: Buffer): void => {
    const isFirst = first;
    first = false;
    const text = line.toString('latin1');
    if (text.startsWith(' ') || text.startsWith('\t')) {
      const last = current?.at(-1);
      if (current !== null && last !== undefined && last.length < maxFieldBytes) {
        current[current.length - 1] = last + text.slice(0, maxFieldBytes - last.length);
      }
      return;
    }
    const name = /^([!-9;-~]{1,100})[ \t]{0,20}:/u.exec(text);
    if (name?.[1] !== undefined) {
      current = openField(name[1].toLowerCase(), text.slice(name[0].length));
      return;
    }
    current = null;
    // The envelope line of an mbox file, not part of the message.
    if (isFirst && /^>?From /u.test(text)) return;
    stray ??= createLeafDigest({ encoding: 'identity', text: true });
    stray.write(Buffer.from(`${text}\n`, 'latin1'));
  };
  const openField = (name: string, value: string): string[] | null => {
    if (!wantedFields.has(name)) return null;
    const values = fields.get(name) ?? [];
    if (values.length >= maxValuesPerField) return null;
    values.push(value.slice(0, maxFieldBytes));
    fields.set(name, values);
    return values;
  };
  return {
    write(bytes) {
      let start = 0;
      while (start < bytes.length) {
        const feed = bytes.indexOf(LF, start);
        keep(bytes.subarray(start, feed < 0 ? bytes.length : feed), feed < 0);
        if (feed < 0) return null;
        start = feed + 1;
        const [only] = pieces;
        const whole = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
        total += pending + 1;
        pieces = [];
        pending = 0;
        const line = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
        if (line.length === 0) return bytes.subarray(start);
        readLine(line);
        if (total > maxHeaderBytes) return bytes.subarray(start);
      }
      return null;
    },
    isExhausted: () => total > maxHeaderBytes,
    take() {
      if (pending > 0) readLine(Buffer.concat(pieces));
      const taken: PartHeaders = { fields, stray };
      fields = new Map();
      stray = null;
      current = null;
      first = true;
      pieces = [];
      pending = 0;
      return taken;
    },
  };
}

const mediaType = /^[a-z0-9!#$&^_.+-]{1,127}\/[a-z0-9!#$&^_.+-]{1,127}$/u;

/** RFC 2045 §5.2: without a Content-Type, or with an unreadable one, the default of the context. */
export function contentOf({ fields }: PartHeaders, defaultType: string): PartContent {
  const given = fields.get('content-type')?.[0];
  const parameters = given === undefined ? new Map<string, string>() : parametersOf(given);
  const named = firstWord(given ?? '');
  const contentType = mediaType.test(named) ? named : given === undefined ? defaultType : 'text/plain';
  const encoding = encodingOf(firstWord(fields.get('content-transfer-encoding')?.[0] ?? ''));
  const disposition = fields.get('content-disposition')?.[0] ?? '';
  const isNamed =
    parameters.has('name') || parameters.has('name*') || /(?:^|[;\s])filename/iu.test(disposition);
  const isText = contentType.startsWith('text/');
  const attachment = !isText || isNamed || firstWord(disposition) === 'attachment';
  const boundary = boundaryOf(parameters);
  if (contentType.startsWith('multipart/')) {
    if (boundary !== '') return { kind: 'multipart', contentType, attachment: false, boundary };
    return { kind: 'leaf', contentType, attachment: false, encoding: 'identity', text: true };
  }
  // A nested message has no transfer encoding (RFC 2046 §5.2.1); if it has one, it is a file.
  const isMessage = contentType === 'message/rfc822' || contentType === 'message/global';
  if (isMessage && encoding === 'identity') return { kind: 'message', contentType, attachment: true };
  const text = isText || (contentType.startsWith('message/') && !isMessage);
  return { kind: 'leaf', contentType, attachment, encoding, text };
}

function encodingOf(word: string): TransferEncoding {
  return word === 'base64' || word === 'quoted-printable' ? word : 'identity';
}

function firstWord(value: string): string {
  return (/^[ \t]*([^\s;(]{0,300})/u.exec(value)?.[1] ?? '').toLowerCase();
}

/** RFC 2231 §3 allows a long boundary in pieces. */
function boundaryOf(parameters: ReadonlyMap<string, string>): string {
  let boundary = parameters.get('boundary') ?? parameters.get('boundary*') ?? '';
  if (boundary === '') {
    for (let piece = 0; parameters.has(`boundary*${piece}`); piece += 1) {
      boundary += parameters.get(`boundary*${piece}`) ?? '';
    }
  }
  // A line over 300 bytes is not a boundary, so neither is anything that only fits on one.
  return boundary.length <= 250 ? boundary.trimEnd() : '';
}

/** name=value and name="value" after the first ";" (RFC 2045 §5.1). The first of a name counts. */
function parametersOf(value: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  const parameter = /;[ \t]*([^\s;="]{1,100})[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"?|([^\s;]*))/gsu;
  for (const [, name = '', inQuotes, bare] of value.matchAll(parameter)) {
    const key = name.toLowerCase();
    if (!parameters.has(key)) parameters.set(key, inQuotes?.replace(/\\(.)/gsu, '$1') ?? bare ?? '');
  }
  return parameters;
}
