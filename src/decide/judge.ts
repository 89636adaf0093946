import type { Mail } from '../mail/mail.ts';
import { stripSubjectPrefixes } from '../mail/subject/subject-prefix.ts';
import type { Rules } from './rules.ts';
import { readParties } from './parties.ts';
import type { Parties } from './parties.ts';
import { clientRules } from './client-rules.ts';
import { isBlocked } from './blocklist.ts';
import { proofOfSender, isDoubtful } from './proof.ts';
import type { JudgeInput } from './judge-input.ts';
import type { KnownContext } from './known-context.ts';
import type { Evidence, Link, Verdict, VerdictKind } from './verdict.ts';

/** Why a message on some client's record still waits in triage. */
export const OPEN_RECIPIENT = 'shared-address';

/** More clients than this on one message is a circular, not correspondence: a person decides. */
const MAX_CLIENTS_PER_MESSAGE = 50;

/**
 * Decides whose mail it is. Pure: no I/O, no clock; the rules run in the design's order, the first that finds clients wins, and
 * each rule that runs leaves one line of evidence.
 */
export function judge(mail: Mail, facts: KnownContext, rules: Rules): Verdict {
  const parties = withHiddenClient(readParties(mail, rules), mail, facts);
  const evidence: Evidence[] = [
    { rule: 'direction', outcome: 'found', detail: `${parties.direction}: ${parties.directionReason}` },
  ];
  const proof = proofOfSender(mail, facts, rules);
  evidence.push(proof.evidence);
  const verdict = (kind: VerdictKind, more: Partial<Verdict> = {}): Verdict => ({
    kind,
    direction: parties.direction,
    clients: [],
    candidates: [],
    reason: null,
    forwardedBy: parties.forwardedBy,
    ...more,
    evidence,
  });

  const blocked =
    rules.blocklist.policy === 'drop' ? parties.whoseMail.find((a) => isBlocked(a, rules)) : undefined;
  const decidedLinks = facts.decisions.some((d) => d.subject === 'message' && d.act === 'link');
  if (blocked !== undefined && !decidedLinks) {
    evidence.push({
      rule: 'blocklist',
      outcome: 'rejected',
      detail: `${blocked} is on the blocklist (policy drop)`,
    });
    return verdict('ignored', { reason: 'blocklisted' });
  }

  const candidates: Link[] = [];
  let reason: string | null = null;
  const judged: JudgeInput = { mail, facts, rules, parties, proof };
  const asked =
    parties.direction === 'internal'
      ? clientRules.filter(({ rule }) => rule === 'decision' || (rules.storeInternal && rule === 'thread'))
      : clientRules;
  for (const { rule, ask } of asked) {
    const answer = ask(judged);
    evidence.push({ rule, outcome: answer.outcome, detail: answer.detail });
    if (answer.ignore !== undefined) return verdict('ignored', { reason: answer.ignore });
    candidates.push(...(answer.candidates ?? []));
    if (answer.links !== undefined && answer.links.length > MAX_CLIENTS_PER_MESSAGE)
      return verdict('ambiguous', {
        candidates: answer.links.slice(0, MAX_CLIENTS_PER_MESSAGE),
        reason: 'too-many-clients',
      });
    if (answer.links !== undefined && answer.links.length > 0) {
      const clients = withoutUnlinked(distinct(answer.links), facts);
      // Of several recipients one may still be ambiguous: what is sure is recorded, a person decides the rest.
      const isOpen = withoutUnlinked(answer.candidates ?? [], facts).length > 0;
      if (clients.length > 0 && mustWait(judged, rule))
        return verdict(
          new Set(clients.map(({ clientId }) => clientId)).size > 1 ? 'ambiguous' : 'unmatched',
          {
            candidates: distinct([...clients, ...candidates]),
            reason: 'unauthenticated',
          },
        );
      if (clients.length > 0)
        return verdict('matched', {
          clients,
          candidates: distinct(candidates),
          reason: isOpen ? OPEN_RECIPIENT : null,
        });
      reason ??= 'unlinked';
    }
    reason ??= answer.reason ?? null;
    if (answer.stop === true) break;
  }

  if (parties.direction === 'internal') return verdict('internal');
  const open = distinct(withoutUnlinked(candidates, facts));
  const several = new Set(open.map((link) => link.clientId)).size > 1;
  return verdict(several ? 'ambiguous' : 'unmatched', { candidates: open, reason: reason ?? 'no-client' });
}

/** AUTHENTICATION=require: an unproven sender is recorded only after a person decides. */
function mustWait({ rules, proof }: JudgeInput, rule: string): boolean {
  return rules.authentication === 'require' && isDoubtful(proof) && rule !== 'decision';
}

/**
 * What staff put into the dropbox is meant for a client. If it names nobody outside because it is an unreadable forward, only a
 * person can say which.
 */
function withHiddenClient(parties: Parties, mail: Mail, { roles }: KnownContext): Parties {
  if (parties.direction !== 'internal' || !roles.includes('dropbox')) return parties;
  const isForward = stripSubjectPrefixes(mail.subject).kinds.at(0) === 'forward';
  if (isForward && mail.automatic === null)
    return {
      ...parties,
      direction: 'inbound',
      directionReason: 'forwarded by staff, and who wrote the message inside is not told',
    };
  return parties;
}

function distinct(links: readonly Link[]): Link[] {
  const seen = new Set<string>();
  return links.filter((link) => !seen.has(link.clientId) && seen.add(link.clientId));
}

/** No rule recreates a link that a person removed. */
function withoutUnlinked(links: readonly Link[], facts: KnownContext): Link[] {
  const gone = new Set(facts.decisions.filter((d) => d.act === 'unlink').flatMap((d) => d.clientIds));
  return links.filter((link) => link.via === 'decision' || !gone.has(link.clientId));
}
