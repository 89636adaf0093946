import type { ParseLimits } from './limits.ts';

/** What a whole message may still cost, whatever its parts, its nested messages and what was unpacked take of it. */
export interface ParseBudget {
  readonly left: (of: BudgetKind) => number;
  /** Takes what is left of `amount`, and says how much that was. */
  readonly take: (of: BudgetKind, amount: number) => number;
}

export type BudgetKind =
  | 'parts'
  | 'messages'
  | 'headerBytes'
  | 'headerLines'
  | 'headerLooks'
  | 'addresses'
  | 'textBytes'
  | 'textLines'
  | 'htmlMarks'
  | 'unpackedBytes'
  | 'unpackedFiles'
  | 'calendarBytes';

export function createBudget(limits: ParseLimits): ParseBudget {
  const left: Record<BudgetKind, number> = {
    parts: limits.maxParts,
    messages: limits.maxNestedMessages,
    headerBytes: limits.maxAllHeaderBytes,
    headerLines: limits.maxAllHeaderLines,
    headerLooks: limits.maxHeaderLooks,
    addresses: limits.maxAllAddresses,
    textBytes: limits.maxAllTextBytes,
    textLines: limits.maxAllTextLines,
    htmlMarks: limits.maxAllHtmlMarks,
    unpackedBytes: limits.maxUnpackedBytes,
    unpackedFiles: limits.maxUnpackedFiles,
    calendarBytes: limits.maxAllCalendarBytes,
  };
  return {
    left: (of) => left[of],
    take(of, amount) {
      const taken = Math.max(0, Math.min(left[of], amount));
      left[of] -= taken;
      return taken;
    },
  };
}
