/** One header field as it stands in the bytes. */
export interface RawField {
  /** Lower-cased, without the blanks that some write before the colon ("From :"). */
  readonly name: string;
  /** Everything up to the next field, line ends included; one character is one byte. */
  readonly bytes: string;
}

export interface RawMessage {
  readonly fields: readonly RawField[];
  /** Where the body begins. */
  readonly bodyStart: number;
}

/** A million header lines are no mail; readers of headers work on arrays of lines, some with the square of their number. */
const MAX_HEADER_BYTES = 512 * 1024;
const MAX_HEADER_LINES = 5_000;

/** The header of a message, byte for byte; null where it is larger than any real one. */
export function readRawHeader(raw: Uint8Array): RawMessage | null {
  const head = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, MAX_HEADER_BYTES)).toString(
    'latin1',
  );
  const fields: RawField[] = [];
  let open: string[] = [];
  let at = 0;
  for (let lines = 0; at < head.length; lines += 1) {
    const feed = head.indexOf('\n', at);
    const end = feed < 0 ? head.length : feed + 1;
    const line = head.slice(at, end);
    if (feed < 0 && raw.byteLength > head.length) return null;
    if (lines >= MAX_HEADER_LINES) return null;
    at = end;
    if (line === '\n' || line === '\r\n') return { fields: withLast(fields, open), bodyStart: at };
    const continues = open.length > 0 && (line.startsWith(' ') || line.startsWith('\t'));
    if (!continues && open.length > 0) fields.push(fieldOf(open));
    open = continues ? open : [];
    open.push(line);
  }
  return raw.byteLength > head.length ? null : { fields: withLast(fields, open), bodyStart: at };
}

/** Unfolded, without the line end. */
export function valueOf(field: RawField): string {
  const colon = field.bytes.indexOf(':');
  return field.bytes
    .slice(colon + 1)
    .replaceAll(/[\r\n]/gu, '')
    .trim();
}

function withLast(fields: readonly RawField[], open: readonly string[]): readonly RawField[] {
  return open.length > 0 ? [...fields, fieldOf(open)] : fields;
}

function fieldOf(lines: readonly string[]): RawField {
  const bytes = lines.join('');
  const colon = bytes.indexOf(':');
  return { name: colon < 0 ? '' : bytes.slice(0, colon).trim().toLowerCase(), bytes };
}
