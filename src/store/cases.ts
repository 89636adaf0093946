import type { Collection } from 'mongodb';

/** What the CRM told of a case: that it went up in another one. Its updates are in the CRM's own collection. */
export interface CaseDocument {
  /** The number in small letters: "AB-12" and "ab-12" are one case. */
  readonly _id: string;
  readonly ref: string;
  readonly mergedInto: string | null;
  /** `caseKey` of `mergedInto`. */
  readonly mergedKey: string | null;
  readonly by: string;
  readonly at: Date;
}

/** Cases are merged again and again over the years; a longer chain than this is a mistake. */
export const MAX_MERGES = 32;

export const caseKey = (ref: string): string => ref.toLowerCase();

/**
 * For each case that was merged, the number of the case in which it lives on, over all merges; the others are left out. One command
 * per link of the longest chain. A chain that leads back to itself or has no end leads nowhere.
 */
export async function livingCases(
  cases: Collection<CaseDocument>,
  refs: readonly string[],
): Promise<Map<string, string>> {
  const chains = new Map(refs.map((ref) => [ref, { at: ref, seen: new Set([caseKey(ref)]) }]));
  let asked = new Set(refs);
  for (let link = 0; asked.size > 0 && link < MAX_MERGES; link += 1) {
    const found = await cases
      .find({ _id: { $in: [...asked].map(caseKey) }, mergedInto: { $ne: null } })
      .toArray();
    const next = new Map(found.map(({ _id, mergedInto }) => [_id, mergedInto]));
    asked = new Set();
    for (const [ref, { at, seen }] of chains) {
      const into = next.get(caseKey(at)) ?? null;
      if (into === null) continue;
      if (seen.has(caseKey(into))) chains.delete(ref);
      else {
        seen.add(caseKey(into));
        chains.set(ref, { at: into, seen });
        asked.add(into);
      }
    }
  }
  return new Map([...chains].flatMap(([ref, { at }]) => (at === ref ? [] : [[ref, at] as const])));
}

/** The numbers of the cases that were merged into this one, over all merges. */
export async function mergedCases(cases: Collection<CaseDocument>, ref: string): Promise<string[]> {
  const found = new Map<string, string>();
  let parents = [ref];
  for (let link = 0; parents.length > 0 && link < MAX_MERGES; link += 1) {
    const children = await cases
      .find({ mergedKey: { $in: parents.map(caseKey) } })
      .limit(MAX_CHILDREN)
      .toArray();
    const fresh = children.filter(({ _id }) => !found.has(_id) && _id !== caseKey(ref));
    for (const child of fresh) found.set(child._id, child.ref);
    parents = fresh.map((child) => child.ref);
  }
  return [...found.values()];
}

const MAX_CHILDREN = 1_000;

/** @returns what was told of the case before. */
export async function tellMerged(
  cases: Collection<CaseDocument>,
  { ref, mergedInto, by }: Pick<CaseDocument, 'ref' | 'mergedInto' | 'by'>,
): Promise<CaseDocument | null> {
  return await cases.findOneAndUpdate(
    { _id: caseKey(ref) },
    {
      $set: {
        ref,
        mergedInto,
        mergedKey: mergedInto === null ? null : caseKey(mergedInto),
        by,
        at: new Date(),
      },
    },
    { upsert: true, returnDocument: 'before' },
  );
}
