import type { CaseTag } from '../mail/case-tag/case-tag.ts';

/** What the tags of a subject say about one case. */
export interface TaggedCase {
  readonly tag: CaseTag;
  /** The case to record it for: if the CRM merged the named case, the surviving one. */
  readonly ref: string | null;
  readonly isContradicted: boolean;
}

/**
 * One entry per case. If the tags agree, or only one names a status, the most specific one counts. If two name different statuses,
 * none counts, and their text is kept for the person who has to choose.
 */
export function withoutContradictions(
  tags: readonly CaseTag[],
  merged: ReadonlyMap<string, string>,
): readonly TaggedCase[] {
  const byCase = Map.groupBy(tags, ({ ref }) =>
    ref === null ? null : survivingRef(ref, merged).toLowerCase(),
  );
  return [...byCase.values()].flatMap((ofCase): TaggedCase[] => {
    const withStatus = ofCase.filter(({ status, statusText }) => status !== null || statusText !== null);
    const tag = withStatus[0] ?? ofCase[0];
    if (tag === undefined) return [];
    const ref = tag.ref === null ? null : survivingRef(tag.ref, merged);
    const lookAlike = ofCase.some((one) => one.lookAlike);
    const statuses = new Set(withStatus.map(({ status, statusText }) => status ?? statusText?.toLowerCase()));
    if (statuses.size < 2) return [{ tag: { ...tag, lookAlike }, ref, isContradicted: false }];
    const statusText = [...new Set(withStatus.map((one) => one.statusText ?? one.status))].join(', ');
    return [{ tag: { ...tag, status: null, statusText, lookAlike }, ref, isContradicted: true }];
  });
}

const survivingRef = (ref: string, merged: ReadonlyMap<string, string>): string => merged.get(ref) ?? ref;
