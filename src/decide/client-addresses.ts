import { addressesWritten } from '../mime/addresses/written-addresses.ts';
import type { BookEntry } from './known-context.ts';
import { companyDomain } from './parties.ts';

/** What a client's addresses depend on. A CRM stores what people type into these fields: text, or a list of texts. */
export interface WrittenAddresses {
  readonly email?: unknown;
  readonly emails?: unknown;
}

/** A person has a few addresses; a field with more is a list of other people's. */
const MAX_ADDRESSES = 50;

/** Normalised addresses of a client, each once; unreadable ones are left out. */
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
