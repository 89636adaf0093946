import { createBudget } from '../../mime/budget.ts';
import { createMimeHeaderLines } from '../../mime/header/header-lines.ts';
import { parseLimits } from '../../mime/limits.ts';
import { fieldText } from '../../mime/header/headers.ts';
import { headerDefects } from './header-defects.ts';
import type { RawField, ShownField } from './raw-field.ts';

export interface RawMessage {
  /** As signers and verifiers read them: only LF or CRLF ends a line. */
  readonly fields: readonly RawField[];
  /** As the parser reads them. */
  readonly shown: readonly ShownField[];
  /** Why the header section proves nothing: two programs may read it as two messages. Empty if it follows RFC 5322. */
  readonly defects: readonly string[];
  /** Where the body begins. */
  readonly bodyStart: number;
}

/** A million header lines are not mail; readers of headers work on arrays of lines, some in quadratic time. */
const MAX_HEADER_BYTES = 512 * 1024;
const limits = { ...parseLimits, maxHeaderBytes: MAX_HEADER_BYTES };
const MAX_HEADER_LINES = 5_000;

/** The header of a message, byte for byte; null if it is larger than any real one. `raw` may end after the header. */
export function readRawHeader(raw: Uint8Array): RawMessage | null {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, Math.min(raw.byteLength, MAX_HEADER_BYTES));
  const head = bytes.toString('latin1');
  const fields: RawField[] = [];
  let open: string[] = [];
  let at = 0;
  let ended = false;
  for (let lines = 0; at < head.length && !ended; lines += 1) {
    const feed = head.indexOf('\n', at);
    const end = feed < 0 ? head.length : feed + 1;
    const line = head.slice(at, end);
    if (feed < 0 && raw.byteLength > head.length) return null;
    if (lines >= MAX_HEADER_LINES) return null;
    at = end;
    if (line === '\n' || line === '\r\n') ended = true;
    else {
      const continues = open.length > 0 && (line.startsWith(' ') || line.startsWith('\t'));
      if (!continues && open.length > 0) fields.push(fieldOf(open));
      open = continues ? open : [];
      open.push(line);
    }
  }
  if (!ended && raw.byteLength > head.length) return null;
  if (open.length > 0) fields.push(fieldOf(open));
  const section = bytes.subarray(0, at);
  const { shown, isWhole } = readShown(section);
  return { fields, shown, defects: headerDefects({ section, fields, shown, isWhole }), bodyStart: at };
}

/** Unfolded, without the line end. */
export function valueOf(field: RawField): string {
  const colon = field.bytes.indexOf(':');
  return field.bytes
    .slice(colon + 1)
    .replaceAll(/[\r\n]/gu, '')
    .trim();
}

/** `isWhole`: the parser takes the whole section for header, and every line in it belongs to a field. */
function readShown(section: Buffer): { readonly shown: readonly ShownField[]; readonly isWhole: boolean } {
  const lines = createMimeHeaderLines({ limits, budget: createBudget(limits), ofMessage: true });
  let at = 0;
  let progress: 'more' | 'end' | 'body' = 'more';
  while (at < section.length && progress === 'more') {
    const feed = section.indexOf(0x0a, at);
    const end = feed < 0 ? section.length : feed + 1;
    progress = lines.push(section.subarray(at, end)).kind;
    at = end;
  }
  const { fields, malformed, tooLong } = lines.fields();
  const shown = fields.map(({ name, value }) => ({ name, value: fieldText(value, null).text }));
  return { shown, isWhole: progress !== 'body' && at === section.length && !malformed && !tooLong };
}

function fieldOf(lines: readonly string[]): RawField {
  const bytes = lines.join('');
  const colon = bytes.indexOf(':');
  return { name: colon < 0 ? '' : bytes.slice(0, colon).trim().toLowerCase(), bytes };
}
