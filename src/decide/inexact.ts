import type { JudgeInput } from './judge-input.ts';
import { isAlias } from './answer.ts';
import { isBlocked } from './blocklist.ts';
import { companyDomain, withoutSubAddress } from './parties.ts';

/** The address without its sub-address, if folding is on and no client has the tagged form. */
export function foldedOf({ facts, rules }: JudgeInput, address: string): string | null {
  const isTheirs = (facts.book.get(address) ?? []).length > 0;
  return !rules.subAddressing || isTheirs ? null : withoutSubAddress(address);
}

/** The address's company as in the address book (`@acme.test`), if companies are looked up: all, or those that someone added. */
export function companyOf({ facts, rules }: JudgeInput, address: string): string | null {
  const domain = companyDomain(address);
  if (domain === null || isBlocked(address, rules)) return null;
  const asked = `@${domain}`;
  return rules.domainMatching || (facts.book.get(asked) ?? []).some(isAlias) ? asked : null;
}
