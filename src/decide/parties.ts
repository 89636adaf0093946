import { getDomain } from 'tldts';
import mailProviders from 'email-providers/all.json' with { type: 'json' };
import type { Forward, Mail } from '../mail/mail.ts';
import { parseAddressList } from '../mime/addresses/addresses.ts';
import type { Address } from '../mime/parsed-message.ts';
import { innerAddress } from '../mime/addresses/inner-address.ts';
import type { Rules } from './rules.ts';
import { listOriginal } from '../mail/list-original.ts';
import { tenantOf, tenantSuffixes } from '../mail/organisation.ts';
import { moreMailProviders } from './mail-providers.ts';

export type Direction = 'inbound' | 'outbound' | 'internal';

/** Who is on which side of a message. Addresses are normalised. */
export interface Parties {
  readonly direction: Direction;
  readonly directionReason: string;
  /** Every address on the message that is not ours, each once. */
  readonly outside: readonly string[];
  /** Those of them whose mail it is: the authors of a message to us, all recipients of a message of ours. */
  readonly whoseMail: readonly string[];
  /** The hops of a forward sent by staff, outermost first; empty if nobody with authority forwarded. */
  readonly staffHops: readonly Forward[];
  /** Staff address that forwarded the inner message only to us, for filing. If it also went to others, it is a message of its own. */
  readonly forwardedBy: string | null;
}

/** The list counts RFC 2606's documentation domains as providers; nobody has a mailbox there. */
const freeMail = new Set<string>([
  ...mailProviders.filter((domain) => !/^example\.(?:com|net|org)$/u.test(domain)),
  ...moreMailProviders,
]);

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Whether anyone can have an address there, so that the domain says nothing about a company. */
export function isFreeMail(domain: string): boolean {
  return freeMail.has(domain) || freeMail.has(getDomain(domain) ?? domain);
}

/** The registrable domain by the public suffix list: `mail.acme.co.uk` → `acme.co.uk`; null for a bare suffix or an IP. */
export function companyDomain(address: string): string | null {
  const host = domainOf(address);
  const tenant = tenantOf(host);
  if (tenant !== null) return tenantSuffixes.includes(tenant) ? null : tenant;
  const domain = getDomain(host, { allowPrivateDomains: true, validateHostname: false });
  return domain === null || isFreeMail(domain) ? null : domain;
}

/** `john+x@acme.test` → `john@acme.test`; null without a sub-address (RFC 5233). */
export function withoutSubAddress(address: string): string | null {
  const at = address.lastIndexOf('@');
  const plus = address.indexOf('+');
  return plus > 0 && plus < at ? address.slice(0, plus) + address.slice(at) : null;
}

/** Whether an address is the firm's, with nobody else's inside it. */
export function isOurs(address: string, rules: Rules): boolean {
  if (!isAtOurs(address, rules)) return false;
  const inner = innerAddress(address);
  return inner === null || (inner.address !== null && isOurs(inner.address, rules));
}

/** Whether mail for an address reaches the firm: an own address, one with a sub-address, or a staff domain or its subdomain. */
export function isAtOurs(address: string, rules: Rules): boolean {
  const own = rules.ownAddresses;
  if (own.includes(address) || own.includes(withoutSubAddress(address) ?? '')) return true;
  const domain = domainOf(address);
  return rules.staffDomains.some(
    (staff) => !isFreeMail(staff) && (domain === staff || domain.endsWith(`.${staff}`)),
  );
}

export function isFormSender(address: string, rules: Rules): boolean {
  return rules.formSenders.some(
    (entry) => entry === address || (!entry.includes('@') && domainOf(address) === entry),
  );
}

