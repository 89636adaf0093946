import { normaliseAddress } from '../mime/addresses/addresses.ts';
import type { BookEntry } from './known-context.ts';
import { companyDomain } from './parties.ts';

/** What a client's addresses depend on. */
export interface WrittenAddresses {
  readonly email?: string;
  readonly emails?: readonly string[];
}

/** Normalised addresses of a client, each once; unreadable ones are left out. */
export function addressesOf({ email, emails }: WrittenAddresses): string[] {
  const written = [email, ...(Array.isArray(emails) ? emails : [])];
  const addresses = written.flatMap((text) => {
    const address = typeof text === 'string' ? normaliseAddress(text) : null;
    return address === null ? [] : [address];
  });
  return [...new Set(addresses)];
}

/** Every address and `@domain` listed in a client's document. */
export function entriesOf(client: WrittenAddresses): Pick<BookEntry, 'address' | 'kind'>[] {
  const addresses = addressesOf(client);
  const domains = [...new Set(addresses.flatMap((address) => companyDomain(address) ?? []))];
  return [
    ...addresses.map((address) => ({ address, kind: 'primary' as const })),
    ...domains.map((domain) => ({ address: `@${domain}`, kind: 'domain' as const })),
  ];
}
