import type { Address, Forward } from '../mail/mail.ts';
import type { BookEntry, Case, Evidence, Link, Via } from '../verdict.ts';
import { isBlocked } from './blocklist.ts';
import { listOriginal } from './list-original.ts';
import { companyDomain, domainOf, isFormSender, isOurs, withoutSubAddress } from './parties.ts';

/** What one rule says. `stop` ends the asking: what is known already speaks against every later rule. */
interface Answer {
  readonly outcome: Evidence['outcome'];
  readonly detail: string;
  readonly links?: readonly Link[];
  readonly candidates?: readonly Link[];
  readonly reason?: string;
  readonly ignore?: string;
  readonly stop?: boolean;
}

interface WhoRule {
  readonly rule: string;
  readonly ask: (judged: Case) => Answer;
}

const skipped = (detail: string): Answer => ({ outcome: 'skipped', detail });
const nothing = (detail: string): Answer => ({ outcome: 'nothing', detail });

/** A circular of 10,000 recipients must not become a query of 30,000 terms. */
const MAX_QUESTIONS = 1_000;

/** The rules of "Who", in the design's order; the first that finds clients wins. */
export const whoRules: readonly WhoRule[] = [
  { rule: 'decision', ask: askDecision },
  { rule: 'from', ask: askFrom },
  { rule: 'list-original', ask: askListOriginal },
  { rule: 'reply-to', ask: askReplyTo },
  { rule: 'recipients', ask: askRecipients },
  { rule: 'forwarded', ask: askForwarded },
  { rule: 'thread', ask: askThread },
  { rule: 'sub-address', ask: askSubAddress },
  { rule: 'domain', ask: askDomain },
];

/**
 * Every address and `@domain` that the rules may ask the address book about, normalised, each once.
 * At most MAX_QUESTIONS, the sender's first.
 */
export function questionsFor(input: Pick<Case, 'mail' | 'rules' | 'parties'>): string[] {
  const { mail, rules, parties } = input;
  const original = listOriginal(mail)?.address;
  const asked =
    original === undefined || original === null ? parties.outside : [...parties.outside, original];
  const inside = parties.staffHops.flatMap((hop) => [...hop.to, ...hop.cc].flatMap((a) => a.address ?? []));
  const addresses = [...asked, ...inside.filter((address) => !isOurs(address, rules))];
  const folded = rules.subAddressing ? addresses.flatMap((address) => withoutSubAddress(address) ?? []) : [];
  const domains = addresses.flatMap((address) => companyDomain(address) ?? []).map((domain) => `@${domain}`);
  return [...new Set([...addresses, ...folded, ...domains])].slice(0, MAX_QUESTIONS);
}

function askDecision({ facts }: Case): Answer {
  const message = facts.decisions.filter((d) => d.subject === 'message');
  const linked = message.filter((d) => d.act === 'link').flatMap((d) => d.clientIds);
  if (linked.length > 0) return decided(linked, 'a person linked this message');
  if (message.some((d) => d.act === 'ignore'))
    return { outcome: 'found', detail: 'a person ignored this message', ignore: 'ignored-message' };
  const always = facts.decisions.find(
    (d) => d.act === 'ignore' && (d.subject === 'address' || d.subject === 'domain'),
  );
  if (always !== undefined)
    return {
      outcome: 'found',
      detail: `a person ignores ${always.key}`,
      ignore: always.subject === 'address' ? 'ignored-sender' : 'ignored-domain',
    };
  const thread = facts.decisions
    .filter((d) => d.subject === 'thread' && d.act === 'link')
    .flatMap((d) => d.clientIds);
  if (thread.length > 0) return decided(thread, 'a person linked this thread');
  return nothing('nobody decided about this message');
}

function decided(clientIds: readonly string[], detail: string): Answer {
  return {
    outcome: 'found',
    detail,
    links: clientIds.map((clientId) => ({ clientId, via: 'decision', address: null })),
  };
}

