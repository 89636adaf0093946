import type { Collection } from 'mongodb';

/** A merge that the CRM reported for a case. The case's updates are in the CRM's own collection. */
export interface CaseDocument {
  /** The case number in lower case: "AB-12" and "ab-12" are the same case. */
  readonly _id: string;
  readonly ref: string;
  readonly mergedInto: string | null;
  /** `caseKey` of `mergedInto`. */
  readonly mergedKey: string | null;
  readonly by: string;
  readonly at: Date;
}

/** Merged cases are merged again over the years, but a longer chain than this is a mistake. */
export const MAX_MERGES = 32;

export const caseKey = (ref: string): string => ref.toLowerCase();

/**
 * The surviving case of each merged case, following all merges; cases that were not merged are left out. Costs one query per link of
 * the longest chain. Chains that are circular or too long are ignored.
 */
export async function survivingCases(
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

/** The numbers of all cases that were merged into this one, directly or indirectly. */
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

/** @returns what was recorded before. */
export async function recordMerge(
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
