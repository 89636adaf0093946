import { opensField, readMimeHeader } from './headers.ts';
import type { Field } from './headers.ts';

/** What one more line makes of the header: it goes on, it ends (`bytes` now surely belong to it), or `lines` are already the body. `bytes` are its own. */
type HeaderProgress =
  | { readonly kind: 'more' | 'end'; readonly bytes: Buffer }
  | { readonly kind: 'body'; readonly bytes: Buffer; readonly lines: readonly Buffer[] };

export interface HeaderLines {
  /** Takes one line with its end. */
  readonly push: (line: Buffer) => HeaderProgress;
  /** What stands last and is no field, when nothing follows: words below a header that lack their blank line. */
  readonly rest: () => Buffer;
  /** The fields read so far. */
  readonly fields: () => {
    readonly fields: readonly Field[];
    readonly malformed: boolean;
    readonly tooLong: boolean;
  };
}

const empty = Buffer.alloc(0);
const byteOrderMark = Buffer.from('efbbbf', 'hex');
/** More blank lines than this are no slip of a program. */
const maxLeading = 10;
/** Damage is a line or two; more is a body. */
const maxDamage = 1_000;

function isBlank(line: Buffer): boolean {
  return (
    line.length === 0 || line[0] === 0x0a || (line[0] === 0x0d && (line.length === 1 || line[1] === 0x0a))
  );
}

function isFoldOnly(line: Buffer): boolean {
  return line.toString('latin1').trim() === '';
}

/**
 * Collects a header block line by line. One line that is no field is skipped as damage (a relay's note, an mbox "From " line);
 * two in a row, or one before any field, are a body whose blank line is missing. Where `ofMessage`, blank lines and a byte order
 * mark before the first field are passed over: a part may have no header (RFC 2046 §5.1), a message always has one.
 */
export function createMimeHeaderLines(maxHeaderBytes: number, ofMessage: boolean): HeaderLines {
  const lines: Buffer[] = [];
  let size = 0;
  let malformed = false;
  let tooLong = false;
  let suspect: Buffer | null = null;
  /** A first line was looked at. */
  let begun = false;
  const leading: Buffer[] = [];
  const finishLine = (line: Buffer): Buffer => {
    const bytes = suspect === null ? line : Buffer.concat([suspect, line]);
    suspect = null;
    return bytes;
  };
  return {
    push(given) {
      const line = ofMessage && !begun && given.indexOf(byteOrderMark) === 0 ? given.subarray(3) : given;
      if (ofMessage && !begun && isBlank(line) && leading.length < maxLeading) {
        leading.push(Buffer.from(given));
        return { kind: 'more', bytes: empty };
      }
      if (!begun && leading.length > 0) {
        const blanks = leading.splice(0);
        begun = true;
        if (!opensField(line.toString('latin1', 0, 300)))
          return { kind: 'body', bytes: blanks[0] ?? empty, lines: [...blanks.slice(1), Buffer.from(given)] };
        size += line.length;
        lines.push(Buffer.from(line));
        return { kind: 'more', bytes: Buffer.concat([...blanks, given]) };
      }
      begun = true;
      if (isBlank(line) || (lines.length === 0 && isFoldOnly(line))) {
        if (suspect !== null && lines.length === 0)
          return { kind: 'body', bytes: empty, lines: [suspect, line] };
        return { kind: 'end', bytes: finishLine(line) };
      }
      const folded = line[0] === 0x20 || line[0] === 0x09;
      const start = line.toString('latin1', 0, 300);
      if (!folded && !opensField(start)) {
        malformed = true;
        if (start.startsWith('From ') || start.startsWith('>From '))
          return { kind: 'more', bytes: finishLine(line) };
        if (suspect !== null) return { kind: 'body', bytes: empty, lines: [suspect, line] };
        suspect = Buffer.from(line);
        return { kind: 'more', bytes: empty };
      }
      if (folded && (suspect !== null || lines.length === 0)) {
        // Folded under damage: damage as well, or an indented body.
        malformed = true;
        suspect = suspect === null ? Buffer.from(line) : Buffer.concat([suspect, line]);
        return suspect.length > maxDamage
          ? { kind: 'body', bytes: empty, lines: [suspect] }
          : { kind: 'more', bytes: empty };
      }
      size += line.length;
      if (size > maxHeaderBytes) tooLong = true;
      else lines.push(Buffer.from(line));
      return { kind: 'more', bytes: finishLine(line) };
    },
    rest: () => suspect ?? empty,
    fields() {
      return { fields: readMimeHeader(Buffer.concat(lines)).fields, malformed, tooLong };
    },
  };
}