function askFrom(judged: Case): Answer {
  const { mail, parties } = judged;
  if (parties.direction === 'outbound') return skipped('outbound: the recipients count');
  if (mail.fromAll.length > 1) {
    const candidates = mail.fromAll.flatMap((from) => candidatesFor(judged, from.address, 'from'));
    return {
      outcome: 'rejected',
      detail: 'several From addresses prove nothing',
      candidates,
      reason: 'several-from',
      stop: candidates.length > 0,
    };
  }
  const address = mail.from?.address ?? null;
  if (address === null) return nothing('no sender address');
  if (isOurs(address, judged.rules)) return skipped(`${address} is ours`);
  if (isFormSender(address, judged.rules)) return skipped(`${address} is a form sender`);
  return exact(judged, [{ address, via: 'from' }]);
}

function askListOriginal(judged: Case): Answer {
  if (judged.parties.direction === 'outbound') return skipped('outbound: the recipients count');
  const original = listOriginal(judged.mail);
  if (original === null) return nothing('no sign of a mailing list or relay with another poster');
  if (original.address === null || isOurs(original.address, judged.rules))
    return { outcome: 'rejected', detail: `${original.sign} names nobody outside` };
  return exact(judged, [{ address: original.address, via: 'list-original' }], `${original.sign}: `);
}

function askReplyTo(judged: Case): Answer {
  const { mail, parties, rules } = judged;
  if (parties.direction === 'outbound') return skipped('outbound: the recipients count');
  const from = mail.from?.address ?? null;
  const asked = mail.replyTo.flatMap(({ address }) =>
    address === null || address === from || isOurs(address, rules)
      ? []
      : [{ address, via: 'reply-to' as const }],
  );
  if (asked.length === 0) return nothing('no Reply-To that names another party');
  if (from !== null && isFormSender(from, rules)) return exact(judged, asked);
  const candidates = asked.flatMap(({ address }) => candidatesFor(judged, address, 'reply-to'));
  if (candidates.length === 0) return nothing(`no client has ${asked.map((a) => a.address).join(', ')}`);
  return {
    outcome: 'rejected',
    detail: `${from ?? 'the sender'} is no configured form sender, so Reply-To only suggests`,
    candidates,
    reason: 'reply-to-only',
  };
}

function askRecipients(judged: Case): Answer {
  const { mail, parties, rules } = judged;
  const named = (addresses: readonly Address[], via: 'to' | 'cc') =>
    addresses.flatMap(({ address }) =>
      address === null || isOurs(address, rules) ? [] : [{ address, via }],
    );
  const asked = [...named(mail.to, 'to'), ...named([...mail.cc, ...mail.bcc], 'cc')];
  if (parties.direction === 'inbound') {
    if (asked.length === 0 || parties.forwardedBy !== null) return skipped('inbound: the sender counts');
    const candidates = asked.flatMap(({ address, via }) => candidatesFor(judged, address, via));
    return {
      outcome: candidates.length > 0 ? 'rejected' : 'skipped',
      detail: 'inbound: the sender counts, other recipients only suggest',
      candidates,
    };
  }
  return asked.length === 0 ? nothing('no recipient outside the firm') : exact(judged, asked);
}

