import { isDecorated, isRule, mayIntroduce, readSeparator } from './forward-separator.ts';
import { readPrintedHeader, type HeaderBlock } from './header-block.ts';
import { readBareLabelledLine, readLabelledLine } from './header-label.ts';
import { readAttribution, type Attribution } from './printed-attribution.ts';
import type { QuotedLine } from './quoted-lines.ts';

/** Where a quoted or forwarded message begins inside another. */
export interface Boundary {
  /** Its first line: the separator, else the header block or attribution. */
  readonly at: number;
  readonly separator: 'forward' | 'original' | null;
  readonly head:
    | ({ readonly kind: 'block' } & HeaderBlock)
    | ({ readonly kind: 'attribution' } & Attribution);
}

/** Some clients print an empty line and a rule between a separator and the header block. */
const MAX_LINES_AFTER_SEPARATOR = 6;
/** Attack: a text of a million labels. No mail starts this many header blocks that turn out not to be one. */
const MAX_FALSE_STARTS = 2_000;
/** After a separator, a sender and one more field make a block. */
const STRENGTH_BEHIND_SEPARATOR = 2;

function skipRules(lines: readonly QuotedLine[], start: number, limit: number): number {
  let index = start;
  while (index < Math.min(limit, start + MAX_LINES_AFTER_SEPARATOR)) {
    const text = lines[index]?.text ?? '';
    if (text !== '' && !isRule(text)) break;
    index += 1;
  }
  return index;
}

function readHead(input: {
  readonly lines: readonly QuotedLine[];
  readonly start: number;
  readonly limit: number;
  readonly minStrength: number;
}): Boundary['head'] | null {
  const block = readPrintedHeader(input);
  if (block !== null) return { kind: 'block', ...block };
  const attribution = readAttribution(input.lines, input.start, input.limit);
  return attribution === null ? null : { kind: 'attribution', ...attribution };
}

function strengthBehind(separator: 'forward' | 'original', isSure: boolean): number {
  if (separator === 'forward') return isSure ? 1 : STRENGTH_BEHIND_SEPARATOR;
  return isSure ? STRENGTH_BEHIND_SEPARATOR : 3;
}

/** The head after a separator. Dashes with "forwarded" need only a sender's address. */
function readHeadBehind(input: {
  readonly lines: readonly QuotedLine[];
  readonly at: number;
  readonly limit: number;
  readonly separator: 'forward' | 'original';
}): Boundary['head'] | null {
  const { lines, at, limit, separator } = input;
  const isSure = isDecorated(lines[at]?.text ?? '');
  const start = skipRules(lines, at + 1, limit);
  const minStrength = strengthBehind(separator, isSure);
  const head = readHead({ lines, start, limit, minStrength });
  if (head?.kind === 'block' && head.strength < STRENGTH_BEHIND_SEPARATOR && head.from.address === null)
    return null;
  if (head !== null || !isSure || !(lines[start]?.text.includes('@') ?? false)) return head;
  const bare = readPrintedHeader({ lines, start, limit, minStrength: 3, read: readBareLabelledLine });
  return bare?.from.address == null ? null : { kind: 'block', ...bare };
}

/** "From: Bo, received today" without an address, right above a client's separator: the writer's own note. */
function isNoteAbove(input: {
  readonly lines: readonly QuotedLine[];
  readonly limit: number;
  readonly head: Boundary['head'];
}): boolean {
  const { lines, limit, head } = input;
  if (head.kind !== 'block' || head.from.address !== null) return false;
  const next = skipRules(lines, head.end, limit);
  const separator = next < limit ? readSeparator(lines[next]?.text ?? '') : null;
  if (separator !== 'forward' && separator !== 'original') return false;
  return readHeadBehind({ lines, at: next, limit, separator }) !== null;
}

/**
 * The first place between `start` and `limit` where another message begins. `minStrength`: how complete a header block must be
 * without a separator. Looks at each line a bounded number of times.
 */
export function findBoundary(input: {
  readonly lines: readonly QuotedLine[];
  readonly start: number;
  readonly limit: number;
  readonly minStrength: number;
}): Boundary | null {
  const { lines, start, limit, minStrength } = input;
  let falseStarts = 0;
  for (let at = start; at < limit && falseStarts < MAX_FALSE_STARTS; at += 1) {
    const text = lines[at]?.text ?? '';
    if (text === '') continue;
    const separator = readSeparator(text);
    if (separator === 'forward' || separator === 'original') {
      const head = readHeadBehind({ lines, at, limit, separator });
      if (head !== null) return { at, separator, head };
    } else if (mayIntroduce(text)) {
      const head = readPrintedHeader({
        lines,
        start: skipRules(lines, at + 1, limit),
        limit,
        minStrength: 3,
      });
      // Nobody who types such a line also quotes it, or what is below it.
      if (head !== null && head.depth > 0 && head.depth >= (lines[at]?.depth ?? 0))
        return { at, separator: 'forward', head: { kind: 'block', ...head } };
    }
    const head = readHead({ lines, start: at, limit, minStrength });
    if (head !== null && !isNoteAbove({ lines, limit, head })) return { at, separator: null, head };
    if (separator !== null || mayIntroduce(text) || readLabelledLine(text) !== null) falseStarts += 1;
  }
  return null;
}
