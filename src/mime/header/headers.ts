import { isUtf8 } from 'node:buffer';
import { decodeText } from '../charset/charset.ts';
import { decodeEncodedWords } from '../charset/encoded-words.ts';
import type { Header } from '../parsed-message.ts';

/** One field as received, unfolded. */
export interface Field {
  /** Lower-cased. */
  readonly name: string;
  readonly value: Buffer;
}

export interface HeaderBlock {
  readonly fields: readonly Field[];
  /** Lines that are neither a field nor a continuation. */
  readonly malformedLines: number;
}

const fieldName = /^([!-9;-~]{1,256})[ \t]{0,20}:/u;
const colon = 0x3a;

/** Whether a line (latin1, without its end) can open a field: RFC 5322 §2.2, and §4.5 white space before the colon. */
export function opensField(line: string): boolean {
  return fieldName.test(line);
}

/** The lower-cased name of the field that a line opens; null if none. */
export function fieldNameOf(line: Buffer): string | null {
  return fieldName.exec(line.toString('latin1', 0, 300))?.[1]?.toLowerCase() ?? null;
}

/** Whether a block begins as a message does. */
export function beginsWithField(block: Buffer): boolean {
  return opensField(block.toString('latin1', 0, 300).trimStart());
}

const telling: ReadonlySet<string> = new Set([
  'from',
  'to',
  'subject',
  'date',
  'message-id',
  'received',
  'return-path',
  'mime-version',
]);
/** This many message fields in a row are not chance. */
const minMessageFields = 3;
/** How much of a header is checked to recognise a message. */
const headerSampleBytes = 4_096;

/** Whether bytes of unknown type are a message: they begin with fields, several of them a message's. */
export function beginsAsMessage(bytes: Buffer): boolean {
  if (!beginsWithField(bytes)) return false;
  const { fields } = readMimeHeader(bytes.subarray(0, headerSampleBytes));
  const names = new Set(fields.map(({ name }) => name).filter((name) => telling.has(name)));
  return names.size >= minMessageFields;
}

function unfold(lines: readonly Buffer[]): Buffer {
  if (lines.length === 1 && lines[0] !== undefined) return trimBytes(lines[0]);
  return trimBytes(Buffer.concat(lines));
}

function isBlankByte(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

function trimBytes(bytes: Buffer): Buffer {
  let start = 0;
  let end = bytes.length;
  while (start < end && isBlankByte(bytes[start])) start += 1;
  while (end > start && isBlankByte(bytes[end - 1])) end -= 1;
  return bytes.subarray(start, end);
}

/**
 * The lines of a block without their ends. A bare CR counts if a field opens after it: other readers take it for a line end there,
 * and none may see a From that this one does not.
 */
function* linesOf(block: Buffer): Generator<Buffer, void> {
  let start = 0;
  while (start < block.length) {
    const feed = block.indexOf(0x0a, start);
    const end = feed < 0 ? block.length : feed;
    const line = block.subarray(start, end > start && block[end - 1] === 0x0d ? end - 1 : end);
    start = end + 1;
    let from = 0;
    for (let at = line.indexOf(0x0d); at >= 0; at = line.indexOf(0x0d, at + 1)) {
      if (!opensField(line.toString('latin1', at + 1, at + 281))) continue;
      yield line.subarray(from, at);
      from = at + 1;
    }
    yield line.subarray(from);
  }
}

/** Splits a header block (without the blank line) into unfolded fields (RFC 5322 §2.2.3). Lines end with LF or CRLF. */
export function readMimeHeader(block: Buffer): HeaderBlock {
  const fields: Field[] = [];
  let malformedLines = 0;
  let name: string | null = null;
  let lines: Buffer[] = [];
  const finish = (): void => {
    if (name !== null) fields.push({ name, value: unfold(lines) });
    name = null;
    lines = [];
  };
  for (const line of linesOf(block)) {
    if (line.length === 0) continue;
    if (line[0] === 0x20 || line[0] === 0x09) {
      if (name !== null) lines.push(line);
      continue;
    }
    const opening = fieldName.exec(line.toString('latin1', 0, 280));
    if (opening?.[1] === undefined) {
      malformedLines += 1;
      continue;
    }
    finish();
    name = opening[1].toLowerCase();
    lines = [line.subarray(line.indexOf(colon) + 1)];
  }
  finish();
  return { fields, malformedLines };
}

/** A field value as text: UTF-8 (RFC 6532), else by `hint`, else guessed, which sets `guessed`. */
export function fieldText(
  value: Buffer,
  hint: string | null,
): { readonly text: string; readonly guessed: boolean } {
  if (isUtf8(value)) {
    const text = value.toString('utf8');
    // ISO-2022-JP written raw is ASCII with escapes.
    if (text.includes('\u001b'))
      return { text: decodeText({ bytes: value, label: null }).text, guessed: true };
    return { text, guessed: false };
  }
  return { text: decodeText({ bytes: value, label: null, hint }).text, guessed: true };
}

/** The fields in the form of the message facts. */
export function toHeaders(fields: readonly Field[], hint: string | null): readonly Header[] {
  return fields.map((field) => {
    const raw = fieldText(field.value, hint).text.replaceAll('\u0000', '').replaceAll('\t', ' ');
    return { name: field.name, value: decodeEncodedWords(raw), raw };
  });
}
