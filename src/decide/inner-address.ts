/** Whom a message means if a server put an address inside one of its own. */
import type { Authentication } from '../mail/authentication/authentication.ts';
import type { Forward, Mail } from '../mail/mail.ts';
import type { Address } from '../mime/parsed-message.ts';
import { innerAddress } from '../mime/addresses/inner-address.ts';
import { companyDomain, domainOf, isAtOurs, isOurs } from './parties.ts';
import type { Rules } from './rules.ts';

function isOneOrganisation(one: string, other: string): boolean {
  const company = companyDomain(one);
  return domainOf(one) === domainOf(other) || (company !== null && company === companyDomain(other));
}

function meantBy(
  entry: Address,
  { rules, side }: { readonly rules: Rules; readonly side: 'writer' | 'recipient' },
): Address {
  const { address, name } = entry;
  const inner = address === null ? null : innerAddress(address);
  if (address === null || inner === null) return entry;
  if (inner.address === null) {
    if (!isAtOurs(address, rules)) return entry;
    return { address: null, name: name === '' ? address : `${name} ${address}` };
  }
  const isKnown =
    isAtOurs(address, rules) ||
    isOneOrganisation(address, inner.address) ||
    (side === 'recipient' && !isOurs(inner.address, rules));
  return isKnown ? { address: inner.address, name } : entry;
}

/** Proof of our own domain, or of another of the sender's, does not prove the person inside an address of it. */
export function provenOf(
  mail: Mail,
  authentication: Authentication | null,
  rules: Rules,
): Authentication | null {
  const address = mail.from?.address ?? null;
  const meant = address === null ? null : meantBy({ address, name: '' }, { rules, side: 'writer' }).address;
  if (authentication === null || address === null || meant === address) return authentication;
  if (meant !== null && domainOf(meant) === domainOf(address)) return authentication;
  return { ...authentication, alignedPass: false, doubt: `${address} was written by a server for another` };
}

/**
 * The message with the addresses that are meant. If an inner address is unreadable, only the name is kept. A writer's counts if one
 * of our servers or one of the writer's organisation wrote it; a recipient's does not if it would make someone ours.
 */
export function withInnerAddresses(mail: Mail, rules: Rules): Mail {
  const writer = (entry: Address): Address => meantBy(entry, { rules, side: 'writer' });
  const recipients = (entries: readonly Address[]): readonly Address[] =>
    entries.map((entry) => meantBy(entry, { rules, side: 'recipient' }));
  const hop = (forward: Forward): Forward => ({
    ...forward,
    from: writer(forward.from),
    to: recipients(forward.to),
    cc: recipients(forward.cc),
  });
  return {
    ...mail,
    from: mail.from && writer(mail.from),
    fromAll: mail.fromAll.map(writer),
    sender: mail.sender && writer(mail.sender),
    replyTo: mail.replyTo.map(writer),
    to: recipients(mail.to),
    cc: recipients(mail.cc),
    bcc: recipients(mail.bcc),
    forwarded: mail.forwarded && hop(mail.forwarded),
    forwards: mail.forwards.map(hop),
  };
}
