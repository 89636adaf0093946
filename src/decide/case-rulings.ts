import type { Review } from './case-updates.ts';

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
export const isRuled = ({ ruling }: { readonly ruling?: AppliedRuling }): boolean =>
  ruling !== undefined && ruling.act !== 'undone';
