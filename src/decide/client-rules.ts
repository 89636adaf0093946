import type { Mail } from '../mail/mail.ts';
import type { Address } from '../mime/parsed-message.ts';
import type { Rules } from './rules.ts';
import type { JudgeInput } from './judge-input.ts';
import type { Via } from './verdict.ts';
import { candidatesFor, exact, nothing, skipped } from './answer.ts';
import type { Answer } from './answer.ts';
import { matchForwarded, matchHops, refuseForwarder, enclosedByUs } from './forwarded.ts';
import { companyOf, foldedOf } from './inexact.ts';
import { listOriginal } from '../mail/list-original.ts';
import { isFormSender, isOurs } from './parties.ts';
import { isDoubtful } from './proof.ts';

interface WhoRule {
  readonly rule: string;
  readonly ask: (judged: JudgeInput) => Answer;
}

/** The rules that decide whose mail it is, in the design's order; the first that finds clients wins. */
export const clientRules: readonly WhoRule[] = [
  { rule: 'decision', ask: matchDecision },
  { rule: 'from', ask: matchFrom },
  { rule: 'list-original', ask: matchListOriginal },
  { rule: 'reply-to', ask: matchReplyTo },
  { rule: 'recipients', ask: matchRecipients },
  { rule: 'forwarded', ask: matchForwarded },
  { rule: 'thread', ask: matchThread },
  { rule: 'sub-address', ask: matchSubAddress },
  { rule: 'domain', ask: matchDomain },
];

