import { fieldNameOf } from './headers.ts';

/**
 * Header lines that are not fields, held until what follows tells damage (a relay or an export removed the blank before
 * continuation lines) from a body whose blank line is missing: after damage come fields that the header still lacks.
 */
export interface Damage {
  readonly isOpen: () => boolean;
  /** More than one held line is not a field: this may be a body. */
  readonly isUnsure: () => boolean;
  /** Takes the next line; `known` are the names of the fields so far, null if there is none: words before any field are text. */
  readonly push: (line: Buffer, known: ReadonlySet<string> | null) => 'open' | 'damage' | 'body';
  /** Whether the held lines are a body, now that a blank line follows. */
  readonly isBody: () => boolean;
  /** Returns and clears all held lines, and those of them that are fields with their continuations. */
  readonly take: () => { readonly lines: readonly Buffer[]; readonly fieldLines: readonly Buffer[] };
}

/** A relay's trace or a signature is folded over some dozen lines; more is a body. */
const maxLines = 60;
const maxBytes = 8_192;
/** Indented lines before any field. */
const maxUnknownBytes = 1_000;
/** Fields of a message (RFC 5322 §3.6, RFC 2045 §3) or part that no damage and hardly a body starts a line with. */
const messageFields: ReadonlySet<string> = new Set([
  'from',
  'to',
  'cc',
  'subject',
  'date',
  'message-id',
  'in-reply-to',
  'references',
  'reply-to',
  'sender',
  'mime-version',
  'content-type',
  'content-transfer-encoding',
]);
const partFields: ReadonlySet<string> = new Set([
  'content-type',
  'content-transfer-encoding',
  'content-disposition',
  'content-id',
]);
/** This many new ones are not chance, as "To:" and "Date:" in a body may be. */
const minNewFields = 2;

export function createDamage(ofMessage: boolean): Damage {
  const expected = ofMessage ? messageFields : partFields;
  let lines: Buffer[] = [];
  let fieldLines: Buffer[] = [];
  let found = new Set<string>();
  let bytes = 0;
  /** Lines that are neither a field nor a continuation. */
  let damaged = 0;
  /** The last line is a field or belongs to one. */
  let inField = false;

  return {
    isOpen: () => lines.length > 0,
    push(line, known) {
      const copy = Buffer.from(line);
      const folded = line[0] === 0x20 || line[0] === 0x09;
      const name = folded ? null : fieldNameOf(line);
      lines.push(copy);
      bytes += line.length;
      if (name !== null) inField = true;
      else if (!folded) inField = false;
      if (inField) fieldLines.push(copy);
      else if (!folded) damaged += 1;
      // A continuation of damage is damage as well. A single line is damage whatever follows.
      if (name !== null && damaged <= 1) return 'damage';
      if (known === null) return damaged > 1 || bytes >= maxUnknownBytes ? 'body' : 'open';
      if (name !== null && expected.has(name) && !known.has(name)) found.add(name);
      if (found.size >= minNewFields) return 'damage';
      return lines.length >= maxLines || bytes >= maxBytes ? 'body' : 'open';
    },
    isUnsure: () => damaged > 1,
    // The sender alone is enough: every message has one.
    isBody: () => damaged > 1 && !(ofMessage && found.has('from')),
    take() {
      const taken = { lines, fieldLines };
      lines = [];
      fieldLines = [];
      found = new Set();
      bytes = 0;
      damaged = 0;
      inField = false;
      return taken;
    },
  };
}
