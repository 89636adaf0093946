import type { CaseAuthority, Rules } from './rules.ts';

/** Whose tags count, by the mailboxes that a message was seen in: the widest of them, so that no order of arrival matters. */
export function authorityIn(
  mailboxes: readonly string[],
  { caseAuthority }: Pick<Rules, 'caseAuthority'>,
): { readonly staff: boolean; readonly clients: boolean } {
  const given = mailboxes.map((name): CaseAuthority => caseAuthority[name] ?? 'both');
  const isGiven = (who: CaseAuthority): boolean =>
    given.length === 0 || given.some((authority) => authority === who || authority === 'both');
  return { staff: isGiven('staff'), clients: isGiven('clients') };
}