function askForwarded(judged: Case): Answer {
  const { mail, parties, rules, facts } = judged;
  if (mail.forwards.length === 0) return nothing('no forward in it');
  if (parties.staffHops.length === 0)
    return { outcome: 'rejected', detail: 'only staff may re-attribute a forward; judged by its own sender' };
  if (rules.authentication === 'require' && facts.authentication?.alignedPass !== true && !facts.inOwnSent)
    return {
      outcome: 'rejected',
      detail: 'the forwarding sender is not authenticated',
      reason: 'unauthenticated-forward',
    };
  const outside = parties.staffHops.filter(
    (hop) => hop.from.address === null || !isOurs(hop.from.address, rules),
  );
  if (outside.length === 0) return askForwardedRecipients(judged, parties.staffHops);
  const answers = outside.map((hop) => exactHop(judged, hop));
  const nameless = outside.find((hop) => hop.from.address === null);
  const found = answers.flatMap((answer) => answer.links ?? []);
  const candidates = answers.flatMap((answer) => answer.candidates ?? []);
  if (nameless !== undefined)
    return {
      outcome: 'rejected',
      detail: `a hop prints only a name${outside.length > 1 ? ', so the chain is not certain' : ''}`,
      candidates: [...found, ...candidates],
      reason: 'name-only-forward',
      stop: true,
    };
  if (rules.ambiguity !== 'all' && new Set(found.map((link) => link.clientId)).size > 1)
    return {
      outcome: 'rejected',
      detail: 'the hops lead to several clients',
      candidates: [...found, ...candidates],
      reason: 'several-forwarded-clients',
      stop: true,
    };
  if (found.length > 0)
    return { outcome: 'found', detail: answers.map((answer) => answer.detail).join('; '), links: found };
  const ambiguous = answers.find((answer) => answer.reason !== undefined);
  return ambiguous ?? nothing(`no client has ${outside.map((hop) => hop.from.address).join(', ')}`);
}

/** A message of our own, forwarded by staff: it concerns those it was sent to. */
function askForwardedRecipients(judged: Case, hops: readonly Forward[]): Answer {
  const innermost = hops.at(-1);
  const asked = [...(innermost?.to ?? []), ...(innermost?.cc ?? [])].flatMap(({ address }) =>
    address === null || isOurs(address, judged.rules) ? [] : [{ address, via: 'forwarded' as const }],
  );
  return asked.length === 0 ? nothing('every hop is ours') : exact(judged, asked);
}

function exactHop(judged: Case, hop: Forward): Answer {
  const { address } = hop.from;
  return address === null ? nothing('a name only') : exact(judged, [{ address, via: 'forwarded' }]);
}

function askThread({ facts }: Case): Answer {
  if (facts.thread.length === 0) return nothing('no known message is referenced');
  const clientIds = [...new Set(facts.thread.flatMap((message) => message.clientIds))];
  const links = clientIds.map((clientId) => ({ clientId, via: 'thread' as const, address: null }));
  if (links.length === 0) return nothing('the thread has no client yet');
  if (links.length === 1) return { outcome: 'found', detail: 'the thread has exactly one client', links };
  return {
    outcome: 'rejected',
    detail: `the thread has ${links.length} clients`,
    candidates: links,
    reason: 'several-clients-in-thread',
  };
}

function askSubAddress(judged: Case): Answer {
  if (!judged.rules.subAddressing) return skipped('SUB_ADDRESSING is off');
  const folded = partiesAsked(judged).flatMap((address) => {
    const bare = withoutSubAddress(address);
    return bare === null || (judged.facts.book.get(address) ?? []).length > 0 ? [] : [bare];
  });
  if (folded.length === 0) return nothing('no sub-address');
  return exact(
    judged,
    folded.map((address) => ({ address, via: 'sub-address' as const })),
  );
}

function askDomain(judged: Case): Answer {
  const { facts, rules } = judged;
  const asked = partiesAsked(judged).flatMap((address) => {
    const domain = companyDomain(address);
    return domain === null || isBlocked(address, rules)
      ? []
      : [{ address: `@${domain}`, via: 'domain' as const }];
  });
  if (rules.domainMatching) return asked.length === 0 ? nothing('no company domain') : exact(judged, asked);
  const taught = asked.filter(({ address }) => (facts.book.get(address) ?? []).some(isTaught));
  return taught.length === 0 ? skipped('DOMAIN_MATCHING is off') : exact(judged, taught);
}

const isTaught = (entry: BookEntry): boolean => entry.kind === 'alias';

/**
 * What a person taught settles what the CRM leaves open: which of the clients that share an address is meant, and whose a domain
 * is. Against a client whose own address it is now, it settles nothing: the two are an ambiguity.
 */
function taughtFirst(entries: readonly BookEntry[]): readonly BookEntry[] {
  const owners = new Set(entries.filter(({ kind }) => kind === 'primary').map(({ clientId }) => clientId));
  const taught = entries.filter(
    (entry) => isTaught(entry) && (owners.size === 0 || owners.has(entry.clientId)),
  );
  return taught.length > 0 ? taught : entries;
}

