import type { Forward } from '../mail/mail.ts';
import type { JudgeInput } from './judge-input.ts';
import type { Link, Via } from './verdict.ts';
import { candidatesFor, exact, nothing } from './answer.ts';
import type { Answer } from './answer.ts';
import { isBlocked } from './blocklist.ts';
import { companyOf, foldedOf } from './inexact.ts';
import { isOurs } from './parties.ts';
import { isDoubtful } from './proof.ts';

/** Why a forward by this sender does not show whose mail it is; null if it does. */
export function refuseForwarder({ parties, rules, proof }: JudgeInput): Answer | null {
  if (parties.staffHops.length === 0)
    return { outcome: 'rejected', detail: 'only staff may re-attribute a forward; judged by its own sender' };
  const isRefused = proof.kind === 'failed' || (rules.authentication === 'require' && isDoubtful(proof));
  if (isRefused)
    return {
      outcome: 'rejected',
      detail: 'the forwarding sender is not authenticated',
      reason: 'unauthenticated-forward',
    };
  return null;
}

export function matchForwarded(judged: JudgeInput): Answer {
  if (judged.mail.forwards.length === 0) return nothing('no forward in it');
  const refused = refuseForwarder(judged);
  if (refused !== null) return refused;
  const outside = outsideHops(judged);
  if (outside.length === 0) return matchForwardedRecipients(judged, judged.parties.staffHops);
  return matchHops(judged, { via: 'forwarded', addressIn: (address) => address });
}

/**
 * To whom a forward by staff leads: whoever wrote to us, the first hop that is not ours. Anything that hop encloses or prints
 * further in is an outsider's word: it identifies nobody, and only raises a doubt if it leads to someone else, even less exactly.
 * `addressIn`: what to look up for a hop's sender.
 */
export function matchHops(
  judged: JudgeInput,
  { via, addressIn }: { readonly via: Via; readonly addressIn: (address: string) => string | null },
): Answer {
  const hops = outsideHops(judged);
  const senders = hops.flatMap(({ from }) => from.address ?? []);
  const answers = senders.flatMap((sender) => {
    const address = addressIn(sender);
    return address === null ? [] : [exact(judged, [{ address, via }])];
  });
  const found = answers.flatMap(({ links = [] }) => links);
  const candidates = answers.flatMap((answer) => answer.candidates ?? []);
  const toPerson = (reason: string, detail: string, others: readonly Link[] = []): Answer => ({
    outcome: 'rejected',
    detail,
    candidates: [...found, ...candidates, ...others],
    reason,
    stop: true,
  });
  if (senders.length < hops.length)
    return toPerson(
      'name-only-forward',
      `a hop prints only a name${hops.length > 1 ? ', so the chain is not certain' : ''}`,
    );
  if (found.length === 0) {
    const ambiguous = answers.find((answer) => answer.reason !== undefined);
    return ambiguous ?? nothing(answers.map(({ detail }) => detail).join('; '));
  }
  const [first] = senders;
  if (first !== undefined && isBlocked(first, judged.rules))
    return toPerson('blocklisted', `the message inside is from ${first}, who is on the blocklist`);
  const ends = new Set(answers.flatMap(({ links = [] }) => (links.length === 0 ? [] : clientsOf(links))));
  const elsewhere =
    via === 'forwarded'
      ? [
          ...senders.flatMap((sender) => elsewhereThan(found, judged, sender)),
          ...withoutFound(found, ownRecipients(judged)),
        ]
      : [];
  if (ends.size > 1 || candidates.length > 0 || elsewhere.length > 0)
    return toPerson('several-forwarded-clients', 'the hops lead to several clients', elsewhere);
  if (first !== undefined && !leadsTo(found, judged, { sender: first, address: addressIn(first) }))
    return toPerson(
      'unknown-first-hop',
      `the message inside is from ${first}, whom no client has, and what that encloses names nobody`,
    );
  return { outcome: 'found', detail: answers.map(({ detail }) => detail).join('; '), links: found };
}

/** Whether a hop's sender is one of those found: by the looked-up address, or less exactly. */
function leadsTo(
  found: readonly Link[],
  judged: JudgeInput,
  { sender, address }: { readonly sender: string; readonly address: string | null },
): boolean {
  const links = [
    ...candidatesFor(judged, address, 'forwarded'),
    ...candidatesFor(judged, foldedOf(judged, sender), 'sub-address'),
    ...candidatesFor(judged, companyOf(judged, sender), 'domain'),
  ];
  return links.some((link) => found.some(({ clientId }) => clientId === link.clientId));
}

/** To whom an address that no client has would lead, if not to anyone found. */
function elsewhereThan(found: readonly Link[], judged: JudgeInput, sender: string): readonly Link[] {
  if ((judged.facts.book.get(sender) ?? []).length > 0) return [];
  return withoutFound(found, [
    ...candidatesFor(judged, foldedOf(judged, sender), 'sub-address'),
    ...candidatesFor(judged, companyOf(judged, sender), 'domain'),
  ]);
}

/** The clients to whom one of us sent what was forwarded to us again. */
function ownRecipients(judged: JudgeInput): readonly Link[] {
  return judged.parties.staffHops
    .filter(({ from }) => from.address !== null && isOurs(from.address, judged.rules))
    .flatMap(({ to, cc }) => [...to, ...cc])
    .flatMap(({ address }) => candidatesFor(judged, address, 'forwarded'));
}

function withoutFound(found: readonly Link[], links: readonly Link[]): readonly Link[] {
  const isFound = links.some((link) => found.some(({ clientId }) => clientId === link.clientId));
  return isFound ? [] : links;
}

/** The ids of the messages that we enclosed: up to the first that is not ours, because that one may enclose anything. */
export function enclosedByUs(judged: JudgeInput): ReadonlySet<string> {
  const { staffHops } = judged.parties;
  const [first] = outsideHops(judged);
  const own = first === undefined ? staffHops : staffHops.slice(0, staffHops.indexOf(first) + 1);
  return new Set(own.flatMap(({ messageId }) => messageId ?? []));
}

/** The hops that were not sent by us, outermost first. */
function outsideHops({ parties, rules }: JudgeInput): readonly Forward[] {
  return parties.staffHops.filter(({ from }) => from.address === null || !isOurs(from.address, rules));
}

const clientsOf = (links: readonly Link[]): string =>
  JSON.stringify([...new Set(links.map(({ clientId }) => clientId))].toSorted());

/** Our own message, forwarded by staff: it concerns its recipients. */
function matchForwardedRecipients(judged: JudgeInput, hops: readonly Forward[]): Answer {
  const innermost = hops.at(-1);
  const asked = [...(innermost?.to ?? []), ...(innermost?.cc ?? [])].flatMap(({ address }) =>
    address === null || isOurs(address, judged.rules) ? [] : [{ address, via: 'forwarded' as const }],
  );
  return asked.length === 0 ? nothing('every hop is ours') : exact(judged, asked);
}
