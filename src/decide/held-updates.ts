import type { CaseUpdateDraft } from './case-updates.ts';
import type { DecidedCaseUpdate, DecidedMessage } from './decided-message.ts';

const sameUpdate =
  (update: CaseUpdateDraft) =>
  ({ clientId, ref, status, statusText }: DecidedCaseUpdate): boolean =>
    clientId === update.clientId &&
    ref === update.ref &&
    (status ?? statusText) === (update.status ?? update.statusText);

/**
 * Whether a message that tells the same makes this update already, so that its tag fires once. One that is held stands for none
 * that takes effect; one that awaits its parent may prove an echo, so it stands only for another that waits.
 */
export const isMadeBy =
  (update: CaseUpdateDraft, { awaitsParent }: { readonly awaitsParent: boolean }) =>
  ({ caseUpdates }: Pick<DecidedMessage, 'caseUpdates'>): boolean =>
    caseUpdates.some(
      (made) =>
        sameUpdate(update)(made) &&
        (made.review === null || made.review === update.review) &&
        (made.awaitsParent !== true || awaitsParent),
    );

/** What was held for an unknown parent is settled by the newer decision; everything else that was decided stays. */
export function mergeCaseUpdates(
  before: readonly DecidedCaseUpdate[],
  now: readonly DecidedCaseUpdate[],
): DecidedCaseUpdate[] {
  const same = (a: DecidedCaseUpdate) => (b: DecidedCaseUpdate) =>
    a.clientId === b.clientId && a.ref === b.ref;
  const kept = before.flatMap((update) => {
    if (update.awaitsParent !== true) return [update];
    const settled = now.find(same(update)) ?? { ...update, review: 'echo' as const, awaitsParent: false };
    return [{ ...settled, writtenAt: update.writtenAt }];
  });
  return [...kept, ...now.filter((update) => !before.some(same(update)))];
}
