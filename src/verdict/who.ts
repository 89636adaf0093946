import type { Address, Forward } from '../mail/mail.ts';
import type { Case } from '../verdict.ts';
import { candidatesFor, exact, isTaught, nothing, skipped } from './answer.ts';
import type { Answer } from './answer.ts';
import { isBlocked } from './blocklist.ts';
import { listOriginal } from '../mail/list-original.ts';
import { companyDomain, isFormSender, isOurs, withoutSubAddress } from './parties.ts';

interface WhoRule {
  readonly rule: string;
  readonly ask: (judged: Case) => Answer;
}

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
  const isLetter = [...mail.to, ...mail.cc, ...mail.bcc].some(
    ({ address }) => address !== null && !isOurs(address, rules),
  );
  // The form of our own site writes under our name, to us.
  if (parties.direction === 'outbound' && isLetter) return skipped('outbound: the recipients count');
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

/** Why what this sender forwards says nothing about whose mail it is; null where it does. */
function refuseForwarder({ parties, rules, facts }: Case): Answer | null {
  if (parties.staffHops.length === 0)
    return { outcome: 'rejected', detail: 'only staff may re-attribute a forward; judged by its own sender' };
  if (rules.authentication === 'require' && facts.authentication?.alignedPass !== true && !facts.inOwnSent)
    return {
      outcome: 'rejected',
      detail: 'the forwarding sender is not authenticated',
      reason: 'unauthenticated-forward',
    };
  return null;
}

function askForwarded(judged: Case): Answer {
  const { mail, parties, rules } = judged;
  if (mail.forwards.length === 0) return nothing('no forward in it');
  const refused = refuseForwarder(judged);
  if (refused !== null) return refused;
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

function askThread(judged: Case): Answer {
  const { thread } = judged.facts;
  if (thread.length === 0) return nothing('no known message is referenced');
  const isBelieved = refuseForwarder(judged) === null;
  const believed = thread.filter(({ isPrinted }) => isPrinted !== true || isBelieved);
  if (believed.length === 0)
    return {
      outcome: 'rejected',
      detail: 'known only from what a forward prints, which is believed of staff',
    };
  const clientIds = [...new Set(believed.flatMap((message) => message.clientIds))];
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
