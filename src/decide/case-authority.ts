import type { CaseAuthority, Rules } from './rules.ts';

/** Whose tags take effect, given the mailboxes of a message. The widest setting applies, so that order of arrival does not matter. */
export function authorityIn(
  mailboxes: readonly string[],
  { caseAuthority }: Pick<Rules, 'caseAuthority'>,
): { readonly staff: boolean; readonly clients: boolean } {
  const given = mailboxes.map((name): CaseAuthority => caseAuthority[name] ?? 'both');
  const isGiven = (who: CaseAuthority): boolean =>
    given.length === 0 || given.some((authority) => authority === who || authority === 'both');
  return { staff: isGiven('staff'), clients: isGiven('clients') };
}
