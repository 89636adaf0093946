import type { Review } from './case-updates.ts';
import type { DecidedCaseUpdate } from './decided-message.ts';

/** What a person decided about a case update that was held. */
export interface CaseRuling {
  readonly clientId: string;
  readonly ref: string | null;
  readonly act: 'confirm' | 'reject';
  /** The status that was chosen in place of the tag's; null: the tag's. */
  readonly status: string | null;
  /** Why it was held; undoing the decision restores it. */
  readonly review: Review;
  readonly at: Date;
}

/** How a person's decision stands on the update itself. `undone`: it was ended, and the update is held as before. */
export interface AppliedRuling extends Pick<CaseRuling, 'status' | 'review' | 'at'> {
  readonly act: CaseRuling['act'] | 'undone';
}

/** Whether a person's decision is in force about the update. Then nothing else settles it. */
export const isRuled = ({ ruling }: Pick<DecidedCaseUpdate, 'ruling'>): boolean =>
  ruling !== undefined && ruling.act !== 'undone';

/** The updates as people decided about them; where a decision was ended, as they stood before it. */
export function withRulings(
  updates: readonly DecidedCaseUpdate[],
  rulings: readonly CaseRuling[],
): readonly DecidedCaseUpdate[] {
  return updates.map((update) => {
    const found = rulings.findLast((ruling) => isAbout(ruling, update));
    if (found !== undefined) {
      const { act, status, review, at } = found;
      return {
        ...update,
        review: act === 'confirm' ? null : 'rejected',
        ruling: { act, status, review, at },
      };
    }
    const { ruling } = update;
    if (ruling === undefined || ruling.act === 'undone') return update;
    return { ...update, review: ruling.review, ruling: { ...ruling, act: 'undone' } };
  });
}

const isAbout = (ruling: CaseRuling, { clientId, ref, tagRef }: DecidedCaseUpdate): boolean =>
  ruling.clientId === clientId && (ruling.ref === ref || (tagRef !== undefined && ruling.ref === tagRef));
