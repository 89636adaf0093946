import { isRuled } from './case-rulings.ts';
import type { CaseRuling } from './case-rulings.ts';
import type { CaseUpdateDraft } from './case-updates.ts';
import type { DecidedCaseUpdate, DecidedMessage } from './decided-message.ts';

/** The number in the tag, which identifies an update even after the CRM merged cases. */
const numberOf = ({ ref, tagRef }: Pick<CaseUpdateDraft, 'ref' | 'tagRef'>): string | null => tagRef ?? ref;

const sameUpdate =
  (update: Omit<CaseUpdateDraft, 'review' | 'awaitsParent'>) =>
  ({ clientId, status, statusText, ...made }: DecidedCaseUpdate): boolean =>
    clientId === update.clientId &&
    numberOf(made) === numberOf(update) &&
    (status ?? statusText) === (update.status ?? update.statusText);

/**
 * Whether a message with the same content already makes this update, so that its tag takes effect only once. A held update does not
 * stand in for an effective one. One that awaits its parent may turn out to be an echo, so it only stands in for another that waits.
 * One that a person decided about always does.
 */
export const isMadeBy =
  (update: CaseUpdateDraft, { awaitsParent }: { readonly awaitsParent: boolean }) =>
  ({ caseUpdates }: Pick<DecidedMessage, 'caseUpdates'>): boolean =>
    caseUpdates.some(
      (made) =>
        sameUpdate(update)(made) &&
        (isRuled(made) ||
          ((made.review === null || made.review === update.review) &&
            (made.awaitsParent !== true || awaitsParent))),
    );

/** Whether a copy of the message makes the same update effective, so that this held one is not needed. */
export const isOvertaken = (update: DecidedCaseUpdate, copies: readonly DecidedMessage[]): boolean =>
  update.review !== null &&
  !isRuled(update) &&
  copies.some(({ caseUpdates }) =>
    caseUpdates.some((made) => made.review === null && sameUpdate(update)(made)),
  );

function withNumberOf(
  { tagRef: _, ...update }: DecidedCaseUpdate,
  { ref, tagRef }: DecidedCaseUpdate,
): DecidedCaseUpdate {
  return { ...update, ref, ...(tagRef !== undefined && { tagRef }) };
}

/**
 * The new judgement resolves updates that were held because the parent was unknown, because of the mailbox they arrived in first, or
 * because the sender was unproven until a copy proved it. Updates overtaken by a copy are dropped. All others stay as they were.
 */
export function mergeCaseUpdates(
  { caseUpdates: before, takenOver }: Pick<DecidedMessage, 'caseUpdates' | 'takenOver'>,
  { now, copies }: { readonly now: readonly DecidedCaseUpdate[]; readonly copies: readonly DecidedMessage[] },
): DecidedCaseUpdate[] {
  const same = (a: DecidedCaseUpdate) => (b: DecidedCaseUpdate) =>
    a.clientId === b.clientId && numberOf(a) === numberOf(b);
  const echo = { review: 'echo', awaitsParent: false } as const;
  const kept = before.map((update) => {
    if (isRuled(update)) return update;
    if (isOvertaken(update, copies)) return { ...update, ...echo };
    // It stays with the case for which it was recorded.
    const fresh = now.find(same(update));
    const found = fresh && withNumberOf(fresh, update);
    const mayBeSettled = takenOver !== undefined || update.heldByMailbox === true;
    const isProven = mayBeSettled && update.review === 'unauthenticated' && found?.review === null;
    if (update.awaitsParent !== true) return isProven ? { ...found, writtenAt: update.writtenAt } : update;
    const settled = found ?? { ...update, ...echo };
    return { ...settled, writtenAt: update.writtenAt };
  });
  return [...kept, ...now.filter((update) => !before.some(same(update)))];
}

/** Applies people's decisions. An update whose decision was undone is held again for its original reason. */
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
