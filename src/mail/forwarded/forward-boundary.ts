import { isRule, readSeparator } from './forward-separator.ts';
import { readHeaderBlock, readLabelledLine, type HeaderBlock } from './header-block.ts';
import { readAttribution, type Attribution } from './printed-attribution.ts';
import type { QuotedLine } from './quoted-lines.ts';

/** Where a message begins that stands inside another one, quoted or forwarded. */
export interface Boundary {
  /** Its first line: the separator, else the header block or attribution. */
  readonly at: number;
  readonly separator: 'forward' | 'original' | null;
  readonly head:
    | ({ readonly kind: 'block' } & HeaderBlock)
    | ({ readonly kind: 'attribution' } & Attribution);
}

/** Between a separator and the header block some clients print an empty line and a rule. */
const MAX_LINES_AFTER_SEPARATOR = 6;
/** A text of a million labels: no mail begins so many header blocks that come to nothing. */
const MAX_FALSE_STARTS = 2_000;
/** Behind a separator a sender and one thing more make a block. */
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
  const block = readHeaderBlock(input);
  if (block !== null) return { kind: 'block', ...block };
  const attribution = readAttribution(input.lines, input.start, input.limit);
  return attribution === null ? null : { kind: 'attribution', ...attribution };
}

/**
 * The first place between `start` and `limit` where another message begins. `minStrength`: how much a header block must hold where
 * no separator announces it. Looks at each line a bounded number of times.
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
      const next = skipRules(lines, at + 1, limit);
      const head = readHead({ lines, start: next, limit, minStrength: STRENGTH_BEHIND_SEPARATOR });
      if (head !== null) return { at, separator, head };
    }
    const head = readHead({ lines, start: at, limit, minStrength });
    if (head !== null) return { at, separator: null, head };
    if (separator !== null || readLabelledLine(text) !== null) falseStarts += 1;
  }
  return null;
}
