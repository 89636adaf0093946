import type { ParseLimits } from './limits.ts';

/** What a whole message may still use, across its parts, nested messages and unpacked contents. */
export interface ParseBudget {
  readonly left: (of: BudgetKind) => number;
  /** Takes up to `amount` of what is left, and returns how much. */
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
