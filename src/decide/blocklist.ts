import type { Rules } from './rules.ts';
import { domainOf } from './parties.ts';

/** Whether an address, its domain or a parent domain is on the blocklist. */
export function isBlocked(address: string, rules: Rules): boolean {
  const domain = domainOf(address);
  return rules.blocklist.entries.some(
    (entry) =>
      entry === address || (!entry.includes('@') && (domain === entry || domain.endsWith(`.${entry}`))),
  );
}
