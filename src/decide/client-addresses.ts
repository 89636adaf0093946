import { addressesWritten } from '../mime/addresses/written-addresses.ts';
import type { BookEntry } from './known-context.ts';
import { companyDomain } from './parties.ts';

/** What a client's addresses depend on. A CRM writes into these fields what its people type: text, or a list of texts. */
export interface WrittenAddresses {
  readonly email?: unknown;
  readonly emails?: unknown;
}

/** A person has a few addresses; a field that holds more is a list of others. */
const MAX_ADDRESSES = 50;

/** Normalised addresses of a client, each once; what cannot be read as an address is left out. */
export function addressesOf({ email, emails }: WrittenAddresses): string[] {
  const written = [email, emails].flat().slice(0, MAX_ADDRESSES);
  const addresses = written.flatMap((text) => (typeof text === 'string' ? addressesWritten(text) : []));
  return [...new Set(addresses)].slice(0, MAX_ADDRESSES);
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