/** Determines direction and sides of a message (design, "Direction"). */
export function readParties(mail: Mail, rules: Rules): Parties {
  const from = mail.from?.address ?? null;
  const senders = known(mail.fromAll);
  const recipients = known([...mail.to, ...mail.cc, ...mail.bcc]);
  const poster = listOriginal(mail)?.address ?? null;
  const all = [
    ...senders,
    ...(poster === null ? [] : [poster]),
    ...known(mail.sender === null ? [] : [mail.sender]),
    ...known(mail.replyTo),
    ...recipients,
  ];
  // Anyone may have written the content of a form or a post to one of our groups.
  const isForm = from !== null && isFormSender(from, rules);
  const isPost =
    from !== null && isOurs(from, rules) && poster !== null && !isOurs(poster, rules) && isMarkedPost(mail);
  const fromStaff = from !== null && !isForm && !isPost && senders.every((address) => isOurs(address, rules));
  const staffHops = fromStaff ? mail.forwards : [];
  // People quoted in a client's message are not parties to it.
  const inside = known(staffHops.map((hop) => hop.from));
  const outside = [...new Set([...all, ...inside].filter((address) => !isOurs(address, rules)))];
  const writers = [...senders, poster, ...(isForm ? known(mail.replyTo) : [])];
  const whoseMail = fromStaff ? outside : outside.filter((address) => writers.includes(address));
  const named = [...mail.to, ...mail.cc, ...mail.bcc];
  // An unreadable one may be anybody's.
  const isToUs =
    named.every(({ address }) => address !== null && isOurs(address, rules)) &&
    (named.length === 0 || !namesHidden(mail));
  const isFiled = staffHops.length > 0 && isToUs;
  const namedHop = staffHops.some((hop) => hop.from.address === null && hop.from.name !== '');
  const side = (direction: Direction, directionReason: string): Parties => ({
    direction,
    directionReason,
    outside,
    whoseMail,
    staffHops,
    forwardedBy: isFiled ? from : null,
  });

  if (from === null) return side('inbound', 'no sender address');
  if (isForm) return side('inbound', `${from} is a form sender`);
  if (isPost) return side('inbound', `${poster} wrote to ${from}`);
  if (fromStaff && outside.length === 0 && isReportOnOthers(mail, rules))
    return side('inbound', 'a report of our own mail server on what went out');
  const isRedirected = !resentTo(mail).every(({ address }) => address !== null && isOurs(address, rules));
  if (fromStaff && outside.length === 0 && isRedirected)
    return side('outbound', 'from staff, and redirected to somebody outside');
  if (fromStaff && outside.length === 0 && !namedHop && staffHops.length === 0)
    return isToUs && named.length > 0
      ? side('internal', 'every participant is staff')
      : side('outbound', 'from staff, to recipients that are not named');
  if (isFiled) {
    const first = staffHops.find((hop) => hop.from.address === null || !isOurs(hop.from.address, rules));
    if (first !== undefined)
      return side(
        'inbound',
        `forwarded by staff, the message inside is from ${first.from.address ?? 'a name only'}`,
      );
    return side('outbound', 'forwarded by staff, the message inside is from staff');
  }
  if (fromStaff) return side('outbound', `${from} is staff`);
  return side('inbound', `${from} is not staff`);
}

const RESENT_TO: ReadonlySet<string> = new Set(['resent-to', 'resent-cc', 'resent-bcc']);

/**
 * To whom the message was introduced anew (RFC 5322 §3.6.6), as Apple Mail and mutt redirect it. They put it on nobody's record: no
 * signature covers these fields, so a person decides.
 */
function resentTo({ headers }: Mail): readonly Address[] {
  return headers.flatMap(({ name, value }) => (RESENT_TO.has(name) ? parseAddressList(value) : []));
}

/** `undisclosed-recipients:;` beside others: an empty group stands for hidden recipients (RFC 5322 §3.4). */
function namesHidden({ headers }: Mail): boolean {
  return headers.some(({ name, raw }) => (name === 'to' || name === 'cc') && /:\s{0,9};/u.test(raw));
}

/** Our own circular may have list fields and a different reply address: that alone does not make anyone else its author. */
function isMarkedPost(mail: Mail): boolean {
  return listOriginal(mail)?.sign.startsWith('x-') === true || / via /iu.test(mail.from?.name ?? '');
}

/** A bounce usually comes from the server that sent the message: ours. It is internal only if the message was. */
function isReportOnOthers({ bounce }: Mail, rules: Rules): boolean {
  return (
    bounce !== null && !bounce.recipients.every(({ address }) => address !== null && isOurs(address, rules))
  );
}

function known(addresses: readonly { readonly address: string | null }[]): string[] {
  return addresses.flatMap(({ address }) => (address === null ? [] : [address]));
}
