import type { JudgeInput } from './judge-input.ts';
import { listOriginal } from '../mail/list-original.ts';
import { companyDomain, domainOf, isOurs, withoutSubAddress } from './parties.ts';

/** A circular to 10,000 recipients must not become a query with 30,000 terms. */
const MAX_LOOKUPS = 1_000;

/**
 * Every address and `@domain` that the rules may look up in the address book, normalised, each once. At most MAX_LOOKUPS, the
 * sender's first.
 */
export function addressLookups(input: Pick<JudgeInput, 'mail' | 'rules' | 'parties'>): string[] {
  const { mail, rules, parties } = input;
  const original = listOriginal(mail)?.address;
  const asked =
    original === undefined || original === null ? parties.outside : [...parties.outside, original];
  const inside = parties.staffHops.flatMap((hop) => [...hop.to, ...hop.cc].flatMap((a) => a.address ?? []));
  const addresses = [...asked, ...inside.filter((address) => !isOurs(address, rules))];
  const folded = rules.subAddressing ? addresses.flatMap((address) => withoutSubAddress(address) ?? []) : [];
  const domains = addresses.flatMap((address) => companyDomain(address) ?? []).map((domain) => `@${domain}`);
  return [...new Set([...addresses, ...folded, ...domains])].slice(0, MAX_LOOKUPS);
}

/** What a person's decision may apply to: the sender's address, and its domain or one above it. */
export function decisionKeysFor({ mail }: Pick<JudgeInput, 'mail'>): {
  addresses: string[];
  domains: string[];
} {
  const addresses = mail.fromAll.flatMap(({ address }) => address ?? []);
  return { addresses, domains: [...new Set(addresses.map(domainOf).flatMap(domainsAbove))] };
}

/** Nobody decides about a domain with more labels than this. */
const MAX_LABELS = 10;

/** `a.b.acme.co.uk` → itself, `b.acme.co.uk`, `acme.co.uk`, … Including the bare suffix is harmless: nobody can decide about it. */
function domainsAbove(domain: string): string[] {
  const labels = domain.split('.').slice(-MAX_LABELS);
  return labels.flatMap((_, index) =>
    index < labels.length - 1 || labels.length === 1 ? [labels.slice(index).join('.')] : [],
  );
}