/** The addresses that stand for the other party: the sender of inbound mail, the recipients of outbound, a forward's hops. */
function partiesAsked({ mail, parties, rules }: Case): string[] {
  const side =
    parties.staffHops.length > 0
      ? parties.staffHops.map((hop) => hop.from)
      : parties.direction === 'inbound'
        ? mail.fromAll.slice(0, 1)
        : [...mail.to, ...mail.cc];
  return [
    ...new Set(side.flatMap(({ address }) => (address === null || isOurs(address, rules) ? [] : [address]))),
  ];
}

/** Asks the book about each address: one client links, several are handled by AMBIGUITY, a blocked address never counts. */
function exact(judged: Case, asked: readonly { address: string; via: Via }[], prefix = ''): Answer {
  const links: Link[] = [];
  const candidates: Link[] = [];
  const details: string[] = [];
  for (const { address, via } of asked) {
    if (isBlocked(address, judged.rules)) {
      details.push(`${address} is on the blocklist`);
      continue;
    }
    const entries = distinctClients(taughtFirst(judged.facts.book.get(address) ?? []));
    const found = entries.map((entry): Link => ({
      clientId: entry.clientId,
      via: entry.kind === 'alias' && via !== 'domain' ? 'alias' : via,
      address: address.startsWith('@') ? address.slice(1) : address,
    }));
    if (found.length <= 1) {
      links.push(...found);
      details.push(found.length === 1 ? `${address} is a client's` : `no client has ${address}`);
    } else if (judged.rules.ambiguity === 'triage') {
      candidates.push(...found);
      details.push(`${address} is on ${found.length} clients`);
    } else {
      links.push(...(judged.rules.ambiguity === 'all' ? found : found.slice(0, 1)));
      details.push(`${address} is on ${found.length} clients, AMBIGUITY takes ${judged.rules.ambiguity}`);
    }
  }
  const detail = prefix + details.join('; ');
  if (links.length > 0) return { outcome: 'found', detail, links, candidates };
  if (candidates.length > 0)
    return { outcome: 'rejected', detail, candidates, reason: 'shared-address', stop: true };
  const blocked = asked.length > 0 && asked.every(({ address }) => isBlocked(address, judged.rules));
  return blocked ? { outcome: 'rejected', detail, reason: 'blocklisted', stop: true } : nothing(detail);
}

/** Oldest client first: an ObjectId begins with its time of creation. */
function distinctClients(entries: readonly BookEntry[]): BookEntry[] {
  const seen = new Set<string>();
  return entries
    .filter((entry) => !seen.has(entry.clientId) && seen.add(entry.clientId))
    .sort((a, b) => (a.clientId < b.clientId ? -1 : 1));
}

function candidatesFor(judged: Case, address: string | null, via: Via): Link[] {
  if (address === null || isBlocked(address, judged.rules)) return [];
  return distinctClients(judged.facts.book.get(address) ?? []).map(({ clientId }) => ({
    clientId,
    via,
    address,
  }));
}

/** What people may have decided about: the sender's address, and its domain or one above it. */
export function decisionKeysFor({ mail }: Pick<Case, 'mail'>): { addresses: string[]; domains: string[] } {
  const addresses = mail.fromAll.flatMap(({ address }) => address ?? []);
  return { addresses, domains: [...new Set(addresses.map(domainOf).flatMap(domainsAbove))] };
}

/** A name has at most this many labels that anyone decides about. */
const MAX_LABELS = 10;

/** `a.b.acme.co.uk` → itself, `b.acme.co.uk`, `acme.co.uk`, … The suffix alone is harmless: nobody can decide about it. */
function domainsAbove(domain: string): string[] {
  const labels = domain.split('.').slice(-MAX_LABELS);
  return labels.flatMap((_, index) =>
    index < labels.length - 1 || labels.length === 1 ? [labels.slice(index).join('.')] : [],
  );
}
