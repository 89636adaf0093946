import type { CaseUpdateDraft } from './case-updates.ts';
import type { DecidedCaseUpdate, DecidedMessage } from './decided-message.ts';

const sameUpdate =
  (update: Omit<CaseUpdateDraft, 'review' | 'awaitsParent'>) =>
  ({ clientId, ref, status, statusText }: DecidedCaseUpdate): boolean =>
    clientId === update.clientId &&
    ref === update.ref &&
    (status ?? statusText) === (update.status ?? update.statusText);

/**
 * Whether a message with the same content already makes this update, so that its tag fires once. A held one does not replace one
 * that takes effect; one that awaits its parent may prove an echo, so it only replaces another that waits.
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

/** Whether a copy of the message makes effective what this one could only hold. */
export const isOvertaken = (update: DecidedCaseUpdate, copies: readonly DecidedMessage[]): boolean =>
  update.review !== null &&
  copies.some(({ caseUpdates }) =>
    caseUpdates.some((made) => made.review === null && sameUpdate(update)(made)),
  );

/**
 * The newer decision resolves what was held for an unknown parent, or for lack of a proof that a copy provided. Updates overtaken
 * by a copy are dropped. Everything else decided stays.
 */
export function mergeCaseUpdates(
  { caseUpdates: before, takenOver }: Pick<DecidedMessage, 'caseUpdates' | 'takenOver'>,
  { now, copies }: { readonly now: readonly DecidedCaseUpdate[]; readonly copies: readonly DecidedMessage[] },
): DecidedCaseUpdate[] {
  const same = (a: DecidedCaseUpdate) => (b: DecidedCaseUpdate) =>
    a.clientId === b.clientId && a.ref === b.ref;
  const echo = { review: 'echo', awaitsParent: false } as const;
  const kept = before.map((update) => {
    if (isOvertaken(update, copies)) return { ...update, ...echo };
    const found = now.find(same(update));
    const isProven = takenOver !== undefined && update.review === 'unauthenticated' && found?.review === null;
    if (update.awaitsParent !== true) return isProven ? { ...found, writtenAt: update.writtenAt } : update;
    const settled = found ?? { ...update, ...echo };
    return { ...settled, writtenAt: update.writtenAt };
  });
  return [...kept, ...now.filter((update) => !before.some(same(update)))];
}
