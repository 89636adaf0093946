import { opensField, readMimeHeader, fieldNameOf } from './headers.ts';
import type { ParseBudget } from '../budget.ts';
import { createDamage } from './header-damage.ts';
import type { Field } from './headers.ts';
import type { ParseLimits } from '../limits.ts';

/**
 * What one more line does to the header: it continues, it ends (`bytes` now surely belong to it), or `lines` already belong to the
 * body. `bytes` are its own.
 */
type HeaderProgress =
  | { readonly kind: 'more' | 'end'; readonly bytes: Buffer }
  | { readonly kind: 'body'; readonly bytes: Buffer; readonly lines: readonly Buffer[] };

export interface HeaderLines {
  /** Takes one line with its end. */
  readonly push: (line: Buffer) => HeaderProgress;
  /** No further line is looked at: only the header's end matters. */
  readonly isFull: () => boolean;
  /** The trailing lines that are not fields, if nothing follows: body text below a header without its blank line. */
  readonly rest: () => Buffer;
  /** The fields read so far. */
  readonly fields: () => {
    readonly fields: readonly Field[];
    readonly malformed: boolean;
    /** The exceeded limit, in words; null if none. */
    readonly tooLong: string | null;
  };
}

const empty = Buffer.alloc(0);
const lineEnd = Buffer.from('\n');
const byteOrderMark = Buffer.from('efbbbf', 'hex');
/** More blank lines than a program writes by mistake. */
const maxLeading = 10;
/** This much of a header is read whatever the others used: without it a part would be taken for text. */
const shortBytes = 4_096;
const shortLines = 30;

function isBlank(line: Buffer): boolean {
  return (
    line.length === 0 || line[0] === 0x0a || (line[0] === 0x0d && (line.length === 1 || line[1] === 0x0a))
  );
}

function isFoldOnly(line: Buffer): boolean {
  return line.toString('latin1').trim() === '';
}

/** Each of them may open a field of its own (see `readMimeHeader`). */
function countLines(line: Buffer): number {
  let count = 1;
  for (let at = line.indexOf(0x0d); at >= 0 && at < line.length - 2; at = line.indexOf(0x0d, at + 1))
    count += 1;
  return count;
}

/** The lines of one header, kept while they are within its limits and those of the whole message. */
function createKeptLines({ limits, budget }: { readonly limits: ParseLimits; readonly budget: ParseBudget }) {
  const lines: Buffer[] = [];
  const names = new Set<string>();
  let bytes = 0;
  let count = 0;
  let tooLong: string | null = null;
  /** The current field is left out from here on. */
  let isCut = false;
  const bound = (line: Buffer, more: number): string | null => {
    const isShort = bytes + line.length <= shortBytes && count + more <= shortLines;
    const mayTakeBytes = isShort || budget.left('headerBytes') >= line.length;
    if (bytes + line.length > limits.maxHeaderBytes || !mayTakeBytes) return `${limits.maxHeaderBytes} bytes`;
    const mayTakeLines = isShort || budget.left('headerLines') >= more;
    return count + more > limits.maxHeaderLines || !mayTakeLines ? `${limits.maxHeaderLines} lines` : null;
  };
  const cut = (reason: string): void => {
    tooLong ??= reason;
    isCut = true;
    if (lines.at(-1)?.at(-1) !== 0x0a) lines.push(lineEnd);
  };
  return {
    lines,
    /** Lower-cased. */
    names: names as ReadonlySet<string>,
    tooLong: () => tooLong,
    cut,
    add(line: Buffer): void {
      const name = fieldNameOf(line);
      const isFolded = line[0] === 0x20 || line[0] === 0x09;
      if (isCut && (isFolded || name === null)) return;
      isCut = false;
      const more = countLines(line);
      const reason = bound(line, more);
      if (reason !== null) {
        cut(reason);
        return;
      }
      bytes += line.length;
      count += more;
      budget.take('headerBytes', line.length);
      budget.take('headerLines', more);
      lines.push(Buffer.from(line));
      if (name !== null) names.add(name);
    },
  };
}

/** Lines that were looked at, kept or not. */
function createLooks({ limits, budget }: { readonly limits: ParseLimits; readonly budget: ParseBudget }) {
  let looks = 0;
  /** An over-long line comes in pieces, and its last one is still to come. */
  let isUnended = false;
  return {
    /** @returns whether this is another piece of the previous line. */
    add(line: Buffer): boolean {
      looks += 1;
      budget.take('headerLooks', 1);
      const goesOn = isUnended;
      isUnended = line.at(-1) !== 0x0a;
      return goesOn;
    },
    isOver: (): boolean =>
      looks > 4 * limits.maxHeaderLines || (budget.left('headerLooks') === 0 && looks > shortLines),
  };
}

