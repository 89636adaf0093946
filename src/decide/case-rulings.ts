import type { Review } from './case-updates.ts';

/** A person's decision about a held case update. */
export interface CaseRuling {
  readonly clientId: string;
  readonly ref: string | null;
  readonly act: 'confirm' | 'reject';
  /** The status that the person chose; null: the tag's. */
  readonly status: string | null;
  /** Why it was held; undoing the decision restores it. */
  readonly review: Review;
  readonly at: Date;
}

/** A person's decision as recorded on the update. `undone`: the decision was undone and the update is held as before. */
export interface AppliedRuling extends Pick<CaseRuling, 'status' | 'review' | 'at'> {
  readonly act: CaseRuling['act'] | 'undone';
}

/** Whether a person's decision about the update is in force. If so, nothing automatic changes it. */
export const isRuled = ({ ruling }: { readonly ruling?: AppliedRuling }): boolean =>
  ruling !== undefined && ruling.act !== 'undone';
