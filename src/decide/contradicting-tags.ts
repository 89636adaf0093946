import type { CaseTag } from '../mail/case-tag/case-tag.ts';

/** What the tags of one subject say of one case. */
export interface TaggedCase {
  readonly tag: CaseTag;
  /** The case that it is recorded for: the one into which the CRM merged the one named. */
  readonly ref: string | null;
  readonly isContradicted: boolean;
}

/**
 * One entry per case. Of tags that say the same, or of which one names no status, the one that says most counts; where two name different
 * statuses, no status counts, and their words are kept for the person who must choose.
 */
export function withoutContradictions(
  tags: readonly CaseTag[],
  merged: ReadonlyMap<string, string>,
): readonly TaggedCase[] {
  const byCase = Map.groupBy(tags, ({ ref }) =>
    ref === null ? null : survivingRef(ref, merged).toLowerCase(),
  );
  return [...byCase.values()].flatMap((ofCase): TaggedCase[] => {
    const said = ofCase.filter(({ status, statusText }) => status !== null || statusText !== null);
    const tag = said[0] ?? ofCase[0];
    if (tag === undefined) return [];
    const ref = tag.ref === null ? null : survivingRef(tag.ref, merged);
    const lookAlike = ofCase.some((one) => one.lookAlike);
    const statuses = new Set(said.map(({ status, statusText }) => status ?? statusText?.toLowerCase()));
    if (statuses.size < 2) return [{ tag: { ...tag, lookAlike }, ref, isContradicted: false }];
    const statusText = [...new Set(said.map((one) => one.statusText ?? one.status))].join(', ');
    return [{ tag: { ...tag, status: null, statusText, lookAlike }, ref, isContradicted: true }];
  });
}

const survivingRef = (ref: string, merged: ReadonlyMap<string, string>): string => merged.get(ref) ?? ref;