interface HeaderInput {
  readonly limits: ParseLimits;
  readonly budget: ParseBudget;
  readonly ofMessage: boolean;
}

/**
 * Collects a header block line by line. A line that is not a field is skipped as damage (a relay's note, an mbox "From " line, a
 * continuation that lost its blank), and so are several in a row if fields follow that the header still lacks; otherwise they are a
 * body whose blank line is missing, and so is one before any field. With `ofMessage`, blank lines and a byte order mark before the
 * first field are skipped: a part may have no header (RFC 2046 §5.1), a message always has one.
 */
export function createMimeHeaderLines({ limits, budget, ofMessage }: HeaderInput): HeaderLines {
  const kept = createKeptLines({ limits, budget });
  let malformed = false;
  /** Lines not yet known to be damage or a body. */
  const damage = createDamage(ofMessage);
  const looks = createLooks({ limits, budget });
  /** A first line was seen. */
  let begun = false;
  const leading: Buffer[] = [];

  /** The held lines are part of the header after all: their fields count, the rest is skipped. */
  const takeDamage = (): Buffer => {
    const held = damage.take();
    for (const line of held.fieldLines) kept.add(line);
    return held.lines.length === 0 ? empty : Buffer.concat(held.lines);
  };
  const withDamage = (line: Buffer): Buffer => {
    const bytes = takeDamage();
    return bytes.length === 0 ? line : Buffer.concat([bytes, line]);
  };

  const passLeading = (given: Buffer, line: Buffer): HeaderProgress => {
    const blanks = leading.splice(0);
    begun = true;
    if (!opensField(line.toString('latin1', 0, 300)))
      return { kind: 'body', bytes: blanks[0] ?? empty, lines: [...blanks.slice(1), Buffer.from(given)] };
    kept.add(line);
    return { kind: 'more', bytes: Buffer.concat([...blanks, given]) };
  };

  const endAt = (line: Buffer): HeaderProgress => {
    const isBody = damage.isUnsure() ? damage.isBody() : damage.isOpen() && kept.lines.length === 0;
    if (isBody) return { kind: 'body', bytes: empty, lines: [...damage.take().lines, line] };
    return { kind: 'end', bytes: withDamage(line) };
  };

  const pushLine = (given: Buffer): HeaderProgress => {
    const line = ofMessage && !begun && given.indexOf(byteOrderMark) === 0 ? given.subarray(3) : given;
    if (ofMessage && !begun && isBlank(line) && leading.length < maxLeading) {
      leading.push(Buffer.from(given));
      return { kind: 'more', bytes: empty };
    }
    if (!begun && leading.length > 0) return passLeading(given, line);
    begun = true;
    if (isBlank(line) || (kept.lines.length === 0 && !damage.isOpen() && isFoldOnly(line)))
      return endAt(line);
    const folded = line[0] === 0x20 || line[0] === 0x09;
    const start = line.toString('latin1', 0, 300);
    const isField = !folded && opensField(start);
    if (!isField && !damage.isUnsure() && /^>?From /u.test(start)) {
      malformed = true;
      return { kind: 'more', bytes: withDamage(line) };
    }
    if (!damage.isOpen() && (isField || (folded && kept.lines.length > 0))) {
      kept.add(line);
      return { kind: 'more', bytes: line };
    }
    malformed = true;
    const verdict = damage.push(line, kept.lines.length === 0 ? null : kept.names);
    if (verdict === 'body') return { kind: 'body', bytes: empty, lines: damage.take().lines };
    return { kind: 'more', bytes: verdict === 'damage' ? takeDamage() : empty };
  };

  return {
    push(line) {
      const goesOn = looks.add(line);
      if (!goesOn || damage.isOpen()) return pushLine(line);
      kept.cut('what a line may have');
      return { kind: 'more', bytes: line };
    },
    isFull() {
      if (!looks.isOver() || damage.isOpen()) return false;
      kept.cut(`${limits.maxHeaderLines} lines`);
      return true;
    },
    rest() {
      if (damage.isUnsure() && !damage.isBody()) {
        takeDamage();
        return empty;
      }
      return Buffer.concat(damage.take().lines);
    },
    fields() {
      const { fields } = readMimeHeader(Buffer.concat(kept.lines));
      return { fields, malformed, tooLong: kept.tooLong() };
    },
  };
}