function matchDecision({ facts }: JudgeInput): Answer {
  const message = facts.decisions.filter((d) => d.subject === 'message');
  const linked = message.filter((d) => d.act === 'link').flatMap((d) => d.clientIds);
  if (linked.length > 0) return decided(linked, 'a person linked this message');
  if (message.some((d) => d.act === 'ignore'))
    return { outcome: 'found', detail: 'a person ignored this message', ignore: 'ignored-message' };
  // Someone who gave a client an address meant it, even if the rest of its domain is ignored.
  const isLearned = facts.decisions.some((d) => d.act === 'link' && d.subject === 'address');
  const always = facts.decisions.find(
    (d) => d.act === 'ignore' && (d.subject === 'address' || (d.subject === 'domain' && !isLearned)),
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

function matchFrom(judged: JudgeInput): Answer {
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

function matchListOriginal(judged: JudgeInput): Answer {
  if (judged.parties.direction === 'outbound') return skipped('outbound: the recipients count');
  const original = listOriginal(judged.mail);
  if (original === null) return nothing('no sign of a mailing list or relay with another poster');
  if (original.address === null || isOurs(original.address, judged.rules))
    return { outcome: 'rejected', detail: `${original.sign} names nobody outside` };
  const from = judged.mail.from?.address ?? 'nobody';
  return exact(
    judged,
    [{ address: original.address, via: 'list-original' }],
    `${original.sign}, which any sender can write, in a message from ${from}: `,
  );
}

function matchReplyTo(judged: JudgeInput): Answer {
  const { mail, parties, rules } = judged;
  const isToPeople = [...mail.to, ...mail.cc, ...mail.bcc].some(
    ({ address }) => address !== null && !isOurs(address, rules),
  );
  // The form of our own site writes to us in our name.
  if (parties.direction === 'outbound' && isToPeople) return skipped('outbound: the recipients count');
  const from = mail.from?.address ?? null;
  const asked = mail.replyTo.flatMap(({ address }) =>
    address === null || address === from || isOurs(address, rules)
      ? []
      : [{ address, via: 'reply-to' as const }],
  );
  if (asked.length === 0) return nothing('no Reply-To that names another party');
  const isForm = from !== null && isFormSender(from, rules);
  if (isForm && asked.length === 1) return exact(judged, asked);
  const candidates = asked.flatMap(({ address }) => candidatesFor(judged, address, 'reply-to'));
  if (candidates.length === 0) return nothing(`no client has ${asked.map((a) => a.address).join(', ')}`);
  if (isForm)
    return {
      outcome: 'rejected',
      detail: 'of several addresses that the form names, one filled it in',
      candidates,
      reason: 'several-reply-to',
      stop: true,
    };
  return {
    outcome: 'rejected',
    detail: `${from ?? 'the sender'} is no configured form sender, so Reply-To only suggests`,
    candidates,
    reason: 'reply-to-only',
  };
}

function matchRecipients(judged: JudgeInput): Answer {
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

/** Beyond this it is a circular that everybody answers. */
const MAX_THREAD_CANDIDATES = 50;

function matchThread(judged: JudgeInput): Answer {
  const { mail, facts } = judged;
  const { thread } = facts;
  const { sharedIds = [] } = facts;
  if (thread.length === 0 && sharedIds.length > 0)
    return { outcome: 'rejected', detail: `several messages bear the id ${sharedIds.join(', ')}` };
  if (thread.length === 0) return nothing('no known message is referenced');
  const isTrusted = refuseForwarder(judged) === null;
  const enclosed = new Set(mail.forwards.flatMap(({ messageId }) => messageId ?? []));
  if (isTrusted) for (const id of enclosedByUs(judged)) enclosed.delete(id);
  for (const id of [...mail.references, ...mail.inReplyTo]) enclosed.delete(id);
  const trusted = thread.filter(
    ({ messageId, isPrinted }) => (isTrusted || isPrinted !== true) && !enclosed.has(messageId),
  );
  if (trusted.length === 0)
    return {
      outcome: 'rejected',
      detail: 'known only from what a forward prints or encloses, which is believed of staff',
    };
  const clientIds = [...new Set(trusted.flatMap((message) => message.clientIds))];
  const links = clientIds.map((clientId) => ({ clientId, via: 'thread' as const, address: null }));
  if (links.length === 0) return nothing('the thread has no client yet');
  const beside = (facts.threadClients ?? []).filter((clientId) => !clientIds.includes(clientId));
  if (links.length === 1 && beside.length === 0)
    return (
      matchStranger(judged, links[0]?.clientId ?? '') ?? {
        outcome: 'found',
        detail: 'the thread has exactly one client',
        links,
      }
    );
  const all = [
    ...links,
    ...[...new Set(beside)].map((clientId) => ({ clientId, via: 'thread' as const, address: null })),
  ];
  return {
    outcome: 'rejected',
    detail: `the thread has ${all.length} clients`,
    candidates: all.slice(0, MAX_THREAD_CANDIDATES),
    reason: 'several-clients-in-thread',
  };
}

/**
 * Anyone who knows an id of a thread, which is in each of its messages, can join it by naming the id. Null for those who belong
 * there.
 */
function matchStranger({ mail, parties, facts, rules, proof }: JudgeInput, clientId: string): Answer | null {
  const from = mail.from?.address ?? null;
  const isTheirs = from !== null && (facts.book.get(from) ?? []).some((entry) => entry.clientId === clientId);
  if (parties.direction !== 'inbound' || isTheirs || (from !== null && isOurs(from, rules))) return null;
  const links = [{ clientId, via: 'thread' as const, address: null }];
  const detail = `the thread has exactly one client; ${from ?? 'the sender'} is a stranger in it, who names a message of it`;
  return isDoubtful(proof)
    ? {
        outcome: 'rejected',
        detail: `${detail} and is not authenticated`,
        candidates: links,
        reason: 'unauthenticated',
      }
    : { outcome: 'found', detail, links };
}

function matchSubAddress(judged: JudgeInput): Answer {
  if (!judged.rules.subAddressing) return skipped('SUB_ADDRESSING is off');
  const addressIn = (address: string): string | null => foldedOf(judged, address);
  return matchEach(judged, { via: 'sub-address', addressIn }) ?? nothing('no sub-address');
}

function matchDomain(judged: JudgeInput): Answer {
  const addressIn = (address: string): string | null => companyOf(judged, address);
  const answer = matchEach(judged, { via: 'domain', addressIn });
  if (answer !== null) return answer;
  return judged.rules.domainMatching ? nothing('no company domain') : skipped('DOMAIN_MATCHING is off');
}

/** Null if there is nothing to look up. */
function matchEach(
  judged: JudgeInput,
  how: { readonly via: Via; readonly addressIn: (address: string) => string | null },
): Answer | null {
  const asked = partiesAsked(judged).flatMap((address) => how.addressIn(address) ?? []);
  if (asked.length === 0) return null;
  if (judged.parties.staffHops.length > 0) return matchHops(judged, how);
  return exact(
    judged,
    asked.map((address) => ({ address, via: how.via })),
  );
}

/**
 * The addresses that represent the other party: the sender of inbound mail, or who is behind a form or a list; the recipients of
 * outbound mail; a forward's hops if they are trusted.
 */
function partiesAsked(judged: JudgeInput): string[] {
  const { mail, parties, rules } = judged;
  const side =
    parties.staffHops.length > 0
      ? refuseForwarder(judged) === null
        ? parties.staffHops.map((hop) => hop.from.address)
        : []
      : parties.direction === 'inbound'
        ? [senderBehind(mail, rules)]
        : [...mail.to, ...mail.cc].map(({ address }) => address);
  return [
    ...new Set(side.flatMap((address) => (address === null || isOurs(address, rules) ? [] : [address]))),
  ];
}

/** Null if several are named: then none is proof. */
function senderBehind(mail: Mail, rules: Rules): string | null {
  const from = mail.from?.address ?? null;
  if (mail.fromAll.length > 1) return null;
  if (from === null || !isFormSender(from, rules)) return listOriginal(mail)?.address ?? from;
  const writers = mail.replyTo.filter(({ address }) => address !== null && !isOurs(address, rules));
  return writers.length === 1 ? (writers[0]?.address ?? null) : null;
}
